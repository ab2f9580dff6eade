package register_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"kith/internal/feature/directory/register"
)

// published opens a file of the shared data: real extracts of the public registers, which are not in the repository.
func published(t *testing.T, name string) io.Reader {
	t.Helper()
	dir := os.Getenv("KITH_SHARED_DATA")
	if dir == "" {
		dir = "../../../../../shared/data"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Log("THE SHARED DATA IS ABSENT: set KITH_SHARED_DATA")
		t.Skip(err)
	}
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// ROL-7: every layout of the establishments that the shared data holds.
func TestROL7SharedEstablishments(t *testing.T) {
	const today = "2026-11-23"
	type counts struct{ read, rejected, skipped, warned, open, closed, unknown int }
	for name, want := range map[string]counts{
		"schools/gias_establishments_yorkshire_westmidlands.csv": {674, 0, 0, 0, 460, 11, 203},
		"schools/gias_register_west_yorkshire_west_midlands.csv": {4364, 0, 0, 0, 0, 2118, 2246},
		"schools/sutton_coldfield_lte_schools.csv":               {7, 0, 0, 0, 0, 0, 7},
		"schools/edubase_full_columns_city_of_london_camden.csv": {19, 0, 0, 10, 16, 3, 0},
		"schools/gias_subset_placements.csv":                     {8, 0, 0, 0, 6, 2, 0},
	} {
		rows, rep := collect(t, published(t, name), register.ReadEstablishments)
		got := counts{read: rep.Read, rejected: len(rep.Rejected), skipped: rep.Skipped, warned: len(rep.Warnings)}
		for _, e := range rows {
			switch {
			case e.IsOpen(today):
				got.open++
			case e.IsClosed(today):
				got.closed++
			default:
				got.unknown++
			}
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v; %v %v", name, got, want, first(rep.Rejected), first(rep.Warnings))
		}
	}
}

func first[T any](s []T) []T { return s[:min(len(s), 5)] }

func TestSharedEstablishmentValues(t *testing.T) {
	rows, _ := collect(t, published(t, "schools/gias_subset_placements.csv"), register.ReadEstablishments)
	e := rows[0]
	if e.URN != "100000" || e.Name != "The Aldgate School" || e.LAESTAB != "2013614" || e.Postcode != "EC3A 5DE" ||
		e.Nursery != register.Yes || e.SixthForm != register.No || e.Telephone != "02072831147" || e.DistrictCode != "E09000001" {
		t.Errorf("%+v", e)
	}
	// Ten rows of this file stand under a header that is not theirs; a head teacher's name must not become a telephone.
	rows, _ = collect(t, published(t, "schools/edubase_full_columns_city_of_london_camden.csv"), register.ReadEstablishments)
	for i, e := range rows {
		if other := i >= 9; other != (e.Postcode == "") || other && (e.Telephone != "" || e.Website != "" || e.Name == "" || e.TypeName == "") {
			t.Errorf("%+v", e)
		}
	}
	rows, _ = collect(t, published(t, "schools/gias_establishments_yorkshire_westmidlands.csv"), register.ReadEstablishments)
	byLA := map[string]int{}
	for _, e := range rows {
		byLA[e.LACode]++
		if e.LAESTAB == "" || len(e.LAESTAB) != 7 {
			t.Errorf("%s has no LAESTAB", e.URN)
		}
	}
	if byLA["380"] != 38 || byLA["330"] != 109 || byLA["383"] != 47 {
		t.Errorf("%v", byLA)
	}
}

func TestSharedGroupsAndAuthorities(t *testing.T) {
	rows, rep := collect(t, published(t, "schools/gias_groups_trusts_federations.csv"), register.ReadGroups)
	open := 0
	for _, g := range rows {
		if g.Status.IsOpen() {
			open++
		}
	}
	if rep.Read != 791 || len(rows) != 791 || len(rep.Warnings) != 0 || open != 502 {
		t.Errorf("read %d, kept %d, open %d, %v %v", rep.Read, len(rows), open, first(rep.Rejected), first(rep.Warnings))
	}
	las, rep := collect(t, published(t, "schools/local_authorities.csv"), register.ReadAuthorities)
	if rep.Read != 151 || len(las) != 151 {
		t.Errorf("read %d, kept %d, %v", rep.Read, len(las), first(rep.Rejected))
	}
}

// ROL-7: every closed school of the published links leads somewhere, or says why not.
func TestROL7SharedSuccession(t *testing.T) {
	links, rep := collect(t, published(t, "schools/gias_predecessor_successor_links.csv"), register.ReadLinks)
	if rep.Read != 418 || len(links) != 418 || len(rep.Warnings) != 0 {
		t.Fatalf("read %d, kept %d, %v", rep.Read, len(links), first(rep.Rejected))
	}
	status := map[string]register.Status{}
	for _, name := range []string{"schools/gias_register_west_yorkshire_west_midlands.csv", "schools/gias_establishments_yorkshire_westmidlands.csv"} {
		rows, _ := collect(t, published(t, name), register.ReadEstablishments)
		for _, e := range rows {
			if st := e.StatusOn("2026-11-23"); st != register.Unknown || status[e.URN] == "" {
				status[e.URN] = st
			}
		}
	}
	s := register.NewSuccession(links)
	lookup := func(urn string) (register.Status, bool) { st, ok := status[urn]; return st, ok }
	found := 0
	for _, l := range links {
		if l.Kind != register.Predecessor {
			continue
		}
		r := s.Resolve(l.LinkURN, lookup)
		if r.URN != "" {
			found++
		} else if r.Reason == "" {
			t.Errorf("%s: %+v", l.LinkURN, r)
		}
	}
	if r := s.Resolve("127050", lookup); r.URN != "103392" {
		t.Errorf("Grove Junior School leads to %+v", r)
	}
	if found < 300 {
		t.Errorf("only %d predecessors lead to a school", found)
	}
}

func TestSharedPostcodes(t *testing.T) {
	published2025 := map[string]register.Point{}
	for name, want := range map[string][2]int{
		"BD": {23898, 122}, "HX": {7540, 7}, "HD": {10878, 9}, "LS": {32762, 34}, "WF": {18754, 27}, "B": {62720, 30}, "WS": {15178, 5},
	} {
		rows, rep := collect(t, published(t, "postcodes/"+name+".csv"), register.ReadPostcodes)
		if rep.Read != want[0] || len(rep.Rejected) != want[1] {
			t.Errorf("%s: read %d, rejected %d, %v", name, rep.Read, len(rep.Rejected), first(rep.Rejected))
		}
		for _, p := range rows {
			published2025[p.Postcode] = p.Point
		}
	}
	// The positions of Code-Point Open, turned into degrees, agree with those that were published in degrees. They were
	// published eleven years apart, and a postcode's middle moves when houses are built, so it is the middle of the
	// differences that must be small.
	rows, rep := collect(t, published(t, "postcodes/codepoint_open_bd.csv"), register.ReadPostcodes)
	if rep.Read != 16903 || len(rep.Rejected) != 12 {
		t.Fatalf("read %d, rejected %d, %v", rep.Read, len(rep.Rejected), first(rep.Rejected))
	}
	var off []float64
	for _, p := range rows {
		if q, ok := published2025[p.Postcode]; ok && p.Quality == 10 {
			off = append(off, register.Distance(p.Point, q))
		}
	}
	slices.Sort(off)
	if n := len(off); n < 10_000 || off[n/2] > register.GridMetres {
		t.Errorf("of %d postcodes half lie within %.1f m", n, off[n/2])
	}
}

func TestSharedAreas(t *testing.T) {
	wards := map[string]register.Area{}
	for name, want := range map[string]int{
		"bd_wards_2023.geojson": 30, "wards_bradford.geojson": 30, "wards_birmingham.geojson": 40, "bd_lad_2023.geojson": 1,
		"wards_bradford.topojson": 30, "wards_birmingham.topojson": 40, "lsoa_bradford.topojson": 310,
	} {
		rows, rep := collect(t, published(t, "geo/"+name), register.ReadAreas)
		if rep.Read != want || len(rows) != want {
			t.Errorf("%s: read %d, kept %d, %v", name, rep.Read, len(rows), first(rep.Rejected))
		}
		for _, a := range rows {
			if !a.Contains(a.Label) {
				t.Errorf("%s: the label of %s lies outside", name, a.Name)
			}
			small := a.Simplify(200)
			if n, m := corners(a), corners(small); m > n || m < 4 {
				t.Errorf("%s: %s went from %d corners to %d", name, a.Name, n, m)
			}
			if name == "wards_bradford.geojson" {
				wards[a.Code] = a
			}
		}
	}
	// A postcode's ward by the map agrees with its ward by the register of the same year.
	rows, _ := collect(t, published(t, "postcodes/codepoint_open_bd.csv"), register.ReadPostcodes)
	same, all := 0, 0
	for _, p := range rows {
		if w, ok := wards[p.WardCode]; ok && p.Quality == 10 {
			all++
			if w.Contains(p.Point) {
				same++
			}
		}
	}
	if all < 10_000 || same*100 < all*97 {
		t.Errorf("%d of %d postcodes lie in their ward", same, all)
	}
}

func corners(a register.Area) (n int) {
	for _, p := range a.Polygons {
		for _, r := range p {
			n += len(r)
		}
	}
	return n
}

// BenchmarkEstablishments reads as many rows as the whole register of England has, in its widest layout.
func BenchmarkEstablishments(b *testing.B) {
	names := []string{"URN", "LA (code)", "EstablishmentNumber", "EstablishmentName", "EstablishmentStatus (name)", "OpenDate", "Postcode", "Easting", "Northing"}
	var file bytes.Buffer
	for _, n := range names {
		fmt.Fprintf(&file, "\"%s\",", n)
	}
	for col := len(names); col < 130; col++ {
		fmt.Fprintf(&file, "\"Column %d\",", col)
	}
	for row := range 50_000 {
		fmt.Fprintf(&file, "\r\n\"%d\",\"380\",\"2001\",\"School %d\",\"Open\",\"01-09-2012\",\"BD1 1AA\",\"416515\",\"433357\",", 100_000+row, row)
		for col := len(names); col < 130; col++ {
			file.WriteString("\"Not applicable\",")
		}
	}
	for b.Loop() {
		rep, err := register.ReadEstablishments(context.Background(), bytes.NewReader(file.Bytes()), func(register.Establishment) error { return nil })
		if err != nil || rep.Kept != 50_000 {
			b.Fatal(rep.Kept, err)
		}
	}
}
