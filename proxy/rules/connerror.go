package rules

// ConnError is what keeps a connection from becoming a session, as fc_err numbers it (section 7.3.3, "fc_err_str").
type ConnError int

// Those that can happen to a client's connection here.
const (
	ConnOK         ConnError = 0
	ProxyEmpty     ConnError = 11
	ProxyAbort     ConnError = 12
	ProxyTimeout   ConnError = 13
	ProxyTruncated ConnError = 14
	ProxyNone      ConnError = 15
	ProxyInvalid   ConnError = 16
	ProxyUnhandled ConnError = 17
	TLSEmpty       ConnError = 24
	TLSAbort       ConnError = 25
	TLSTimeout     ConnError = 26
	TLSCAFail      ConnError = 30
	TLSCertFail    ConnError = 31
	TLSHandshake   ConnError = 34
)

var connErrors = map[ConnError]string{
	ConnOK:         "Success",
	ProxyEmpty:     "Connection closed while waiting for PROXY protocol header",
	ProxyAbort:     "Connection error while waiting for PROXY protocol header",
	ProxyTimeout:   "Timeout while waiting for PROXY protocol header",
	ProxyTruncated: "Truncated PROXY protocol header received",
	ProxyNone:      "Received something which does not look like a PROXY protocol header",
	ProxyInvalid:   "Received an invalid PROXY protocol header",
	ProxyUnhandled: "Received an unhandled protocol in the PROXY protocol header",
	TLSEmpty:       "Connection closed during SSL handshake",
	TLSAbort:       "Connection error during SSL handshake",
	TLSTimeout:     "Timeout during SSL handshake",
	TLSCAFail:      "SSL client CA chain cannot be verified",
	TLSCertFail:    "SSL client certificate not trusted",
	TLSHandshake:   "SSL handshake failure",
}

// Error gives HAProxy's words for it.
func (e ConnError) Error() string { return connErrors[e] }

// Quiet tells whether it is a connection that nothing came of, which dontlognull keeps out of the logs.
func (e ConnError) Quiet() bool {
	switch e {
	case ProxyEmpty, ProxyAbort, ProxyTimeout, TLSEmpty, TLSAbort, TLSTimeout:
		return true
	}
	return false
}
