package config

import (
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"slices"
	"strconv"
	"strings"

	"github.com/go-crypt/x/bcrypt"
	"github.com/go-crypt/x/crypt"
	"github.com/go-crypt/x/scrypt"
	"github.com/go-crypt/x/yescrypt"
)

// The ways of crypt(3) to hash a password, as the C library of Debian 12 has them: crypt(5) tells their formats. HAProxy hashes
// what a client says with the setting that the configuration's hash begins with, and compares the texts. So does this file: a
// text that is no hash of any method is accepted, and no password fits it.

// cryptMethod hashes a password with the setting that a hash begins with; ok is false where the setting is not one of the method.
type cryptMethod func(password, hash string) (made string, ok bool)

// cryptMethods are those that can be had, by what their hashes begin with.
var cryptMethods = map[string]cryptMethod{
	"$1$":    cryptMD5,
	"$5$":    func(password, h string) (string, bool) { return cryptSHA("$5$", sha256.New, password, h) },
	"$6$":    func(password, h string) (string, bool) { return cryptSHA("$6$", sha512.New, password, h) },
	"$2a$":   cryptBlowfish,
	"$2b$":   cryptBlowfish,
	"$2y$":   cryptBlowfish,
	"$7$":    cryptScrypt,
	"$y$":    cryptYescrypt,
	"$sha1$": cryptSHA1,
}

// cryptTuned are the methods with more parameters than the libraries here take: a hash is tried once, so that it be refused by name.
var cryptTuned = []string{"$7$", "$y$"}

// cryptRefused are the others of crypt(5).
var cryptRefused = []string{"$gy$", "$2x$", "$md5", "$3$", "_"}

// cryptAlphabet is what numbers and hashes of crypt(3) are written in.
const cryptAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// passwordCheck gives the test of a password against a hash, or the name of the method, where it cannot be had.
func passwordCheck(hash string) (check func(password string) bool, refused string) {
	for prefix, method := range cryptMethods {
		if strings.HasPrefix(hash, prefix) {
			if slices.Contains(cryptTuned, prefix) {
				if _, ok := method("", hash); !ok {
					return nil, prefix
				}
			}
			return func(password string) bool {
				made, ok := method(password, hash)
				return ok && made == hash
			}, ""
		}
	}
	for _, prefix := range cryptRefused {
		if strings.HasPrefix(hash, prefix) {
			return nil, prefix
		}
	}
	if isDES(hash) {
		return nil, "of DES"
	}
	return func(string) bool { return false }, ""
}

// isDES tells whether a text may be a hash of the traditional method, or of the one that strings several of them together.
func isDES(hash string) bool {
	n := len(hash)
	return (n == 13 || n >= 24 && (n-2)%11 == 0) && strings.Trim(hash, cryptAlphabet) == ""
}

// cryptSetting gives the salt, which ends at a $ sign or after so many signs.
func cryptSetting(text string, most int) string {
	salt, _, _ := strings.Cut(text, "$")
	return salt[:min(len(salt), most)]
}

func cryptMD5(password, hash string) (string, bool) {
	salt := cryptSetting(hash[len("$1$"):], 8)
	return "$1$" + salt + "$" + string(crypt.KeyMD5Crypt([]byte(password), []byte(salt))), true
}

// The rounds that crypt(5) allows for its SHA methods.
const (
	fewestRounds  = 1000
	mostRounds    = 999_999_999
	defaultRounds = 5000
)

func cryptSHA(prefix string, method func() hash.Hash, password, hash string) (string, bool) {
	rest, rounds := hash[len(prefix):], defaultRounds
	if text, ok := strings.CutPrefix(rest, "rounds="); ok {
		number, after, _ := strings.Cut(text, "$")
		n, ok := cryptRounds(number, fewestRounds, mostRounds)
		if !ok {
			return "", false
		}
		rounds, rest, prefix = n, after, prefix+"rounds="+number+"$"
	}
	salt := cryptSetting(rest, 16)
	return prefix + salt + "$" + string(crypt.KeySHACrypt(method, []byte(password), []byte(salt), rounds)), true
}

func cryptSHA1(password, hash string) (string, bool) {
	number, rest, _ := strings.Cut(hash[len("$sha1$"):], "$")
	rounds, ok := cryptRounds(number, 1, 1<<32-1)
	if !ok {
		return "", false
	}
	salt := cryptSetting(rest, 64)
	return "$sha1$" + number + "$" + salt + "$" + string(crypt.KeySHA1Crypt([]byte(password), []byte(salt), uint32(rounds))), true
}

// cryptRounds reads a number that is written without a sign and without zeros in front.
func cryptRounds(text string, low, high int) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && strconv.Itoa(n) == text && n >= low && n <= high
}

// cryptBlowfish is bcrypt. The three prefixes differ in what wrong programs once did with bytes above 127.
func cryptBlowfish(password, hash string) (string, bool) {
	if bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) != nil {
		return "", false
	}
	return hash, true
}

func cryptYescrypt(password, hash string) (string, bool) {
	made, err := yescrypt.Hash([]byte(password), []byte(hash))
	return string(made), err == nil
}

// mostScrypt bounds the product of scrypt's parameters, and so what one password costs: a gigabyte of memory.
const mostScrypt = 1 << 23

// cryptScrypt reads $7$, the logarithm of N in one sign, r and p in five each, the salt as it is written, and the key.
func cryptScrypt(password, hash string) (string, bool) {
	end := strings.LastIndexByte(hash, '$')
	if end < len("$7$Nrrrrrppppp") {
		return "", false
	}
	n, r, p := cryptNumber(hash[3:4]), cryptNumber(hash[4:9]), cryptNumber(hash[9:14])
	if n < 1 || min(r, p) < 1 || max(r, p) > mostScrypt || r*p > mostScrypt>>n {
		return "", false
	}
	key, err := scrypt.Key([]byte(password), []byte(hash[14:end]), 1<<n, r, p, 32)
	return hash[:end+1] + string(yescrypt.Encode64(key)), err == nil
}

// cryptNumber reads a number in the alphabet, its lowest six bits first; -1: it is none.
func cryptNumber(text string) (n int) {
	for i := range len(text) {
		digit := strings.IndexByte(cryptAlphabet, text[i])
		if digit < 0 {
			return -1
		}
		n |= digit << (6 * i)
	}
	return n
}
