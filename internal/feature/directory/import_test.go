package directory_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/directory"
	"kith/internal/feature/directory/register"
	"kith/internal/kernel/access"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

var (
	dir     = directory.Store{}
	program = access.System("district", "test")
	slice   = []store.Slice{directory.Migrations}
)

type importing func(context.Context, *store.DB, access.Viewer, io.Reader, directory.Options) (bulk.Result, error)

// published returns a file of the shared data: real extracts of the public registers, which are not in the repository.
func published(t testing.TB, name string) []byte {
	t.Helper()
	at := os.Getenv("KITH_SHARED_DATA")
	if at == "" {
		at = "../../../../shared/data"
	}
	if _, err := os.Stat(at); err != nil {
		t.Log("THE SHARED DATA IS ABSENT: set KITH_SHARED_DATA")
		t.Skip(err)
	}
	b, err := os.ReadFile(filepath.Join(at, filepath.FromSlash(name)))
	testkit.OK(t, err)
	return b
}

func take(t testing.TB, w *testkit.World, in importing, body []byte, o directory.Options) bulk.Result {
	t.Helper()
	res, err := in(t.Context(), w.DB, program, bytes.NewReader(body), o)
	testkit.OK(t, err)
	return res
}

func counts(r bulk.Result) [5]int {
	return [5]int{r.Read, r.Created, r.Updated, r.Unchanged, len(r.Rejected)}
}

// ROL-7, ROL-8: every shared file of the registers, one after another; what each did, and that a second run changes nothing.
func TestSharedRegisters(t *testing.T) {
	testkit.DBs(t, slice, func(t *testing.T, w *testkit.World) {
		for _, f := range []struct {
			name  string
			in    importing
			first [5]int // read, created, updated, unchanged, rejected
		}{
			{"schools/gias_register_west_yorkshire_west_midlands.csv", dir.ImportEstablishments, [5]int{4364, 4364, 0, 0, 0}},
			{"schools/gias_establishments_yorkshire_westmidlands.csv", dir.ImportEstablishments, [5]int{674, 297, 377, 0, 0}},
			{"schools/sutton_coldfield_lte_schools.csv", dir.ImportEstablishments, [5]int{7, 0, 0, 7, 0}},
			{"schools/edubase_full_columns_city_of_london_camden.csv", dir.ImportEstablishments, [5]int{19, 18, 1, 0, 0}},
			{"schools/gias_subset_placements.csv", dir.ImportEstablishments, [5]int{8, 6, 2, 0, 0}},
			{"schools/gias_groups_trusts_federations.csv", dir.ImportGroups, [5]int{791, 791, 0, 0, 0}},
			{"schools/gias_predecessor_successor_links.csv", dir.ImportLinks, [5]int{418, 418, 0, 0, 0}},
			{"postcodes/HX.csv", dir.ImportPostcodes, [5]int{7540, 7533, 0, 0, 7}},
			{"postcodes/BD.csv", dir.ImportPostcodes, [5]int{23898, 23776, 0, 0, 122}},
			{"postcodes/codepoint_open_bd.csv", dir.ImportPostcodes, [5]int{16903, 0, 16891, 0, 12}},
			{"geo/bd_wards_2023.geojson", dir.ImportAreas, [5]int{30, 30, 0, 0, 0}},
			{"geo/bd_lad_2023.geojson", dir.ImportAreas, [5]int{1, 1, 0, 0, 0}},
			{"geo/wards_bradford.geojson", dir.ImportAreas, [5]int{30, 0, 30, 0, 0}},
			{"geo/wards_birmingham.topojson", dir.ImportAreas, [5]int{40, 40, 0, 0, 0}},
			{"geo/lsoa_bradford.topojson", dir.ImportAreas, [5]int{310, 310, 0, 0, 0}},
		} {
			body := published(t, f.name)
			began := time.Now()
			dry := take(t, w, f.in, body, directory.Options{DryRun: true})
			first := take(t, w, f.in, body, directory.Options{Alone: true})
			again := take(t, w, f.in, body, directory.Options{})
			t.Logf("%s: read %d, created %d, updated %d, unchanged %d, rejected %d (%s)", f.name, first.Read, first.Created, first.Updated, first.Unchanged, len(first.Rejected), time.Since(began).Round(time.Millisecond))
			if counts(first) != f.first {
				t.Errorf("%s: %v, want %v", f.name, counts(first), f.first)
			}
			if counts(dry) != counts(first) {
				t.Errorf("%s: the dry run said %v, the run did %v", f.name, counts(dry), counts(first))
			}
			if again.Created+again.Updated != 0 || again.Unchanged != first.Created+first.Updated+first.Unchanged {
				t.Errorf("%s: a second run did %v", f.name, counts(again))
			}
		}
		testkit.OK(t, w.DB.Read(t.Context(), program, func(ctx context.Context, tx *store.Tx) error {
			r, err := dir.Successor(ctx, tx, "127050")
			testkit.OK(t, err)
			if r.URN != "103392" {
				t.Errorf("Grove Junior School leads to %+v", r)
			}
			schools, err := dir.Schools(ctx, tx)
			testkit.OK(t, err)
			members, err := store.Value[int64](ctx, tx, store.SQL(`SELECT count(*) FROM directory_membership WHERE until_on = ''`))
			testkit.OK(t, err)
			at, err := dir.Places(ctx, tx, "bd1 1aa", "nowhere")
			testkit.OK(t, err)
			if p := at["bd1 1aa"]; len(at) != 1 || p.Latitude != 53.79603 || p.Metres != 0 || p.Ward != "E05001347" {
				t.Errorf("%+v", at)
			}
			wards, err := dir.Areas(ctx, tx, "ward")
			testkit.OK(t, err)
			within := 0
			for _, a := range wards {
				if a.Contains(register.Point{Lon: -1.75060, Lat: 53.79603}) {
					within++
				}
			}
			if len(wards) != 70 || within != 1 {
				t.Errorf("%d wards, BD1 1AA within %d of them", len(wards), within)
			}
			t.Logf("%d schools open, %d members of trusts", len(schools), members)
			if len(schools) < 2000 || members < 100 {
				t.Errorf("%d schools, %d members", len(schools), members)
			}
			return nil
		}))
	})
}

const head = "URN,LA (code),EstablishmentName,EstablishmentStatus (name),Trusts (code),TelephoneNum,CloseDate\n"

func organisation(t *testing.T, w *testkit.World, urn string) (o struct {
	ID, Name, Status, Phone string
}) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), program, func(ctx context.Context, tx *store.Tx) (err error) {
		for column, to := range map[string]*string{"id": &o.ID, "name": &o.Name, "status": &o.Status, "phone": &o.Phone} {
			if *to, err = store.Value[string](ctx, tx, store.SQL(`SELECT `+column+` FROM directory_organisation WHERE urn = ?`, urn)); err != nil {
				return err
			}
		}
		return nil
	}))
	return o
}

// ROL-7: a school that vanishes from the file is not deleted; the id survives every change; "Open, but proposed to close" is
// open; what a file has no column for stays.
func TestROL7NothingVanishes(t *testing.T) {
	testkit.DBs(t, slice, func(t *testing.T, w *testkit.World) {
		if r := take(t, w, dir.ImportEstablishments, []byte(head+"900001,380,One,Open,,01274 1,\n900002,380,Two,\"Open, but proposed to close\",,,\n"), directory.Options{}); counts(r) != [5]int{2, 2, 0, 0, 0} {
			t.Errorf("%+v", r)
		}
		one := organisation(t, w, "900001")
		if r := take(t, w, dir.ImportEstablishments, []byte("EstablishmentName,URN\nTwo Academy,900002\n"), directory.Options{}); counts(r) != [5]int{1, 0, 1, 0, 0} {
			t.Errorf("%+v", r)
		}
		if got := organisation(t, w, "900001"); got != one || one.Phone != "01274 1" {
			t.Errorf("%+v, was %+v", got, one)
		}
		if two := organisation(t, w, "900002"); two.Name != "Two Academy" || two.Status != directory.StatusOpen {
			t.Errorf("%+v", two)
		}
		if r := take(t, w, dir.ImportEstablishments, []byte(head+"900001,380,One,Closed,,01274 1,31-08-2026\n"), directory.Options{}); r.Updated != 1 || organisation(t, w, "900001").ID != one.ID {
			t.Errorf("%+v", r)
		}
	})
}

// A school's trust is the one its row names, whichever file came first; a school that leaves has an end to its membership.
func TestTrustsOfSchools(t *testing.T) {
	const groups = "Group UID,Group Name,Group Type\n5001,Beacon Trust,Multi-academy trust\n5002,Haven Trust,Multi-academy trust\n"
	row := func(trust string) []byte { return []byte(head + "900001,380,One,Open," + trust + ",,\n") }
	testkit.DBs(t, slice, func(t *testing.T, w *testkit.World) {
		members := func() []string {
			var out []string
			testkit.OK(t, w.DB.Read(t.Context(), program, func(ctx context.Context, tx *store.Tx) (err error) {
				out, err = store.Values[string](ctx, tx, store.SQL(`SELECT g.name || ' ' || m.from_on || ' ' || m.until_on FROM directory_membership m JOIN directory_organisation g ON g.id = m.org_id ORDER BY 1`))
				return err
			}))
			return out
		}
		want := func(rows ...string) {
			t.Helper()
			if got := members(); !slices.Equal(got, rows) {
				t.Errorf("%q, want %q", got, rows)
			}
		}
		take(t, w, dir.ImportEstablishments, row("5001"), directory.Options{})
		want()
		take(t, w, dir.ImportGroups, []byte(groups), directory.Options{})
		want("Beacon Trust 2026-11-23 ")
		w.After(24 * 60 * 60 * 1e9)
		take(t, w, dir.ImportEstablishments, row("5002"), directory.Options{})
		want("Beacon Trust 2026-11-23 2026-11-24", "Haven Trust 2026-11-24 ")
		take(t, w, dir.ImportEstablishments, []byte("URN,EstablishmentName\n900001,One again\n"), directory.Options{})
		want("Beacon Trust 2026-11-23 2026-11-24", "Haven Trust 2026-11-24 ")
		take(t, w, dir.ImportEstablishments, row(""), directory.Options{})
		want("Beacon Trust 2026-11-23 2026-11-24", "Haven Trust 2026-11-24 2026-11-24")
		take(t, w, dir.ImportEstablishments, row("5002"), directory.Options{})
		want("Beacon Trust 2026-11-23 2026-11-24", "Haven Trust 2026-11-24 ")
	})
}

// A file of rubbish changes nothing and says what is wrong; a bad row costs itself alone.
func TestDriftingAndHostileRegisters(t *testing.T) {
	testkit.DBs(t, slice, func(t *testing.T, w *testkit.World) {
		for _, body := range []string{"", "\x00\x01\x02", "Name\nOne\n", strings.Repeat("a,", 3000) + "\n", "<html><body>Sign in</body></html>"} {
			res, err := dir.ImportEstablishments(t.Context(), w.DB, program, strings.NewReader(body), directory.Options{})
			if err == nil || res.Created+res.Updated != 0 {
				t.Errorf("%.20q was taken: %+v", body, res)
			}
		}
		res := take(t, w, dir.ImportEstablishments, []byte("EstablishmentName,URN,Surprise\r\nCaf\xe9 School,900001,x\r\nNo number,12,y\r\n\"Never closed,900003\r\n=cmd|' /C calc'!A0,900004,<script>\r\n"), directory.Options{})
		if counts(res) != [5]int{4, 2, 0, 0, 2} || res.Rejected[0].Row != 3 || res.Rejected[0].Field != "urn" || res.Rejected[1].Row != 4 {
			t.Errorf("%+v", res)
		}
		if o := organisation(t, w, "900001"); o.Name != "Café School" {
			t.Errorf("%+v", o)
		}
		res = take(t, w, dir.ImportEstablishments, []byte(head+"900011,380,Here,Open,,,\n900012,381,Elsewhere,Open,,,\n"), directory.Options{Authorities: []string{"380"}})
		if counts(res) != [5]int{2, 1, 0, 0, 0} || res.Skipped != 1 {
			t.Errorf("%+v", res)
		}
		if _, err := dir.ImportEstablishments(t.Context(), w.DB, program, strings.NewReader("URN,EstablishmentName\n900021,One\n"), directory.Options{Authorities: []string{"380"}}); err == nil {
			t.Error("a file without authorities was cut to one")
		}
	})
}

// registerOf returns the register in its real layout with so many establishments.
func registerOf(b *testing.B, n int) []byte {
	lines := bytes.SplitN(published(b, "schools/edubase_full_columns_city_of_london_camden.csv"), []byte("\n"), 3)
	rest := bytes.SplitN(lines[1], []byte(","), 2)[1]
	var out bytes.Buffer
	out.Write(lines[0])
	for i := range n {
		fmt.Fprintf(&out, "\n\"%06d\",%s", 100000+i, rest)
	}
	return out.Bytes()
}

// The register's 50,000 rows in under 15 seconds, with nobody signed in; and once more, when nothing has changed.
func BenchmarkImportRegister(b *testing.B) {
	const rows = 50_000
	body := registerOf(b, rows)
	for b.Loop() {
		b.StopTimer()
		w := testkit.SQLite(b, slice...)
		b.StartTimer()
		if r := take(b, w, dir.ImportEstablishments, body, directory.Options{Alone: true}); r.Created != rows {
			b.Fatal(counts(r))
		}
		began := b.Elapsed()
		if r := take(b, w, dir.ImportEstablishments, body, directory.Options{Alone: true}); r.Unchanged != rows {
			b.Fatal(counts(r))
		}
		b.ReportMetric((b.Elapsed() - began).Seconds(), "s/second-run")
	}
}

// All 172,000 postcodes of the shared files.
func BenchmarkImportPostcodes(b *testing.B) {
	for b.Loop() {
		w := testkit.SQLite(b, slice...)
		n := 0
		for _, area := range []string{"BD", "HX", "HD", "LS", "WF", "B", "WS"} {
			n += take(b, w, dir.ImportPostcodes, published(b, "postcodes/"+area+".csv"), directory.Options{Alone: true}).Created
		}
		b.ReportMetric(float64(n), "postcodes")
	}
}
