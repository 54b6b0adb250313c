package engine

// demand estimates how many connections a server will want at once (the column need_conn_est): the most that were in use since the
// estimate was last looked after. What was more once counts for half as much with each period. The backend's mutex guards it.
type demand struct {
	most, need int
	since      int64 // ms, of the period under way
}

// used notes that n connections are in use.
func (d *demand) used(n int) {
	d.most, d.need = max(d.most, n), max(d.need, n)
}

// settle ends the periods that are over by now.
func (d *demand) settle(now, period int64, used int) {
	for now-d.since >= period {
		if d.need == d.most && d.most == used { // nothing changes any more
			d.since = now
			return
		}
		d.need = max(d.most, (d.need+d.most)/2)
		d.most = used
		d.since += period
	}
}
