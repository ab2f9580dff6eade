package directory

import (
	"slices"
	"strings"

	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/ui"
)

// yearView is a school year of one scope.
type yearView struct {
	whose
	Title    string
	Sum      string // "191 school days, 5 INSET days"
	Earlier  string // addresses of the years beside it; "" where there is none
	Later    string
	Picture  picture.SchoolYear
	Empty    bool
	Rows     []dateLine
	Missing  []string
	CopyFrom term.Year // the year before, where this one is empty and that one is not; 0 otherwise
	Own      bool      // the school keeps its own dates of this year
	Theirs   bool      // whoever it shares with has dates of this year
	Above    string    // whose dates of this year it shares, or would share: "the district", or a trust by its name
	Differ   []ui.Link // trusts and schools with dates of their own in this year
}

// dateLine is one line of the table beside the picture.
type dateLine struct {
	From  clock.Day
	Kind  picture.ClosedKind
	Word  string
	Name  string
	Days  string
	Lost  string // weekdays on which a school is closed by it
	Whose string // who set it; "" for what everybody has
	Href  string // where it is changed; "" for what is not the viewer's to change
}

func (v yearView) lead() string { return strings.TrimSuffix(v.of()+". "+v.Sum, ". ") }

func viewYear(x whose, y year, cal term.Calendar, groups []ref.Organisation, today clock.Day) yearView {
	at := x.Year
	v := yearView{whose: x, Title: "School year " + at.String(), Own: keepsOwn(y.years, x.Org, at)}
	names := map[string]string{}
	for _, o := range groups {
		names[o.ID] = o.Name
	}
	above := y.above(x.Org, at, today)
	v.Above = x.the(above, names[above])
	if this := term.AcademicYear(today); at > this-11 {
		v.Earlier = termsAt(x.Org, at-1)
	}
	if this := term.AcademicYear(today); at < this+3 {
		v.Later = termsAt(x.Org, at+1)
	}
	v.Missing = schoolyear.Missing(at, y.holds)
	own := slices.ContainsFunc(y.holds, func(d schoolyear.Date) bool { return d.Kind == schoolyear.Holiday && d.Year() == at })
	v.Empty = !own
	v.Theirs = x.Org != "" && slices.ContainsFunc(y.holds, func(d schoolyear.Date) bool { return d.Org != x.Org && d.Kind == schoolyear.Holiday && d.Year() == at })
	if v.Empty && len(schoolyear.Next(at-1, y.own)) > 0 && (x.Org == "" || keepsOwn(y.years, x.Org, at-1)) {
		v.CopyFrom = at - 1
	}
	v.Picture = drawn(at, y, cal, today, v.Empty)
	inset, open := 0, 0
	for d := at.First(); d <= at.Last(); d = d.Add(1) {
		if cal.IsSchoolDay(d) {
			open++
		}
	}
	for _, d := range y.holds {
		if d.From <= at.Last() && d.To >= at.First() {
			v.Rows = append(v.Rows, lineOf(x, d, names[d.Org], y.bank))
			if d.Kind == schoolyear.Inset {
				inset += weekdays(d, y.bank)
			}
		}
	}
	for d := at.First(); d <= at.Last(); d = d.Add(1) {
		if name := term.BankHolidays()[d]; name != "" {
			v.Rows = append(v.Rows, dateLine{From: d, Kind: picture.ClosedBank, Word: "Bank holiday", Name: name, Days: schoolyear.Date{From: d, To: d}.Days(), Lost: lost(d, y.holds)})
		}
	}
	slices.SortStableFunc(v.Rows, func(a, b dateLine) int { return strings.Compare(string(a.From), string(b.From)) })
	if !v.Empty {
		v.Sum = text.Plural(open, "school day", "school days")
		if inset > 0 {
			v.Sum += ", " + text.Plural(inset, "INSET day", "INSET days")
		}
	}
	v.Picture.Finding = strings.TrimSuffix(v.Title+", "+v.Sum, ", ") + ". The table holds every date."
	return v
}

// shares says whose holidays hold, and what else reaches whoever has them.
func (v yearView) shares() string {
	switch at := v.Year.String(); {
	case v.Own && v.group():
		return v.Name + " keeps its own holidays and INSET days in " + at + ", and its schools share them. What the district changes does not reach them, but for bank holidays and closures of every school."
	case v.Own:
		return "This school keeps its own holidays and INSET days in " + at + ". What " + v.Above + " changes does not reach it, but for bank holidays and closures of every school."
	case v.group():
		return "The district’s dates hold in its schools. INSET days and closures that are added here hold in each of them, too."
	}
	return "The dates of " + v.Above + " hold here, and the school may add INSET days and closures of its own."
}

// begins says what keeping one's own dates means.
func (v yearView) begins() string {
	if v.group() {
		return "For a trust whose holidays differ. They begin as the district’s; each school may still keep its own."
	}
	return "For a school whose holidays differ. They begin as they are now."
}

// lineOf is a date as the table shows it.
func lineOf(x whose, d schoolyear.Date, name string, bank map[clock.Day]string) dateLine {
	l := dateLine{From: d.From, Kind: picture.ClosedKind(d.Kind), Word: d.Kind.Words(), Name: d.Name, Days: d.Days(), Whose: x.the(d.Org, name)}
	if n := weekdays(d, bank); n > 0 {
		l.Lost = text.Plural(n, "day", "days")
	}
	if d.Org == x.Org {
		l.Href = "/admin/terms/" + d.ID
	}
	return l
}

// lost says that a bank holiday takes a school day, where it does not lie in a holiday anyway.
func lost(d clock.Day, holds []schoolyear.Date) string {
	if slices.ContainsFunc(holds, func(h schoolyear.Date) bool { return h.From <= d && d <= h.To }) {
		return ""
	}
	return "1 day"
}

// weekdays counts the working days of a date: the school days that it takes.
func weekdays(d schoolyear.Date, bank map[clock.Day]string) int {
	return term.Calendar{BankHolidays: bank}.SchoolDaysBetween(d.From.Add(-1), d.To)
}

// drawn is the year as the pictures show it.
func drawn(at term.Year, y year, cal term.Calendar, today clock.Day, empty bool) picture.SchoolYear {
	p := picture.SchoolYear{From: at.First(), To: at.Last(), Today: today}
	for d := at.First(); d <= at.Last(); d = d.Add(1) {
		if _, bank := cal.BankHolidays[d]; bank {
			p.Closed = append(p.Closed, picture.ClosedSpan{From: d, To: d, Kind: picture.ClosedBank})
		}
	}
	for _, d := range y.holds {
		if d.From <= at.Last() && d.To >= at.First() && d.Kind != schoolyear.BankHoliday {
			p.Closed = append(p.Closed, picture.ClosedSpan{From: max(d.From, at.First()), To: min(d.To, at.Last()), Kind: picture.ClosedKind(d.Kind)})
		}
	}
	if empty {
		return p
	}
	for _, h := range cal.HalfTerms(at) {
		p.Parts = append(p.Parts, picture.YearPart{Name: h.Name(), From: h.From, To: h.To, Days: text.Plural(cal.SchoolDaysBetween(h.From.Add(-1), h.To), "day", "days"),
			Dates: schoolyear.Date{From: h.From, To: h.To}.Days()})
	}
	return p
}

// differ lists those with dates of their own in the year: of the district its trusts and schools, of a trust its schools.
func (v *yearView) differ(x whose, dates []schoolyear.Date, y year, members []string) {
	below := x.Scopes.Schools
	if x.Org == "" {
		below = slices.Concat(x.Scopes.Groups, below)
	} else {
		below = slices.DeleteFunc(slices.Clone(below), func(o ref.Organisation) bool { return !slices.Contains(members, o.ID) })
	}
	for _, s := range below {
		n := 0
		for _, d := range dates {
			if d.Org == s.ID && d.Year() == x.Year {
				n++
			}
		}
		switch l := (ui.Link{Text: s.Name, Href: termsAt(s.ID, x.Year)}); {
		case keepsOwn(y.years, s.ID, x.Year):
			l.Text += ", all dates"
			v.Differ = append(v.Differ, l)
		case n > 0:
			l.Text += ", " + text.Plural(n, "more", "more")
			v.Differ = append(v.Differ, l)
		}
	}
}

// dateWords is what stands around the form of a date.
type dateWords struct {
	Title, Action, Button string
	Note                  string // what somebody else saved meanwhile
	Remove                bool
}

// verdictChip says what a row of a file comes to.
func verdictChip(v schoolyear.Verdict) ui.Chip {
	switch v {
	case schoolyear.New:
		return ui.Chip{Text: "new", Tone: ui.ToneLeaf}
	case schoolyear.Changed:
		return ui.Chip{Text: "changed", Tone: ui.ToneSky}
	}
	return ui.Chip{Text: "as it is", Tone: ui.ToneLine}
}
