package rules

// place is a set of the places where samples are taken.
type place uint32

// The places, in the order of a connection's life.
const (
	atConnection place = 1 << iota // tcp-request connection
	atSession
	atFrontContent
	atFrontRequest
	atFrontBody
	atUseBackend
	atBackContent
	atBackRequest
	atBackBody
	atUseServer
	atServerSource
	atBackResContent
	atBackResponse
	atBackResBody
	atStickStore
	atFrontResContent
	atFrontResponse
	atFrontResBody
	atLog
	atCheck
	atParsing
	atCLI
	nowhere
)

const (
	wholeRequest  = atFrontContent | atFrontRequest | atFrontBody | atUseBackend | atBackContent | atBackRequest | atBackBody | atUseServer | atServerSource
	wholeResponse = atBackResContent | atBackResponse | atBackResBody | atStickStore | atFrontResContent | atFrontResponse | atFrontResBody
	wholeBackend  = atBackContent | atBackRequest | atBackBody | atUseServer | atServerSource | wholeResponse | atLog | atCheck
)

// source is where a fetch takes its sample from, and thus where it can be used.
type source struct {
	needs string // what messages call it
	at    place
}

// The sources (section 7.3, and haproxy -dKsmp).
var (
	srcConst      = source{"constant samples", nowhere - 1}
	srcInternal   = source{"internal state", (nowhere - 1) &^ atParsing}
	srcClient     = source{"client address", (nowhere - 1) &^ (atParsing | atCLI)}
	srcListener   = source{"listener", atCheck - 1}
	srcFrontend   = source{"frontend", atCheck - 1}
	srcSession    = source{"client-side connection", (atCheck - 1) &^ atConnection}
	srcReqBuf     = source{"request buffer", wholeRequest}
	srcReqHead    = source{"HTTP request headers", wholeRequest}
	srcRequest    = source{"HTTP request", wholeRequest | wholeResponse | atLog}
	srcEither     = source{"HTTP request headers", wholeRequest | wholeResponse | atCheck}
	srcEitherL6   = source{"request buffer", wholeRequest | wholeResponse | atCheck}
	srcBackend    = source{"backend", wholeBackend}
	srcServer     = source{"server", atServerSource | wholeResponse | atLog | atCheck}
	srcBackAddr   = source{"server address", wholeResponse | atLog | atCheck}
	srcServerConn = source{"server-side connection", wholeResponse | atLog | atCheck}
	srcResBuf     = source{"response buffer", wholeResponse | atCheck}
	srcResHead    = source{"HTTP response headers", wholeResponse | atCheck}
	srcResponse   = source{"HTTP response", wholeResponse | atLog | atCheck}
)

// places gives where a list's rules stand in a section.
func (l List) places(front, back bool) (p place) {
	pick := func(f, b place) {
		if front {
			p |= f
		}
		if back {
			p |= b
		}
	}
	switch l {
	case Connection:
		p = atConnection
	case SessionList:
		p = atSession
	case TCPRequest, Persisting:
		pick(atFrontContent, atBackContent)
	case TCPResponse:
		pick(atFrontResContent, atBackResContent)
	case Request:
		pick(atFrontRequest, atBackRequest)
	case Response, After:
		pick(atFrontResponse, atBackResponse)
	case Logs:
		p = atLog
	case UseBackend:
		p = atUseBackend
	case UseServer:
		p = atUseServer
	case Parsing:
		p = atParsing
	case CLI:
		p = atCLI
	case Checks, CheckVars:
		p = atCheck
	default:
		p = nowhere - 1
	}
	if p == 0 {
		p = nowhere - 1
	}
	return p
}

// placeNames are the places' names in messages.
var placeNames = map[place]string{
	atConnection: "frontend tcp-request connection rule", atSession: "frontend tcp-request session rule",
	atFrontContent: "frontend tcp-request content rule", atFrontRequest: "frontend http-request header rule",
	atUseBackend: "frontend use-backend rule", atBackContent: "backend tcp-request content rule",
	atBackRequest: "backend http-request header rule", atUseServer: "backend use-server, balance or stick-match rule",
	atBackResContent: "backend tcp-response content rule", atBackResponse: "backend http-response header rule",
	atFrontResContent: "frontend tcp-response content rule", atFrontResponse: "frontend http-response header rule",
	atLog: "logs", atCheck: "backend tcp-check rule", atParsing: "configuration parser", atCLI: "CLI parser",
}

// String names the places, the first one where there are several.
func (p place) String() string {
	for bit := place(1); bit < nowhere; bit <<= 1 {
		if p&bit != 0 && placeNames[bit] != "" {
			return placeNames[bit]
		}
	}
	return "nowhere"
}
