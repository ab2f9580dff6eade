package account

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
)

// NeedsFactor says whether somebody must have a second factor before anything else: whoever holds a role beyond membership
// reads records of some kind, or gives the right to (SEC-25). A plain member may write, and is asked for one when they first
// open something that is a record.
func NeedsFactor(roles map[access.Role][]string) bool {
	for r, orgs := range roles {
		if r != access.Member && len(orgs) > 0 {
			return true
		}
	}
	return false
}

// factors is what an account has for a second step.
type factors struct {
	TOTP     *totpRow
	Passkeys []passkey
	Codes    []codeRow
}

// count is how many real factors there are; recovery codes stand in for one that was lost and are none.
func (f factors) count() int {
	n := len(f.Passkeys)
	if f.TOTP != nil {
		n++
	}
	return n
}

func (f factors) codesLeft() int {
	n := 0
	for _, c := range f.Codes {
		if c.used == 0 {
			n++
		}
	}
	return n
}

// canRemoveFactor says whether one of n factors may go.
func canRemoveFactor(n int) error {
	if n < 2 {
		return errs.Refuse("This is your only second step, so it stays. Add another first, then remove this one.")
	}
	return nil
}

// step is the length of a half minute, the life of one code of an authenticator app (RFC 6238).
const step = 30 * time.Second

var totpOptions = totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// newTOTPSecret returns 160 random bits in the form that apps take (RFC 4226 asks for as many).
func newTOTPSecret() string {
	b := make([]byte, 20)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return base32Text.EncodeToString(b)
}

// stepOf returns the half minute whose code was given: now's, the one before or the one after, and later than last. ok is
// false when it is none of them, or one that was used before (ASVS 6.5.1).
func stepOf(secret, code string, now clock.Millis, last int64) (used int64, ok bool) {
	code = strings.ReplaceAll(code, " ", "")
	current := int64(now) / step.Milliseconds()
	for s := current - 1; s <= current+1; s++ {
		want, err := totp.GenerateCodeCustom(secret, clock.Millis(s*step.Milliseconds()).Time(), totpOptions)
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && s > last {
			return s, true
		}
	}
	return 0, false
}

// totpURL is what the picture for the app says.
func totpURL(secret, email, place string) string {
	issuer := strings.NewReplacer(":", " ").Replace("Kith " + place)
	return "otpauth://totp/" + url.PathEscape(issuer) + ":" + url.PathEscape(email) + "?secret=" + secret + "&issuer=" + url.PathEscape(issuer)
}

// Recovery codes: each once. A code reads 3-kmpr-t4wx: its number, then 40 random bits.
const recoveryCodes = 10

var recoveryText = base32.NewEncoding("abcdefghjkmnpqrstuvwxyz023456789").WithPadding(base32.NoPadding)

func newRecoveryCode(number int) string {
	b := make([]byte, 5)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	s := recoveryText.EncodeToString(b)
	return strconv.Itoa(number) + "-" + s[:4] + "-" + s[4:]
}

// recoveryNumber returns the number of a recovery code and the code as it was written down, or false for anything else.
func recoveryNumber(typed string) (number int, code string, ok bool) {
	s := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-':
			return -1
		case 'o':
			return '0'
		}
		return r
	}, strings.ToLower(typed))
	if len(s) < 9 {
		return 0, "", false
	}
	head, body := s[:len(s)-8], s[len(s)-8:]
	number, err := strconv.Atoi(head)
	if err != nil || number < 1 || number > recoveryCodes {
		return 0, "", false
	}
	return number, strconv.Itoa(number) + "-" + body[:4] + "-" + body[4:], true
}
