package casework

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/story"
)

// Figures that a district may set otherwise; these are the shipped defaults.
const (
	BreakGlassFor  = 4 * time.Hour // how long an emergency opening lasts; it lapses by itself (SEC-11)
	TriesAtMost    = 5             // emergency askings, right or wrong, within TriesWithin
	TriesWithin    = time.Hour
	ReasonAtLeast  = 20        // characters of an emergency's reason
	SearchKept     = time.Hour // how long what was typed into the search is kept for whoever typed it
	GapFrom        = 42        // days without an entry before the line says so: six weeks
	FigureMonths   = 15        // how many months the picture of the whole line shows
	lineAtOnce     = 25        // entries on one page of the chronology
	openingsAtMost = 300       // lines of "who opened this"
)

// AsAt says which instant a question about a day asks for, and whether it is about the past. "" is now. Rule: nobody knows
// how things will have stood.
func AsAt(day clock.Day, now clock.Millis) (before clock.Millis, past bool, err error) {
	today := clock.DayOf(now.Time())
	switch {
	case day == "" || day == today:
		return 0, false, nil
	case day > today:
		return 0, false, errs.Refusef("Choose today or a day before. Today is %s", term.Date(today))
	}
	return clock.Of(day.Add(1).Start()), true, nil
}

// FlagsAt returns the flags that were known on a day: those that had begun. One that ended later still lasts (CHR-7).
func FlagsAt(all []Flag, day clock.Day) []Flag {
	var out []Flag
	for _, f := range all {
		if f.From > day {
			continue
		}
		if f.Until > day {
			f.Until = ""
		}
		out = append(out, f)
	}
	return out
}

// Live says whether a flag lasts on a day.
func (f Flag) Live(day clock.Day) bool { return f.From <= day && (f.Until == "" || f.Until >= day) }

// Since says from when until when a flag lasts or lasted.
func (f Flag) Since() string {
	switch {
	case f.Until == "":
		return "since " + term.YearDate(f.From)
	case f.Until[:4] == f.From[:4]:
		return f.From.Start().Format("2 Jan") + " to " + term.YearDate(f.Until)
	}
	return term.YearDate(f.From) + " to " + term.YearDate(f.Until)
}

// MarksAt puts entries back to the significance they had just before an instant: what the first later marking found. marks are
// the oldest first; before 0 leaves everything as it is.
func MarksAt(line []story.Seen, marks []Mark, before clock.Millis) {
	if before == 0 {
		return
	}
	for i := range line {
		later := slices.IndexFunc(marks, func(m Mark) bool { return m.Entry == line[i].ID && m.At >= before })
		if later >= 0 {
			line[i].Significant = marks[later].Was
		}
	}
}

// Filter is which entries a reader wants to see.
type Filter struct {
	Kinds       []story.Kind // none means all
	Significant bool
	Late        bool
}

// All says whether nothing is left out.
func (f Filter) All() bool { return len(f.Kinds) == 0 && !f.Significant && !f.Late }

// Keeps says whether an entry is wanted.
func (f Filter) Keeps(c term.Calendar, e story.Entry) bool {
	return (len(f.Kinds) == 0 || slices.Contains(f.Kinds, e.Kind)) && (!f.Significant || e.Significant != "") && (!f.Late || Late(c, e) != "")
}

// Words says what is shown, for the folded filter of a phone.
func (f Filter) Words() string {
	if f.All() {
		return "everything"
	}
	var parts []string
	for _, k := range kindWords {
		if slices.Contains(f.Kinds, k.Kind) {
			parts = append(parts, strings.ToLower(k.Words))
		}
	}
	if f.Significant {
		parts = append(parts, "significant only")
	}
	if f.Late {
		parts = append(parts, "recorded late only")
	}
	return strings.Join(parts, ", ")
}

// Late says in words that an entry was recorded late, "" for one in time. Something known only to the week is late after that
// week (CON-3).
func Late(c term.Calendar, e story.Entry) string {
	happened := clock.DayOf(e.At.Time())
	if e.Precision == story.Week {
		happened = happened.Add(6)
	}
	return c.RecordedLate(happened, clock.DayOf(e.RecordedAt.Time()))
}

// Gap says in words that nothing happened between two days, from six weeks on, "" for less. Of a filtered line it says no more
// than what was looked for.
func Gap(c term.Calendar, older, newer clock.Day, filtered bool) string {
	if older.Add(GapFrom) > newer {
		return ""
	}
	if filtered {
		return "None of these for " + c.GapWords(older, newer)
	}
	return "No entries for " + c.GapWords(older, newer)
}

// DayWords says on which day something happened, under a heading that names the month.
func DayWords(e story.Entry) string { return e.At.London().Format("Mon 2") }

// TimeWords says at what time something happened, as surely as it is known (CON-3); "" for what is known to the day.
func TimeWords(e story.Entry) string {
	at := e.At.London()
	midnight := at.Hour() == 0 && at.Minute() == 0
	switch {
	case e.Precision == story.Week:
		return "that week"
	case e.Precision == story.Around && midnight:
		return "around then"
	case e.Precision == story.Around:
		return "about " + at.Format("15:04")
	case e.Precision == story.Day:
		return ""
	}
	return at.Format("15:04")
}

// CanMark says whether a reason will do for marking an entry significant or taking the mark away (CHR-4).
func CanMark(significant bool, mark bool, reason string) error {
	switch {
	case strings.TrimSpace(reason) == "" && mark:
		return errs.Refuse("Say why it is significant")
	case strings.TrimSpace(reason) == "":
		return errs.Refuse("Say why it is not significant any more")
	case !mark && !significant:
		return errs.Refuse("This entry is not marked")
	}
	return nil
}

// CanBreakGlass says whether an emergency opening may be asked for. earlier are this person's openings of the same child.
func CanBreakGlass(reason string, earlier []Emergency, now clock.Millis) error {
	reason = strings.TrimSpace(reason)
	if utf8.RuneCountInString(reason) < ReasonAtLeast {
		return errs.Refusef("Say in at least %d characters why you need this file now", ReasonAtLeast)
	}
	for _, e := range earlier {
		if e.Live(now) {
			return errs.Refusef("You opened this file already. It is open until %s and cannot be prolonged", term.Time(e.Until))
		}
		if strings.EqualFold(strings.Join(strings.Fields(e.Reason), " "), strings.Join(strings.Fields(reason), " ")) {
			return errs.Refuse("You gave this reason before. Say why you need the file again")
		}
	}
	return nil
}

// noMatch is the one answer to an emergency asking that found nobody, whatever was wrong with it.
const noMatch = "No child of the district has this name and date of birth. Check both; write the name as the school has it."

// SameChild says whether what was typed names this child: every word typed is a whole part of the name, and both the given and
// the family name are there. Case, accents, hyphens and apostrophes do not matter.
func SameChild(typed string, c Child) bool {
	words := fold.Query(typed)
	given, family, all := fold.Tokens(c.Given), fold.Tokens(c.Family), fold.Tokens(c.Name())
	hits := func(tokens []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(tokens, w) })
	}
	for _, w := range words {
		if !slices.Contains(all, w) {
			return false
		}
	}
	return fold.Key(typed) == fold.Key(c.Name()) || hits(given) && hits(family)
}

// CanSignOff says whether somebody may sign an emergency opening off.
func CanSignOff(e Emergency, by, comment string) error {
	switch {
	case e.By == by:
		return errs.Refuse("You opened it yourself, so somebody else signs it off")
	case e.SignedAt != 0:
		return errs.Refuse("It is signed off already")
	case strings.TrimSpace(comment) == "":
		return errs.Refuse("Say what you found: whether the opening was right, and whom you spoke to")
	}
	return nil
}

// tidyCode brings a check code as somebody typed it into the form in which it is kept.
func tidyCode(s string) string {
	s = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(s))
	if len(s) != 16 {
		return s
	}
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// Together says how many entries there are in 90 days and 12 months, and of which kinds. It counts what the reader sees and
// gives no score (CHR-8).
func Together(line []story.Seen, now clock.Millis) (sentence, kinds string) {
	ninety, year := 0, 0
	by := map[story.Kind]int{}
	for _, e := range line {
		if e.At > now || e.At < story.TwelveMonths(now) {
			continue
		}
		year++
		if e.At >= story.NinetyDays(now) {
			ninety++
			by[e.Kind]++
		}
	}
	if year == 0 {
		return "No entries in 12 months", ""
	}
	var parts []string
	for _, k := range kindWords {
		if n := by[k.Kind]; n > 0 {
			parts = append(parts, strings.ToLower(k.Words)+" "+strconv.Itoa(n))
		}
	}
	return TallyWords(ninety, year), strings.Join(parts, ", ")
}

// TallyWords says how many entries there are in 90 days and 12 months.
func TallyWords(ninety, year int) string {
	if ninety == 0 {
		return "No entries in 90 days, " + strconv.Itoa(year) + " in 12 months"
	}
	return text.Plural(ninety, "entry", "entries") + " in 90 days, " + strconv.Itoa(year) + " in 12 months"
}
