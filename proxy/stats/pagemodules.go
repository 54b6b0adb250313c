package stats

import "strings"

// module is one of the columns of `stats show-modules`: the figures of extraColumns whose names begin with its own.
type module struct {
	name    string
	columns []*column
}

// modules are in HAProxy's order.
var modules = func() []module {
	list := []module{{name: "ssl"}, {name: "h2"}, {name: "h1"}}
	for i := range list {
		for k := range extraColumns {
			if strings.HasPrefix(extraColumns[k].name, list[i].name+"_") {
				list[i].columns = append(list[i].columns, &extraColumns[k])
			}
		}
	}
	return list
}()

// cell is empty where the module counts nothing for rows of that kind.
func (m *module) cell(r *Row) cell {
	if !m.columns[0].has(r) {
		return cell{}
	}
	var d details
	for _, c := range m.columns {
		d.line(esc(columnDescs[c.name]), string(c.appendValue(nil, r)))
	}
	return cell{value: m.name, tip: d.table()}
}
