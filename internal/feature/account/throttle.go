package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

// How often somebody may try before they wait. A school has one address, so an address may try oftener than an account.
const (
	freeTries        = 5
	freeAddressTries = 50
	longestWait      = 15 * time.Minute
	triesForgotten   = 24 * time.Hour
)

// waitAfter says how long to wait after so many tries: none up to the free ones, then half a minute, doubling to 15 minutes.
// Guessing then gets at most a hundred tries a day at an account, and locking somebody out costs them 15 minutes.
func waitAfter(tries, free int64) time.Duration {
	if tries < free {
		return 0
	}
	wait := 30 * time.Second
	for range tries - free {
		if wait *= 2; wait >= longestWait {
			return longestWait
		}
	}
	return wait
}

// limit is one thing whose tries are counted.
type limit struct {
	what  string // "password ann@oak.example"; kept as a keyed hash
	free  int64
	clear bool // a success forgets all tries; otherwise it takes back its own
}

func (f *Feature) limitID(district string, l limit) string {
	key := secret.RootOf(f.cfg.Key).Derive("throttle")
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte(district + "\x00" + l.what))
	return hex.EncodeToString(h.Sum(nil))
}

type throttle struct {
	tries       int64
	last, until clock.Millis
}

func (t *throttle) Dest() []any { return []any{&t.tries, (*int64)(&t.last), (*int64)(&t.until)} }

// try counts one try against every limit before anything is checked, so that many at once are counted too. Rule: too many;
// the sentence says when to try again. It is the same for accounts that exist and for those that do not.
func (f *Feature) try(ctx context.Context, district string, limits ...limit) error {
	return f.DB.Write(ctx, access.System(district, "count tries"), func(ctx context.Context, tx *store.Tx) error {
		var rows []throttle
		var until clock.Millis
		for _, l := range limits {
			row, err := f.store.lockThrottle(ctx, tx, f.limitID(district, l))
			if err != nil {
				return err
			}
			if row.last.Add(triesForgotten) <= tx.Now {
				row = throttle{}
			}
			rows = append(rows, row)
			until = max(until, row.until)
		}
		if until > tx.Now {
			return errs.Refusef("Too many tries. Try again after %s.", term.Time(until.Add(time.Minute-1)))
		}
		for i, l := range limits {
			rows[i].tries++
			rows[i].last = tx.Now
			rows[i].until = tx.Now.Add(waitAfter(rows[i].tries, l.free))
			if rows[i].tries < l.free {
				rows[i].until = 0
			}
			if err := f.store.saveThrottle(ctx, tx, f.limitID(district, l), rows[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// succeeded takes back what try has counted.
func (f *Feature) succeeded(ctx context.Context, district string, limits ...limit) error {
	return f.DB.Write(ctx, access.System(district, "count tries"), func(ctx context.Context, tx *store.Tx) error {
		for _, l := range limits {
			if err := f.store.forgiveTry(ctx, tx, f.limitID(district, l), l.clear); err != nil {
				return err
			}
		}
		return nil
	})
}

// Try counts one try of what, for a slice whose pages anybody can reach: free of them, then each has to wait longer. Rule: too
// many.
func (f *Feature) Try(ctx context.Context, district, what string, free int64) error {
	return f.try(ctx, district, limit{what: what, free: free})
}

// Succeeded takes back the last try of what.
func (f *Feature) Succeeded(ctx context.Context, district, what string) error {
	return f.succeeded(ctx, district, limit{what: what})
}

// Address says from which network a request comes, for counting tries.
func (f *Feature) Address(r *http.Request) string { return f.address(r) }

func (Store) lockThrottle(ctx context.Context, tx *store.Tx, id string) (throttle, error) {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO account_throttle (id, district_id, tries, last_at, wait_until) VALUES (?, ?, 0, 0, 0) ON CONFLICT (id) DO NOTHING`, id, tx.Viewer.District)); err != nil {
		return throttle{}, err
	}
	if _, err := tx.Lock(ctx, "account_throttle", id); err != nil {
		return throttle{}, err
	}
	return store.One[throttle](ctx, tx, store.SQL(`SELECT t.tries, t.last_at, t.wait_until FROM account_throttle t WHERE t.id = ?`, id))
}

func (Store) saveThrottle(ctx context.Context, tx *store.Tx, id string, t throttle) error {
	return tx.Put(ctx, store.SQL(`UPDATE account_throttle SET tries = ?, last_at = ?, wait_until = ? WHERE id = ?`, t.tries, int64(t.last), int64(t.until), id))
}

func (Store) forgiveTry(ctx context.Context, tx *store.Tx, id string, all bool) error {
	q := store.SQL(`UPDATE account_throttle SET tries = tries - 1, wait_until = 0 WHERE id = ? AND tries > 0`, id)
	if all {
		q = store.SQL(`DELETE FROM account_throttle WHERE id = ?`, id)
	}
	return tx.Put(ctx, q)
}
