// Package mistakes makes the mistakes of people who write haproxy.cfg by hand, and asks HAProxy and the director what is
// wrong with them. The exit code and every diagnostic (level, file, line and words) must be the same.
//
//	for _, m := range mistakes.Make(text) {
//		want, got := oracle.Check(m.Text), ours.Check(m.Text)
//	}
//
// The mistakes follow from the text alone, so that a run can be repeated and a mistake be named: "12:3 upper case" is the
// fourth word of line 12 in upper case. What is known to differ is listed, with its reason, in docs/differences.md.
package mistakes
