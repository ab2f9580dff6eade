package people_test

import (
	"archive/zip"
	"bytes"
	"context"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"kith/internal/feature/people"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/bulk"
	"kith/internal/platform/jobs"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/testkit"
	"kith/internal/testkit/htmlcheck"
)

var rollSlices = []store.Slice{search.Migrations, bulk.Migrations, people.Migrations}

const north, south = "north", "south"

type schools struct{}

func (schools) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	for _, id := range ids {
		out[id] = ref.Organisation{ID: id, Name: "The " + id + " school", Kind: "school"}
	}
	return out, nil
}

func admin(org string) access.Viewer {
	return access.Viewer{Account: "admin-" + org, District: "district", Now: clock.Of(testkit.Monday), Strength: access.SteppedUp,
		Roles: map[access.Role][]string{access.Member: {org}, access.Admin: {org}}}
}

type signedIn map[string]access.Viewer

func (s signedIn) Viewer(_ context.Context, r *http.Request, district string) (access.Viewer, error) {
	if v, ok := s[r.Header.Get("As")]; ok {
		return v, nil
	}
	return access.Public(district), nil
}

type rollWorld struct {
	*testing.T
	tw    *testkit.World
	rolls *people.Rolls
	queue *jobs.Queue
	site  http.Handler
	pages map[string][]byte
}

func queueOf(w *testkit.World) *jobs.Queue { return jobs.New(w.DB, slog.New(slog.DiscardHandler)) }

func newRollWorld(t *testing.T, w *testkit.World) *rollWorld {
	queue := queueOf(w)
	rolls := people.NewRolls(people.RollDeps{DB: w.DB, Queue: queue, Schools: schools{}})
	site := web.New(web.Config{Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Clock: w.Clock, IDs: w.DB.IDs(), Sessions: signedIn{north: admin(north), south: admin(south), "lead": lead(north)},
		District: func(string) string { return "district" }, Frame: func(context.Context, access.Viewer, string) (ui.Page, error) { return ui.Page{}, nil }}, rolls.Routes())
	w.DB.OnSaw(func(ctx context.Context, tx *store.Tx, notes []store.Note) error { tx.Audited(); return nil })
	return &rollWorld{t, w, rolls, queue, site, map[string][]byte{}}
}

func (w *rollWorld) get(as, target string) (int, string) {
	r := httptest.NewRequest("GET", target, nil)
	r.Header.Set("As", as)
	out := httptest.NewRecorder()
	w.site.ServeHTTP(out, r)
	if out.Code == 200 && !strings.Contains(target, "progress") {
		w.pages[strconv.Itoa(len(w.pages))+" "+target] = out.Body.Bytes()
	}
	return out.Code, out.Body.String()
}

func (w *rollWorld) post(as, target string, form url.Values) (int, string) {
	r := httptest.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("As", as)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	out := httptest.NewRecorder()
	w.site.ServeHTTP(out, r)
	return out.Code, out.Header().Get("Location") + out.Body.String()
}

// upload sends a file as the form does and returns the page it leads to.
func (w *rollWorld) upload(as, org, name string, body []byte) (int, string) {
	_, form := w.get(as, "/admin/roll")
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(form)
	if id == nil {
		w.Fatal("the page has no form")
	}
	return w.send(as, org, id[1], name, body)
}

func (w *rollWorld) send(as, org, id, name string, body []byte) (int, string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	testkit.OK(w, m.WriteField("id", id))
	testkit.OK(w, m.WriteField("org", org))
	p, err := m.CreateFormFile("file", name)
	testkit.OK(w, err)
	_, err = p.Write(body)
	testkit.OK(w, err)
	testkit.OK(w, m.Close())
	r := httptest.NewRequest("POST", "/admin/roll", &b)
	r.Header.Set("As", as)
	r.Header.Set("Content-Type", m.FormDataContentType())
	out := httptest.NewRecorder()
	w.site.ServeHTTP(out, r)
	return out.Code, out.Header().Get("Location")
}

// columns accepts the mapping that the page proposes.
func (w *rollWorld) columns(as, page string) (int, string) {
	_, body := w.get(as, page)
	form := url.Values{}
	for _, s := range regexp.MustCompile(`(?s)<select[^>]*name="(column-\d+)".*?</select>`).FindAllStringSubmatch(body, -1) {
		if v := regexp.MustCompile(`<option value="([^"]*)" selected`).FindStringSubmatch(s[0]); v != nil {
			form.Set(s[1], v[1])
		}
	}
	return w.post(as, page+"/columns", form)
}

// take sends a CSV, accepts the columns and takes it over; the page is returned.
func (w *rollWorld) take(as, org, csv string, confirm bool) string {
	w.Helper()
	code, page := w.upload(as, org, "roll.csv", []byte(csv))
	if code != 303 {
		w.Fatalf("upload: %d", code)
	}
	if code, body := w.columns(as, page); code != 303 {
		w.Fatalf("columns: %d %s", code, body)
	}
	form := url.Values{}
	if confirm {
		form.Set("confirm", "yes")
	}
	if code, body := w.post(as, page+"/apply", form); code != 303 {
		w.Fatalf("apply: %d %s", code, body)
	}
	_, err := w.queue.Drain(w.Context())
	testkit.OK(w, err)
	return page
}

func (w *rollWorld) sees(as, page string, words ...string) {
	w.Helper()
	code, body := w.get(as, page)
	plain := strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " ")), " ")
	if code != 200 {
		w.Fatalf("%s: %d", page, code)
	}
	for _, x := range words {
		if !strings.Contains(plain, x) {
			w.Errorf("%s does not say %q: %s", page, x, plain)
		}
	}
}

// on returns who is on the roll, by name.
func (w *rollWorld) on(org string) string {
	w.Helper()
	var out []string
	testkit.OK(w, w.tw.DB.Read(w.Context(), program, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = store.Values[string](ctx, tx, store.SQL(`SELECT c.given || ' ' || c.family || ' ' || c.class || ' ' || c.state FROM people_child c WHERE c.org_id = ? ORDER BY c.given, c.family, c.id`, org))
		return err
	}))
	return strings.Join(out, "; ")
}

const sims = "Adno,Legal Surname,Legal Forename,Chosen Name,UPN,DOB,Gender,Year Group,Reg Group,Contact 1 Name,Contact 1 Relationship,Contact 1 Parental Responsibility,Contact 1 Court Order,Contact 1 Phone,Contact 1 Priority,Contact 2 Name,Contact 2 Phone,Contact 2 Priority\n"

const (
	zoe  = "1,O'Brien,Zoë,Zo,B380200126001,03/09/2014,F,Year 7,7B,Ann O'Brien,Mother,Y,Y,01274 000001,1,Bob Brien,01274 000002,1\n"
	amir = "2,Shah,Amir,,Q380200126002,02/10/2014,M,Year 7,7B,Sara Shah,Mother,Y,N,01274 000003,1,,,\n"
	leaf = "3,Green,Leaf,,X380200126003,05/11/2014,F,Year 7,7C,,,,,,,,,\n"
)

// ROL-6, ROL-8, ROL-1: a file is shown before anything is written; what is taken over is found at once; a second run of the
// same file changes nothing and says so; a wrong UPN is kept and flagged.
func TestROL8ARollIsTakenOverOnce(t *testing.T) {
	testkit.DBs(t, rollSlices, func(t *testing.T, tw *testkit.World) {
		w := newRollWorld(t, tw)
		_, page := w.upload(north, north, "roll.csv", []byte(sims+zoe+amir+leaf+"4,,,,,,,,,,,,,,,,,\n"))
		w.sees(north, page, "What the columns hold", "Chosen Name", "Zo", "look like those of SIMS")
		if code, to := w.columns(north, page); code != 303 || to != page {
			t.Fatalf("%d %s", code, to)
		}
		w.sees(north, page, "New children 3", "Zo O&#39;Brien, 7B", "Rejected rows 1", "Values to look at 1")
		w.sees(north, page+"?show=rejected", "5 legal_surname the row names nobody")
		w.sees(north, page+"?show=warning", "4 upn The check letter is X") // ROL-1: flagged, not refused
		if got := w.on(north); got != "" {
			t.Fatalf("something was written before it was confirmed: %s", got)
		}
		if code, _ := w.post(north, page+"/apply", nil); code != 303 {
			t.Fatal(code)
		}
		w.sees(north, page, "Being taken over", "0 of 3 rows")
		_, err := w.queue.Drain(t.Context())
		testkit.OK(t, err)
		w.sees(north, page, "3 children added, 0 changed, 0 left the roll", "the row names nobody")
		if got := w.on(north); got != "Amir Shah 7B on_roll; Leaf Green 7C on_roll; Zo O'Brien 7B on_roll" {
			t.Error(got)
		}
		s := people.Store{}
		testkit.OK(t, w.tw.DB.Read(t.Context(), lead(north), func(ctx context.Context, tx *store.Tx) error {
			for _, typed := range []string{"zoe obr", "zo o'brien"} {
				found, err := s.Pick(ctx, tx, []string{north}, typed)
				testkit.OK(t, err)
				if len(found) != 1 {
					t.Fatalf("%q finds %v", typed, found)
				}
				c, err := s.Contacts(ctx, tx, found[0].File)
				testkit.OK(t, err)
				if len(c) != 2 || c[0].Name != "Ann O'Brien" || !c[0].CourtOrder || !c[0].Parental || c[1].CourtOrder || c[1].Phone != "01274 000002" {
					t.Errorf("%+v", c)
				}
			}
			green, err := s.Pick(ctx, tx, []string{north}, "green")
			testkit.OK(t, err)
			if d, err := s.Detail(ctx, tx, green[0].File); err != nil || d.UPN != "X380200126003" || d.Born != "2014-11-05" {
				t.Errorf("%+v %v", d, err)
			}
			return nil
		}))
		again := w.take(north, north, sims+zoe+amir+leaf, false)
		w.sees(north, again, "This file changed nothing", "3 already as the file says")
		if n := w.left(); n != 0 {
			t.Errorf("%d rows of children are still in ended imports", n)
		}
		if w.tw.DB.Engine() == store.SQLite {
			htmlcheck.Check(t, w.pages)
		}
	})
}

// left counts what ended imports still hold.
func (w *rollWorld) left() (n int64) {
	testkit.OK(w, w.tw.DB.Read(w.Context(), program, func(ctx context.Context, tx *store.Tx) (err error) {
		if n, err = store.Value[int64](ctx, tx, store.SQL(`SELECT count(*) FROM people_import_row WHERE verdict NOT IN ('rejected', 'warning')`)); err != nil {
			return err
		}
		parts, err := store.Value[int64](ctx, tx, store.SQL(`SELECT count(*) FROM bulk_part`))
		n += parts
		return err
	}))
	return n
}

// ROL-2, ROL-3: a changed name is found at once and the old one no longer in use; a missing child is proposed and stays until a
// person says that they have left; a possible duplicate waits for a person; more than a tenth stops for confirmation.
func TestROL3APersonDecides(t *testing.T) {
	testkit.DBs(t, rollSlices, func(t *testing.T, tw *testkit.World) {
		w := newRollWorld(t, tw)
		w.take(north, north, sims+zoe+amir+leaf, false)
		// Amir has another surname; Leaf is missing; a row without numbers may be Zoë.
		body := sims + strings.Replace(amir, "Shah,Amir", "Malik,Amir", 1) + "1" + zoe[1:] + ",OBRIEN,zoe,,,03/09/2014,F,Year 7,7B,,,,,,,,,\n"
		_, page := w.upload(north, north, "roll.csv", []byte(body))
		if code, _ := w.columns(north, page); code != 303 {
			t.Fatal(code)
		}
		w.sees(north, page+"?show=changed", "Legal surname: “Shah” becomes “Malik”")
		w.sees(north, page+"?show=leaver", "Leaf Green, 7C", "Is not in the file.", "more than one in ten")
		w.sees(north, page+"?show=suggestion", "The same child as Zo O&#39;Brien, 7B", "A different child")
		if code, say := w.post(north, page+"/apply", nil); code != 422 || !strings.Contains(say, "Tick the box") {
			t.Errorf("%d %s", code, say)
		}
		if code, _ := w.post(north, page+"/decide", url.Values{"row": {"3"}, "row-3": {"0190f3a0-0000-7000-8000-000000000000"}}); code != 400 {
			t.Errorf("a child that was not proposed was taken for the row: %d", code)
		}
		if code, _ := w.post(north, page+"/apply", url.Values{"confirm": {"yes"}}); code != 303 {
			t.Fatal(code)
		}
		_, err := w.queue.Drain(t.Context())
		testkit.OK(t, err)
		if got := w.on(north); got != "Amir Malik 7B on_roll; Leaf Green 7C on_roll; Zo O'Brien 7B on_roll" {
			t.Error(got) // nobody is removed by a file alone
		}
		testkit.OK(t, w.tw.DB.Read(t.Context(), lead(north), func(ctx context.Context, tx *store.Tx) error {
			for typed, want := range map[string]int{"malik": 1, "shah": 0} {
				if found, err := (people.Store{}).Pick(ctx, tx, []string{north}, typed); err != nil || len(found) != want {
					t.Errorf("%q finds %v %v", typed, found, err)
				}
			}
			return nil
		}))
		// Decided this time: Leaf has left, the other Zoë is a child of her own.
		_, page = w.upload(north, north, "roll.csv", []byte(body))
		if code, _ := w.columns(north, page); code != 303 {
			t.Fatal(code)
		}
		if code, say := w.post(north, page+"/leavers", nil); code != 303 {
			t.Errorf("%d %s", code, say)
		}
		_, shown := w.get(north, page+"?show=suggestion")
		n := regexp.MustCompile(`name="row" value="(\d+)"`).FindStringSubmatch(shown)[1]
		if code, say := w.post(north, page+"/decide", url.Values{"show": {"suggestion"}, "row": {n}, "row-" + n: {"different"}}); code != 303 {
			t.Errorf("%d %s", code, say)
		}
		if code, _ := w.post(north, page+"/apply", url.Values{"confirm": {"yes"}}); code != 303 {
			t.Fatal(code)
		}
		_, err = w.queue.Drain(t.Context())
		testkit.OK(t, err)
		if got := w.on(north); got != "Amir Malik 7B on_roll; Leaf Green 7C left; Zo O'Brien 7B on_roll; zoe OBRIEN 7B on_roll" {
			t.Error(got)
		}
		w.sees(north, page, "1 child added, 0 changed, 1 left the roll")
		if w.tw.DB.Engine() == store.SQLite {
			htmlcheck.Check(t, w.pages)
		}
		// A leaver who is in the next file comes back.
		w.take(north, north, sims+zoe+amir+leaf, true)
		if got := w.on(north); !strings.Contains(got, "Leaf Green 7C on_roll") {
			t.Error(got)
		}
	})
}

// ROL-4, ROL-5: a OneRoster bundle and a Common Transfer File come by the same page, told by their content; neither proposes
// leavers where it is not the whole roll.
func TestROL4AndROL5ByContent(t *testing.T) {
	testkit.DBs(t, rollSlices, func(t *testing.T, tw *testkit.World) {
		w := newRollWorld(t, tw)
		w.take(north, north, sims+amir, false)
		for _, f := range []struct {
			body []byte
			says string
		}{
			{load(t, "ctf_24.xml"), "New children"}, {load(t, "ctf_19_namespace_utf16.xml"), "What this file would change"}, {zipped(t, "oneroster_1p2_bulk"), "New children"},
			{zipped(t, "oneroster_1p1_delta"), "What this file would change"},
		} {
			code, page := w.upload(north, north, "upload", f.body)
			if code != 303 {
				t.Fatal(code)
			}
			w.sees(north, page, f.says)
		}
		for _, bad := range []string{"<!DOCTYPE x [<!ENTITY a \"b\">]><CTfile>&a;</CTfile>", "PK\x03\x04rubbish", "<html></html>"} {
			code, page := w.upload(north, north, "bad", []byte(bad))
			if code != 303 {
				t.Fatal(code)
			}
			w.sees(north, page, "The file cannot be taken")
			if code, _ := w.post(north, page+"/apply", nil); code != 409 {
				t.Errorf("%.10q was applied: %d", bad, code)
			}
			if code, _ := w.post(north, page+"/drop", nil); code != 303 {
				t.Error(code)
			}
		}
		for _, bad := range []string{"\x00\x01\x02\x03", "Name,Age\nx,1\n", strings.Repeat("=cmd|' /C calc'!A0,", 40) + "\n"} {
			code, page := w.upload(north, north, "bad.csv", []byte(bad))
			if code != 303 {
				t.Fatal(code)
			}
			if code, _ := w.columns(north, page); code != 422 {
				t.Errorf("%.10q was taken for a roll: %d", bad, code)
			}
		}
		if got := w.on(north); got != "Amir Shah 7B on_roll" {
			t.Error(got)
		}
	})
}

// SEC-1: an administrator sees the difference of their own school and no record; another school's is not there.
func TestAdministratorsSeeTheDifferenceOnly(t *testing.T) {
	testkit.DBs(t, rollSlices, func(t *testing.T, tw *testkit.World) {
		w := newRollWorld(t, tw)
		_, page := w.upload(north, north, "roll.csv", []byte(sims+zoe))
		_, missing := w.get(south, "/admin/roll/0190f3a0-0000-7000-8000-000000000000")
		for _, as := range []string{south, "lead", ""} {
			for _, target := range []string{page, page + "/progress", page + "?show=new"} {
				code, body := w.get(as, target)
				if as != "" && (code != 404 || body != missing) || as == "" && code != 303 {
					t.Errorf("%q gets %s: %d", as, target, code)
				}
			}
			for _, action := range []string{"columns", "school", "decide", "leavers", "apply", "drop"} {
				if code, _ := w.post(as, page+"/"+action, nil); as != "" && code != 404 || as == "" && code != 303 {
					t.Errorf("%q posts %s: %d", as, action, code)
				}
			}
		}
		if code, _ := w.send(south, north, w.tw.DB.IDs().New(w.tw.DB.Now()), "x.csv", []byte(sims)); code != 404 {
			t.Errorf("a roll was sent to another school: %d", code)
		}
		// The same form sent twice by its author leads to the one import; an id taken from elsewhere to nothing of another's.
		id := strings.TrimPrefix(page, "/admin/roll/")
		if code, to := w.send(north, north, id, "x.csv", []byte("other")); code != 303 || to != page {
			t.Errorf("%d %s", code, to)
		}
		w.sees(north, page, "Chosen Name")
		if code, to := w.send(south, south, id, "x.csv", []byte("other")); code == 303 {
			if code, _ := w.get(south, to); code != 404 {
				t.Errorf("another's import is shown: %d", code)
			}
		}
		w.take(north, north, sims+zoe, false)
		testkit.OK(t, w.tw.DB.Read(t.Context(), admin(north), func(ctx context.Context, tx *store.Tx) error {
			found, err := people.Store{}.Pick(ctx, tx, []string{north}, "brien")
			testkit.OK(t, err)
			if len(found) != 1 { // the card, which any adult with a post finds
				t.Fatal(found)
			}
			if _, err := (people.Store{}).Detail(ctx, tx, found[0].File); err == nil {
				t.Error("an administrator opens a child's file")
			}
			if c, _ := (people.Store{}).Contacts(ctx, tx, found[0].File); len(c) != 0 {
				t.Error("an administrator reads contacts")
			}
			return nil
		}))
	})
}

// A school keeps its own columns under a name and finds them for the next file.
func TestPresets(t *testing.T) {
	w := newRollWorld(t, testkit.SQLite(t, rollSlices...))
	_, page := w.upload(north, north, "roll.csv", []byte("A,B,C\nZo,Brien,03/09/2014\n"))
	if code, _ := w.post(north, page+"/columns", url.Values{"column-0": {"legal_forename"}, "column-1": {"legal_surname"}, "column-2": {"date_of_birth"}, "preset": {"Our own"}}); code != 303 {
		t.Fatal(code)
	}
	_, page = w.upload(north, north, "roll.csv", []byte("C,A,B\n03/09/2014,Zo,Brien\n"))
	w.sees(north, page+"?preset=Our+own", "Set as kept under “Our own”")
	if code, _ := w.columns(north, page+"?preset=Our+own"); code == 303 {
		t.Error("the test asks for an address that does not exist")
	}
	_, body := w.get(north, page+"?preset=Our+own")
	if n := strings.Count(body, " selected"); n != 3 {
		t.Errorf("%d columns are set", n)
	}
}

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("roll", "testdata", name))
	testkit.OK(t, err)
	return b
}

func zipped(t testing.TB, dir string) []byte {
	t.Helper()
	files, err := os.ReadDir(filepath.Join("roll", "testdata", dir))
	testkit.OK(t, err)
	all := map[string]string{}
	for _, f := range files {
		all[f.Name()] = string(load(t, dir+"/"+f.Name()))
	}
	return zipOf(t, all)
}

func zipOf(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range files {
		out, err := z.Create(name)
		testkit.OK(t, err)
		_, err = out.Write([]byte(body))
		testkit.OK(t, err)
	}
	testkit.OK(t, z.Close())
	return b.Bytes()
}
