package balance

// First is `balance first`: the usable server with the lowest id that is not full, so that the others may sleep.
type First struct{ group }

var _ Selector = (*First)(nil)

// Select looks through the servers by id.
func (f *First) Select(q Request) *Server {
	backups := !f.active()
	if backups {
		if b := f.firstBackup(); b != nil {
			return b
		}
	}
	var best, avoided *Server
	for _, s := range f.servers {
		switch {
		case !s.Usable() || s.Backup != backups || s.Full():
		case s == q.Avoid:
			avoided = s
		case best == nil || s.ID < best.ID:
			best = s
		}
	}
	if best == nil {
		return avoided
	}
	return best
}
