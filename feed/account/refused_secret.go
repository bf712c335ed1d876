package account

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// The parts of a trace in bytes, and how often its hash is repeated: about a twentieth of a
// second for whoever guesses. Three bytes fit millions of passwords.
const (
	traceSalt   = 16
	traceHash   = 3
	traceRounds = 200_000
)

// Trace returns what is kept of a secret that a server refused. It does not tell the secret,
// and differs each time, except that the trace of the same secret is like itself: Trace with
// an earlier trace as like returns that one, as long as the secret is the same. like may be
// empty.
func Trace(secret, like string) (string, error) {
	salt := make([]byte, traceSalt)
	digits, _, _ := strings.Cut(like, ":")
	if n, err := hex.Decode(salt, []byte(digits)[:min(len(digits), 2*traceSalt)]); err != nil || n < traceSalt {
		_, _ = rand.Read(salt) // it never fails
	}
	sum, err := pbkdf2.Key(sha256.New, secret, salt, traceRounds, traceHash)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(salt) + ":" + hex.EncodeToString(sum), nil
}
