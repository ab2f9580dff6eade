// Package secret keeps the program's keys: one root key of 32 bytes, from which every other key is derived by its purpose;
// the Ed25519 key that signs audit checkpoints, which is a file of its own so that whoever holds the data does not also
// hold the signature; and the recovery sheet, whose age identity opens the backups and the sealed root key.
//
// No key is ever printed: the types show themselves as hidden, and errors name files, never contents.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
)

// Purpose says what a derived key is for. Two purposes never have the same key.
type Purpose string

// The purposes of derived keys.
const (
	Database Purpose = "database"
	Files    Purpose = "files"
	DayCodes Purpose = "day-codes"
	Accounts Purpose = "accounts"
	Cursors  Purpose = "cursors"
	Training Purpose = "training" // seals serials of certificates; makes codes of rooms and the key that signs credentials
	keyID    Purpose = "key-id"
)

// Root is the root key.
type Root struct{ key [32]byte }

// RootOf returns the root key that has these bytes.
func RootOf(key [32]byte) Root { return Root{key} }

// NewRoot returns a fresh random root key.
func NewRoot() Root {
	var r Root
	_, _ = rand.Read(r.key[:]) // never fails: crypto/rand ends the program instead
	return r
}

// Format shows the key as hidden under every verb.
func (r Root) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("root key (hidden)")) }

// MarshalText refuses, so that the key gets into no JSON and no log.
func (r Root) MarshalText() ([]byte, error) {
	return nil, errors.New("secret: the root key is not to be written")
}

// Derive returns the key for p: HKDF-SHA-256 (RFC 5869) with the information "kith v1 " and p.
func (r Root) Derive(p Purpose) [32]byte {
	k, err := hkdf.Key(sha256.New, r.key[:], nil, "kith v1 "+string(p), 32)
	if err != nil {
		panic(err) // 32 bytes are always within what HKDF can give
	}
	return [32]byte(k)
}

// ID returns a name of the key that gives nothing away about it, 16 hexadecimal digits: kept beside the data, it tells a
// wrong key from damaged data.
func (r Root) ID() string {
	k := r.Derive(keyID)
	return hex.EncodeToString(k[:8])
}

// Fits returns a *KeyError (ErrWrong) unless kept is the ID of this key.
func (r Root) Fits(kept string) error {
	if subtle.ConstantTimeCompare([]byte(kept), []byte(r.ID())) == 1 {
		return nil
	}
	return &KeyError{ErrWrong, fmt.Sprintf("This key does not open this data: the data was made with key %s, and this is key %s. Nothing was changed. Give the right key file with --key-file, or bring the key back from the recovery sheet.", kept, r.ID())}
}

// ErrOpen is returned by Open for whatever is wrong; telling more would help only an attacker.
var ErrOpen = errors.New("secret: this cannot be opened: it was made with another key, belongs elsewhere, or was changed")

// Seal encrypts plain by AES-256-GCM under a random nonce, which comes first. Open must be given the same ad: name there
// what the text belongs to, so that it cannot be moved. One key seals at most 2^32 texts.
func Seal(key [32]byte, plain, ad []byte) []byte { return aead(key).Seal(nil, nil, plain, ad) } // #nosec G407 -- the AEAD draws a random nonce for each sealing

// Open returns what Seal was given, or ErrOpen.
func Open(key [32]byte, sealed, ad []byte) ([]byte, error) {
	plain, err := aead(key).Open(nil, nil, sealed, ad)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

func aead(key [32]byte) cipher.AEAD {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key has the right length by its type
	}
	g, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return g
}
