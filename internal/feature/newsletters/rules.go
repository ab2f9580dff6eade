package newsletters

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
)

// Limits.
const (
	ConfirmFor     = 7 * 24 * time.Hour // how long the link that confirms works
	AskAgainAfter  = 10 * time.Minute   // an address that asked is written to again after this, not before
	SignUpsAMinute = 30                 // in one district: a list that is filled by a machine stops here
	BatchSize      = 100                // deliveries in one job
	LostAfter      = 10 * time.Minute   // a letter that is being sent for longer was lost with the program that sent it
	MaxItems       = 12
)

// CanWrite says whether the words of an issue may be changed.
func CanWrite(i Issue) error {
	switch i.State {
	case Draft:
		return nil
	case Review, Scheduled:
		return errs.Refuse("Take this issue back before you change it: somebody else is reading it, or has approved these words")
	}
	return errs.Refuse("This issue has gone out. What was sent stays as it was")
}

// CanSendForReview says whether an issue is whole enough for a second person to read.
func CanSendForReview(i Issue) error {
	switch {
	case i.State != Draft:
		return errs.Refuse("This issue is not a draft any more")
	case len(i.Items) == 0:
		return errs.Refuse("Write at least one item first")
	case i.Kind == Briefing && len(i.Roles) == 0:
		return errs.Refuse("Choose the posts that this briefing goes to first")
	}
	for n, item := range i.Items {
		if item.Heading == "" || item.Text == "" && item.On == "" {
			return errs.Refusef("Item %d needs a heading, and words or a date", n+1)
		}
	}
	return nil
}

// CanApprove says whether the viewer may approve an issue that goes out at the instant at. Four eyes: nobody approves what
// they wrote, not even a part of it.
func CanApprove(i Issue, writers []string, v access.Viewer, at, now clock.Millis) error {
	switch {
	case i.State != Review:
		return errs.Refuse("This issue is not waiting for approval")
	case v.Account == "" || slices.Contains(writers, v.Account):
		return errs.Refuse("You wrote in this issue. Somebody else reads and approves it")
	case at < now:
		return errs.Refuse("The time to send it is past. Choose a later one, or send it now")
	case at > now.Add(366*24*time.Hour):
		return errs.Refuse("The time to send it is more than a year away")
	}
	return nil
}

// CanTakeBack says whether an issue can become a draft again.
func CanTakeBack(i Issue) error {
	if i.State == Review || i.State == Scheduled {
		return nil
	}
	return errs.Refuse("Only an issue that is waiting can be taken back")
}

// CanArchive says whether an issue can leave the list.
func CanArchive(i Issue) error {
	if i.State == Sent {
		return nil
	}
	return errs.Refuse("Only an issue that was sent can be archived")
}

// CanSendAgain says whether a person may have a letter sent once more. The program never does so by itself.
func CanSendAgain(d Delivery) error {
	if d.State == LetterUnknown || d.State == LetterFailed {
		return nil
	}
	return errs.Refuse("Only a letter that failed, or of which nobody knows whether it went, can be sent again")
}

// Due says whether an issue is to start now.
func Due(i Issue, now clock.Millis) bool { return i.State == Scheduled && i.SendAt <= now }

// OnTheWeb says whether anybody may read the issue (NWS-2).
func OnTheWeb(i Issue) bool {
	return i.Kind == Newsletter && (i.State == Sending || i.State == Sent || i.State == Archived)
}

// Coming returns the events of the issue that are today or later, the next first (NWS-7).
func Coming(items []Item, today clock.Day) []Item {
	var out []Item
	for _, i := range items {
		if i.On != "" && i.On >= today {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b Item) int { return strings.Compare(string(a.On)+a.Starts, string(b.On)+b.Starts) })
	return out
}

// Asked returns the state of a subscriber after somebody has typed the address into the sign-up form, and whether a letter
// goes to it. What is typed proves nothing: only the link in the letter does.
func Asked(s Subscriber, now clock.Millis) (_ SubscriberState, write bool) {
	if s.State == Blocked || now < s.AskedAt.Add(AskAgainAfter) {
		return s.State, false
	}
	if s.State == Confirmed {
		return Confirmed, true // told that they are on the list already, and how to leave it
	}
	return Pending, true
}

// CanEnter says whether the staff may put somebody on the list. Who left it, or cannot be reached, comes back by the form.
func CanEnter(s Subscriber) error {
	if s.State == Pending || s.State == Confirmed {
		return nil
	}
	return errs.Refuse("This address left the list, could not be reached or is blocked. Its owner can come back by the form")
}

// CanNote says whether a showing can be noted.
func CanNote(i Issue, s Showing, today clock.Day) error {
	switch {
	case i.State != Sending && i.State != Sent && i.State != Archived:
		return errs.Refuse("Note where it was shown after it has gone out")
	case s.On > today:
		return errs.Refuse("The date cannot be in the future")
	}
	return nil
}

// Address returns an e-mail address in the form in which it is kept and compared: lower case, without blanks around it.
func Address(typed string) (string, error) {
	s := strings.ToLower(strings.TrimSpace(typed))
	a, err := mail.ParseAddress(s)
	_, domain, _ := strings.Cut(s, "@")
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(domain, ".") || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errs.Refuse("Write one e-mail address, for example name@school.example")
	}
	return s, nil
}

// Link checks the address that an item leads to.
func Link(typed string) error {
	u, err := url.Parse(typed)
	if err == nil && (u.Scheme == "https" && u.Host != "" && u.User == nil || u.Scheme == "" && u.Host == "" && strings.HasPrefix(typed, "/") && !strings.HasPrefix(typed, "//")) {
		return nil
	}
	return errs.Refuse("Write the whole address, beginning with https://")
}

// Texts returns everything that readers would see, part by part: first title and opening words, then each item.
func (c Content) Texts() []string {
	out := []string{c.Title + "\n" + c.Opening}
	for _, i := range c.Items {
		out = append(out, strings.Join([]string{i.Heading, i.Text, i.Place, i.Link}, "\n"))
	}
	return out
}

// part names one of Texts.
func part(n int) string {
	if n == 0 {
		return "Title and opening words"
	}
	return fmt.Sprintf("Item %d", n)
}

// Unfit says what about a child stands in an issue, where, and what to take out; nil when nothing was found (NWS-4). It finds
// what has a form of its own. Names are found by Deps.Names.
func Unfit(c Content, today clock.Day) error {
	var found []string
	for n, text := range c.Texts() {
		for _, what := range childLevel(text, today) {
			found = append(found, part(n)+": take out "+what+".")
		}
	}
	if found == nil {
		return nil
	}
	return errs.Refuse(strings.Join(found, " ") + " Anybody can read an issue")
}

// namedChild is the refusal for a text in which Deps.Names found a child.
func namedChild(n int) error {
	return errs.Refuse(part(n) + ": take out the full name of a child who is on a school's roll. Anybody can read an issue")
}

var (
	// A UPN by its form: check letter, authority, establishment, year, serial. Not the check letter itself: a mistyped one is
	// as much a pupil's number as a right one.
	pupilNumber = regexp.MustCompile(`(?i)\b[A-HJ-NP-RT-Z] ?\d{3} ?\d{4} ?\d{2} ?\d{2}[0-9A-Z]\b`)

	numericDate = `(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\b`
	wordedDate  = `\d{1,2}(?:st|nd|rd|th)? (?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]* \d{2,4}\b`
	isoDate     = `\d{4}-\d{2}-\d{2}\b`
	// "born 3 March 2017", "DOB: 03/03/17": whatever stands before it.
	birthWord = regexp.MustCompile(`(?i)\b(?:born|d\.?o\.?b\.?|date of birth|birthday)\b[^.\n]{0,25}?(?:` + numericDate + `|` + wordedDate + `|` + isoDate + `)`)
	// "Ivy Marsden (03/03/2017)": two words with capitals, then a date in figures. Dates in words after a name are left alone,
	// or no event at "Haver Hall, 9 March 2027" could be announced.
	nameAndDate = regexp.MustCompile(`\p{Lu}[\p{L}'’-]+ \p{Lu}[\p{L}'’-]+[ ,(:–-]{1,4}` + numericDate)

	recordID   = regexp.MustCompile(`(?i)([a-z0-9/_-]*)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	recordPage = regexp.MustCompile(`(?i)/(?:children|concerns|casework|safety|early-?help|adults|people|voice|group)/[\w-]`)
	openPages  = regexp.MustCompile(`(?i)/(?:newsletters|training|learning|centres|open-referral)/[a-z/-]*$`)
)

// childLevel lists what in a text is about one child, in words that say what to take out.
func childLevel(text string, today clock.Day) []string {
	var out []string
	if pupilNumber.MatchString(text) {
		out = append(out, "the pupil number (UPN)")
	}
	if birthWord.MatchString(text) || slices.ContainsFunc(nameAndDate.FindAllStringSubmatch(text, -1), func(m []string) bool { return ofSchoolAge(m[1:], today) }) {
		out = append(out, "the date of birth")
	}
	record := recordPage.MatchString(text)
	for _, m := range recordID.FindAllStringSubmatch(text, -1) {
		record = record || !openPages.MatchString(m[1])
	}
	if record {
		out = append(out, "the link to a record, or its number")
	}
	return out
}

// ofSchoolAge says whether a date, as day, month and year, can be the birth of somebody under 20 on the day today.
func ofSchoolAge(date []string, today clock.Day) bool {
	day, month, year := pad(date[0]), pad(date[1]), date[2]
	if len(year) == 2 {
		year = "20" + year
	}
	d, err := clock.ParseDay(year + "-" + month + "-" + day)
	return err == nil && d <= today && d > today.Add(-20*366)
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}
