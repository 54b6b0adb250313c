package rules

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"math/bits"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/zeebo/xxh3"
)

// hashes are the functions of 32 bits, as the balance algorithms have them (section 4.2, "hash-type").
var hashes = map[string]func(s string) uint32{
	"crc32":  func(s string) uint32 { return crc32.ChecksumIEEE([]byte(s)) },
	"crc32c": func(s string) uint32 { return crc32.Checksum([]byte(s), castagnoli) },
	"djb2": func(s string) uint32 {
		h := uint32(5381)
		for i := range len(s) {
			h = h<<5 + h + uint32(s[i])
		}
		return h
	},
	"sdbm": sdbm,
	"wt6":  wt6,
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sdbm(s string) uint32 {
	h := uint32(0)
	for i := range len(s) {
		h = uint32(s[i]) + h<<6 + h<<16 - h
	}
	return h
}

func wt6(s string) uint32 {
	h0, h1 := uint32(0xa53c965a), uint32(0x5ca6953a)
	step0, step1 := 6, 18
	for i := range len(s) {
		c := uint32(s[i])
		h0, h1 = ^(h0 ^ c), ^(h1 + c)
		h0, h1 = bits.RotateLeft32(h1, step0), bits.RotateLeft32(h0, step1)
		t := (h0>>16 ^ h1) & 0xffff
		step0, step1 = int(t&0x1f), int(t>>11)
	}
	return h0 ^ h1
}

// avalanche is Bob Jenkins' full avalanche hash of an integer, spread by a large prime.
func avalanche(a uint32) uint32 {
	a = a + 0x7ed55d16 + a<<12
	a = a ^ 0xc761c23c ^ a>>19
	a = a + 0x165667b1 + a<<5
	a = (a + 0xd3a2646c) ^ a<<9
	a = a + 0xfd7046c5 + a<<3
	a = a ^ 0xb55a4f09 ^ a>>16
	return a * 3221225473
}

// hashConvs are those that condense their input to a number.
func hashConvs() []conv {
	var list []conv
	for name, f := range hashes {
		list = append(list, conv{name: name, sig: "|i", in: Bin, out: Int, do: func(_ *Tx, v Value, a []arg) (Value, bool) {
			h := f(v.Str)
			if argNumber(a, 0, 0) != 0 {
				h = avalanche(h)
			}
			return integer(int64(h)), true
		}})
	}
	seeded := func(name string, f func(s string, seed int64) int64) conv {
		return conv{name: name, sig: "|i", in: Bin, out: Int, do: func(_ *Tx, v Value, a []arg) (Value, bool) {
			return integer(f(v.Str, argNumber(a, 0, 0))), true
		}}
	}
	return append(list,
		seeded("xxh32", func(s string, seed int64) int64 { return int64(xxh32(s, uint32(seed))) }),
		seeded("xxh64", func(s string, seed int64) int64 {
			d := xxhash.NewWithSeed(uint64(seed))
			_, _ = d.WriteString(s)
			return int64(d.Sum64())
		}),
		seeded("xxh3", func(s string, seed int64) int64 { return int64(xxh3.HashStringSeed(s, uint64(seed))) }),
	)
}

// The primes of XXH32.
const (
	prime1 uint32 = 0x9E3779B1
	prime2 uint32 = 0x85EBCA77
	prime3 uint32 = 0xC2B2AE3D
	prime4 uint32 = 0x27D4EB2F
	prime5 uint32 = 0x165667B1
)

// xxh32 is xxHash's variant of 32 bits (xxHash specification, section "XXH32 algorithm description").
func xxh32(s string, seed uint32) uint32 {
	n := uint32(len(s))
	h := seed + prime5
	if len(s) >= 16 {
		v := [4]uint32{seed + prime1 + prime2, seed + prime2, seed, seed - prime1}
		for ; len(s) >= 16; s = s[16:] {
			for i := range v {
				v[i] = bits.RotateLeft32(v[i]+little32(s[4*i:])*prime2, 13) * prime1
			}
		}
		h = bits.RotateLeft32(v[0], 1) + bits.RotateLeft32(v[1], 7) + bits.RotateLeft32(v[2], 12) + bits.RotateLeft32(v[3], 18)
	}
	h += n
	for ; len(s) >= 4; s = s[4:] {
		h = bits.RotateLeft32(h+little32(s)*prime3, 17) * prime4
	}
	for i := range len(s) {
		h = bits.RotateLeft32(h+uint32(s[i])*prime5, 11) * prime1
	}
	h = (h ^ h>>15) * prime2
	h = (h ^ h>>13) * prime3
	return h ^ h>>16
}

func little32(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// digests are the algorithms of digest and hmac.
var digests = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
	"sha512-224": sha512.New512_224, "sha512-256": sha512.New512_256,
}

// digestConvs are those that condense their input to a digest.
func digestConvs() []conv {
	return []conv{
		{name: "sha1", in: Bin, out: Bin, do: func(_ *Tx, v Value, _ []arg) (Value, bool) { return digest("sha1", v) }},
		{name: "sha2", sig: "|i", in: Bin, out: Bin, do: func(_ *Tx, v Value, a []arg) (Value, bool) {
			return digest("sha"+strconv.FormatInt(argNumber(a, 0, 256), 10), v)
		}, check: func(a []arg) error {
			switch n := argNumber(a, 0, 256); n {
			case 224, 256, 384, 512:
				return nil
			default:
				return sayf("Unsupported number of bits: '%d'", n)
			}
		}},
		{name: "digest", sig: "s", in: Bin, out: Bin, check: knownDigest, do: func(_ *Tx, v Value, a []arg) (Value, bool) {
			return digest(strings.ToLower(a[0].s), v)
		}},
		{name: "hmac", sig: "ss", in: Bin, out: Bin, do: convHMAC, check: checkHMAC},
	}
}

// foreignDigests are those that OpenSSL has and this director has not.
var foreignDigests = []string{
	"sha3-224", "sha3-256", "sha3-384", "sha3-512", "shake128", "shake256", "blake2b512", "blake2s256", "ripemd160", "rmd160", "sm3", "md4", "md5-sha1", "whirlpool",
}

func knownDigest(a []arg) error {
	if name := strings.ToLower(a[0].s); contains(foreignDigests, name) {
		return UnsupportedError("digest " + name)
	}
	if digests[strings.ToLower(a[0].s)] == nil {
		return sayf("algorithm must be a valid OpenSSL message digest name.")
	}
	return nil
}

// checkHMAC also looks at the key, which stands as base64 or in a variable.
func checkHMAC(a []arg) error {
	if err := knownDigest(a); err != nil {
		return err
	}
	if _, err := base64.StdEncoding.DecodeString(a[1].s); err != nil && validVar(a[1].s, "") != nil {
		return sayf("failed to parse key : argument needs to be base64 encoded, and can either be a string or a variable")
	}
	return nil
}

func digest(name string, v Value) (Value, bool) {
	h := digests[name]()
	h.Write([]byte(v.Str))
	return Value{Kind: Bin, Str: string(h.Sum(nil))}, true
}

// convHMAC takes the key as base64, or from a variable that holds it so.
func convHMAC(tx *Tx, v Value, a []arg) (Value, bool) {
	text := a[1].s
	if validVar(text, "") == nil {
		x, ok := tx.lookup(text)
		if !ok {
			return v, false
		}
		text = x.String()
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return v, false
	}
	h := hmac.New(digests[strings.ToLower(a[0].s)], key)
	h.Write([]byte(v.Str))
	return Value{Kind: Bin, Str: string(h.Sum(nil))}, true
}
