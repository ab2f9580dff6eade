package roll_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"kith/internal/feature/people/roll"
)

var ctx = context.Background()

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// published reads a file of the shared data, which is not in the repository.
func published(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("KITH_SHARED_DATA")
	if dir == "" {
		dir = "../../../../../shared/data"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Log("THE SHARED DATA IS ABSENT: set KITH_SHARED_DATA")
		t.Skip(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "rolls", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readCSV(t *testing.T, b []byte) ([]roll.Pupil, roll.Report, roll.Mapping) {
	t.Helper()
	header, _, err := roll.Peek(ctx, bytes.NewReader(b), 1)
	if err != nil {
		t.Fatal(err)
	}
	m := roll.Guess(header)
	var out []roll.Pupil
	rep, err := roll.ReadCSV(ctx, bytes.NewReader(b), m, func(p roll.Pupil) error { out = append(out, p); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if rep.Kept != len(out) || rep.Read != rep.Kept+rep.RejectedCount() {
		t.Errorf("handed on %d: %+v", len(out), rep)
	}
	return out, rep, m
}

func places(rs []roll.Rejection) []string {
	out := []string{}
	for _, r := range rs {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %d %s", r.File, r.Row, r.Field)))
	}
	return out
}

// ROL-6, ROL-1: a SIMS report: contacts with priority, parental responsibility and court order; a wrong UPN is kept.
func TestROL6Sims(t *testing.T) {
	pupils, rep, m := readCSV(t, load(t, "sims.csv"))
	if m.Preset != "sims" {
		t.Errorf("taken for %q", m.Preset)
	}
	if got := places(rep.Rejected); !reflect.DeepEqual(got, []string{"5 legal_surname", "6 source_id"}) {
		t.Errorf("rejected %v: %+v", got, rep.Rejected)
	}
	if got := places(rep.Warnings); !reflect.DeepEqual(got, []string{"4 upn", "7 date_of_birth", "7 sex", "7 year_group", "7 free_school_meals"}) {
		t.Errorf("warned of %v: %+v", got, rep.Warnings)
	}
	zoe := pupils[0]
	want := roll.Pupil{
		Row: 2, Has: zoe.Has, SourceID: "004712", AdmissionNumber: "004712", UPN: "B380200126001", Forename: "Zoë",
		Surname: "O'Brien-Łukasz", PreferredForename: "Zo", DOB: "2014-09-03", Sex: "F", YearGroup: "7", Form: "7B",
		House: "Elm", Ethnicity: "WBRI", Language: "English", SEN: "K", FSM: roll.Yes, PupilPremium: roll.Yes,
		InCare: roll.No, EntryDate: "2026-09-01", Address: "1 Mill Lane\nBradford", Postcode: "BD1 1AA",
		Contacts: []roll.Contact{
			{Priority: 1, Name: "Ann O'Brien", Relationship: "Mother", ParentalResponsibility: roll.Yes, Phones: []string{"01274 000001"}},
			{Priority: 1, Name: "Bob Łukasz", Phones: []string{"01274 000002"}},
		},
	}
	if !reflect.DeepEqual(zoe, want) {
		t.Errorf("read\n%+v, want\n%+v", zoe, want)
	}
	if zoe.Has.Has(roll.ServiceChild) || !zoe.Has.Has(roll.LeavingDate) {
		t.Error("the file has a column of leaving dates and none of service children")
	}
	amir := pupils[1]
	if amir.UPN != "A380200126002" || amir.YearGroup != "R" || len(amir.Contacts) != 1 || amir.Contacts[0].CourtOrder != roll.Yes ||
		amir.Contacts[0].CourtOrderText != "Prohibited steps order 2025" {
		t.Errorf("%+v", amir)
	}
	leaf := pupils[2]
	if leaf.Has.Has(roll.DOB) || leaf.Has.Has(roll.Sex) || leaf.Has.Has(roll.FSM) || leaf.YearGroup != "Bridge" {
		t.Errorf("what could not be read was said all the same: %+v", leaf)
	}
	if !reflect.DeepEqual(m.Unmapped([]string{"Adno", "% attendance", ""}), []string{"% attendance"}) {
		t.Error("the unused heading is not shown")
	}
}

// ROL-6: the same child from other systems: other headings, encodings, delimiters, date forms.
func TestROL6Presets(t *testing.T) {
	for name, id := range map[string]string{"arbor": "a1", "bromcom": "77", "wonde": "w1"} {
		pupils, rep, m := readCSV(t, load(t, name+".csv"))
		if m.Preset != name || len(pupils) != 1 || len(rep.Warnings) != 0 {
			t.Fatalf("%s: taken for %q, %+v", name, m.Preset, rep)
		}
		p := pupils[0]
		if p.SourceID != id || p.UPN != "B380200126001" || p.DOB != "2014-09-03" || p.Forename != "Zoë" || p.Sex != "F" ||
			p.YearGroup != "7" || p.EntryDate != "2026-09-01" || !strings.HasPrefix(p.Surname, "O") {
			t.Errorf("%s: %+v", name, p)
		}
	}
	arbor, _, _ := readCSV(t, load(t, "arbor.csv"))
	if c := arbor[0].Contacts; len(c) != 1 || c[0].Surname != "O'Brien" || c[0].Phones[0] != "07000 000001" {
		t.Errorf("%+v", c)
	}
	wonde, _, _ := readCSV(t, load(t, "wonde.csv"))
	if p := wonde[0]; p.PreferredForename != "Zo" || p.PreferredSurname != "Brien" || p.Surname != "O'Brien" || p.PupilPremium != roll.Yes || p.InCare != roll.No {
		t.Errorf("%+v", p)
	}
}

func TestMappingIsData(t *testing.T) {
	m := roll.Guess([]string{"UPN", "Forename", "Surname", "Contact 2 Court Order Flag", "Contact Name 3", "Contact 1 phone 2"})
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"columns":[{"heading":"UPN","field":"upn"},{"heading":"Forename","field":"legal_forename"},{"heading":"Surname","field":"legal_surname"},` +
		`{"heading":"Contact 2 Court Order Flag","field":"contact_court_order","contact":2},{"heading":"Contact Name 3","field":"contact_name","contact":3},` +
		`{"heading":"Contact 1 phone 2","field":"contact_phone","contact":1}]}`
	if string(b) != want {
		t.Errorf("%s", b)
	}
	var back roll.Mapping
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, m) {
		t.Errorf("%+v, %v", back, err)
	}
	if json.Unmarshal([]byte(`{"columns":[{"heading":"x","field":"shoe_size"}]}`), &back) == nil {
		t.Error("a field that does not exist was taken")
	}
	for _, f := range roll.Fields() {
		if f.String() == "" || f.Label() == "" {
			t.Errorf("field %d has no name", f)
		}
	}
}

func TestMappingThatDoesNotFit(t *testing.T) {
	col := func(h string, f roll.Field) roll.Column { return roll.Column{Heading: h, Field: f} }
	for _, c := range []struct {
		cols []roll.Column
		want string
	}{
		{nil, "None of the mapped headings is in this file."},
		{[]roll.Column{col("a", roll.Forename)}, "The forename and the surname each need a column."},
		{[]roll.Column{col("a", roll.Forename), col("b", roll.Surname)}, "A UPN, an id, an admission number or a date of birth is needed to tell children apart."},
		{[]roll.Column{col("a", roll.Forename), col("b", roll.Surname), col("c", roll.UPN), col("d", roll.UPN)}, `"c" and "d" are both mapped to UPN.`},
		{[]roll.Column{col("a", roll.Forename), col("b", roll.Surname), col("c", roll.UPN), col("d", roll.ContactName)}, `"d" needs the number of a contact from 1 to 20.`},
		{[]roll.Column{col("a", roll.Forename), col("b", roll.Surname), col("C", roll.UPN), col("gone", roll.House)}, ""},
	} {
		if got := strings.Join(roll.Mapping{Columns: c.cols}.Check([]string{"a", "b", "c", "d"}), " "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if _, err := roll.ReadCSV(ctx, strings.NewReader("x,y\n1,2\n"), roll.Mapping{}, nil); err == nil {
		t.Error("a file was read without a mapping")
	}
}

func TestYears(t *testing.T) {
	for in, want := range map[string]string{"R": "R", "Reception": "R", "YR": "R", "Year R": "R", "0": "R", "N1": "N1", "nursery 2": "N2", "Nursery": "N",
		"4": "4", "04": "4", "Year 4": "4", "Yr4": "4", "Y10": "10", "Year Group 13": "13", "Year  7": "7", "E1": "E1", "": ""} {
		if got, ok := roll.ParseYear(in); got != want || !ok {
			t.Errorf("%q gave %q, %v", in, got, ok)
		}
	}
	for _, in := range []string{"15", "Bridge", "7B", "Year"} {
		if got, ok := roll.ParseYear(in); ok || got != in {
			t.Errorf("%q gave %q", in, got)
		}
	}
}

// ROL-6: a file with names and birth dates only, as the publisher made it; one row's sex is a forename.
func TestROL6SharedNames(t *testing.T) {
	pupils, rep, m := readCSV(t, published(t, "child_search_queries_small.csv"))
	if rep.Read != 300 || len(pupils) != 300 || len(m.Columns) != 5 || len(rep.Warnings) != 1 || rep.Warnings[0].Field != "sex" {
		t.Errorf("read %d, kept %d, %d columns, %+v", rep.Read, len(pupils), len(m.Columns), rep.Warnings)
	}
	for _, p := range pupils {
		if p.DOB == "" || p.Surname == "" {
			t.Errorf("%+v", p)
		}
	}
}

// bundle zips a folder of testdata, with more files or others in their place.
func bundle(t testing.TB, dir string, with map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	add := func(name string, b []byte) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if dir != "" {
		entries, err := os.ReadDir(filepath.Join("testdata", dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if _, other := with[e.Name()]; !other {
				add(e.Name(), load(t, filepath.Join(dir, e.Name())))
			}
		}
	}
	for name, text := range with {
		add(name, []byte(text))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func readBundle(t *testing.T, b []byte) ([]roll.Pupil, roll.Bundle, roll.Report) {
	t.Helper()
	var out []roll.Pupil
	info, rep, err := roll.ReadOneRoster(ctx, bytes.NewReader(b), int64(len(b)), roll.UPNAnywhere, func(p roll.Pupil) error { out = append(out, p); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return out, info, rep
}

// ROL-4: 1.2, bulk: roles say who is a pupil, birth dates come from demographics, dangling references go with their row.
func TestROL4Bulk12(t *testing.T) {
	pupils, info, rep := readBundle(t, bundle(t, "oneroster_1p2_bulk", nil))
	if info.Version != "1.2" || info.Delta || info.System != "Example MIS" || len(info.Orgs) != 1 {
		t.Errorf("%+v", info)
	}
	if rep.Read != 6 || rep.Kept != 2 || rep.Skipped != 2 {
		t.Errorf("%+v", rep)
	}
	want := []string{"users.csv 4 orgSourcedIds", "users.csv 7 sourcedId", "roles.csv 6 userSourcedId", "roles.csv 7 orgSourcedId",
		"demographics.csv 4 sourcedId", "classes.csv 4 schoolSourcedId", "enrollments.csv 4 classSourcedId", "enrollments.csv 5 userSourcedId"}
	if got := places(rep.Rejected); !reflect.DeepEqual(got, want) {
		t.Errorf("rejected %v", got)
	}
	if got := places(rep.Warnings); !reflect.DeepEqual(got, []string{"users.csv 3 agentSourcedIds"}) {
		t.Errorf("warned of %v", got)
	}
	p := pupils[0]
	if p.SourceID != "p1" || p.UPN != "B380200126001" || p.DOB != "2014-09-03" || p.Sex != "F" || p.PreferredForename != "Zo" ||
		p.YearGroup != "7" || p.Form != "7B" || p.EntryDate != "2026-09-01" || !reflect.DeepEqual(p.Schools, []string{"o1"}) ||
		len(p.Contacts) != 1 || p.Contacts[0].Relationship != "guardian" || !reflect.DeepEqual(p.Contacts[0].Phones, []string{"01274000001", "07000000001"}) {
		t.Errorf("%+v", p)
	}
	if q := pupils[1]; q.UPN != "Q380200126002" || q.YearGroup != "R" || q.Has.Has(roll.Form) {
		t.Errorf("%+v", q)
	}
	if all := fmt.Sprintf("%+v %+v %+v", pupils, info, rep); strings.Contains(all, "Secret") {
		t.Error("a password came through")
	}
}

// ROL-4: where the UPN is kept is a setting; an identifier that is no UPN is taken only when it is said to be one.
func TestROL4WhereTheUPNIs(t *testing.T) {
	b := bundle(t, "oneroster_1p2_bulk", nil)
	for from, want := range map[roll.UPNSource]string{
		roll.UPNAnywhere: "B380200126001 Q380200126002", roll.UPNUserIDs: "B380200126001 ", roll.UPNIdentifier: " Q380200126002",
	} {
		var got []string
		_, _, err := roll.ReadOneRoster(ctx, bytes.NewReader(b), int64(len(b)), from, func(p roll.Pupil) error { got = append(got, p.UPN); return nil })
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: %q, %v", from, got, err)
		}
	}
}

// ROL-4: 1.1, delta: a deletion, a new pupil whose guardian was sent before, a birth date of a pupil sent before.
func TestROL4Delta11(t *testing.T) {
	pupils, info, rep := readBundle(t, bundle(t, "oneroster_1p1_delta", nil))
	if info.Version != "1.1" || !info.Delta || len(rep.Rejected)+len(rep.Warnings) != 0 || len(pupils) != 3 {
		t.Fatalf("%+v %+v %+v", pupils, info, rep)
	}
	if p := pupils[0]; !p.Leaving || p.Partial {
		t.Errorf("%+v", p)
	}
	if p := pupils[1]; p.Leaving || p.DOB != "2020-05-06" {
		t.Errorf("%+v", p)
	}
	if p := pupils[2]; !p.Partial || p.SourceID != "p2" || p.DOB != "2021-10-03" || p.Has != roll.SetOf(roll.SourceID, roll.DOB, roll.Sex) {
		t.Errorf("%+v", p)
	}
}

// ROL-4: the published 1.1 bundles, whose passwords are plain and whose organisation has a parent that is not there.
func TestROL4Shared(t *testing.T) {
	for name, year := range map[string]string{"oneroster_1p1_full.zip": "12", "oneroster_1p1_minimal.zip": ""} {
		pupils, info, rep := readBundle(t, published(t, name))
		if info.Version != "1.1" || info.Delta || rep.Read != 6 || rep.Skipped != 3 || len(pupils) != 3 || len(rep.Rejected) != 0 {
			t.Fatalf("%s: %+v %+v %+v", name, pupils, info, rep)
		}
		mary := pupils[0]
		if mary.SourceID != "usr-222-66778899" || mary.Forename != "Mary" || mary.YearGroup != year || mary.UPN != "" {
			t.Errorf("%s: %+v", name, mary)
		}
		if pupils[1].Form != "History - 2" {
			t.Errorf("%s: %+v", name, pupils[1])
		}
		if strings.Contains(fmt.Sprintf("%+v %+v", pupils, rep), "Password") {
			t.Errorf("%s: a password came through", name)
		}
		if name == "oneroster_1p1_full.zip" && (len(mary.Contacts) != 1 || mary.Contacts[0].Surname != "Jones" || mary.Contacts[0].Relationship != "parent") {
			t.Errorf("the parent lists the child, and the child has the contacts %+v", mary.Contacts)
		}
	}
}

// ROL-4: bundles that are refused, each with a sentence.
func TestROL4Refused(t *testing.T) {
	many := map[string]string{}
	for i := range 70 {
		many[fmt.Sprintf("f%d.csv", i)] = "a"
	}
	for name, c := range map[string]struct {
		zip  []byte
		want string
	}{
		"no zip":      {[]byte("sourcedId"), "the file is not a zip"},
		"no manifest": {bundle(t, "", map[string]string{"users.csv": "sourcedId\n"}), "no manifest.csv"},
		"folder":      {bundle(t, "oneroster_1p2_bulk", map[string]string{"roll/users.csv": "x"}), "holds a folder"},
		"many":        {bundle(t, "", many), "holds 70 files"},
		"bomb":        {bundle(t, "oneroster_1p2_bulk", map[string]string{"x.csv": strings.Repeat("0", 4<<20)}), "more than 200 times its size"},
		"version":     {bundle(t, "", map[string]string{"manifest.csv": "propertyName,value\noneroster.version,2.0\n"}), `version "2.0"`},
		"no users":    {bundle(t, "", map[string]string{"manifest.csv": "propertyName,value\noneroster.version,1.1\n"}), "no users.csv"},
		"no roles":    {bundle(t, "", map[string]string{"manifest.csv": "propertyName,value\noneroster.version,1.2\n", "users.csv": "sourcedId\n"}), "no roles.csv"},
		"no column":   {bundle(t, "oneroster_1p2_bulk", map[string]string{"users.csv": "sourcedId,givenName\n1,2\n"}), `no column "familyName"`},
	} {
		_, _, err := roll.ReadOneRoster(ctx, bytes.NewReader(c.zip), int64(len(c.zip)), roll.UPNAnywhere, func(roll.Pupil) error { return nil })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func readCTF(t *testing.T, b []byte) ([]roll.Pupil, roll.CTF, roll.Report) {
	t.Helper()
	var out []roll.Pupil
	head, rep, err := roll.ReadCTF(ctx, bytes.NewReader(b), func(p roll.Pupil) error { out = append(out, p); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return out, head, rep
}

// ROL-5: three versions, with a namespace and without, in three encodings, Sex and Gender; what is absent stays absent.
func TestROL5Versions(t *testing.T) {
	for name, version := range map[string]string{"ctf_24.xml": "24.0", "ctf_19_namespace_utf16.xml": "19.0", "ctf_15_latin1.xml": "15.0"} {
		pupils, head, rep := readCTF(t, load(t, name))
		if head.Version != version || head.From != "3802001" || head.To != "380LLLL" || head.Partial || head.FromName != "Mill Primary" {
			t.Errorf("%s: %+v", name, head)
		}
		if rep.Read != 4 || rep.Kept != 2 || len(pupils) != 2 || len(rep.Warnings) != 0 || !reflect.DeepEqual(places(rep.Rejected), []string{"40 upn", "41 legal_surname"}) {
			t.Fatalf("%s: %+v", name, rep)
		}
		p := pupils[0]
		if p.Row != 12 || p.UPN != "B380200126001" || p.Forename != "Zoë" || p.DOB != "2014-09-03" || p.Sex != "F" || p.PreferredForename != "Zo" ||
			p.YearGroup != "7" || p.Language != "ENG" || p.InCare != roll.Yes || p.FSM != roll.Yes || p.SEN != "E" ||
			p.Address != "1, Mill Lane, Bradford" || p.Postcode != "BD1 1AA" || len(p.Contacts) != 2 || p.Contacts[0].Forename != "Ann" ||
			p.Contacts[0].ParentalResponsibility != roll.Yes || p.Contacts[1].Phones[0] != "01274 000002" {
			t.Errorf("%s: %+v", name, p)
		}
		if !p.Has.Has(roll.FormerUPN) || p.FormerUPN != "" {
			t.Errorf("%s: the empty element says that there is no former UPN", name)
		}
		if q := pupils[1]; q.Has != roll.SetOf(roll.Surname, roll.Forename, roll.DOB) {
			t.Errorf("%s: absent elements were said: %v", name, q.Has.Each())
		}
	}
}

// ROL-5: no document type, no entities, nothing that is not a CTF; a newer version is read with a warning.
func TestROL5Refused(t *testing.T) {
	read := func(s string) (roll.Report, error) {
		_, rep, err := roll.ReadCTF(ctx, strings.NewReader(s), func(roll.Pupil) error { return nil })
		return rep, err
	}
	for in, want := range map[string]string{
		`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><CTfile/>`:                     "document type (DTD)",
		`<CTfile><CTFpupilData><Pupil><Surname>&a;</Surname></Pupil></CTFpupilData></CTfile>`: "entity of its own",
		`<CTfile><Pupil>` + strings.Repeat("<a>", 100):                                        "nested deeper",
		`<html></html>`:           `is a "html"`,
		`<CTfile><Header>`:        "unexpected EOF",
		``:                        "no XML",
		`<CTfile><Header></Head>`: "cannot be read",
	} {
		if _, err := read(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", in, err)
		}
	}
	rep, err := read(`<CTfile><Header><CTFversion>27.0</CTFversion></Header><New><Deep/></New></CTfile>`)
	if err != nil || !reflect.DeepEqual(places(rep.Warnings), []string{"1 CTFversion"}) {
		t.Errorf("%+v, %v", rep, err)
	}
	rep, err = read("<?xml version=\"1.0\" encoding=\"utf-8\"?><CTfile><CTFpupilData><Pupil><Surname>Zo\xeb</Surname></Pupil></CTFpupilData></CTfile>")
	if err != nil || rep.Kept != 1 || !reflect.DeepEqual(places(rep.Warnings), []string{"1 encoding"}) {
		t.Errorf("%+v, %v", rep, err)
	}
}

func FuzzReaders(f *testing.F) {
	for _, n := range []string{"sims.csv", "wonde.csv", "ctf_24.xml", "ctf_19_namespace_utf16.xml", "ctf_15_latin1.xml"} {
		f.Add(load(f, n))
	}
	f.Add(bundle(f, "oneroster_1p2_bulk", nil))
	f.Add(bundle(f, "oneroster_1p1_delta", nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		each := func(p roll.Pupil) error {
			for _, field := range p.Has.Each() {
				p.Value(field)
			}
			return nil
		}
		if header, _, err := roll.Peek(ctx, bytes.NewReader(b), 3); err == nil {
			_, _ = roll.ReadCSV(ctx, bytes.NewReader(b), roll.Guess(header), each)
		}
		_, _, _ = roll.ReadCTF(ctx, bytes.NewReader(b), each)
		_, _, _ = roll.ReadOneRoster(ctx, bytes.NewReader(b), int64(len(b)), roll.UPNAnywhere, each)
	})
}
