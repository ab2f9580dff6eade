package roll_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"kith/internal/feature/people/roll"
	"kith/internal/kernel/clock"
)

// child makes a row that says the given fields.
func child(row int, set func(*roll.Pupil), has ...roll.Field) roll.Pupil {
	p := roll.Pupil{Row: row, Has: roll.SetOf(has...)}
	set(&p)
	return p
}

func named(given, family, dob string) roll.Pupil {
	return child(2, func(p *roll.Pupil) { p.Forename, p.Surname, p.DOB = given, family, clock.Day(dob) }, roll.Forename, roll.Surname, roll.DOB)
}

// ROL-2: the order of matching, and what a person decides.
func TestROL2Match(t *testing.T) {
	zoe := named("Zoë", "O'Brien-Łukasz", "2014-09-03")
	zoe.UPN, zoe.SourceID, zoe.PreferredForename = "B380200126001", "s1", "Zo"
	amir := named("Amir", "Shah", "2014-10-02")
	amir.UPN, amir.SourceID = "Q380200126002", "s2"
	twin := named("Amira", "Shah", "2014-10-02")
	x := roll.NewIndex([]roll.Known{{ID: "k1", OnRoll: true, Pupil: zoe}, {ID: "k2", OnRoll: true, Pupil: amir}, {ID: "k3", Pupil: twin}})
	with := func(p roll.Pupil, upn, former, source string) roll.Pupil {
		p.UPN, p.FormerUPN, p.SourceID = upn, former, source
		return p
	}
	for _, c := range []struct {
		name string
		in   roll.Pupil
		kind roll.MatchKind
		ids  string
	}{
		{"UPN", with(named("Zoe", "Brien", "2014-09-03"), "B380200126001", "", "other"), roll.ByUPN, "k1"},
		{"UPN in other spacing", with(zoe, " b380 200126001", "", ""), roll.ByUPN, "k1"},
		{"former UPN", with(zoe, "R330123426001", "B380200126001", ""), roll.ByUPN, "k1"},
		{"UPN, name changed", with(named("Zoe", "Green", "2014-09-03"), "B380200126001", "", ""), roll.ByUPN, "k1"},
		{"UPN, another child altogether", with(named("Leaf", "Green", "2013-01-01"), "B380200126001", "", ""), roll.Clash, "k1"},
		{"a wrong UPN proves nothing", with(named("Leaf", "Green", "2013-01-01"), "C380200126001", "", ""), roll.NoMatch, ""},
		{"source id", with(named("Amir", "Shah", "2014-10-03"), "", "", "s2"), roll.BySource, "k2"},
		{"source id used again", with(named("Leaf", "Green", "2013-01-01"), "", "", "s2"), roll.Clash, "k2"},
		{"UPN and source id disagree", with(zoe, "B380200126001", "", "s2"), roll.Clash, "k1 k2"},
		{"noise in the name", named(" ZOE ", "obrien LUKASZ", "2014-09-03"), roll.Suggested, "k1"},
		{"other apostrophe, other hyphen", named("Zoe\u0308", "O’Brien\u2010Łukasz", "2014-09-03"), roll.Suggested, "k1"},
		{"preferred name", named("Zo", "O'Brien-Lukasz", "2014-09-03"), roll.Suggested, "k1"},
		{"other birthday", named("Zoë", "O'Brien-Łukasz", "2014-09-04"), roll.NoMatch, ""},
		{"a twin is another child", named("Amin", "Shah", "2014-10-02"), roll.NoMatch, ""},
		{"no birthday", named("Amir", "Shah", ""), roll.NoMatch, ""},
	} {
		m := x.Match(c.in)
		if m.Kind != c.kind || strings.Join(m.IDs, " ") != c.ids {
			t.Errorf("%s: %+v", c.name, m)
		}
		if decide := m.Kind == roll.Suggested || m.Kind == roll.Clash; decide != (m.Reason != "") {
			t.Errorf("%s: the reason is %q", c.name, m.Reason)
		}
	}
}

func known(pupils []roll.Pupil) []roll.Known {
	var out []roll.Known
	for i, p := range pupils {
		out = append(out, roll.Known{ID: fmt.Sprintf("k%d", i), OnRoll: true, Pupil: p})
	}
	return out
}

const today = "2026-11-23"

// ROL-8: every layout, read twice, changes nothing the second time and says so; a child without any number too.
func TestROL8SecondRun(t *testing.T) {
	files := map[string]func() []roll.Pupil{
		"oneroster": func() []roll.Pupil { p, _, _ := readBundle(t, bundle(t, "oneroster_1p2_bulk", nil)); return p },
	}
	for _, n := range []string{"sims.csv", "arbor.csv", "bromcom.csv", "wonde.csv"} {
		files[n] = func() []roll.Pupil { p, _, _ := readCSV(t, load(t, n)); return p }
	}
	for _, n := range []string{"ctf_24.xml", "ctf_15_latin1.xml"} {
		files[n] = func() []roll.Pupil { p, _, _ := readCTF(t, load(t, n)); return p }
	}
	for n, read := range files {
		first := roll.Compare(nil, read(), roll.Options{Day: today})
		if len(first.New) != len(read()) {
			t.Errorf("%s: the first run finds %+v", n, first)
		}
		second := roll.Compare(known(first.New), read(), roll.Options{Day: today})
		if !second.IsEmpty() || second.NeedsConfirmation != "" || len(second.Unchanged) != len(first.New) || !strings.HasPrefix(second.Summary(), "This file changes nothing:") {
			t.Errorf("%s: the second run finds %s %+v", n, second.Summary(), second)
		}
	}
}

// ROL-3: up to a tenth of the roll is proposed; more stops for confirmation.
func TestROL3Leavers(t *testing.T) {
	var all []roll.Pupil
	for i := range 20 {
		p := named(fmt.Sprintf("Child%c", 'A'+i), "Green", "2014-01-01")
		p.SourceID, p.Has = fmt.Sprint(i), p.Has|roll.SetOf(roll.SourceID)
		all = append(all, p)
	}
	for _, c := range []struct {
		name    string
		in      []roll.Pupil
		o       roll.Options
		leavers int
		confirm string
	}{
		{"nobody", all, roll.Options{}, 0, ""},
		{"a tenth", all[2:], roll.Options{}, 2, ""},
		{"more than a tenth", all[3:], roll.Options{}, 3, "This file would take 3 of 20 children off the roll, more than one in ten. Check that it is the whole roll of this school."},
		{"an empty file", nil, roll.Options{}, 20, "This file would take 20 of 20 children off the roll, more than one in ten. Check that it is the whole roll of this school."},
		{"a part of the roll", all[:1], roll.Options{Scope: roll.Part}, 0, ""},
		{"unread rows", all[1:], roll.Options{Unread: 1}, 1, "1 row could not be read, and 1 child is not in the file. Check that the unread rows are not about them."},
	} {
		c.o.Day = today
		d := roll.Compare(known(all), c.in, c.o)
		if len(d.Leavers) != c.leavers || d.NeedsConfirmation != c.confirm {
			t.Errorf("%s: %d leavers, %q", c.name, len(d.Leavers), d.NeedsConfirmation)
		}
	}
	// A delta that deletes counts the same, and those who left before are not proposed again.
	gone := make([]roll.Pupil, 3)
	for i := range gone {
		gone[i] = all[i]
		gone[i].Leaving = true
	}
	d := roll.Compare(known(all), gone, roll.Options{Scope: roll.Part, Day: today})
	if len(d.Leavers) != 3 || !d.Leavers[0].Stated || d.NeedsConfirmation == "" {
		t.Errorf("%+v", d)
	}
	left := known(all)
	for i := range gone {
		left[i].OnRoll = false
	}
	if d := roll.Compare(left, gone, roll.Options{Scope: roll.Part, Day: today}); !d.IsEmpty() || len(d.Unchanged) != 3 {
		t.Errorf("%+v", d)
	}
	if d := roll.Compare(left, all[3:], roll.Options{Day: today}); !d.IsEmpty() {
		t.Errorf("%+v", d)
	}
}

// ROL-6: the dry run: new, changed, back, left, undecided, twice in one file.
func TestROL6Difference(t *testing.T) {
	a, b, c := named("Ann", "Green", "2014-01-01"), named("Bob", "Hill", "2014-01-02"), named("Cat", "Mill", "2014-01-03")
	a.SourceID, b.SourceID = "a", "b"
	a.Ethnicity, a.Has = "WBRI", a.Has|roll.SetOf(roll.SourceID, roll.Ethnicity)
	b.Has |= roll.SetOf(roll.SourceID)
	ks := known([]roll.Pupil{a, b, c})
	ks[1].OnRoll = false
	run := func(in ...roll.Pupil) roll.Difference {
		return roll.Compare(ks, in, roll.Options{Scope: roll.Part, Day: today})
	}

	changed := named("Ann", "Brown", "2014-01-01")
	changed.SourceID = "a"
	changed.Has |= roll.SetOf(roll.SourceID)
	d := run(changed)
	if len(d.Changed) != 1 || !reflect.DeepEqual(d.Changed[0].Changes, []roll.Change{{Field: roll.Surname, Was: "Green", Now: "Brown"}}) {
		t.Errorf("a field that the file does not have counts as changed: %+v", d)
	}
	if d := roll.Compare(ks, []roll.Pupil{changed}, roll.Options{Scope: roll.Part, Fields: roll.SetOf(roll.DOB)}); len(d.Unchanged) != 1 {
		t.Errorf("a field that is not kept counts as changed: %+v", d)
	}
	if d := run(b); len(d.Changed) != 1 || !d.Changed[0].Back {
		t.Errorf("the child who left and is back: %+v", d)
	}
	if d := run(changed, changed); len(d.Changed) != 1 || len(d.Clashes) != 1 || d.Clashes[0].Reason != "Line 2 of this file is about the same child." {
		t.Errorf("one child twice: %+v", d)
	}
	like := named("CAT", "mill", "2014-01-03")
	d = roll.Compare(ks, []roll.Pupil{a, like}, roll.Options{Day: today})
	if len(d.Suggestions) != 1 || d.Suggestions[0].IDs[0] != "k2" || len(d.Leavers) != 0 {
		t.Errorf("a child about whom somebody must decide is no leaver: %+v", d)
	}
	gone := named("Dan", "Gone", "2014-01-04")
	gone.LeavingDate, gone.Has = "2026-07-20", gone.Has|roll.SetOf(roll.LeavingDate)
	unknown := child(3, func(p *roll.Pupil) { p.SourceID, p.Partial = "zz", true }, roll.SourceID)
	if d := run(gone, unknown); len(d.Ignored) != 2 || !d.IsEmpty() {
		t.Errorf("%+v", d)
	}
	gone.LeavingDate = "2027-07-20"
	if d := run(gone); len(d.New) != 1 {
		t.Errorf("a child who will leave is on the roll: %+v", d)
	}
	with := a
	with.Contacts, with.Has = []roll.Contact{{Priority: 1, Name: "Eve Green", Phones: []string{"1"}}}, a.Has|roll.SetOf(roll.Contacts)
	if d := run(with); len(d.Changed) != 1 || d.Changed[0].Changes[0] != (roll.Change{Field: roll.Contacts, Was: "0 contacts", Now: "1 contact"}) {
		t.Errorf("%+v", d)
	}
}

// ROL-2: the publisher's noisy names: each row finds itself again whatever is done to case, blanks and punctuation.
func TestROL2SharedNames(t *testing.T) {
	b := published(t, "child_search_queries_small.csv")
	pupils, _, _ := readCSV(t, b)
	x := roll.NewIndex(known(pupils))
	noisy, _, _ := readCSV(t, bytes.ToLower(bytes.ReplaceAll(b, []byte("A"), []byte("a-"))))
	found := 0
	for i, p := range noisy {
		for _, id := range x.Match(p).IDs {
			if id == fmt.Sprintf("k%d", i) {
				found++
			}
		}
	}
	if found != 300 {
		t.Errorf("%d of 300 found themselves", found)
	}
}
