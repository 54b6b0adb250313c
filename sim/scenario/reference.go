package scenario

import (
	"fmt"
	"io"
	"strings"

	"simulacro/sim"
)

const referenceHead = `# What a scenario file can hold

<!-- Made by "make docs" from the tables by which files are read. Change those. -->

A scenario is a YAML file. Whatever is not listed here is refused, with its place and the word that was probably meant:
` + "`simulacro lint FILE`" + ` tells all mistakes of a file. How to write one step by step: [writing-a-scenario.md](writing-a-scenario.md).

Addresses are the practical's (192.168.1.x outside, 10.0.100.x inside): they are replaced by those of the cluster.

`

// WriteReference writes what a scenario file can hold, as Markdown. It is made from the tables by which files are
// read, and from the catalogue in o, so that it cannot say anything else than the loader does.
func WriteReference(w io.Writer, o Options) error {
	var b strings.Builder
	b.WriteString(referenceHead)
	for _, t := range tables() {
		fmt.Fprintf(&b, "## %s\n\n", t.name)
		if t.about != "" {
			fmt.Fprintf(&b, "%s\n\n", t.about)
		}
		b.WriteString("| field | type | what it is |\n|---|---|---|\n")
		for _, f := range t.fields {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.key, f.shape.words, cell(f.doc))
		}
		b.WriteString("\n")
	}
	b.WriteString("## values\n\n| type | how it is written |\n|---|---|\n")
	for _, v := range valueDocs {
		fmt.Fprintf(&b, "| %s | %s |\n", v.words, cell(v.doc))
	}
	b.WriteString("\n## the parts of a run\n\nA request belongs to a window by the time at which it was to be sent. A fault need not be named where there is only one. The windows before, during and after may be an action's too: until it is typed, while it runs, and from its end.\n\n| window | time |\n|---|---|\n")
	for _, k := range sim.WindowKinds() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", k, windowDocs[k])
	}
	writeFaults(&b, o.Kinds)
	_, err := io.WriteString(w, b.String())
	return err
}

// WindowDoc says what a window is.
func WindowDoc(k sim.WindowKind) string { return windowDocs[k] }

// windowDocs says what each window is.
var windowDocs = map[sim.WindowKind]string{
	sim.All:        "the whole judged load",
	sim.Before:     "from the load's start to the injection of the fault, or of the first one; without the requests then under way",
	sim.During:     "from the effect seen to the recovery asked for",
	sim.Undetected: "from the effect seen to the director's DOWN",
	sim.Detected:   "from the director's DOWN of every server concerned to the recovery asked for",
	sim.After:      "from the recovery seen to the load's end",
	sim.Restored:   "from the director's UP of every server concerned to the load's end",
}

const faultsHead = `
## faults

The catalogue. A fault counts only when it was seen: without its evidence the verdict is *inconclusive*. The recovery is looked
for in the same way. How to add one: [writing-a-fault.md](writing-a-fault.md).

`

// writeFaults writes the catalogue: what each fault does, to whom, what is taken for evidence, and its parameters.
func writeFaults(b *strings.Builder, kinds []sim.FaultKind) {
	if len(kinds) == 0 {
		return
	}
	b.WriteString(faultsHead)
	for _, k := range kinds {
		fmt.Fprintf(b, "### %s\n\n%s\n\n- Hits: %s.\n- Evidence: %s\n", k.Name, k.Does, targetWords(k.Roles), k.Evidence)
		if k.Accepts {
			b.WriteString("- The director: a check that only connects stays green.\n")
		}
		for _, p := range k.Params {
			fmt.Fprintf(b, "- `%s`: %s\n", p.Name, paramWords(p))
		}
		b.WriteString("\n")
	}
}

func targetWords(list []sim.Role) string {
	if len(list) == 0 {
		return "any node"
	}
	return roles(list)
}

func paramWords(p sim.FaultParam) string {
	text := p.Does
	if len(p.Choices) > 0 {
		text += "; one of `" + strings.Join(p.Choices, "`, `") + "`"
	}
	switch {
	case p.Required:
		return text + "; needed"
	case p.Default != "":
		return text + "; without it `" + p.Default + "`"
	}
	return text
}

// cell is a text inside a Markdown table.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
