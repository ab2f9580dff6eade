package casework_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"kith/internal/feature/casework"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/term"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/testkit"
	"kith/internal/testkit/terms"
)

const here = "haverdale"

// town is two schools with their people and children, and the slice mounted alone.
type town struct {
	*testing.T
	w     *testkit.World
	f     *casework.Feature
	queue *jobs.Queue
	site  http.Handler
	as    access.Viewer
	sent  []mail.Message

	children map[string]*pupil
	people   map[string]access.Viewer
	names    map[string]string
	tells    map[string][]casework.Words // what stands behind entries, by their record
	named    map[string][]casework.Named // whom records name, by their header
}

type pupil struct {
	casework.Child
	detail   casework.Detail
	contacts []casework.Contact
	flags    []casework.Flag
	siblings []string
	called   []string // other names
}

func someone(account string, strength access.Strength, roles map[access.Role][]string) access.Viewer {
	return access.Viewer{Account: account, District: here, Strength: strength, Roles: roles}
}

func inTown(t *testing.T, fn func(t *town)) {
	testkit.DBs(t, []store.Slice{search.Migrations, casework.Migrations}, func(t *testing.T, w *testkit.World) { fn(newTown(t, w)) })
}

func newTown(t *testing.T, w *testkit.World) *town {
	o := &town{T: t, w: w, children: map[string]*pupil{}, people: map[string]access.Viewer{}, names: map[string]string{}, tells: map[string][]casework.Words{}, named: map[string][]casework.Named{}}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	o.queue = jobs.New(w.DB, log)
	o.f = casework.New(casework.Deps{DB: w.DB, Calendars: &terms.Fixed{Now: term.Calendars{District: terms.Calendar()}}, Queue: o.queue, URL: "https://kith.example", Write: "/concerns/new", Children: o, People: adults{o}, Schools: schools{}, Teller: teller{o}, Mail: o, Sharing: o})
	o.site = web.New(web.Config{Log: log, Clock: w.Clock, IDs: id.Random(), Sessions: o, District: func(string) string { return here },
		Frame: func(_ context.Context, v access.Viewer, at string) (ui.Page, error) {
			p := ui.Page{Place: "Thornbeck Primary", Person: o.names[v.Account], SignedIn: v.Account != "", Find: v.Holds(access.DSL)}
			for _, n := range []ui.NavItem{{Text: "Today", Href: "/today"}, {Text: "Children", Href: "/children"}} {
				n.Current = n.Href == at
				p.Nav = append(p.Nav, n)
			}
			p.Duty = &ui.Duty{Now: "Tom Hartley", NowPlace: "Room 4", Until: "15:30", Then: "Amina Sesay", ThenPlace: "office by the hall"}
			return p, nil
		}}, o.f.Routes())
	member := func(org string, more ...access.Role) map[access.Role][]string {
		out := map[access.Role][]string{access.Member: {org}}
		for _, r := range more {
			out[r] = []string{org}
		}
		return out
	}
	for account, p := range map[string]struct {
		name string
		org  string
		role []access.Role
	}{
		"amina": {"Amina Sesay", "thornbeck", []access.Role{access.DSL}}, "tom": {"Tom Hartley", "thornbeck", []access.Role{access.DSL}},
		"helen": {"Helen Brandt", "thornbeck", []access.Role{access.Head}}, "ellen": {"Ellen Booth", "thornbeck", nil},
		"omar": {"Omar Aziz", "millgate", []access.Role{access.DSL}}, "priya": {"Priya Nair", "council", []access.Role{access.LAOfficer}},
	} {
		o.people[account] = someone(account, access.SteppedUp, member(p.org, p.role...))
		o.names[account] = p.name
	}
	o.as = o.people["amina"]
	return o
}

// Viewer makes the town its own sign-in.
func (t *town) Viewer(context.Context, *http.Request, string) (access.Viewer, error) {
	v := t.as
	v.Now = t.w.DB.Now()
	return v, nil
}

func (t *town) Send(_ context.Context, m mail.Message) error { t.sent = append(t.sent, m); return nil }

// answer is what came back.
type answer struct {
	status int
	body   string
	header http.Header
}

func (t *town) ask(method, path string, form url.Values, header ...string) answer {
	t.Helper()
	r := httptest.NewRequest(method, "http://kith.example"+path, strings.NewReader(form.Encode()))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	t.site.ServeHTTP(w, r)
	return answer{w.Code, w.Body.String(), w.Header()}
}

func (t *town) get(path string) answer { t.Helper(); return t.ask("GET", path, nil) }
func (t *town) post(path string, form url.Values) answer {
	t.Helper()
	return t.ask("POST", path, form)
}

// upload posts a form with one file.
func (t *town) upload(path, name, body string) answer {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	p, err := m.CreateFormFile("file", name)
	testkit.OK(t, err)
	_, err = io.WriteString(p, body)
	testkit.OK(t, err)
	testkit.OK(t, m.Close())
	r := httptest.NewRequest("POST", "http://kith.example"+path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	w := httptest.NewRecorder()
	t.site.ServeHTTP(w, r)
	return answer{w.Code, w.Body.String(), w.Header()}
}

// page gets a page that is there.
func (t *town) page(path string) *goquery.Document {
	t.Helper()
	a := t.get(path)
	if a.status != 200 {
		t.Fatalf("GET %s: %d\n%s", path, a.status, a.body)
	}
	return document(t.T, a.body)
}

func document(t *testing.T, body string) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	testkit.OK(t, err)
	return d
}

func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

func (t *town) write(fn func(context.Context, *store.Tx)) {
	t.Helper()
	testkit.OK(t, t.w.DB.Write(t.Context(), access.System(here, "test"), func(ctx context.Context, tx *store.Tx) error { fn(ctx, tx); return nil }))
}

func (t *town) read(v access.Viewer, fn func(context.Context, *store.Tx)) {
	t.Helper()
	testkit.OK(t, t.w.DB.Read(t.Context(), v, func(ctx context.Context, tx *store.Tx) error { fn(ctx, tx); return nil }))
}

// enrol puts a child on a roll.
func (t *town) enrol(org, given, family, class string, born clock.Day) *pupil {
	t.Helper()
	p := &pupil{Child: casework.Child{Org: org, Given: given, Family: family, Class: class}, detail: casework.Detail{Born: born}}
	t.write(func(ctx context.Context, tx *store.Tx) {
		p.ID, p.File = tx.NewID(), tx.NewID()
		testkit.OK(t, tx.AddRecord(ctx, access.Record{ID: p.ID, Kind: access.Child, Part: access.PartCard, Org: org, Child: p.ID}))
		testkit.OK(t, tx.AddRecord(ctx, access.Record{ID: p.File, Kind: access.Child, Part: access.PartFile, Org: org, Child: p.ID}))
		testkit.OK(t, search.AddName(ctx, tx, p.ID, []string{org}, p.Name()))
	})
	t.children[p.ID] = p
	return p
}

// happens is one concern-like record with its entry: a header, and a child's part that the entry names.
type happens struct {
	kind        story.Kind
	at          clock.Millis
	recorded    clock.Millis
	precision   story.Precision
	line, voice string
	detail      string
	level       int
	significant string
	restricted  bool
	locked      bool
	words       string // to be found by
}

// add writes an entry and returns it with the header of its record.
func (t *town) add(p *pupil, h happens) (entry, head string) {
	t.Helper()
	if h.kind == "" {
		h.kind = story.Concern
	}
	if h.recorded == 0 {
		h.recorded = h.at
	}
	t.write(func(ctx context.Context, tx *store.Tx) {
		head = tx.NewID()
		part := tx.NewID()
		for _, r := range []access.Record{{ID: head, Part: access.PartHeader}, {ID: part, Part: access.PartChild, Child: p.ID, Parent: head}} {
			r.Kind, r.Org, r.Restricted, r.Locked = access.Concern, p.Org, h.restricted, h.locked
			testkit.OK(t, tx.AddRecord(ctx, r))
		}
		var err error
		entry, err = story.Add(ctx, tx, story.Entry{Child: p.ID, At: h.at, Precision: h.precision, RecordedAt: h.recorded, Record: part, Kind: h.kind, Line: h.line, Detail: h.detail, Voice: h.voice, Level: h.level, Significant: h.significant})
		testkit.OK(t, err)
		if h.words != "" {
			testkit.OK(t, search.AddText(ctx, tx, part, []string{p.Org}, h.words))
		}
	})
	return entry, head
}

func at(day string, hour, minute int) clock.Millis { return clock.Of(clock.Day(day).At(hour, minute)) }

// The children, as the slice asks for them: who may see which card and file is the record's own matter.

func (t *town) Card(ctx context.Context, tx *store.Tx, id string) (casework.Child, error) {
	p := t.children[id]
	if p == nil {
		return casework.Child{}, errs.Missing()
	}
	_, err := tx.Record(ctx, id)
	return p.Child, err
}

func (t *town) Cards(ctx context.Context, tx *store.Tx, ids ...string) (map[string]casework.Child, error) {
	out := map[string]casework.Child{}
	for _, id := range ids {
		if c, err := t.Card(ctx, tx, id); err == nil {
			out[id] = c
		}
	}
	return out, nil
}

func (t *town) byFile(ctx context.Context, tx *store.Tx, file string) (*pupil, error) {
	for _, p := range t.children {
		if p.File == file {
			_, err := tx.Record(ctx, file)
			return p, err
		}
	}
	return nil, errs.Missing()
}

func (t *town) Detail(ctx context.Context, tx *store.Tx, file string) (casework.Detail, error) {
	p, err := t.byFile(ctx, tx, file)
	if err != nil {
		return casework.Detail{}, err
	}
	return p.detail, nil
}

func (t *town) Contacts(ctx context.Context, tx *store.Tx, file string) ([]casework.Contact, error) {
	p, err := t.byFile(ctx, tx, file)
	if err != nil {
		return nil, err
	}
	return p.contacts, nil
}

func (t *town) Flags(ctx context.Context, tx *store.Tx, file string) ([]casework.Flag, error) {
	p, err := t.byFile(ctx, tx, file)
	if err != nil {
		return nil, err
	}
	return p.flags, nil
}

func (t *town) Siblings(ctx context.Context, tx *store.Tx, child string) (out []casework.Child, err error) {
	for _, id := range t.children[child].siblings {
		if c, err := t.Card(ctx, tx, id); err == nil {
			out = append(out, c)
		}
	}
	return out, nil
}

func (t *town) AlsoCalled(ctx context.Context, tx *store.Tx, files ...string) (map[string][]string, error) {
	out := map[string][]string{}
	for _, file := range files {
		if p, err := t.byFile(ctx, tx, file); err == nil {
			out[file] = append([]string{p.Name()}, p.called...)
		}
	}
	return out, nil
}

func (t *town) Ties(_ context.Context, _ *store.Tx, child string) (out []casework.Tie, err error) {
	for _, id := range t.children[child].siblings {
		out = append(out, casework.Tie{Other: id, By: "tom", At: at("2026-11-02", 9, 0)})
	}
	return out, nil
}

func (t *town) Tie(_ context.Context, _ *store.Tx, a, b string) (bool, error) {
	if slices.Contains(t.children[a].siblings, b) {
		return false, nil
	}
	t.children[a].siblings, t.children[b].siblings = append(t.children[a].siblings, b), append(t.children[b].siblings, a)
	return true, nil
}

func (t *town) Untie(_ context.Context, _ *store.Tx, a, b, _ string) (fresh bool, err error) {
	for _, ends := range [][2]string{{a, b}, {b, a}} {
		p := t.children[ends[0]]
		fresh = fresh || slices.Contains(p.siblings, ends[1])
		p.siblings = slices.DeleteFunc(p.siblings, func(id string) bool { return id == ends[1] })
	}
	return fresh, nil
}

func (t *town) LikelySiblings(ctx context.Context, tx *store.Tx, c casework.Child) (out []casework.Likely, err error) {
	for _, p := range t.children {
		if p.ID != c.ID && p.detail.Address != "" && p.detail.Address == t.children[c.ID].detail.Address && !slices.Contains(t.children[c.ID].siblings, p.ID) {
			if _, err := tx.Record(ctx, p.File); err == nil {
				out = append(out, casework.Likely{Child: p.Child, SameAddress: true})
			}
		}
	}
	return out, nil
}

// Roll pages by number: the cursor is the database's own matter and is tested there.
func (t *town) Roll(ctx context.Context, tx *store.Tx, orgs []string, cursor string) (store.Page[casework.Child], error) {
	var all []casework.Child
	for _, p := range t.children {
		if _, err := t.Card(ctx, tx, p.ID); err == nil && slices.Contains(orgs, p.Org) {
			all = append(all, p.Child)
		}
	}
	slices.SortFunc(all, func(a, b casework.Child) int { return strings.Compare(a.Family+a.Given+a.ID, b.Family+b.Given+b.ID) })
	from, _ := strconv.Atoi(cursor)
	page := store.Page[casework.Child]{Items: all[min(from, len(all)):min(from+store.PageSize, len(all))]}
	if from+store.PageSize < len(all) {
		page.Next = strconv.Itoa(from + store.PageSize)
	}
	return page, nil
}

func (t *town) Born(_ context.Context, _ *store.Tx, day clock.Day) (out []casework.Child, err error) {
	for _, p := range t.children {
		if p.detail.Born == day {
			out = append(out, p.Child)
		}
	}
	return out, nil
}

// Above says nothing: who else reads a file is the slice sharing's matter.
func (t *town) Above(context.Context, *store.Tx, string, string) (templ.Component, error) {
	return nil, nil
}

// actions fails unless each action is in the log.
func (t *town) actions(want ...string) {
	t.Helper()
	t.read(access.System(here, "test"), func(ctx context.Context, tx *store.Tx) {
		got, err := store.Values[string](ctx, tx, store.SQL(`SELECT e.action FROM audit_entry e WHERE e.district_id = ?`, here))
		testkit.OK(t, err)
		for _, a := range want {
			if !slices.Contains(got, a) {
				t.Errorf("the log lacks %s: %v", a, got)
			}
		}
	})
}
