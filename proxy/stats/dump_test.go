package stats

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
)

func TestRowsGolden(t *testing.T) {
	rows := practical()
	golden(t, "stat.csv", AppendRows(nil, rows, CSV))
	golden(t, "stat.typed", AppendRows(nil, rows[:5], Typed))
	golden(t, "stat.json", AppendRows(nil, rows[:2], JSON))
}

func TestInfoGolden(t *testing.T) {
	info := newFake().info
	golden(t, "info.txt", AppendInfo(nil, &info, CSV))
	golden(t, "info.typed", AppendInfo(nil, &info, Typed))
	info.Description = `quotes " and \`
	golden(t, "info.json", AppendInfo(nil, &info, JSON))
}

func TestCSVIsReadable(t *testing.T) {
	r := csv.NewReader(strings.NewReader(string(AppendRows(nil, practical(), CSV))))
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cookie := -1
	for i, name := range records[0] {
		if name == "cookie" {
			cookie = i
		}
	}
	for _, record := range records {
		if record[1] == "unchecked" && record[cookie] != `a"b,c` {
			t.Errorf("cookie is %q", record[cookie])
		}
	}
}

func TestJSONIsReadable(t *testing.T) {
	var rows [][]map[string]any
	if err := json.Unmarshal(AppendRows(nil, practical(), JSON), &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(practical()) {
		t.Fatalf("%d rows", len(rows))
	}
	var info []map[string]any
	in := newFake().info
	if err := json.Unmarshal(AppendInfo(nil, &in, JSON), &info); err != nil {
		t.Fatal(err)
	}
	var none [][]any
	if err := json.Unmarshal(AppendRows(nil, nil, JSON), &none); err != nil {
		t.Fatal(err)
	}
}

func names(rows []Row) string {
	var all []string
	for _, r := range rows {
		name := r.Name
		if r.Kind == Backend {
			name = r.Status
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

func TestFilter(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Filter)
		want   string
	}{
		{"one proxy", func(f *Filter) { f.ProxyID = 3 }, "cluster2 cluster3 cluster4 UP"},
		{"frontends and listeners", func(f *Filter) { f.Types = 1 | 8 }, "FRONTEND FRONTEND web"},
		{"servers of one number", func(f *Filter) { f.Types, f.ServiceID = 4, 3 }, "cluster4 maint"},
		{"up", func(f *Filter) { f.ProxyID, f.HideDown = 3, true }, "cluster2 cluster3 UP (2/3)"},
		{"no-maint", func(f *Filter) { f.ProxyID, f.HideMaint, f.Types = 4, true, 6 },
			"falling rising drain nolb unchecked spare sparefall sparerise new slow UP (8/11)"},
		{"scope", func(f *Filter) { f.Scopes = []string{"http_front"} }, "FRONTEND"},
		{"match", func(f *Filter) { f.Match, f.Types = "http", 3 }, "FRONTEND UP"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := All()
			tt.change(&f)
			if got := names(f.Apply(practical())); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestDetailsAreHidden(t *testing.T) {
	f := All()
	f.Details = false
	if out := string(AppendRows(nil, f.Apply(practical()), CSV)); strings.Contains(out, "10.0.100.12") || strings.Contains(out, "roundrobin") {
		t.Error(out)
	}
}

func BenchmarkCSV(b *testing.B) {
	rows := practical()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendRows(buf[:0], rows, CSV)
	}
}
