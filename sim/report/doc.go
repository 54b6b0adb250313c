// Package report tells people and machines what a run gave: as text for a terminal, as JSON and JUnit for machines, as one
// HTML page with its plots inside, and as a plot alone. It decides nothing: outcomes come from the Verdict, and the plots
// show what the History holds.
//
//	report.Text(os.Stdout, history, verdict, report.Options{Color: term.IsTerminal(1)})
//	report.HTML(file, history, verdict)
//	report.SVG(file, history, verdict)
//
// Every report is the same to the byte for the same history and verdict.
package report
