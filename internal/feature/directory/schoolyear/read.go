package schoolyear

import (
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/tabular"
)

// MaxFile is the largest file of term dates, in bytes. A council's has two kilobytes.
const MaxFile = 256 << 10

// Row is one date with the line of the file that it comes from.
type Row struct {
	Line int
	Date Date
}

// spell is how a row of a file is understood: a closure, or a term whose gaps are the holidays.
const spell Kind = "term"

var (
	nameColumns = []string{"name", "holiday", "event", "description", "period", "title", "term", "half term", "closure", "reason"}
	fromColumns = []string{"from", "first day", "start", "start date", "starts", "begins", "date from", "from date", "begin", "opens"}
	toColumns   = []string{"to", "last day", "end", "end date", "ends", "finish", "date to", "to date", "until", "closes"}
	dayColumns  = []string{"date", "dates", "day"}
	kindColumns = []string{"type", "kind", "category"}
)

// Read takes a file as councils publish it: a line a holiday with its first and last day, or a line a term, between which the
// holidays lie; INSET days and bank holidays a line each. Columns are known by their headings, and by what stands in them where
// there are none. Dates are written day first. Rule: it is no such file.
func Read(ctx context.Context, r io.Reader) (rows []Row, rep tabular.Report, err error) {
	t, err := tabular.NewReader(ctx, r, tabular.Options{MaxBytes: MaxFile, Headerless: unnamed})
	switch {
	case errors.Is(err, tabular.ErrEmpty):
		return nil, rep, errs.Refuse("There is nothing in it")
	case errors.Is(err, tabular.ErrTooLarge):
		return nil, rep, errs.Refuse("This is too large for term dates. Is it the right file?")
	case err != nil:
		return nil, rep, err
	}
	name, from, to, on, kind := t.Column(nameColumns...), t.Column(fromColumns...), t.Column(toColumns...), t.Column(dayColumns...), t.Column(kindColumns...)
	if from < 0 {
		from = on
	}
	if from < 0 {
		return nil, rep, errs.Refuse("No column with days was found. The first line names the columns: name, first day, last day")
	}
	var terms []Row
	for {
		line, err := t.Next()
		var bad *tabular.LineError
		switch {
		case errors.Is(err, io.EOF):
			between, rejected := holidays(terms, rows)
			for _, x := range rejected {
				rep.Reject(x)
			}
			rows = append(rows, between...)
			slices.SortStableFunc(rows, func(a, b Row) int { return strings.Compare(string(a.Date.From), string(b.Date.From)) })
			return rows, rep, nil
		case errors.As(err, &bad):
			rep.Read++
			rep.Reject(tabular.Rejection{Row: bad.Line, Field: "row", Reason: bad.Reason})
			continue
		case errors.Is(err, tabular.ErrTooLarge):
			return nil, rep, errs.Refuse("This is too large for term dates. Is it the right file?")
		case err != nil:
			return nil, rep, err
		}
		rep.Read++
		x := Row{Line: line.Line, Date: Date{Name: line.Get(name)}}
		var field string
		if x.Date.From, x.Date.To, field, err = daysOf(line.Get(from), line.Get(to)); err != nil {
			rep.Reject(tabular.Rejection{Row: x.Line, Field: field, Reason: err.Error()})
			continue
		}
		if x.Date.To < x.Date.From {
			rep.Reject(tabular.Rejection{Row: x.Line, Field: "last day", Reason: errs.Sentence(Fit(x.Date, x.Date.From, nil))})
			continue
		}
		x.Date.Kind = kindOf(line.Get(kind), x.Date)
		switch x.Date.Kind {
		case "":
			rep.Reject(tabular.Rejection{Row: x.Line, Field: "name", Reason: "it does not say whether this is a holiday, an INSET day or a term"})
		case spell:
			terms = append(terms, x)
		default:
			if x.Date.Name == "" {
				x.Date.Name = x.Date.Kind.Words()
			}
			rows = append(rows, x)
		}
	}
}

// unnamed names the columns of a file without headings by what stands in its first line.
func unnamed(first []string) []string {
	out := make([]string, len(first))
	n := 0
	for i, cell := range first {
		_, _, _, err := daysOf(cell, "")
		switch {
		case cell != "" && err == nil:
			out[i] = [...]string{"first day", "last day", ""}[min(n, 2)]
			n++
		case cell != "" && !slices.Contains(out, "name"):
			out[i] = "name"
		}
	}
	if n == 0 {
		return nil
	}
	return out
}

var (
	weekday   = regexp.MustCompile(`(?i)\b(mon|tues?|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(day)?\b,?`)
	ordinal   = regexp.MustCompile(`(?i)\b(\d{1,2})(st|nd|rd|th)\b`)
	september = regexp.MustCompile(`(?i)\bsept\b`)
	between   = regexp.MustCompile(`(?i)\s+(?:to|until|till|-|–|—)\s+|\s*[–—]\s*`)
	yearIn    = regexp.MustCompile(`\b\d{4}\b`)
)

func dayOf(s string) (clock.Day, error) {
	plain := strings.Join(strings.Fields(strings.ReplaceAll(september.ReplaceAllString(ordinal.ReplaceAllString(weekday.ReplaceAllString(s, " "), "$1"), "Sep"), ",", " ")), " ")
	d, err := tabular.Day(plain)
	if err != nil {
		_, err = tabular.Day(s) // with what was written
		return "", err
	}
	return d, nil
}

// daysOf reads the first and the last day from two cells, or both from one: "24 October to 1 November 2026". A single day is both.
func daysOf(first, last string) (from, to clock.Day, field string, err error) {
	if last == "" {
		if parts := between.Split(first, -1); len(parts) == 2 {
			if first, last = parts[0], parts[1]; yearIn.FindString(first) == "" {
				first += " " + yearIn.FindString(last)
			}
		}
	}
	if from, err = dayOf(first); err != nil {
		return "", "", "first day", err
	}
	if from == "" {
		return "", "", "first day", errors.New("the first day is missing")
	}
	if to, err = dayOf(last); err != nil {
		return "", "", "last day", err
	}
	if to == "" {
		to = from
	}
	return from, to, "", nil
}

// kindOf tells what a row is from its type, or from its name and its length; "" when neither tells.
func kindOf(said string, d Date) Kind {
	length := days(d.From, d.To)
	for _, s := range []string{said, d.Name} {
		s = strings.ToLower(strings.NewReplacer("-", " ", "_", " ").Replace(s))
		has := func(words ...string) bool {
			return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
		}
		switch {
		case s == "":
		case has("inset", "training day", "staff day", "pd day", "non pupil", "teacher day", "staff training", "occasional"):
			return Inset
		case has("bank holiday", "public holiday", "bank"):
			return BankHoliday
		case has("holiday", "vacation", "break"):
			return Holiday
		case has("snow", "closure", "closed", "polling", "election", "strike"):
			return Closure
		case has("half term") && length <= 16:
			return Holiday
		case has("term"):
			return spell
		case length > 21 && has("autumn", "spring", "summer"):
			return spell
		case has("christmas", "easter", "good friday") && length > 1:
			return Holiday
		}
	}
	return ""
}

// holidays are what lies between terms, less the INSET days that the file names. A gap that is no holiday (a weekend, a bank
// holiday) is none; one that is too long means that a term is missing, and nothing is made of it.
func holidays(terms, named []Row) (out []Row, rejected []tabular.Rejection) {
	slices.SortStableFunc(terms, func(a, b Row) int { return strings.Compare(string(a.Date.From), string(b.Date.From)) })
	reject := func(x Row, why string) {
		rejected = append(rejected, tabular.Rejection{Row: x.Line, Field: "last day", Reason: why})
	}
	var sound []Row
	for _, x := range terms {
		switch n := days(x.Date.From, x.Date.To); {
		case n > longestTerm:
			reject(x, x.Date.Name+" is "+weeks(n)+" long, which is too long for a term. Is the year right?")
		case len(sound) > 0 && x.Date.From <= sound[len(sound)-1].Date.To:
			reject(x, x.Date.Name+" begins before "+sound[len(sound)-1].Date.Name+" has ended")
		default:
			sound = append(sound, x)
		}
	}
	if len(sound) == 0 {
		return nil, rejected
	}
	gap := func(line int, from, to clock.Day) {
		for at := from; at <= to; at = at.Add(1) {
			end := at
			for end <= to && !in(named, end) {
				end = end.Add(1)
			}
			if d := (Date{Kind: Holiday, From: at, To: end.Add(-1)}); end > at && worked(d) {
				d.Name = seasonOf(d)
				out = append(out, Row{line, d})
			}
			at = end
		}
	}
	first, last := sound[0].Date, sound[len(sound)-1].Date
	if begins := term.AcademicYear(first.From).First(); first.From > begins && first.From <= begins.Add(14) {
		gap(sound[0].Line, begins, first.From.Add(-1))
	}
	for i, x := range sound[1:] {
		before := sound[i]
		from, to := before.Date.To.Add(1), x.Date.From.Add(-1)
		if n := days(from, to); n > longestHoliday {
			reject(x, "between "+before.Date.Name+" and "+x.Date.Name+" are "+weeks(n)+". A term is missing")
			continue
		}
		gap(x.Line, from, to)
	}
	if ends := last.Year().Last(); last.To < ends && last.To > ends.Add(-longestHoliday) {
		gap(sound[len(sound)-1].Line, last.To.Add(1), ends)
	}
	return out, rejected
}

func weeks(n int) string { return strings.Replace("N weeks", "N", itoa((n+6)/7), 1) }

// in says whether a row that is no holiday holds the day.
func in(rows []Row, d clock.Day) bool {
	return slices.ContainsFunc(rows, func(x Row) bool { return x.Date.Kind == Inset && x.Date.From <= d && d <= x.Date.To })
}

// worked says whether a school would be open on some of the days, were it not for the date.
func worked(d Date) bool {
	bank := term.BankHolidays()
	for at := d.From; at <= d.To; at = at.Add(1) {
		if w := at.Weekday(); w != time.Saturday && w != time.Sunday && bank[at] == "" {
			return true
		}
	}
	return false
}

// seasonOf names a holiday by when it is.
func seasonOf(d Date) string {
	middle := d.From.Add(days(d.From, d.To) / 2)
	switch middle.Start().Month() {
	case time.October, time.November:
		return "Autumn half term"
	case time.December, time.January:
		return "Christmas holiday"
	case time.February:
		return "Spring half term"
	case time.March, time.April:
		return "Easter holiday"
	case time.May, time.June:
		return "Summer half term"
	}
	return "Summer holiday"
}
