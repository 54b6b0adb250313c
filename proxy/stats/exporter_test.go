package stats

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExporterReadsItsQuery(t *testing.T) {
	for _, tt := range []struct {
		uri, scopes string
		noMaint, ok bool
	}{
		{"/metrics", strings.Join(exportScopes, " "), false, true},
		{"/metrics?foo=bar&no-maint", strings.Join(exportScopes, " "), true, true},
		{"/metrics?scope=server&scope=frontend", "server frontend", false, true},
		{"/metrics?scope=serv%65r", "server", false, true},
		{"/metrics?scope=", "", false, true},
		{"/metrics?scope=*", strings.Join(exportScopes, " "), false, true},
		{"/metrics?scope", "", false, false},
		{"/metrics?scope=zz", "", false, false},
		{"/metrics?scope=%z", "", false, false},
	} {
		scopes, noMaint, ok := exportQuery(tt.uri)
		if diff := cmp.Diff([]any{tt.scopes, tt.noMaint, tt.ok}, []any{strings.Join(scopes, " "), noMaint, ok}); diff != "" {
			t.Errorf("%s: %s", tt.uri, diff)
		}
	}
}

// Every metric says what it means, and shows a column or a field that there is.
func TestMetricsAreDescribed(t *testing.T) {
	known := map[string]bool{"": true}
	for i := range columns {
		known[columns[i].name] = true
	}
	for i := range infoFields {
		known[infoFields[i].name] = true
	}
	for scope, list := range scopeMetrics {
		for _, m := range list {
			if !known[m.of] {
				t.Errorf("%s %s shows %s, which there is not", scope, m.name, m.of)
			}
			if metricHelp[m.name] == "" && columnDescs[m.of] == "" && infoDescs[m.of] == "" {
				t.Errorf("%s %s says nothing of itself", scope, m.name)
			}
		}
	}
}

func TestExporterLeavesServersInMaintenanceOut(t *testing.T) {
	f := newFake()
	f.rows[len(f.rows)-2].Admin = ForcedMaint
	name := f.rows[len(f.rows)-2].Name
	all, some := string(Exporter{f}.Respond("/m").Body), string(Exporter{f}.Respond("/m?no-maint").Body)
	label := `server="` + name + `"`
	if !strings.Contains(all, label) || strings.Contains(some, label) {
		t.Errorf("%s: with no-maint %v, without %v", name, strings.Contains(some, label), strings.Contains(all, label))
	}
}
