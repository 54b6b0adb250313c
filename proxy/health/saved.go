package health

import "slices"

// Numbers are a result as state files have it (management manual, section 9.3, "srv_check_status" and "srv_check_result"): the two
// need not fit each other there.
type Numbers struct{ Status, Result int }

// numbered are the statuses by HAProxy 2.6's numbers.
var numbered = [...]Status{
	1: Init, 3: Checked, 4: Hana, 5: SockErr, 6: L4OK, 7: L4Tout, 8: L4Con, 9: L6OK, 10: L6Tout, 11: L6Rsp, 12: L7Tout, 13: L7Rsp,
	15: L7OK, 16: L7OKCond, 17: L7Sts, 18: ProcErr, 19: ProcTout, 20: ProcOK,
}

// Number is a status as state files have it (management manual, section 9.3, "srv_check_status"). A server that was never checked is
// still initializing there.
func (s Status) Number() int {
	const initializing = 1
	return max(slices.Index(numbered[:], s), initializing)
}

// Saved gives the result that a state file has. A status that this director does not know is Unknown.
func Saved(status, result int) Result {
	r := Result{Saved: &Numbers{status, result}}
	if status >= 0 && status < len(numbered) {
		r.Status = numbered[status]
	}
	return r
}

// Recall begins with the last result of an earlier process.
func (m *Machine) Recall(r Result) { m.last = r }
