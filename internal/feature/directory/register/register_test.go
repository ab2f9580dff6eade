package register_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"kith/internal/feature/directory/register"
	"kith/internal/platform/tabular"
)

type reading[T any] func(context.Context, io.Reader, func(T) error) (register.Report, error)

func collect[T any](t *testing.T, in io.Reader, f reading[T]) ([]T, register.Report) {
	t.Helper()
	var rows []T
	rep, err := f(context.Background(), in, func(v T) error { rows = append(rows, v); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != rep.Kept || rep.Read != rep.Kept+rep.RejectedCount()+rep.Skipped {
		t.Errorf("%d rows were handed on, the report says %+v", len(rows), rep)
	}
	return rows, rep
}

func fixture[T any](t *testing.T, name string, f reading[T]) ([]T, register.Report) {
	t.Helper()
	in, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	return collect(t, in, f)
}

// places returns "line field" of each rejection.
func places(rs []register.Rejection) []string {
	var out []string
	for _, r := range rs {
		out = append(out, string(rune('0'+r.Row/10))+string(rune('0'+r.Row%10))+" "+r.Field)
	}
	return out
}

// ROL-7: the published layout: Windows-1252, quoted, CRLF, a newline inside a field, a quotation mark not doubled.
func TestROL7PublishedEstablishments(t *testing.T) {
	rows, rep := fixture(t, "establishments_published.csv", register.ReadEstablishments)
	if rep.Read != 7 || rep.Skipped != 1 || len(rows) != 4 {
		t.Fatalf("read %d, skipped %d, kept %d", rep.Read, rep.Skipped, len(rows))
	}
	if got := places(rep.Rejected); !reflect.DeepEqual(got, []string{"06 urn", "07 urn"}) {
		t.Errorf("rejected %v: %+v", got, rep.Rejected)
	}
	if got := places(rep.Warnings); !reflect.DeepEqual(got, []string{"09 open_date", "09 high_age"}) {
		t.Errorf("warned of %v: %+v", got, rep.Warnings)
	}
	want := register.Establishment{
		URN: "900001", LACode: "380", LAName: "Bradford", EstablishmentNumber: "2001", LAESTAB: "3802001",
		Name: "St Chloé’s Primary School", TypeCode: "2", TypeName: "Voluntary aided school",
		TypeGroup: "Local authority maintained schools", Status: register.Open, PhaseCode: "2", PhaseName: "Primary",
		LowAge: 3, HighAge: 11, Gender: "Mixed", Nursery: register.Yes, SixthForm: register.No, Boarding: register.No,
		Street: "1 Mill\nLane", Town: "Bradford", County: "West Yorkshire", Postcode: "BD1 1AA",
		Website: "www.example.invalid", Telephone: "01274000000", DistrictCode: "E08000032", WardCode: "E05001347",
		Easting: 416515, Northing: 433357,
	}
	want.Said = rows[0].Said // by name in TestSaid
	if rows[0] != want {
		t.Errorf("read\n%+v, want\n%+v", rows[0], want)
	}
	if b := rows[1]; b.Name != `Beck "Top" Academy` || b.OpenDate != "2012-09-01" || b.TrustUID != "90001" || b.County != "" ||
		b.Status != register.OpenButProposedToClose || !b.IsOpen("2026-11-23") {
		t.Errorf("%+v", b)
	}
	if c := rows[2]; !c.IsClosed("2026-11-23") || c.SixthForm != register.NotSaid {
		t.Errorf("%+v", c)
	}
	if p := rows[3]; p.Status != register.ProposedToOpen || p.IsOpen("2026-11-23") || p.EstablishmentNumber != "0036" {
		t.Errorf("%+v", p)
	}
}

// ROL-7: other columns in another order, and no status at all, which is not closure.
func TestROL7ConvertedEstablishments(t *testing.T) {
	rows, _ := fixture(t, "establishments_converted.csv", register.ReadEstablishments)
	if len(rows) != 2 {
		t.Fatalf("kept %d", len(rows))
	}
	if a := rows[0]; a.Status != register.Unknown || a.IsOpen("2026-11-23") || a.IsClosed("2026-11-23") || a.WardCode != "E05001347" {
		t.Errorf("%+v", a)
	}
	if b := rows[1]; b.Status != register.Unknown || b.OpenDate != "1900-01-01" || b.CloseDate != "2012-08-31" ||
		b.IsClosed("2012-08-30") || !b.IsClosed("2012-08-31") {
		t.Errorf("%+v", b)
	}
}

// ROL-7: what a file has no column for is not said, whatever year it is of.
func TestROL7Said(t *testing.T) {
	rows, _ := collect(t, strings.NewReader("URN,EstablishmentName,Trusts (code),StatutoryLowAge,LAESTAB\n900001,One,,3,3802001\n"), register.ReadEstablishments)
	if want := register.SaidTrust | register.SaidAuthority | register.SaidNumber; rows[0].Said != want {
		t.Errorf("said %b, want %b", rows[0].Said, want)
	}
	rows, _ = collect(t, strings.NewReader("URN,EstablishmentName,Postcode,TelephoneNum\n900001,One,BD1 1AA,1\n900002,Two,,Ms,Head,Teacher\n"), register.ReadEstablishments)
	if !rows[0].Said.Has(register.SaidPostcode) || !rows[0].Said.Has(register.SaidTelephone) || rows[1].Said != 0 {
		t.Errorf("said %b, %b", rows[0].Said, rows[1].Said)
	}
}

// ROL-7: a row of another year's layout keeps what comes first and gives up its address.
func TestROL7RowOfAnotherLayout(t *testing.T) {
	const in = "URN,EstablishmentName,Street,Postcode,TelephoneNum\n" +
		"900001,One,1 Mill Lane,BD1 1AA,1\n" + "900002,Two,2 Mill Lane,BD1 1AA,2,\n" +
		"900003,Three,,3 Mill Lane,Ms,Head,Teacher\n" + "900004,Four,4 Mill Lane\n" + "900005,Five,4 Mill Lane,Head\n"
	rows, rep := collect(t, strings.NewReader(in), register.ReadEstablishments)
	var got []string
	for _, e := range rows {
		got = append(got, e.Street+"|"+e.Postcode+"|"+e.Telephone)
	}
	want := []string{"1 Mill Lane|BD1 1AA|1", "2 Mill Lane|BD1 1AA|2", "||", "4 Mill Lane||", "||"}
	if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(places(rep.Warnings), []string{"04 address", "06 address"}) {
		t.Errorf("%q %+v", got, rep.Warnings)
	}
}

func TestGroups(t *testing.T) {
	rows, rep := fixture(t, "groups_published.csv", register.ReadGroups)
	if len(rows) != 2 || !reflect.DeepEqual(places(rep.Rejected), []string{"04 group_uid", "05 group_uid"}) {
		t.Fatalf("%+v %+v", rows, rep)
	}
	want := register.Group{UID: "90001", ID: "TR90001", Name: "BECK TRUST", CompaniesHouse: "00000001", UKPRN: "10000001",
		TypeCode: "6", Type: "Multi-academy trust", Status: register.Open, IncorporatedOn: "2011-07-14",
		Street: "1 Mill Lane", Town: "Bradford", Postcode: "BD1 1AA"}
	if rows[0] != want {
		t.Errorf("%+v", rows[0])
	}
	if rows[1].Status != register.Closed || rows[1].CloseDate != "2012-08-31" {
		t.Errorf("%+v", rows[1])
	}
}

func TestLinks(t *testing.T) {
	rows, rep := fixture(t, "links.csv", register.ReadLinks)
	if !reflect.DeepEqual(places(rep.Rejected), []string{"04 link_urn", "05 link_urn", "06 link_urn"}) {
		t.Errorf("%+v", rep.Rejected)
	}
	var kinds []register.LinkKind
	for _, l := range rows {
		kinds = append(kinds, l.Kind)
	}
	if !reflect.DeepEqual(kinds, []register.LinkKind{register.Predecessor, register.Successor, register.Merger, register.OtherLink}) {
		t.Errorf("%v", kinds)
	}
	if rows[2].Established != "2014-09-01" {
		t.Errorf("%+v", rows[2])
	}
}

// ROL-7: predecessor and successor links are followed to the open school.
func TestROL7Succession(t *testing.T) {
	link := func(urn, other string, k register.LinkKind) register.Link {
		return register.Link{URN: urn, LinkURN: other, Kind: k}
	}
	status := func(m map[string]register.Status) func(string) (register.Status, bool) {
		return func(urn string) (register.Status, bool) { s, ok := m[urn]; return s, ok }
	}
	const open, closed, unknown, soon = register.Open, register.Closed, register.Unknown, register.ProposedToOpen
	for _, c := range []struct {
		name   string
		links  []register.Link
		st     map[string]register.Status
		path   string
		choose string
		reason string
	}{
		{"open itself", []register.Link{link("1", "2", register.Successor)}, map[string]register.Status{"1": open, "2": open}, "1", "", ""},
		{"closing but open", nil, map[string]register.Status{"1": register.OpenButProposedToClose}, "1", "", ""},
		{"unknown is there", nil, map[string]register.Status{"1": unknown}, "1", "", ""},
		{"one step", []register.Link{link("1", "2", register.Successor)}, map[string]register.Status{"1": closed, "2": open}, "1 2", "", ""},
		{"told from the other end", []register.Link{link("2", "1", register.Predecessor)}, map[string]register.Status{"1": closed, "2": open}, "1 2", "", ""},
		{"through a school the register dropped", []register.Link{link("1", "2", register.Successor), link("3", "2", register.Predecessor)}, map[string]register.Status{"1": closed, "3": open}, "1 2 3", "", ""},
		{"a circle", []register.Link{link("1", "2", register.Successor), link("2", "1", register.Successor)}, map[string]register.Status{"1": closed, "2": closed}, "", "", "School 1 was followed by others, but none of them is open in the register."},
		{"a circle with a way out", []register.Link{link("1", "2", register.Successor), link("2", "1", register.Successor), link("2", "3", register.Successor)}, map[string]register.Status{"1": closed, "2": closed, "3": open}, "1 2 3", "", ""},
		{"a split", []register.Link{link("1", "3", register.Successor), link("1", "2", register.Successor)}, map[string]register.Status{"1": closed, "2": open, "3": open}, "", "2 3", "School 1 was followed by 2 schools (2, 3): choose one."},
		{"open before unknown", []register.Link{link("1", "3", register.Successor), link("1", "2", register.Successor)}, map[string]register.Status{"1": closed, "2": unknown, "3": open}, "1 3", "", ""},
		{"merged, closed end asked", []register.Link{link("2", "1", register.Merger)}, map[string]register.Status{"1": closed, "2": open}, "1 2", "", ""},
		{"merged, both closed", []register.Link{link("2", "1", register.Merger)}, map[string]register.Status{"1": closed, "2": closed}, "", "", "School 1 is closed, and the register names no successor."},
		{"a shared sixth form is no succession", []register.Link{link("1", "2", register.OtherLink)}, map[string]register.Status{"1": closed, "2": open}, "", "", "School 1 is closed, and the register names no successor."},
		{"not open yet", nil, map[string]register.Status{"1": soon}, "", "", "School 1 is not open yet."},
		{"not held", nil, nil, "", "", "The register does not hold a school 1."},
	} {
		got := register.NewSuccession(c.links).Resolve("1", status(c.st))
		last := ""
		if c.path != "" {
			last = c.path[len(c.path)-1:]
		}
		if strings.Join(got.Path, " ") != c.path || got.URN != last || strings.Join(got.Choices, " ") != c.choose || got.Reason != c.reason {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestPostcodes(t *testing.T) {
	rows, rep := fixture(t, "postcodes_degrees.csv", register.ReadPostcodes)
	if !reflect.DeepEqual(places(rep.Rejected), []string{"04 postcode", "05 latitude", "06 latitude", "07 postcode"}) {
		t.Errorf("%+v", rep.Rejected)
	}
	want := register.Postcode{Postcode: "BD1 1AE", Outward: "BD1", Point: register.Point{Lon: -1.75096, Lat: 53.79576}}
	if len(rows) != 2 || rows[1] != want {
		t.Errorf("%+v", rows)
	}
	rows, rep = fixture(t, "codepoint_no_header.csv", register.ReadPostcodes)
	if !reflect.DeepEqual(places(rep.Rejected), []string{"02 easting"}) || len(rows) != 1 || rows[0].WardCode != "E05001347" ||
		rows[0].Easting != 416515 || rows[0].Quality != 10 || rows[0].Metres != 5 {
		t.Errorf("%+v %+v", rows, rep)
	}
}

func TestNormalPostcode(t *testing.T) {
	for in, want := range map[string]string{"bd100aa": "BD10 0AA", " B1  1AA ": "B1 1AA", "EC3A5DE": "EC3A 5DE", "BD1": "", "1BD 1AA": "", strings.Repeat("A", 99): ""} {
		if got, ok := register.NormalPostcode(in); got != want || ok != (want != "") {
			t.Errorf("%q gave %q", in, got)
		}
	}
}

// The points are those Ordnance Survey publishes to test its own transformation, and its worked example.
func TestGridToWGS84(t *testing.T) {
	for _, c := range []struct{ e, n, lat, lon float64 }{
		{651409.903, 313177.270, 52 + 39/60.0 + 28.723/3600, 1 + 42/60.0 + 57.787/3600},
		{438710.920, 114792.250, 50.93127937910, -1.45051433700},
		{530624.974, 178388.464, 51.48936564950, -0.11992557180},
		{389544.190, 261912.153, 52.25529381630, -2.15458614387},
		{422242.186, 433818.701, 53.80021519630, -1.66379168242},
		{525745.670, 470703.214, 54.11685144290, -0.07773133187},
	} {
		if d := register.Distance(register.FromGrid(c.e, c.n), register.Point{Lon: c.lon, Lat: c.lat}); d > register.GridMetres {
			t.Errorf("%.0f %.0f is %.2f m off", c.e, c.n, d)
		}
	}
}

func TestAuthorities(t *testing.T) {
	rows, rep := fixture(t, "authorities.csv", register.ReadAuthorities)
	if len(rows) != 1 || rows[0].Code != "380" || rows[0].Short != "BRD" || len(rows[0].Address) != 2 || len(rep.Rejected) != 2 {
		t.Errorf("%+v %+v", rows, rep)
	}
}

func TestAreas(t *testing.T) {
	rows, rep := fixture(t, "areas.geojson", register.ReadAreas)
	if !reflect.DeepEqual(places(rep.Rejected), []string{"03 code", "04 geometry", "05 geometry", "06 code"}) || len(rows) != 2 {
		t.Fatalf("%+v", rep.Rejected)
	}
	mill, beck := rows[0], rows[1]
	if mill.Kind != "ward" || mill.Code != "E05900001" || mill.Name != "Mill" || mill.Box != (register.Box{0, 50, 4, 54}) ||
		mill.Label != (register.Point{0.5, 50.5}) {
		t.Errorf("%+v", mill)
	}
	for p, want := range map[register.Point]bool{{0.5, 52}: true, {2, 52}: false, {3.5, 53.5}: true, {5, 52}: false} {
		if mill.Contains(p) != want {
			t.Errorf("Mill and %v: want %v", p, want)
		}
	}
	for p, want := range map[register.Point]bool{{5.5, 50.5}: true, {6.5, 50.5}: false, {7.5, 50.5}: true, beck.Label: true} {
		if beck.Contains(p) != want {
			t.Errorf("Beck and %v: want %v", p, want)
		}
	}
	rows, _ = fixture(t, "areas.topojson", register.ReadAreas)
	if len(rows) != 2 || rows[0].Name != "West" {
		t.Fatalf("%+v", rows)
	}
	west, east := rows[0], rows[1]
	for _, p := range []register.Point{{0.4, 50.4}, {1.4, 50.6}} {
		if west.Contains(p) == east.Contains(p) || west.Contains(p) != (p.Lon < 1) {
			t.Errorf("%v: west %v, east %v", p, west.Contains(p), east.Contains(p))
		}
	}
}

func TestWholeFileErrors(t *testing.T) {
	ctx := context.Background()
	none := func(register.Establishment) error { return nil }
	if _, err := register.ReadEstablishments(ctx, strings.NewReader("id,name\n1,x\n"), none); err == nil || !strings.Contains(err.Error(), `no column "URN"`) {
		t.Errorf("%v", err)
	}
	if _, err := register.ReadEstablishments(ctx, strings.NewReader(""), none); !errors.Is(err, tabular.ErrEmpty) {
		t.Errorf("%v", err)
	}
	stop := errors.New("stop")
	if _, err := register.ReadEstablishments(ctx, strings.NewReader("URN,Name\n900001,x\n"), func(register.Establishment) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := register.ReadEstablishments(gone, strings.NewReader("URN,Name\n"+strings.Repeat("900001,x\n", 1000)), none); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	for _, in := range []string{"", "[]", `{"type":"Feature"}`, `{"type":"Topology","arcs":[],"objects":{"x":{"geometries":[{"type":"Polygon","arcs":[[7]]}]}}}`} {
		if _, err := register.ReadAreas(ctx, strings.NewReader(in), func(register.Area) error { return nil }); err == nil {
			t.Errorf("%q was taken", in)
		}
	}
}

func FuzzRegister(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, in string) {
		ctx := context.Background()
		_, _ = register.ReadEstablishments(ctx, strings.NewReader(in), func(register.Establishment) error { return nil })
		_, _ = register.ReadGroups(ctx, strings.NewReader(in), func(register.Group) error { return nil })
		_, _ = register.ReadPostcodes(ctx, strings.NewReader(in), func(register.Postcode) error { return nil })
		_, _ = register.ReadAuthorities(ctx, strings.NewReader(in), func(register.Authority) error { return nil })
		var links []register.Link
		_, _ = register.ReadLinks(ctx, strings.NewReader(in), func(l register.Link) error { links = append(links, l); return nil })
		s := register.NewSuccession(links)
		for _, l := range links {
			s.Resolve(l.URN, func(string) (register.Status, bool) { return register.Closed, true })
		}
		_, _ = register.ReadAreas(ctx, strings.NewReader(in), func(a register.Area) error { a.Simplify(100); return nil })
	})
}

func TestSimplifyKeepsTheShape(t *testing.T) {
	const in = `{"type":"FeatureCollection","features":[{"properties":{"code":"X","name":"X"},"geometry":{"type":"Polygon","coordinates":
		[[[0,50],[0.5,50.00001],[1,50],[1,51],[0.5,51],[0,51],[0,50]],[[0.5,50.5],[0.5001,50.5],[0.5001,50.5001],[0.5,50.5]]]}}]}`
	rows, _ := collect(t, strings.NewReader(in), register.ReadAreas)
	got := rows[0].Simplify(100)
	want := []register.Polygon{{{{0, 50}, {1, 50}, {1, 51}, {0, 51}, {0, 50}}}}
	if !reflect.DeepEqual(got.Polygons, want) || got.Code != "X" {
		t.Errorf("%v", got.Polygons)
	}
	if len(rows[0].Polygons[0]) != 2 || len(rows[0].Polygons[0][0]) != 7 {
		t.Error("the area itself was changed")
	}
}
