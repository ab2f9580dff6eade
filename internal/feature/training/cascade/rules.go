package cascade

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/platform/search/fold"
)

// Standing is where a plan stands, as it is seen.
type Standing string

// How a plan can stand (the states of the district's model).
const (
	Planned    Standing = "planned"
	Delivering Standing = "delivering"
	Overdue    Standing = "overdue"
	Completed  Standing = "complete"
)

// Words names the standing.
func (s Standing) Words() string {
	return map[Standing]string{Planned: "planned", Delivering: "under way", Overdue: "overdue", Completed: "passed on"}[s]
}

// Stands says where a plan stands on a day, of which so many sessions were held. Its day passes by itself, whether or not a sweep has run.
func Stands(p Plan, held int, today clock.Day) Standing {
	switch {
	case p.State == Complete:
		return Completed
	case today > p.Due:
		return Overdue
	case held > 0:
		return Delivering
	}
	return Planned
}

// Counts says whether somebody has attended: once the register is closed, and says that somebody was there (TRN-2).
func (w Was) Counts() bool { return w == There || w == Instead }

// RegisterWords say on a plan why its training does not count as attended, and who can do something about it; "" where it does. Of a place
// for which somebody else came, it is the school that says whose plan it is.
func RegisterWords(w Was, keeper string) string {
	switch w {
	case Unclosed:
		return "The register is not closed yet. " + keeper + " closes it. Until then the training does not count as attended, and whom it reached is not in the coverage of the district. You can begin all the same."
	case Nobody:
		return "The register says that nobody was there for this place, so the training does not count as attended. If that is wrong, ask " + keeper + " to put it right."
	case Instead:
		return "The register says that somebody else came in their place. It counts for the school; let them pass it on who were there."
	}
	return ""
}

// Held says whether a session has been held: its list was closed, or was left open on a day that is over.
func Held(s Session, today clock.Day) bool {
	return s.State == SessionHeld || s.State == SessionOpen && s.On < today
}

// Mark tells one person from another in the ledger, and says no name: by account, or by the name as it was written and where they work.
func Mark(account, name, org string) string {
	if account != "" {
		return id.Hash("account|" + account)
	}
	return id.Hash("name|" + fold.Key(name) + "|" + org)
}

// CheckPlan says whether a plan for training elsewhere is whole (TRU-11).
func CheckPlan(p Plan, l Lead, today clock.Day) error {
	switch {
	case l.Account == "" && strings.TrimSpace(l.Name) == "":
		return errs.Refuse("Choose who attended")
	case strings.TrimSpace(p.Title) == "":
		return errs.Refuse("Write what the training is called")
	case KindWords(p.Kind) == "":
		return errs.Refuse("Choose what it was about")
	case p.AttendedOn == "":
		return errs.Refuse("Give the last day of the training")
	case p.AttendedOn > today:
		return errs.Refuse("The training is not over yet. Plan once it is")
	case p.Due <= p.AttendedOn:
		return errs.Refuse("Give a day after the training by which it is passed on")
	}
	return CheckNumbers(p)
}

// most is the largest sum of money that somebody can have meant, in pence.
const most = 10_000_000

// CheckNumbers says whether the numbers of a plan can be meant.
func CheckNumbers(p Plan) error {
	switch {
	case p.Aim < 0 || p.Aim > 5000:
		return errs.Refuse("Write how many colleagues there are to reach, or leave it empty")
	case p.Fee < 0 || p.Cover < 0 || p.Fee > most || p.Cover > most:
		return errs.Refuse("Write costs in pounds, such as 180 or 180.50")
	}
	return nil
}

// CanKeep says whether a plan can still be changed.
func CanKeep(p Plan) error {
	if p.State == Complete {
		return errs.Refuse("This cascade was completed. What it reached stays as it is")
	}
	return nil
}

// CheckSession says whether a session can be planned.
func CheckSession(p Plan, s Session) error {
	if err := CanKeep(p); err != nil {
		return err
	}
	switch {
	case s.On == "":
		return errs.Refuse("Give the day")
	case s.On < p.AttendedOn:
		return errs.Refuse("Nothing could be passed on before the training was attended")
	case s.Minutes < 5 || s.Minutes > 480:
		return errs.Refuse("Write how long it takes, from 5 to 480 minutes")
	case s.Cost < 0 || s.Cost > most:
		return errs.Refuse("Write the cost in pounds, such as 40 or 40.50")
	}
	return nil
}

// CanOpen says whether colleagues may sign in from now on: on the session's day.
func CanOpen(p Plan, s Session, today clock.Day) error {
	if err := CanKeep(p); err != nil {
		return err
	}
	switch {
	case s.State == SessionCancelled:
		return errs.Refuse("This session was cancelled")
	case Held(s, today):
		return errs.Refuse("This session was held. Add whoever is missing to its list")
	case today < s.On:
		return errs.Refuse("Sign-in opens on the day of the session")
	case today > s.On:
		return errs.Refuse("The day of this session is over. Write who came on its list")
	}
	return nil
}

// CanList says whether people may be put on the list, or taken off it: from the session's day on, while the cascade is open.
func CanList(p Plan, s Session, today clock.Day) error {
	if err := CanKeep(p); err != nil {
		return err
	}
	switch {
	case s.State == SessionCancelled:
		return errs.Refuse("This session was cancelled")
	case today < s.On:
		return errs.Refuse("Nobody has come yet: the session is still to be held")
	}
	return nil
}

// CanClose says whether a session's list can be closed.
func CanClose(p Plan, s Session, came int, today clock.Day) error {
	if err := CanList(p, s, today); err != nil {
		return err
	}
	switch {
	case s.State == SessionHeld:
		return errs.Refuse("This list is closed already")
	case came == 0:
		return errs.Refuse("Nobody is on the list. Add who came, or cancel the session")
	}
	return nil
}

// CanCancel says whether a session can be called off.
func CanCancel(p Plan, s Session, came int) error {
	if err := CanKeep(p); err != nil {
		return err
	}
	switch {
	case s.State == SessionCancelled:
		return errs.Refuse("This session was cancelled already")
	case came > 0:
		return errs.Refuse("Somebody is on the list. A session that was held cannot be cancelled")
	}
	return nil
}

// CanSignIn says whether a colleague may sign in at the door: while the list is open, on its day.
func CanSignIn(p Plan, s Session, mark string, today clock.Day) error {
	switch {
	case s.State != SessionOpen || s.On != today:
		return errs.Refuse("Sign-in for this session is closed. Tell whoever holds it that you came")
	case mark == p.LeadMark:
		return errs.Refuse("You pass this on yourself. Those who come to you are counted")
	}
	return nil
}

// CanAnswer says whether a session can still be answered by one more: on its day and a few days after, and never by more than came.
func CanAnswer(s Session, came, answered int, today clock.Day) error {
	switch {
	case today > s.On.Add(Shipped().AnswerDays) || today < s.On || s.State == SessionCancelled || s.State == SessionPlanned:
		return errs.Refuse("Answers to this session are no longer taken")
	case came == 0:
		return errs.Refuse("Nobody is on the list yet. Sign in first, and come back at the end")
	case answered >= came:
		return errs.Refuse("As many have answered as came. If you have not, tell whoever held it")
	}
	return nil
}

// CanComplete says whether a cascade is done: it reached somebody, and says what is different now.
func CanComplete(p Plan, reached int, changed string) error {
	if err := CanKeep(p); err != nil {
		return err
	}
	switch {
	case reached == 0:
		return errs.Refuse("It has reached nobody yet. Hold a session first")
	case strings.TrimSpace(changed) == "":
		return errs.Refuse("Write what is different now")
	}
	return nil
}

// Cost is what a cascade has cost, in pence: the training, and every session that was not cancelled.
func Cost(p Plan, sessions []Session) int64 {
	sum := p.Fee + p.Cover
	for _, s := range sessions {
		if s.State != SessionCancelled {
			sum += s.Cost
		}
	}
	return sum
}

// EachCosts is the cost of each person reached, in pence, rounded to the nearest (TRU-5); -1 where nobody was reached.
func EachCosts(cost int64, reached int) int64 {
	if reached <= 0 {
		return -1
	}
	n := int64(reached)
	return (cost + n/2) / n
}

// Pounds writes a sum: "£12.50", "£1,240".
func Pounds(pence int64) string {
	s := strconv.FormatInt(pence/100, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if pence%100 == 0 {
		return "£" + s
	}
	return fmt.Sprintf("£%s.%02d", s, pence%100)
}

// ReadPounds reads a sum as people write it, "180", "£1,240.50", in pence. Empty is 0. Rule: it is none.
func ReadPounds(s string) (int64, error) {
	bad := errs.Refuse("Write a sum in pounds, such as 180 or 180.50")
	s = strings.TrimPrefix(strings.ReplaceAll(strings.TrimSpace(s), ",", ""), "£")
	if s == "" {
		return 0, nil
	}
	whole, part, point := strings.Cut(s, ".")
	if len(whole) > 7 || point && len(part) != 2 {
		return 0, bad
	}
	n, err := strconv.ParseUint(whole+part, 10, 63)
	if err != nil {
		return 0, bad
	}
	if !point {
		n *= 100
	}
	return int64(n), nil // #nosec G115 -- nine digits
}

// signs are the letters and figures of a code: none is taken for another.
var signs = base32.NewEncoding("ABCDEFGHJKLMNPQRSTUVWXYZ23456789").WithPadding(base32.NoPadding)

// secrets are what opens a session's sign-in: a code to type, "K7QM 4RTX", and 128 bits for a link. They are made anew from the key each time
// that they are shown, from the session and the instant at which it was opened, so that nothing that opens it has to be kept.
func secrets(key [32]byte, s SessionID, opened clock.Millis) (code, link string) {
	h := hmac.New(sha256.New, key[:])
	fmt.Fprintf(h, "cascade session %s %d", s, int64(opened))
	sum := h.Sum(nil)
	c := signs.EncodeToString(sum[:5])
	return c[:4] + " " + c[4:], hex.EncodeToString(sum[16:])
}

// recognised is what a code or link is known by.
func recognised(key [32]byte, what, typed string) string {
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte("cascade " + what + "\x00" + plain(typed)))
	return hex.EncodeToString(h.Sum(nil))
}

// plain is a code as it is compared: case, spaces and hyphens do not matter.
func plain(typed string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(typed))
}

// keeps says whether the viewer may plan for an organisation. NotFound: they may not.
func keeps(v access.Viewer, org string) error {
	if _, system := v.IsSystem(); system || slices.Contains(orgsOf(v), org) {
		return nil
	}
	return errs.Missing()
}

// wholeDistrict says whether the viewer sees the coverage of the whole district; else that of the schools of the trusts that they lead.
func wholeDistrict(v access.Viewer) bool {
	return slices.ContainsFunc([]access.Role{access.TrainingAdmin, access.Partnership, access.Strategic}, v.Holds)
}

// orgsOf are the organisations whose cascades the viewer keeps.
func orgsOf(v access.Viewer) []string {
	return v.OrgsOf(access.Head, access.DSL, access.TrustLead)
}
