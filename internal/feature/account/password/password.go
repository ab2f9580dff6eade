// Package password says which passwords may be used and keeps them as argon2id hashes.
//
// Rules (NIST SP 800-63B, OWASP ASVS 5.0 V6.2): at least 12 characters, at most 128, any characters, no rules of composition
// and no expiry; refused are passwords that are tried first. Checking needs no network.
package password

import (
	"context"
	"flag"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
)

// The least and the greatest number of characters.
const (
	Least    = 12
	Greatest = 128
)

// cost is OWASP's second choice: 19 MiB, two passes, one lane. Four at once take 76 MiB, which a small school server has.
var cost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Cheaply makes hashes cost next to nothing from now on, for the tests of packages that sign people in a hundred times; this
// package's own run at the real cost. It panics in a program that is no test.
func Cheaply() {
	if flag.Lookup("test.v") == nil {
		panic("password: cheap hashes outside a test")
	}
	cost = &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// slots are the hashes that may be made at once, in the whole program.
var slots = make(chan struct{}, 4)

func slot(ctx context.Context) (free func(), err error) {
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, errs.Of(errs.Busy, ctx.Err(), "Many people are signing in at once. Nothing was changed. Try again in a minute.")
	}
}

// normal makes the same password the same bytes from every keyboard.
func normal(p string) string { return norm.NFKC.String(p) }

// Hash returns the hash to keep. It waits for one of four turns; never call it inside a transaction. Busy: the context ended
// before there was a turn.
func Hash(ctx context.Context, p string) (string, error) {
	free, err := slot(ctx)
	if err != nil {
		return "", err
	}
	defer free()
	return argon2id.CreateHash(normal(p), cost)
}

// nobody is the hash that stands for accounts that have none, so that an unknown account costs as much as a known one.
var nobody = sync.OnceValues(func() (string, error) { return argon2id.CreateHash(id.Secret(32), cost) })

// Matches says whether p is the password kept as hash. With hash "" it does the same work and says no. Busy: as Hash.
func Matches(ctx context.Context, p, hash string) (bool, error) {
	free, err := slot(ctx)
	if err != nil {
		return false, err
	}
	defer free()
	known := hash != ""
	if !known {
		if hash, err = nobody(); err != nil {
			return false, err
		}
	}
	ok, err := argon2id.ComparePasswordAndHash(normal(p), hash)
	return ok && known, err
}

// Check returns nil, or in a Rule error why p may not be used. about is what anybody could know of its owner: name, address.
func Check(p string, about ...string) error {
	p = normal(p)
	switch n := utf8.RuneCountInString(p); {
	case n < Least:
		return errs.Refusef("Use at least %d characters. Three or four words that have nothing to do with each other do well.", Least)
	case n > Greatest:
		return errs.Refusef("Use at most %d characters", Greatest)
	case Guessable(p):
		return errs.Refuse("This is among the passwords that are tried first. Choose another: three or four words that have nothing to do with each other are easy to keep and hard to guess.")
	}
	rest := strings.ToLower(p)
	for _, a := range about {
		for _, w := range strings.FieldsFunc(strings.ToLower(a), func(r rune) bool { return strings.ContainsRune(" .-_@'+", r) }) {
			if utf8.RuneCountInString(w) > 2 {
				rest = strings.ReplaceAll(rest, w, "")
			}
		}
	}
	if utf8.RuneCountInString(strings.ReplaceAll(rest, "kith", "")) < Least/2+2 {
		return errs.Refuse("Much of this password is your name, your address or the name of this service, which anybody can know. Choose another.")
	}
	return nil
}
