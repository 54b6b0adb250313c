package rules

import (
	"slices"
	"strconv"
	"strings"
)

// mqtt is a CONNECT or CONNACK packet (MQTT 3.1.1 and 5.0, sections 3.1 and 3.2).
type mqtt struct {
	kind   byte
	fields map[string]string
	props  map[uint64]string // of MQTT 5.0
	will   map[uint64]string
}

const (
	mqttConnect = 1
	mqttConnack = 2
)

// mqttFields are the fields that each packet has.
var mqttFields = map[byte][]string{
	mqttConnect: {"flags", "protocol_name", "protocol_version", "client_identifier", "will_topic", "will_payload", "username", "password", "keepalive"},
	mqttConnack: {"flags", "protocol_version", "reason_code"},
	4:           {"reason_code"}, 5: {"reason_code"}, 6: {"reason_code"}, 7: {"reason_code"}, 14: {"reason_code"},
}

// mqttProperties are the properties that each packet may have, CONNECT with those of its will (section 2.2.2.2).
var mqttProperties = map[byte][]uint64{
	mqttConnect: {1, 2, 3, 8, 9, 17, 21, 22, 23, 24, 25, 33, 34, 38, 39},
	mqttConnack: {17, 18, 19, 21, 22, 26, 28, 31, 33, 34, 36, 37, 38, 39, 40, 41, 42},
	3:           {1, 2, 3, 8, 9, 11, 35, 38},
	4:           {31, 38}, 5: {31, 38}, 6: {31, 38}, 7: {31, 38}, 8: {11, 38}, 9: {31, 38}, 10: {38}, 11: {31, 38},
	14: {17, 28, 31, 38}, 15: {21, 22, 31, 38},
}

// mqttKinds are the packets in the order of their numbers (section 2.1.2), of which those from the third on have no fields here.
var mqttKinds = []string{"", "connect", "connack", "publish", "puback", "pubrec", "pubrel", "pubcomp", "subscribe", "suback", "unsubscribe", "unsuback",
	"pingreq", "pingresp", "disconnect", "auth"}

// mqttKind reads a packet's name or number.
func mqttKind(s string) (byte, bool) {
	n := slices.Index(mqttKinds, strings.ToLower(s))
	if number, err := strconv.Atoi(s); err == nil {
		n = number
	}
	return byte(n), n > 0 && n < len(mqttKinds)
}

func checkMQTT(a []arg) error {
	kind, ok := mqttKind(a[0].s)
	if !ok {
		return sayf("Unknown MQTT type '%s'", a[0].s)
	}
	n, err := strconv.ParseUint(a[1].s, 10, 8)
	if property := err == nil; property && slices.Contains(mqttProperties[kind], n) || !property && contains(mqttFields[kind], strings.ToLower(a[1].s)) {
		return nil
	}
	return sayf("Unknown MQTT field name '%s' for packet type '%s'", a[1].s, a[0].s)
}

func convMQTT(_ *Tx, v Value, a []arg) (Value, bool) {
	m, ok := parseMQTT(v.Str)
	if kind, _ := mqttKind(a[0].s); !ok || m == nil || m.kind != kind {
		return v, false
	}
	if n, err := strconv.ParseUint(a[1].s, 10, 8); err == nil {
		s, ok := m.props[n]
		if !ok {
			s, ok = m.will[n]
		}
		return Text(s), ok
	}
	s, ok := m.fields[strings.ToLower(a[1].s)]
	return Text(s), ok
}

// mqttReader reads a packet's parts; bad says that one was not there.
type mqttReader struct {
	s   string
	bad bool
}

func (r *mqttReader) take(n int) string {
	if n > len(r.s) {
		r.bad, r.s = true, ""
		return ""
	}
	part := r.s[:n]
	r.s = r.s[n:]
	return part
}

// number reads n bytes, the most significant first.
func (r *mqttReader) number(n int) (x uint64) {
	for _, c := range []byte(r.take(n)) {
		x = x<<8 | uint64(c)
	}
	return x
}

func (r *mqttReader) text() string { return r.take(int(r.number(2))) }

// length reads a variable byte integer (section 1.5.5), of at most 4 bytes. One that is not whole counts as far as it goes.
func (r *mqttReader) length() uint64 {
	n, size := varint(r.s[:min(4, len(r.s))])
	if size == 0 && len(r.s) < 4 {
		size = len(r.s)
	}
	if size == 0 {
		r.bad = true
		return 0
	}
	r.take(size)
	return n
}

// mqttSizes are the properties' sizes in bytes (section 2.2.2.2); below 0: -1 text, -2 a pair of texts, -3 a variable byte integer.
var mqttSizes = map[uint64]int{
	1: 1, 2: 4, 3: -1, 8: -1, 9: -1, 11: -3, 17: 4, 18: -1, 19: 2, 21: -1, 22: -1, 23: 1, 24: 4, 25: 1, 26: -1, 28: -1, 31: -1,
	33: 2, 34: 2, 35: 2, 36: 1, 37: 1, 38: -2, 39: 4, 40: 1, 41: 1, 42: 1,
}

func (r *mqttReader) properties() map[uint64]string {
	p := mqttReader{s: r.take(int(r.length()))}
	m := map[uint64]string{}
	for p.s != "" && !p.bad {
		id := p.length()
		size, known := mqttSizes[id]
		value := ""
		switch {
		case !known:
			r.bad = true
			return m
		case size == -1:
			value = p.text()
		case size == -2:
			value = p.text() + p.text()
		case size == -3:
			value = strconv.FormatUint(p.length(), 10)
		default:
			value = strconv.FormatUint(p.number(size), 10)
		}
		if _, twice := m[id]; twice && size != -2 {
			p.bad = true
		}
		m[id] = value
	}
	r.bad = r.bad || p.bad
	return m
}

// parseMQTT reads the CONNECT or CONNACK packet at s's beginning; nil, true: there is more to come.
func parseMQTT(s string) (*mqtt, bool) {
	r := mqttReader{s: s}
	if len(s) < 2 {
		return nil, true
	}
	head := byte(r.number(1))
	m := &mqtt{kind: head >> 4, fields: map[string]string{}}
	if head != mqttConnect<<4 && head != mqttConnack<<4 { // HAProxy knows no other packets
		return nil, false
	}
	n := r.length()
	begin := len(r.s)
	switch {
	case !r.bad && n > uint64(begin):
		return nil, true
	case r.bad:
	case m.kind == mqttConnect:
		m.connect(&r)
	default:
		m.connack(&r)
	}
	return m, !r.bad && n == uint64(begin-len(r.s)) // what follows the packet may have been read with it
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

func (m *mqtt) connect(r *mqttReader) {
	name, version, flags := r.text(), r.number(1), r.number(1)
	m.fields["protocol_name"], m.fields["protocol_version"], m.fields["flags"] = name, decimal(version), decimal(flags)
	m.fields["keepalive"] = decimal(r.number(2))
	will, qos := flags&4 != 0, flags>>3&3
	r.bad = r.bad || flags&1 != 0 || !will && flags&0x38 != 0 || qos == 3 ||
		!(version == 3 && name == "MQIsdp" || (version == 4 || version == 5) && name == "MQTT")
	if version == 5 {
		m.props = r.properties()
	}
	m.fields["client_identifier"] = r.text()
	if will {
		if version == 5 {
			m.will = r.properties()
		}
		m.fields["will_topic"] = r.text()
		m.fields["will_payload"] = r.text()
	}
	if flags&0x80 != 0 {
		m.fields["username"] = r.text()
	}
	if flags&0x40 != 0 {
		m.fields["password"] = r.text()
	}
}

func (m *mqtt) connack(r *mqttReader) {
	flags, code := r.number(1), r.number(1)
	m.fields["flags"], m.fields["reason_code"], m.fields["protocol_version"] = decimal(flags), decimal(code), "4"
	r.bad = r.bad || flags&^1 != 0
	if r.s != "" {
		m.fields["protocol_version"] = "5"
		m.props = r.properties()
	}
}
