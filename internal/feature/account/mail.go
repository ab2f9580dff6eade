package account

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// How long a mailed link opens something.
const (
	resetFor  = 30 * time.Minute
	inviteFor = 7 * 24 * time.Hour
)

// told is what a message to an account's owner is about. Nothing else about them or anybody stands in it (SEC-16).
type told string

const (
	toldPassword  told = "password"
	toldFactor    told = "factor"
	toldNoFactor  told = "no-factor"
	toldCodes     told = "codes"
	toldCodeUsed  told = "code-used"
	toldReset     told = "reset-by-admin"
	toldPost      told = "post"
	toldIdentity  told = "identity"
	toldUnjoined  told = "identity-gone"
	toldResetLink told = "reset-link"
	toldInvite    told = "invite"
)

// words are the subject and what happened. Whoever did not do it themselves is told what to do at the end of the message.
var words = map[told][2]string{
	toldPassword:  {"Kith: your password was changed", "Your password was changed at %s. Other devices were signed out."},
	toldFactor:    {"Kith: a second step was added", "A second step for signing in was added to your account at %s."},
	toldNoFactor:  {"Kith: a second step was removed", "A second step for signing in was removed from your account at %s."},
	toldCodes:     {"Kith: new recovery codes", "New recovery codes were made for your account at %s. The old ones no longer count."},
	toldCodeUsed:  {"Kith: a recovery code was used", "One of your recovery codes was used at %s."},
	toldReset:     {"Kith: your second step was taken away", "An administrator took away the second steps of your account at %s, because somebody asked for it. You set up a new one when you next sign in."},
	toldPost:      {"Kith: you were given a post", "You were given a further post at %s. You see it when you next open Kith."},
	toldIdentity:  {"Kith: a school account was joined", "A school account was joined to your account at %s. You can sign in with it from now on."},
	toldUnjoined:  {"Kith: a school account was removed", "A school account was removed from your account at %s. It no longer signs you in."},
	toldResetLink: {"Kith: choose a new password", "Somebody asked at %s to choose a new password for this address."},
	toldInvite:    {"Kith: you are invited", "You were given an account at %s."},
}

// mailJob asks for a message. ID makes the Message-ID, so that a message sent twice is known as one.
type mailJob struct {
	ID      string `json:"id"`
	Account string `json:"account"` // "" for an address that nobody has: the job does nothing
	What    told   `json:"what"`
}

// Kind is the name of the work.
func (mailJob) Kind() string { return "account.mail" }

// tell queues a message to the owner of the account, in the transaction of what it tells (ASVS 6.3.7).
func (f *Feature) tell(ctx context.Context, tx *store.Tx, account ID, what told) error {
	return jobs.Add(ctx, tx, mailJob{ID: tx.NewID(), Account: string(account), What: what})
}

// Work registers what this slice does in the background.
func (f *Feature) Work(q *jobs.Queue) { jobs.Handle(q, f.sendMail) }

// sendMail renders and sends one message. A link is made here and not before, so that its secret stands in no job. A server
// that refuses the message for good is not asked again; the refusal is in the audit log.
func (f *Feature) sendMail(ctx context.Context, v access.Viewer, j mailJob) error {
	if j.Account == "" {
		return nil
	}
	var a Account
	var link, secret string
	var at clock.Millis
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		at, link, secret = tx.Now, "", id.Secret(16)
		if a, err = f.store.Account(ctx, tx, ID(j.Account)); err != nil {
			return err
		}
		t := token{id: id.Hash(secret), account: string(a.ID)}
		switch {
		case j.What == toldResetLink && a.State == Active:
			t.kind, t.ends, link = resetLink, tx.Now.Add(resetFor), "/reset/"
		case j.What == toldInvite && a.State == Invited:
			t.kind, t.ends, link = inviteLink, tx.Now.Add(inviteFor), "/invite/"
		default:
			return nil
		}
		if err := f.store.deleteTokensOf(ctx, tx, a.ID); err != nil {
			return err
		}
		return f.store.insertToken(ctx, tx, t)
	})
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if link == "" && (a.State == Disabled || j.What == toldResetLink || j.What == toldInvite) {
		return nil
	}
	if link != "" {
		link = strings.TrimSuffix(f.cfg.PublicURL, "/") + link + secret
	}
	err = f.cfg.Mailer.Send(ctx, f.message(a.Email, j, link, at))
	var refused *mail.RefusedError
	var permanent *mail.PermanentError
	if errors.As(err, &refused) || errors.As(err, &permanent) {
		return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			return audit.Record(ctx, tx, "account.mail-refused", ref.To("account", j.Account), audit.Detail(map[string]any{"what": j.What}))
		})
	}
	return err
}

func (f *Feature) message(to string, j mailJob, link string, at clock.Millis) mail.Message {
	w := words[j.What]
	when := term.Time(at) + " on " + term.LongDate(clock.DayOf(at.Time()))
	text := []string{strings.Replace(w[1], "%s", when, 1)}
	switch j.What {
	case toldResetLink:
		text = append(text, "Open this link within 30 minutes. It opens once, and asks for your second step if you have one:", link,
			"If it was not you, there is nothing to do: without the link and your second step nobody gets in.")
	case toldInvite:
		text = append(text, "Open this link within 7 days to choose a password. It opens once:", link,
			"If you did not expect this, ask your school before you open it.")
	case toldPost:
		text = append(text, "If you did not expect this, ask your school.")
	default:
		text = append(text, "If it was not you, tell your school's safeguarding lead or whoever looks after Kith at once, by telephone or in person.")
	}
	host := "kith.invalid"
	if u, err := url.Parse(f.cfg.PublicURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return mail.Message{To: to, Subject: w[0], Text: strings.Join(text, "\n\n") + "\n", MessageID: j.ID + "@" + host, At: at}
}
