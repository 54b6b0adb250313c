package fault

import (
	"context"
	"fmt"
	"strings"

	"simulacro/sim"
)

// exportReadonly leaves the site readable: pages are served, and what an application writes fails.
var exportReadonly = Kind{
	Name:     "export-readonly",
	Does:     "The storage node exports the site read-only; pages are served and nothing can be written.",
	Evidence: "Every real server that runs is told \"Read-only file system\" where it writes to its mount, and still reads from it.",
	Accepts:  true,
	Touches:  []string{ganeshaConf},
	Roles:    []sim.Role{sim.Storage},
	Save:     forbidWrites.save,
	Inject:   forbidWrites.inject,
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		seen, err := s.everyServer(ctx, func(n sim.Node) (bool, string, error) {
			said, err := s.writes(ctx, n.Name)
			return strings.Contains(said, "Read-only file system"), said, err
		})
		if err != nil || !seen.OK {
			return seen, err
		}
		v, err := look(ctx, s)
		return Seen{v.all, seen.Evidence + "; " + v.evidence}, err
	},
	Recover: forbidWrites.recover,
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		return s.everyServer(ctx, func(n sim.Node) (bool, string, error) {
			said, err := s.writes(ctx, n.Name)
			return strings.HasSuffix(said, written), said, err
		})
	},
}

const readOnly = "Access_Type = RO;"

// forbidWrites puts the mode into the EXPORT block itself, where it wins over the defaults (ganesha-export-config(8)).
var forbidWrites = edit{path: ganeshaConf, load: reloadGanesha, marks: []string{readOnly}, change: func(_ *Site, text string) (string, error) {
	start, end, err := exportBlock(text)
	if err != nil {
		return "", err
	}
	const head = "EXPORT {"
	rest := commentOut(text[start+len(head):end], "Access_Type")
	return text[:start] + head + "\n\t" + readOnly + rest + text[end:], nil
}}

const written = "a file was written to /mnt/web"

// writeProbe leaves nothing behind, and does not wait for a mount that hangs.
const writeProbe = `timeout -s KILL 3 sh -c 'f=/mnt/web/.$(cat /proc/sys/kernel/random/uuid); : >"$f" && rm -f "$f"'`

func (s *Site) writes(ctx context.Context, server string) (string, error) {
	out, err := s.Exec(ctx, server, "sh", "-c", writeProbe)
	if err != nil {
		return "", fmt.Errorf("write to the mount of %s: %w", server, err)
	}
	if out.Code == 0 {
		return fmt.Sprintf("on %s, %s", server, written), nil
	}
	return fmt.Sprintf("on %s, code %d: %s", server, out.Code, strings.TrimSpace(out.Stderr)), nil
}
