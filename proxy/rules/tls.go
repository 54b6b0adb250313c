package rules

import (
	"slices"
	"strings"
	"time"
)

// TLS is what is known of a connection over TLS: a client's, or one to a server, of which the verdicts on certificates are not told.
type TLS struct {
	Version, Cipher string // OpenSSL's names
	SNI, ALPN       string
	Resumed         bool
	Unique          []byte       // of TLS up to 1.2 (RFC 5929, section 3)
	Peer            *Cert        // what the other end has shown; nil: nothing
	Chain           []byte       // what it has sent with it, in DER; of a server with the certificate itself
	Own             func() *Cert // what a client was shown; nil: not known
	Hello           *Hello       // a client's; nil: not kept
	VerifyCode      int          // OpenSSL's number of the first fault of the client's certificate; 0: none
	CertCode        int          // the fault of the certificate itself
	CACode, CADepth int          // the fault of one that has signed it
}

// Cert is a certificate as samples show it.
type Cert struct {
	DER, Serial         []byte
	NotBefore, NotAfter time.Time
	Version             int
	Subject, Issuer     []Attribute
	SigAlg, KeyAlg      string
}

// Attribute is a part of a distinguished name.
type Attribute struct {
	Name, Value string
	Joined      bool // with the one before: they are one part
}

// cipherBits are the key sizes of ciphers by a part of their name: those used, and those that the algorithm has.
var cipherBits = []struct {
	part string
	bits int64
}{{"AES256", 256}, {"AES_256", 256}, {"CHACHA20", 256}, {"AES128", 128}, {"AES_128", 128}}

// end gives what is known of one side's TLS; nil: there is none.
type end func(tx *Tx) *TLS

func frontTLS(tx *Tx) *TLS {
	if tx.Session == nil {
		return nil
	}
	return tx.Session.TLS
}

func backTLS(tx *Tx) *TLS {
	if get := tx.conn(true).TLS; get != nil {
		return get()
	}
	return nil
}

// on makes a fetch that needs a connection over TLS.
func (of end) on(name string, kind Kind, from source, get func(t *TLS) (Value, bool)) fetch {
	return fetch{name: name, kind: kind, from: from, get: func(tx *Tx, _ []arg) (Value, bool) {
		if t := of(tx); t != nil {
			return get(t)
		}
		return Value{}, false
	}}
}

// flag makes a fetch that is false without TLS.
func (of end) flag(name string, from source, get func(t *TLS) bool) fetch {
	return fetch{name: name, kind: Bool, from: from, get: func(tx *Tx, _ []arg) (Value, bool) {
		t := of(tx)
		return boolean(t != nil && get(t)), true
	}}
}

func some(s string) (Value, bool) { return Text(s), s != "" }

func binary(b []byte) (Value, bool) { return Value{Kind: Bin, Str: string(b)}, len(b) > 0 }

// tlsFetches are those of section 7.3.4 about TLS.
func tlsFetches() []fetch {
	list := slices.Concat(end(frontTLS).fetches("ssl_fc", srcSession), end(backTLS).fetches("ssl_bc", srcServerConn), helloListFetches(),
		certFetches("ssl_c", func(tx *Tx) *Cert { return frontTLS(tx).peer() }),
		certFetches("ssl_f", func(tx *Tx) *Cert { return frontTLS(tx).own() }),
		certFetches("ssl_s", func(tx *Tx) *Cert { return backTLS(tx).peer() }))
	front := end(frontTLS)
	front1 := func(name string, kind Kind, get func(t *TLS) (Value, bool)) fetch {
		return front.on(name, kind, srcSession, get)
	}
	return append(list,
		front1("ssl_fc_has_crt", Bool, func(t *TLS) (Value, bool) { return boolean(t.Peer != nil), true }),
		front.flag("ssl_fc_has_sni", srcSession, func(t *TLS) bool { return t.SNI != "" }),
		front.flag("ssl_fc_has_early", srcSession, func(*TLS) bool { return false }),
		front1("ssl_fc_sni", Str, func(t *TLS) (Value, bool) { return some(t.SNI) }),
		front1("ssl_c_used", Bool, func(t *TLS) (Value, bool) { return boolean(t.Peer != nil), true }),
		front1("ssl_c_verify", Int, func(t *TLS) (Value, bool) { return integer(t.VerifyCode), true }),
		front1("ssl_c_err", Int, func(t *TLS) (Value, bool) { return integer(t.CertCode), true }),
		front1("ssl_c_ca_err", Int, func(t *TLS) (Value, bool) { return integer(t.CACode), true }),
		front1("ssl_c_ca_err_depth", Int, func(t *TLS) (Value, bool) { return integer(t.CADepth), true }),
		front1("ssl_c_chain_der", Bin, func(t *TLS) (Value, bool) { return binary(t.Chain) }),
		end(backTLS).on("ssl_s_chain_der", Bin, srcSession, func(t *TLS) (Value, bool) { return binary(t.Chain) }),
	)
}

// fetches are those that both sides have.
func (of end) fetches(side string, from source) []fetch {
	on := func(name string, kind Kind, get func(t *TLS) (Value, bool)) fetch {
		return of.on(side+name, kind, from, get)
	}
	none := func(*TLS) (Value, bool) { return none() }
	return []fetch{
		of.flag(side, from, func(*TLS) bool { return true }),
		of.flag(side+"_is_resumed", from, func(t *TLS) bool { return t.Resumed }),
		on("_alpn", Str, func(t *TLS) (Value, bool) { return some(t.ALPN) }),
		on("_npn", Str, none), // neither side offers it
		on("_protocol", Str, func(t *TLS) (Value, bool) { return some(t.Version) }),
		on("_cipher", Str, func(t *TLS) (Value, bool) { return some(t.Cipher) }),
		on("_use_keysize", Int, func(t *TLS) (Value, bool) { return t.bits() }),
		on("_alg_keysize", Int, func(t *TLS) (Value, bool) { return t.bits() }),
		on("_unique_id", Bin, func(t *TLS) (Value, bool) { return binary(t.Unique) }),
		on("_err", Int, func(*TLS) (Value, bool) { return integer(0), true }), // who gets here has ended its handshake
		on("_err_str", Str, none),
	}
}

func (t *TLS) bits() (Value, bool) {
	for _, x := range cipherBits {
		if strings.Contains(t.Cipher, x.part) {
			return integer(x.bits), true
		}
	}
	return Value{}, false
}
