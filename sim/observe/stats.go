package observe

import (
	"encoding/csv"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"simulacro/sim"
)

// patience bounds one conversation with the stats socket.
const patience = time.Second

// Sample asks the stats socket for `show stat` (management guide, 9.3) and gives one ServerStats for each of its lines.
func Sample(socket string) ([]sim.ServerStats, error) {
	conn, err := net.DialTimeout("unix", socket, patience)
	if err != nil {
		return nil, fmt.Errorf("stats socket: %w", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, fmt.Errorf("stats socket: %w", err)
	}
	if _, err := io.WriteString(conn, "show stat\n"); err != nil {
		return nil, fmt.Errorf("stats socket: %w", err)
	}
	return ParseStats(conn)
}

// ParseStats reads the CSV of `show stat` (management guide, 9.1). Columns are found by name: programs and versions
// differ in how many there are.
func ParseStats(r io.Reader) ([]sim.ServerStats, error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("show stat: %w", err)
	}
	col := map[string]int{}
	for i, name := range head {
		col[strings.TrimPrefix(name, "# ")] = i
	}
	for _, must := range []string{"pxname", "svname", "status"} {
		if _, ok := col[must]; !ok {
			return nil, fmt.Errorf("show stat: no column %s in %.80q", must, strings.Join(head, ","))
		}
	}
	var all []sim.ServerStats
	for {
		rec, err := c.Read()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("show stat: %w", err)
		}
		all = append(all, stat(rec, col))
	}
}

func stat(rec []string, col map[string]int) sim.ServerStats {
	text := func(name string) string {
		if i, ok := col[name]; ok && i < len(rec) {
			return rec[i]
		}
		return ""
	}
	num := func(name string) int64 {
		n, _ := strconv.ParseInt(text(name), 10, 64) // an empty field is a 0
		return n
	}
	return sim.ServerStats{
		Backend: text("pxname"), Server: text("svname"), Status: text("status"),
		CheckStatus: strings.TrimPrefix(text("check_status"), "* "), // "* ": a check is under way
		CheckCode:   int(num("check_code")), Weight: int(num("weight")), Sessions: num("stot"), Current: num("scur"),
		Queue: num("qcur"), Downs: num("chkdown"),
	}
}
