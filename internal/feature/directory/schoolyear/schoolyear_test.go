package schoolyear

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
)

const today = clock.Day("2026-11-23")

var bank = term.BankHolidays()

func holiday(name string, from, to clock.Day) Date {
	return Date{Kind: Holiday, Name: name, From: from, To: to}
}

func TestFit(t *testing.T) {
	for _, x := range []struct {
		name string
		d    Date
		says string
	}{
		{"a half term", holiday("Spring half term", "2027-02-13", "2027-02-21"), ""},
		{"a summer holiday into September", holiday("Summer holiday", "2027-07-22", "2027-09-02"), ""},
		{"an INSET day", Date{Kind: Inset, Name: "INSET day", From: "2027-01-04", To: "2027-01-04"}, ""},
		{"snow", Date{Kind: Closure, Name: "Snow", From: "2027-01-20", To: "2027-01-21"}, ""},
		{"a coronation", Date{Kind: BankHoliday, Name: "Coronation", From: "2027-05-10", To: "2027-05-10"}, ""},
		{"no last day", Date{Kind: Holiday, Name: "Spring half term", From: "2027-02-13"}, "Give the first and the last day"},
		{"no name", holiday("", "2027-02-13", "2027-02-21"), "Give it a name, such as Autumn half term"},
		{"the end before the start", holiday("Spring half term", "2027-02-21", "2027-02-13"), "The last day, Sat 13 February 2027, is before the first, Sun 21 February 2027"},
		{"a year too many", holiday("Christmas holiday", "2026-12-19", "2028-01-03"), "The last day, Mon 3 January 2028, is outside the school year 2026/27, which ends on 31 August. A summer holiday may run to 14 September"},
		{"months too many", holiday("Christmas holiday", "2026-12-19", "2027-04-03"), "Christmas holiday is 16 weeks long. Is the year right?"},
		{"another century", holiday("Spring half term", "2062-02-13", "2062-02-21"), "Mon 13 February 2062 is too far from today. Is the year right?"},
		{"too many INSET days", Date{Kind: Inset, Name: "INSET", From: "2027-01-04", To: "2027-01-11"}, "8 days are too many INSET days in a row. Is it a holiday?"},
		{"an INSET day on a Saturday", Date{Kind: Inset, Name: "INSET", From: "2027-01-09", To: "2027-01-09"}, "Sat 9 January 2027 is a Saturday. Schools are closed then anyway"},
		{"a bank holiday that is one", Date{Kind: BankHoliday, Name: "May Day", From: "2027-05-03", To: "2027-05-03"}, "Mon 3 May 2027 is a bank holiday already, Early May bank holiday"},
	} {
		if got := errs.Sentence(Fit(x.d, today, bank)); got != x.says {
			t.Errorf("%s: %q, want %q", x.name, got, x.says)
		}
	}
	if got := errs.Sentence(InYear(holiday("Spring half term", "2027-02-13", "2027-02-21"), 2027)); got != "The first day, Sat 13 February 2027, is outside the school year 2027/28, 1 September 2027 to 31 August 2028" {
		t.Error(got)
	}
}

func TestClash(t *testing.T) {
	easter := holiday("Easter holiday", "2027-03-26", "2027-04-11")
	easter.ID = "easter"
	for _, x := range []struct {
		name string
		d    Date
		says string
	}{
		{"beside it", holiday("Trip", "2027-04-12", "2027-04-16"), ""},
		{"itself, changed", Date{ID: "easter", Kind: Holiday, Name: "Easter holiday", From: "2027-03-27", To: "2027-04-11"}, ""},
		{"its last day", holiday("Trip", "2027-04-11", "2027-04-16"), "This overlaps Easter holiday, 26 Mar to 11 Apr 2027. Change that one first, or these days"},
		{"an INSET day within", Date{Kind: Inset, Name: "INSET day", From: "2027-04-06", To: "2027-04-06"}, "This overlaps Easter holiday, 26 Mar to 11 Apr 2027. Change that one first, or these days"},
		{"a bank holiday within", Date{Kind: BankHoliday, Name: "Jubilee", From: "2027-04-06", To: "2027-04-06"}, ""},
	} {
		if got := errs.Sentence(Clash(x.d, []Date{easter})); got != x.says {
			t.Errorf("%s: %q, want %q", x.name, got, x.says)
		}
	}
}

// whole is a school year with everything in it.
var whole = []Date{
	{Kind: Inset, Name: "INSET day", From: "2026-09-01", To: "2026-09-01"},
	holiday("Autumn half term", "2026-10-24", "2026-11-01"), holiday("Christmas holiday", "2026-12-19", "2027-01-03"), holiday("Spring half term", "2027-02-13", "2027-02-21"),
	holiday("Easter holiday", "2027-03-26", "2027-04-11"), holiday("Summer half term", "2027-05-29", "2027-06-06"), holiday("Summer holiday", "2027-07-21", "2027-08-31"),
}

func TestMissing(t *testing.T) {
	if got := Missing(2026, whole); len(got) != 0 {
		t.Errorf("a whole year misses %v", got)
	}
	if got := Missing(2027, whole); len(got) != 1 || !strings.HasPrefix(got[0], "There are no holidays for 2027/28 yet.") {
		t.Error(got)
	}
	without := func(name string) []Date {
		return slices.DeleteFunc(slices.Clone(whole), func(d Date) bool { return d.Name == name })
	}
	if got := Missing(2026, without("Spring half term")); !slices.Equal(got, []string{"From 4 January to 25 March 2027 are 11 weeks without a holiday. Is one missing?"}) {
		t.Error(got)
	}
	if got := Missing(2026, without("Summer holiday")); len(got) != 1 || !strings.Contains(got[0], "to 31 August 2027") {
		t.Error(got)
	}
}

// The year after keeps the weekdays, has Easter where it falls and Christmas inside its holiday, in every year.
func TestNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dates := whole
		for n := range rapid.IntRange(1, 8).Draw(t, "years") {
			y := term.Year(2027 + n)
			dates = Next(y-1, dates)
			if missing := Missing(y, dates); len(missing) > 0 {
				t.Fatalf("%s: %v\n%v", y, missing, dates)
			}
			for i, d := range dates {
				if d.Year() != y || Clash(d, slices.Delete(slices.Clone(dates), i, i+1)) != nil {
					t.Fatalf("%s: %+v", y, dates)
				}
				switch d.Name {
				case "Christmas holiday":
					if c := clock.Day(fmt.Sprintf("%d-12-25", int(y))); d.From > c || d.To < c.Add(7) {
						t.Fatalf("%s: Christmas from %s to %s", y, d.From, d.To)
					}
				case "Easter holiday":
					if e := term.Easter(int(y) + 1); d.From > e || d.To < e.Add(1) {
						t.Fatalf("%s: Easter is %s, the holiday %s to %s", y, e, d.From, d.To)
					}
				}
			}
		}
	})
	if got := Next(2026, []Date{{Kind: Inset, Name: "INSET day", From: "2027-01-04", To: "2027-01-04"}}); len(got) != 1 || got[0].From != "2028-01-04" {
		t.Errorf("an INSET day that would fall on a bank holiday: %v", got)
	}
	if got := Next(2026, []Date{{Kind: Closure, Name: "Snow", From: "2027-01-20", To: "2027-01-20"}}); len(got) != 0 {
		t.Errorf("snow is repeated: %v", got)
	}
}

func read(t *testing.T, file string) (out []string, rejected []string) {
	t.Helper()
	rows, rep, err := Read(t.Context(), strings.NewReader(file))
	if err != nil {
		return nil, []string{errs.Sentence(err)}
	}
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%d %s %s %s %s", r.Line, r.Date.Kind, r.Date.Name, r.Date.From, r.Date.To))
	}
	for _, r := range rep.Rejected {
		rejected = append(rejected, fmt.Sprintf("%d %s %s", r.Row, r.Field, r.Reason))
	}
	return out, rejected
}

// The layouts in which councils publish: holidays or terms, with headings or without, dates in words or figures, day first.
func TestRead(t *testing.T) {
	half, christmas := "holiday Autumn half term 2026-10-24 2026-11-01", "holiday Christmas holiday 2026-12-19 2027-01-03"
	for _, x := range []struct {
		name, file     string
		want, rejected []string
	}{
		{"holidays with start and end", "Holiday,Start date,End date\nAutumn half term,24/10/2026,01/11/2026\nChristmas holiday,19/12/2026,03/01/2027\nINSET day,04/01/2027,\n",
			[]string{"2 " + half, "3 " + christmas, "4 inset INSET day 2027-01-04 2027-01-04"}, nil},
		{"with a type", "name;type;from;to\nAutumn half term;School holiday;24.10.2026;1.11.2026\n", []string{"2 " + half}, nil},
		{"dates in words, and a range in one cell", "Event,Dates\nAutumn half term,Saturday 24th October to Sunday 1st November 2026\nSnow closure,\"Wed 20 Jan 2027\"\n",
			[]string{"2 " + half, "3 closure Snow closure 2027-01-20 2027-01-20"}, nil},
		{"without headings", "Autumn half term,24/10/2026,01/11/2026\nChristmas holiday,19/12/2026,03/01/2027\n", []string{"1 " + half, "2 " + christmas}, nil},
		{"terms", "Term,Begins,Ends\nAutumn term 1,Wednesday 2 September 2026,Friday 23 October 2026\nAutumn term 2,Monday 2 November 2026,Friday 18 December 2026\nSpring term 1,Tuesday 5 January 2027,12 February 2027\n" +
			"INSET day,1 September 2026,1 September 2026\nINSET day,4 January 2027,\n",
			[]string{"5 inset INSET day 2026-09-01 2026-09-01", "3 " + half, "4 " + christmas, "6 inset INSET day 2027-01-04 2027-01-04"}, nil},
		{"a term that ends in July", "Term,From,To\nSummer 1,12/04/2027,28/05/2027\nSummer 2,07/06/2027,21/07/2027\n", []string{"3 holiday Summer half term 2027-05-29 2027-06-06", "3 holiday Summer holiday 2027-07-22 2027-08-31"}, nil},
		{"a bank holiday between terms is no holiday", "Term,From,To\nSummer term a,12/04/2027,30/04/2027\nSummer term b,04/05/2027,28/05/2027\n", nil, nil},
		{"a term that is missing", "Term,From,To\nAutumn term 1,02/09/2026,23/10/2026\nSpring term 1,04/01/2027,12/02/2027\n", []string{"2 holiday Summer holiday 2026-09-01 2026-09-01"}, []string{"3 last day between Autumn term 1 and Spring term 1 are 11 weeks. A term is missing"}},
		{"a term that is too long", "Term,From,To\nAutumn term,02/09/2026,18/12/2027\n", nil, []string{"2 last day Autumn term is 68 weeks long, which is too long for a term. Is the year right?"}},
		{"bad rows beside good ones", "Name,From,To\nAutumn half term,24/10/2026,01/11/2026\nSpring half term,31/02/2027,21/02/2027\nSomething,01/03/2027,02/03/2027\nEaster holiday,11/04/2027,26/03/2027\nINSET day,,\n",
			[]string{"2 " + half}, []string{`3 first day "31/02/2027" is not a date: write the day first, as 23/11/2026`, "4 name it does not say whether this is a holiday, an INSET day or a term",
				"5 last day The last day, Fri 26 March 2027, is before the first, Sun 11 April 2027", "6 first day the first day is missing"}},
		{"nothing", " \n", nil, []string{"There is nothing in it"}},
		{"no such file", "UPN,Forename\n1,Zoe\n", nil, []string{"No column with days was found. The first line names the columns: name, first day, last day"}},
		{"a file of something else", strings.Repeat("x,y\n", 100_000), nil, []string{"No column with days was found. The first line names the columns: name, first day, last day"}},
		{"too large", "name,from,to\n" + strings.Repeat("INSET day,04/01/2027,\n", 20_000), nil, []string{"This is too large for term dates. Is it the right file?"}},
	} {
		got, rejected := read(t, x.file)
		if !slices.Equal(got, x.want) || !slices.Equal(rejected, x.rejected) {
			t.Errorf("%s:\n%q\nwant\n%q\nrejected\n%q\nwant\n%q", x.name, got, x.want, rejected, x.rejected)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("Holiday,Start,End\nAutumn half term,24/10/2026,01/11/2026\n")
	f.Add("Term,From,To\nAutumn term,1/9/26,\nSpring term,1/1/27 to 1/4/27\n")
	f.Fuzz(func(t *testing.T, file string) {
		rows, _, err := Read(t.Context(), strings.NewReader(file))
		for _, r := range rows {
			if err == nil && (r.Date.From == "" || r.Date.To < r.Date.From || r.Line < 1 || r.Date.Kind == spell) {
				t.Errorf("%+v", r)
			}
		}
	})
}

func rows(dates ...Date) (out []Row) {
	for i, d := range dates {
		out = append(out, Row{i + 2, d})
	}
	return out
}

func verdicts(changes []Change) (out []string) {
	for _, c := range changes {
		out = append(out, string(c.Verdict)+" "+c.Is.ID+" "+c.Is.Name)
	}
	return out
}

func TestCompare(t *testing.T) {
	have := []Date{{ID: "a", Kind: Holiday, Name: "Autumn half term", From: "2026-10-24", To: "2026-11-01"}, {ID: "i", Kind: Inset, Name: "INSET day", From: "2027-01-04", To: "2027-01-04"}}
	changes, rejected := Compare(have, nil, rows(
		holiday("Autumn half term", "2026-10-31", "2026-11-08"), // moved a week
		Date{Kind: Inset, Name: "INSET day", From: "2027-01-04", To: "2027-01-04"},
		Date{Kind: Inset, Name: "INSET day", From: "2027-03-01", To: "2027-03-01"},
		Date{Kind: BankHoliday, Name: "May Day", From: "2027-05-03", To: "2027-05-03"},
		holiday("Trip", "2027-01-04", "2027-01-08"), // over the INSET day
		holiday("Spring half term", "2027-02-21", "2027-02-13"),
	), "", today, bank)
	if got := verdicts(changes); !slices.Equal(got, []string{"changed a Autumn half term", "unchanged i INSET day", "new  INSET day", "unchanged  May Day"}) {
		t.Errorf("%q", got)
	}
	if len(rejected) != 2 || rejected[0].Row != 6 || !strings.HasPrefix(rejected[0].Reason, "This overlaps INSET day, Mon 4 Jan 2027") || rejected[1].Row != 7 {
		t.Errorf("%+v", rejected)
	}
	// A school's file may repeat its district's dates and not contradict them.
	changes, rejected = Compare(nil, have, rows(holiday("October", "2026-10-24", "2026-11-01"), holiday("November", "2026-11-01", "2026-11-04")), "oak", today, bank)
	if got := verdicts(changes); !slices.Equal(got, []string{"unchanged  October"}) || len(rejected) != 1 {
		t.Errorf("%q %+v", got, rejected)
	}
}

// What a file has changed, the same file changes no more, whatever is in it.
func TestCompareTwice(t *testing.T) {
	dates := rapid.Custom(func(t *rapid.T) Date {
		from := clock.Day("2026-09-01").Add(rapid.IntRange(0, 360).Draw(t, "from"))
		return Date{Kind: rapid.SampledFrom(Kinds).Draw(t, "kind"), Name: rapid.SampledFrom([]string{"Half term", "INSET day", "Snow"}).Draw(t, "name"), From: from, To: from.Add(rapid.IntRange(-2, 20).Draw(t, "length"))}
	})
	rapid.Check(t, func(t *rapid.T) {
		have := []Date{}
		take := func(file []Row) (n int) {
			changes, _ := Compare(have, nil, file, "", today, bank)
			for _, c := range changes {
				switch c.Verdict {
				case New:
					c.Is.ID = fmt.Sprint("id", len(have))
					have = append(have, c.Is)
					n++
				case Changed:
					have[slices.IndexFunc(have, func(d Date) bool { return d.ID == c.Is.ID })] = c.Is
					n++
				}
			}
			for i, d := range have {
				if Clash(d, slices.Delete(slices.Clone(have), i, i+1)) != nil {
					t.Fatalf("%+v overlaps another", d)
				}
			}
			return n
		}
		take(rows(rapid.SliceOfN(dates, 0, 6).Draw(t, "before")...))
		file := rows(rapid.SliceOfN(dates, 0, 6).Draw(t, "file")...)
		take(file)
		if n := take(file); n > 0 {
			t.Fatalf("the same file again changes %d dates: %+v", n, have)
		}
	})
}
