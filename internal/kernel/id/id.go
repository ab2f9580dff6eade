// Package id makes identifiers. A record's id is a UUIDv7: text, made by the program, in the order of time, so that new
// rows lie together in every index. What opens something by being known (links, codes, feeds) is a Secret instead.
package id

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io"
	"sync"

	"kith/internal/kernel/clock"
)

// Source makes ids. The zero value is not usable; see NewSource.
type Source struct {
	mu   sync.Mutex
	rand io.Reader
	last uint64 // milliseconds and a 12-bit counter: keeps ids of one process in order within a millisecond
}

// NewSource returns a source that draws on r, which is crypto/rand.Reader but for the invented district, whose ids come
// from a seed.
func NewSource(r io.Reader) *Source { return &Source{rand: r} }

// Random returns a source for real use.
func Random() *Source { return NewSource(rand.Reader) }

// New returns a UUIDv7 for the instant. Ids of one source are strictly ascending.
func (s *Source) New(now clock.Millis) string {
	var b [16]byte
	s.mu.Lock()
	defer s.mu.Unlock()
	tick := uint64(now) << 12
	if tick <= s.last {
		tick = s.last + 1
	}
	s.last = tick
	if _, err := io.ReadFull(s.rand, b[8:]); err != nil {
		panic("id: no randomness: " + err.Error()) // without it nothing may be stored
	}
	ms := tick >> 12
	binary.BigEndian.PutUint16(b[0:], uint16(ms>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(ms))
	binary.BigEndian.PutUint16(b[6:], 0x7000|uint16(tick&0x0fff))
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	out[8] = '-'
	hex.Encode(out[9:13], b[4:6])
	out[13] = '-'
	hex.Encode(out[14:18], b[6:8])
	out[18] = '-'
	hex.Encode(out[19:23], b[8:10])
	out[23] = '-'
	hex.Encode(out[24:], b[10:])
	return string(out[:])
}

// Valid says whether s has the form of an id: lower-case hexadecimal, 8-4-4-4-12. It says nothing of existence.
func Valid(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Secret returns n random bytes as URL-safe text. 16 bytes (128 bits) for links, 32 for sessions.
func Secret(n int) string {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic("id: no randomness: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Hash returns the form in which a Secret is stored: knowing the database must not open what the secret opens.
func Hash(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}
