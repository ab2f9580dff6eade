package account

import (
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
)

// ID is an account's id.
type ID string

// State is where an account stands.
type State string

// The states of an account.
const (
	Invited  State = "invited"
	Active   State = "active"
	Disabled State = "disabled"
)

// Account is somebody who can sign in.
type Account struct {
	ID      ID
	Email   string
	Name    string
	Phone   string
	State   State
	Version int64
}

func (a *Account) Dest() []any {
	return []any{(*string)(&a.ID), &a.Email, &a.Name, &a.Phone, (*string)(&a.State), &a.Version}
}

// Post is what somebody is in an organisation.
type Post struct {
	ID, Account, Org string
	Role             access.Role
	Title            string // as the school calls it: "Lunchtime supervisor"
	From, Until      clock.Millis
}

func (p *Post) Dest() []any {
	return []any{&p.ID, &p.Account, &p.Org, (*string)(&p.Role), &p.Title, (*int64)(&p.From), (*int64)(&p.Until)}
}

// NoEnd is the end of a post that has none yet.
const NoEnd = clock.ForEver

// Limits of a session.
const (
	IdleLimit     = 30 * time.Minute
	AbsoluteLimit = 12 * time.Hour
	seenEvery     = time.Minute
)

// strengthOf says how surely we know, at now, who opened the session whose second factor was given at second (0: never).
func strengthOf(second, now clock.Millis) access.Strength {
	switch {
	case second == 0 || second.Add(access.RecordsFor) <= now:
		return access.FirstFactor
	case second.Add(access.StepUpFor) <= now:
		return access.SecondFactor
	}
	return access.SteppedUp
}

// rolesOf collects what the live posts give. Every post also gives membership.
func rolesOf(posts []Post, now clock.Millis) map[access.Role][]string {
	out := map[access.Role][]string{}
	add := func(r access.Role, org string) {
		for _, have := range out[r] {
			if have == org {
				return
			}
		}
		out[r] = append(out[r], org)
	}
	for _, p := range posts {
		if p.From <= now && now < p.Until {
			add(p.Role, p.Org)
			add(access.Member, p.Org)
		}
	}
	return out
}
