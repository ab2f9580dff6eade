package cascade

import (
	"context"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
)

// member is somebody who holds a post.
type member = ref.Person

// inSession runs do with a session whose plan the viewer may change, locked, and how many came. NotFound: it is not theirs.
func (f *Feature) inSession(ctx context.Context, v access.Viewer, id SessionID, do func(ctx context.Context, tx *store.Tx, p Plan, s Session, came int) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		s, err := f.store.Session(ctx, tx, id)
		if err != nil {
			return err
		}
		p, err := f.store.changeable(ctx, tx, s.Cascade)
		if err != nil {
			return err
		}
		if err := f.lock(ctx, tx, id); err != nil {
			return err
		}
		if s, err = f.store.Session(ctx, tx, id); err != nil {
			return err
		}
		came, _, err := f.store.counted(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(ctx, tx, p, s, came)
	})
}

// OpenSignIn lets colleagues sign in to a session, on its day. Opened a second time it stays as it is. Rule: not its day, held, or cancelled.
func (f *Feature) OpenSignIn(ctx context.Context, v access.Viewer, id SessionID) (err error) {
	defer errs.Wrap(&err, "cascade.OpenSignIn(%s)", id)
	return f.inSession(ctx, v, id, func(ctx context.Context, tx *store.Tx, p Plan, s Session, _ int) error {
		if err := CanOpen(p, s, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		if s.State == SessionOpen {
			tx.Unaudited("it is open already")
			return nil
		}
		s.State, s.OpenedAt = SessionOpen, tx.Now
		code, link := secrets(f.Key, s.ID, s.OpenedAt)
		if err := f.store.setSession(ctx, tx, s, recognised(f.Key, "code", code), recognised(f.Key, "link", link)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "cascade.sign_in_opened", id.Ref(), audit.Org(p.Org))
	})
}

// CloseSignIn closes the list of a session: it was held. Its link opens what is asked afterwards and no list. Rule: nobody is on it, or it is
// closed.
func (f *Feature) CloseSignIn(ctx context.Context, v access.Viewer, id SessionID) (err error) {
	defer errs.Wrap(&err, "cascade.CloseSignIn(%s)", id)
	return f.inSession(ctx, v, id, func(ctx context.Context, tx *store.Tx, p Plan, s Session, came int) error {
		if err := CanClose(p, s, came, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		if s.OpenedAt == 0 {
			s.OpenedAt = tx.Now
		}
		s.State = SessionHeld
		code, link := secrets(f.Key, s.ID, s.OpenedAt)
		if err := f.store.setSession(ctx, tx, s, recognised(f.Key, "code", code), recognised(f.Key, "link", link)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "cascade.session_held", id.Ref(), audit.Org(p.Org))
	})
}

// CancelSession calls a session off. Rule: somebody came.
func (f *Feature) CancelSession(ctx context.Context, v access.Viewer, id SessionID) (err error) {
	defer errs.Wrap(&err, "cascade.CancelSession(%s)", id)
	return f.inSession(ctx, v, id, func(ctx context.Context, tx *store.Tx, p Plan, s Session, came int) error {
		if err := CanCancel(p, s, came); err != nil {
			return err
		}
		s.State = SessionCancelled
		if err := f.store.setSession(ctx, tx, s, "", ""); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "cascade.session_cancelled", id.Ref(), audit.Org(p.Org))
	})
}

// List puts people on the list of a session: staff by their accounts, others by their names. Whoever is on it already stays there once.
// NotFound: the session, or one of the accounts, is not of the viewer's organisation. Rule: the session is still to come, or cancelled.
func (f *Feature) List(ctx context.Context, v access.Viewer, id SessionID, accounts, names []string) (added int, err error) {
	defer errs.Wrap(&err, "cascade.List(%s)", id)
	err = f.inSession(ctx, v, id, func(ctx context.Context, tx *store.Tx, p Plan, s Session, _ int) error {
		added = 0
		if err := CanList(p, s, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		staff, err := f.People.TitlesAt(ctx, tx, p.Org)
		if err != nil {
			return err
		}
		var come []member
		for _, a := range accounts {
			m, ok := withAccount(staff, a)
			if !ok {
				return errs.Missing()
			}
			come = append(come, m)
		}
		for _, n := range names {
			if n = strings.TrimSpace(n); n != "" {
				come = append(come, named(staff, n))
			}
		}
		if len(come) == 0 {
			return errs.Refuse("Tick who came, or write their names")
		}
		for _, m := range come {
			i := SignIn{ID: tx.NewID(), Account: m.ID, Name: m.Name, Title: m.Title, How: ByList}
			ok, err := f.come(ctx, tx, p, s, i, p.Org)
			if err != nil {
				return err
			}
			if ok {
				added++
			}
		}
		if added == 0 {
			tx.Unaudited("everybody is on the list already")
		}
		return nil
	})
	return added, err
}

// come counts somebody at a session, once, and writes down who. It returns false where they are counted, or are whoever passes it on.
func (f *Feature) come(ctx context.Context, tx *store.Tx, p Plan, s Session, i SignIn, org string) (bool, error) {
	i.Session, i.Cascade, i.At, i.Mark = s.ID, s.Cascade, tx.Now, Mark(i.Account, i.Name, org)
	if i.Mark == p.LeadMark {
		return false, nil
	}
	ok, err := f.store.insertReach(ctx, tx, s, i.Mark, org)
	if err != nil || !ok {
		return false, err
	}
	if err := f.store.insertSignIn(ctx, tx, i, org); err != nil {
		return false, err
	}
	return true, audit.Record(ctx, tx, "cascade.signed_in", i.Ref(), audit.Org(org))
}

// TakeOff takes somebody off a list who did not come. NotFound: nobody of that id is on it, or it is not the viewer's. Rule: the cascade is
// complete.
func (f *Feature) TakeOff(ctx context.Context, v access.Viewer, id SessionID, signIn string) (err error) {
	defer errs.Wrap(&err, "cascade.TakeOff(%s)", id)
	return f.inSession(ctx, v, id, func(ctx context.Context, tx *store.Tx, p Plan, s Session, _ int) error {
		if err := CanList(p, s, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		i, err := f.store.changeableSignIn(ctx, tx, signIn, id)
		if err != nil {
			return err
		}
		if err := f.store.takeOff(ctx, tx, i); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "cascade.taken_off", i.Ref(), audit.Org(p.Org))
	})
}

// withAccount returns somebody of the staff.
func withAccount(staff []member, account string) (member, bool) {
	for _, m := range staff {
		if m.ID == account {
			return m, true
		}
	}
	return member{}, false
}

// named returns the one member of staff who has a name, however it is written, or somebody without an account.
func named(staff []member, name string) member {
	out, n := member{Name: name}, 0
	for _, m := range staff {
		if fold.Key(m.Name) == fold.Key(name) {
			out, n = m, n+1
		}
	}
	if n > 1 {
		return member{Name: name}
	}
	return out
}

// How often one place may try before it has to wait. A school has one address, and everybody comes at the same time.
const (
	freeCodes   = 60
	freeSignIns = 300
)

// door is the program asking for somebody who stands at the door without an account.
func door(v access.Viewer) access.Viewer {
	if v.Account != "" {
		return v
	}
	return access.System(v.District, "a colleague signs in")
}

// Find returns the link to the session that a code opens. Rule: too many wrong ones came from there. NotFound: no such code.
func (f *Feature) Find(ctx context.Context, v access.Viewer, from, typed string) (link string, err error) {
	what := "cascade code from " + from
	if err := f.Limits.Try(ctx, v.District, what, freeCodes); err != nil {
		return "", err
	}
	err = f.DB.Read(ctx, door(v), func(ctx context.Context, tx *store.Tx) error {
		if plain(typed) == "" {
			return errs.Missing()
		}
		s, err := f.store.opened(ctx, tx, recognised(f.Key, "code", typed), "")
		if err != nil {
			return err
		}
		if s.On != clock.DayOf(tx.Now.Time()) {
			return errs.Missing()
		}
		_, link = secrets(f.Key, s.ID, s.OpenedAt)
		return nil
	})
	if err != nil {
		return "", err
	}
	return link, f.Limits.Succeeded(ctx, v.District, what)
}

// SignIn puts whoever stands at the door on the list: by their account where they have signed in, else by the name they wrote. Signed in a
// second time they are there once. NotFound: no such link. Rule: it is closed, no name, they hold it themselves, or too many.
func (f *Feature) SignIn(ctx context.Context, v access.Viewer, from, link, name, title string) (err error) {
	defer errs.Wrap(&err, "cascade.SignIn")
	if err := f.Limits.Try(ctx, v.District, "cascade sign-in from "+from, freeSignIns); err != nil {
		return err
	}
	return f.DB.Write(ctx, door(v), func(ctx context.Context, tx *store.Tx) error {
		s, err := f.store.opened(ctx, tx, "", recognised(f.Key, "link", link))
		if err != nil {
			return err
		}
		p, err := f.store.ledger(ctx, tx, s.Cascade)
		if err != nil {
			return err
		}
		i, org := SignIn{ID: tx.NewID(), How: ByName, Name: strings.TrimSpace(name), Title: strings.TrimSpace(title)}, p.Org
		if v.Account != "" {
			if i, org, err = f.self(ctx, tx, i); err != nil {
				return err
			}
		} else {
			if i.Name == "" {
				return errs.Refuse("Write your name")
			}
			staff, err := f.People.TitlesAt(ctx, tx, p.Org)
			if err != nil {
				return err
			}
			m := named(staff, i.Name)
			i.Account = m.ID
			if m.Title != "" {
				i.Title = m.Title
			}
		}
		if err := CanSignIn(p, s, Mark(i.Account, i.Name, org), clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		ok, err := f.come(ctx, tx, p, s, i, org)
		if !ok {
			tx.Unaudited("they are on the list already")
		}
		return err
	})
}

// self is a viewer who has signed in, as they go on a list, and where they work.
func (f *Feature) self(ctx context.Context, tx *store.Tx, i SignIn) (SignIn, string, error) {
	org, err := f.People.OrgOf(ctx, tx, tx.Viewer.Account)
	if err != nil {
		return i, "", err
	}
	names, err := f.People.Names(ctx, tx, tx.Viewer.Account)
	m := names[tx.Viewer.Account]
	i.How, i.Account, i.Name, i.Title = ByPhone, m.ID, m.Name, m.Title
	return i, org, err
}

// Answer keeps what somebody says of a session afterwards, without their name: neither here nor in the log. A second call with the same id
// changes nothing. NotFound: no such link. Rule: nothing chosen, its time is over, or as many have answered as came.
func (f *Feature) Answer(ctx context.Context, district, from, link, id, rating, said string) (err error) {
	defer errs.Wrap(&err, "cascade.Answer")
	if err := f.Limits.Try(ctx, district, "cascade answer from "+from, freeSignIns); err != nil {
		return err
	}
	err = f.DB.Write(ctx, access.System(district, "a colleague answers, without a name"), func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("whoever answers is not named")
		s, err := f.store.opened(ctx, tx, "", recognised(f.Key, "link", link))
		if err != nil {
			return err
		}
		if err := f.lock(ctx, tx, s.ID); err != nil {
			return err
		}
		p, err := f.store.ledger(ctx, tx, s.Cascade)
		if err != nil {
			return err
		}
		if RatingWords(rating) == "" {
			return errs.Refuse("Choose an answer")
		}
		came, answered, err := f.store.counted(ctx, tx, s.ID)
		if err != nil {
			return err
		}
		again, err := store.Exists(ctx, tx, store.SQL(`SELECT 1 FROM training_cascade_answer a WHERE a.id = ? AND a.session_id = ?`, id, string(s.ID)))
		if err != nil || again {
			return err
		}
		if err := CanAnswer(s, came, answered, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		if err := f.store.insertAnswer(ctx, tx, id, s, p.Org, rating); err != nil {
			return err
		}
		if said = strings.TrimSpace(said); said == "" {
			return nil
		}
		return f.store.insertWords(ctx, tx, p, said)
	})
	if store.IsDuplicate(err) {
		return errs.Missing() // an id of something else
	}
	return err
}

// Shown are the code and the link that the room shows of a session opened at an instant.
func (f *Feature) Shown(id SessionID, opened clock.Millis) (code, link string) {
	return secrets(f.Key, id, opened)
}
