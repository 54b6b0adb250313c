package fault

import (
	"context"
	"errors"
	"strings"

	"simulacro/sim"
)

const ganeshaConf = "/etc/ganesha/ganesha.conf"

// exportRemoved is what `exportfs -u` does to the clients that have the export mounted.
var exportRemoved = Kind{
	Name:     "export-removed",
	Does:     "The storage node no longer exports the site; the mounts of the real servers are stale.",
	Evidence: "Every real server that runs gets \"Stale file handle\" from its mount.",
	Accepts:  true,
	Touches:  []string{ganeshaConf},
	Roles:    []sim.Role{sim.Storage},
	Save:     removeExport.save,
	Inject:   removeExport.inject,
	Effect:   stale,
	Recover:  removeExport.recover,
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		v, err := look(ctx, s)
		return Seen{v.all, v.evidence}, err
	},
}

var removeExport = edit{path: ganeshaConf, load: reloadGanesha, marks: []string{readOnly}, change: func(_ *Site, text string) (string, error) {
	start, end, err := exportBlock(text)
	if err != nil {
		return "", err
	}
	return text[:start] + text[end:], nil
}}

// reloadGanesha has it read its exports again (SIGHUP); one that does not run is started.
var reloadGanesha = []string{"systemctl", "reload-or-restart", "nfs-ganesha"}

// exportBlock finds the EXPORT block of ganesha.conf, from its first letter to behind its closing brace.
func exportBlock(text string) (start, end int, err error) {
	start = strings.Index(text, "\nEXPORT {") + 1
	if start == 0 && !strings.HasPrefix(text, "EXPORT {") {
		return 0, 0, errors.New("there is no EXPORT block")
	}
	depth := 0
	for i, c := range text[start:] {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return start, start + i + 1, nil
			}
		}
	}
	return 0, 0, errors.New("the EXPORT block has no end")
}

// stale wants every mount to say that its handle is stale (NFS3ERR_STALE, RFC 1813, section 2.6).
func stale(ctx context.Context, s *Site) (Seen, error) {
	v, err := look(ctx, s)
	return Seen{v.none && strings.Contains(v.evidence, "Stale file handle"), v.evidence}, err
}
