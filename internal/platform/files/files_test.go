package files_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/files"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

const (
	district, school, elsewhere = "d-1", "school-1", "school-2"
	canary                      = "Zanzibar Quillfeather said so"
)

var (
	reporter = person("reporter", access.Member, school)
	lead     = person("lead", access.DSL, school)
	stranger = person("stranger", access.DSL, elsewhere)
	machine  = access.System(district, "test")
)

func person(account string, role access.Role, org string) access.Viewer {
	return access.Viewer{Account: account, District: district, Strength: access.SteppedUp, Roles: map[access.Role][]string{role: {org}, access.Member: {org}}}
}

type world struct {
	*testkit.World
	files.Store
	t *testing.T
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	testkit.DBs(t, []store.Slice{files.Migrations}, func(t *testing.T, w *testkit.World) {
		fn(t, &world{w, files.Store{DB: w.DB, Key: [32]byte{7}}, t})
	})
}

func (w *world) read(v access.Viewer, fn func(context.Context, *store.Tx) error) error {
	return w.World.DB.Read(w.t.Context(), v, fn)
}

func (w *world) receive(v access.Viewer, name string, body []byte) files.File {
	w.t.Helper()
	f, err := w.Receive(w.t.Context(), v, name, bytes.NewReader(body))
	testkit.OK(w.t, err)
	return f
}

// account makes one person's words in a concern and binds files to it, as the form of a concern does.
func (w *world) account(v access.Viewer, ids ...string) (record string, err error) {
	err = w.World.DB.Write(w.t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		record = tx.NewID()
		if err := tx.AddRecord(ctx, access.Record{ID: record, Kind: access.Concern, Part: access.PartAccount, Org: school, Author: v.Account}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, "concern.recorded", ref.To(access.Concern, record)); err != nil {
			return err
		}
		return w.Claim(ctx, tx, ref.To(access.Concern, record), school, ids...)
	})
	return record, err
}

func (w *world) open(v access.Viewer, id string) (f files.File, body []byte, err error) {
	err = w.read(v, func(ctx context.Context, tx *store.Tx) (err error) {
		f, body, err = w.Open(ctx, tx, id)
		return err
	})
	return f, body, err
}

func (w *world) erase(v access.Viewer, id string) error {
	return w.World.DB.Write(w.t.Context(), v, func(ctx context.Context, tx *store.Tx) error { return w.Erase(ctx, tx, id) })
}

// count asks for one figure as the program itself.
func (w *world) count(query string, args ...any) (n int64) {
	w.t.Helper()
	testkit.OK(w.t, w.read(machine, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = store.Value[int64](ctx, tx, store.SQL(query, args...))
		return err
	}))
	return n
}

func (w *world) change(query string, args ...any) {
	w.t.Helper()
	testkit.OK(w.t, w.World.DB.Write(w.t.Context(), machine, func(ctx context.Context, tx *store.Tx) error {
		return tx.Put(ctx, store.SQL(query, args...))
	}))
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	for i := range b {
		b[i] = 'a' + b[i]%26
	}
	return b
}

func is(t *testing.T, kind errs.Kind, err error) {
	t.Helper()
	if !errs.Is(err, kind) {
		t.Errorf("error %v, want kind %d", err, kind)
	}
}

func TestFileComesBackAsItCame(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, n := range []int{1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 900_000} {
			body := noise(n)
			f := w.receive(reporter, "C:\\words\\statement.txt", body)
			if f.Name != "statement.txt" || f.Type != "text/plain; charset=utf-8" || f.State != files.Pending || f.Size != int64(n) {
				t.Errorf("%+v", f)
			}
			record, err := w.account(reporter, f.ID)
			testkit.OK(t, err)
			for _, v := range []access.Viewer{reporter, lead} {
				got, content, err := w.open(v, f.ID)
				testkit.OK(t, err)
				if !bytes.Equal(content, body) || got.Record != record || got.SHA256 != f.SHA256 || got.State != files.Claimed {
					t.Errorf("%d bytes came back as %d: %+v", n, len(content), got)
				}
			}
		}
		if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'file.opened' AND rule IN ('reporter', 'dsl')`); n != 10 {
			t.Errorf("%d readings are noted, want 10", n)
		}
		if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'file.claimed' AND org_id = ?`, school); n != 5 {
			t.Errorf("%d claims are noted, want 5", n)
		}
	})
}

// No row of any table of files holds a word of the content, and no chunk can stand in for another.
func TestContentIsSealed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		body := []byte(strings.Repeat(canary+"\n", 20_000))
		w.receive(reporter, "a.txt", body)
		g := w.receive(reporter, "b.txt", body)
		var all []byte
		testkit.OK(t, w.read(machine, func(ctx context.Context, tx *store.Tx) error {
			for _, q := range []string{`SELECT body FROM file_chunk`, `SELECT key FROM file_key`} {
				rows, err := store.Values[[]byte](ctx, tx, store.SQL(q))
				if err != nil {
					return err
				}
				for _, r := range rows {
					all = append(all, r...)
				}
			}
			return nil
		}))
		if len(all) < 2*len(body) || bytes.Contains(all, []byte("Quillfeather")) {
			t.Errorf("%d bytes are kept, the canary is in them: %v", len(all), bytes.Contains(all, []byte("Quillfeather")))
		}
		for what, harm := range map[string]string{
			"a chunk in another's place": `UPDATE file_chunk SET body = (SELECT c.body FROM file_chunk c WHERE c.file_id = file_chunk.file_id AND c.n = 1) WHERE file_id = ? AND n = 0`,
			"another file's chunk":       `UPDATE file_chunk SET body = (SELECT c.body FROM file_chunk c WHERE c.file_id = '` + g.ID + `' AND c.n = 0) WHERE file_id = ? AND n = 0`,
			"another file's key":         `UPDATE file_key SET key = (SELECT k.key FROM file_key k WHERE k.file_id = '` + g.ID + `') WHERE file_id = ?`,
			"a chunk is missing":         `DELETE FROM file_chunk WHERE file_id = ? AND n = 2`,
			"cut short":                  `UPDATE file SET size = 524288 WHERE id = ?`,
		} {
			f := w.receive(reporter, "c.txt", body)
			w.change(harm, f.ID)
			if _, content, err := w.open(reporter, f.ID); err == nil || errs.KindOf(err) != errs.Internal {
				t.Errorf("%s: %d bytes came of it, %v", what, len(content), err)
			}
		}
		other := files.Store{DB: w.World.DB, Key: [32]byte{8}}
		err := w.read(reporter, func(ctx context.Context, tx *store.Tx) error { _, _, err := other.Open(ctx, tx, g.ID); return err })
		if err == nil || errs.Is(err, errs.NotFound) {
			t.Errorf("another key: %v", err)
		}
	})
}

func TestWithoutItsKeyAFileIsGone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.receive(reporter, "a.txt", noise(600_000))
		_, err := w.account(reporter, f.ID)
		testkit.OK(t, err)
		w.change(`DELETE FROM file_key WHERE file_id = ?`, f.ID)
		_, _, err = w.open(lead, f.ID)
		is(t, errs.NotFound, err)
	})
}

// SEC-21: erasing is at once, for whoever may change the record; the chunks go with the next sweep.
func TestErase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, stays := w.receive(reporter, "Zanzibar.txt", noise(600_000)), w.receive(reporter, "b.txt", noise(10))
		record, err := w.account(reporter, f.ID, stays.ID)
		testkit.OK(t, err)
		for _, v := range []access.Viewer{stranger, reporter, access.Public(district)} {
			is(t, errs.NotFound, w.erase(v, f.ID))
		}
		testkit.OK(t, w.erase(lead, f.ID))
		is(t, errs.NotFound, w.erase(lead, f.ID))
		_, _, err = w.open(lead, f.ID)
		is(t, errs.NotFound, err)
		if n := w.count(`SELECT used FROM file_quota WHERE org_id = ?`, school); n != 10 {
			t.Errorf("the school uses %d bytes, want 10", n)
		}
		testkit.OK(t, w.Sweep(t.Context(), machine))
		if n := w.count(`SELECT count(*) FROM file_chunk`); n != 1 {
			t.Errorf("%d chunks are left, want 1", n)
		}
		if n := w.count(`SELECT count(*) FROM file WHERE name = '' AND sha256 = '' AND state = 'erased' AND record_id = ?`, record); n != 1 {
			t.Errorf("%d rows say that there was a file, want 1", n)
		}
		_, _, err = w.open(lead, stays.ID)
		testkit.OK(t, err)
	})
}

func TestClaimIsForTheUploadersOwnWithin24Hours(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, g := w.receive(reporter, "a.txt", noise(9)), w.receive(reporter, "b.txt", noise(9))
		for what, ids := range map[string][]string{"another's": {f.ID}, "malformed": {"' OR 1=1 --"}, "NUL": {"\x00"}, "unknown": {w.World.DB.IDs().New(1)}} {
			if _, err := w.account(lead, ids...); !errs.Is(err, errs.Rule) {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err := w.account(reporter, f.ID, f.ID) // the same twice is one
		testkit.OK(t, err)
		_, err = w.account(reporter, f.ID)
		is(t, errs.Rule, err)
		w.After(24*time.Hour - time.Millisecond)
		if _, _, err := w.open(reporter, g.ID); err != nil {
			t.Errorf("just before 24 hours: %v", err)
		}
		w.After(time.Millisecond)
		_, err = w.account(reporter, g.ID) // no sweep has run: what has lapsed is treated as lapsed
		is(t, errs.Rule, err)
		_, _, err = w.open(reporter, g.ID)
		is(t, errs.NotFound, err)
		if n := w.count(`SELECT count(*) FROM access_record`); n != 1 {
			t.Errorf("%d records, want 1: a refused claim takes its record with it", n)
		}
	})
}

// SEC-1, SEC-25
func TestFilesAreReadByWhoeverReadsTheirRecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.receive(reporter, "a.txt", noise(9))
		for _, v := range []access.Viewer{lead, stranger} { // pending: nobody's but the uploader's
			_, _, err := w.open(v, f.ID)
			is(t, errs.NotFound, err)
		}
		record, err := w.account(reporter, f.ID)
		testkit.OK(t, err)
		_, _, err = w.open(stranger, f.ID)
		is(t, errs.NotFound, err)
		abroad := lead
		abroad.District = "d-2"
		_, _, err = w.open(abroad, f.ID)
		is(t, errs.NotFound, err)
		once := lead
		once.Strength = access.FirstFactor
		_, _, err = w.open(once, f.ID)
		is(t, errs.NotFound, err) // the site asks whoever may read records to confirm, whether or not there is one
		own := reporter
		own.Strength = access.FirstFactor
		_, _, err = w.open(own, f.ID)
		testkit.OK(t, err)
		for v, want := range map[*access.Viewer]int{&lead: 1, &reporter: 1, &stranger: 0} {
			testkit.OK(t, w.read(*v, func(ctx context.Context, tx *store.Tx) error {
				got, err := w.Of(ctx, tx, record, "another")
				if len(got) != want {
					t.Errorf("%s sees %d files, want %d", v.Account, len(got), want)
				}
				return err
			}))
		}
		w.change(`UPDATE access_record SET restricted = ? WHERE id = ?`, true, record)
		_, _, err = w.open(lead, f.ID)
		is(t, errs.NotFound, err)
		w.change(`UPDATE access_record SET subject_id = 'reporter' WHERE id = ?`, record)
		_, _, err = w.open(reporter, f.ID)
		is(t, errs.NotFound, err)
	})
}

func TestQuotaOfAnOrganisation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Quota = 1000
		f, g, h := w.receive(reporter, "a.txt", noise(600)), w.receive(reporter, "b.txt", noise(401)), w.receive(reporter, "c.txt", noise(400))
		_, err := w.account(reporter, f.ID)
		testkit.OK(t, err)
		_, err = w.account(reporter, g.ID)
		is(t, errs.Rule, err)
		_, err = w.account(reporter, h.ID) // to the byte
		testkit.OK(t, err)
		w.Quota = 500
		testkit.OK(t, w.erase(lead, f.ID))
		if n := w.count(`SELECT used FROM file_quota WHERE org_id = ?`, school); n != 400 {
			t.Errorf("%d bytes used, want 400", n)
		}
	})
}

func TestOnePersonHasOnlySoMuchWaiting(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.receive(reporter, "a.txt", noise(10))
		w.change(`UPDATE file SET size = ? WHERE id = ?`, 400<<20-10, f.ID)
		w.receive(reporter, "b.txt", noise(10))
		_, err := w.Receive(t.Context(), reporter, "c.txt", bytes.NewReader(noise(1)))
		is(t, errs.Rule, err)
		w.receive(lead, "c.txt", noise(1))
		_, err = w.Receive(t.Context(), access.Public(district), "c.txt", bytes.NewReader(noise(1)))
		is(t, errs.SignIn, err)
	})
}

// dying is a caller that goes away after some closures: the writer asks its context before each.
type dying struct {
	context.Context
	left *int
}

func (d dying) Err() error {
	if *d.left--; *d.left < 0 {
		return context.Canceled
	}
	return nil
}

// SEC-15: each chunk is a closure of its own, and whatever happens between two of them leaves nothing but what the sweep
// removes.
func TestUploadCutShortIsSweptAway(t *testing.T) {
	w := &world{testkit.SQLite(t, files.Migrations), files.Store{}, t}
	w.Store = files.Store{DB: w.World.DB}
	for closures := range 6 { // one to begin, four chunks, one to end
		left := closures
		_, err := w.Receive(dying{t.Context(), &left}, reporter, "a.txt", bytes.NewReader(noise(900_000)))
		if err == nil {
			t.Fatalf("%d closures were enough", closures)
		}
		if n := w.count(`SELECT count(*) FROM file_chunk`); n != int64(max(0, closures-1)) {
			t.Errorf("after %d closures there are %d chunks", closures, n)
		}
		if n := w.count(`SELECT count(*) FROM file WHERE state <> 'receiving'`); n != 0 {
			t.Errorf("after %d closures a file counts as whole", closures)
		}
		w.After(24 * time.Hour)
		testkit.OK(t, w.Sweep(t.Context(), machine))
		for _, table := range []string{"file", "file_key", "file_chunk"} {
			if n := w.count(`SELECT count(*) FROM ` + table); n != 0 {
				t.Errorf("after %d closures and the sweep %s has %d rows", closures, table, n)
			}
		}
	}
}

func TestSweepLeavesWhatIsClaimedOrYoung(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bound := w.receive(reporter, "a.txt", noise(600_000))
		_, err := w.account(reporter, bound.ID)
		testkit.OK(t, err)
		w.receive(reporter, "b.txt", noise(600_000)) // the crash came between its coming in and its form
		w.After(time.Hour)
		young := w.receive(reporter, "c.txt", noise(9))
		w.After(23 * time.Hour)
		testkit.OK(t, w.Sweep(t.Context(), machine))
		for _, f := range []files.File{bound, young} {
			if _, _, err := w.open(reporter, f.ID); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
		if f, k, c := w.count(`SELECT count(*) FROM file`), w.count(`SELECT count(*) FROM file_key`), w.count(`SELECT count(*) FROM file_chunk`); f != 2 || k != 2 || c != 4 {
			t.Errorf("left are %d files, %d keys, %d chunks, want 2, 2, 4", f, k, c)
		}
	})
}

func TestChunksAreTransactionsOfTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if w.World.DB.Engine() != store.Postgres {
			return // proved by TestUploadCutShortIsSweptAway
		}
		w.receive(reporter, "a.txt", noise(900_000))
		if n := w.count(`SELECT count(DISTINCT xmin::text) FROM file_chunk`); n != 4 {
			t.Errorf("4 chunks in %d transactions", n)
		}
	})
}

// SEC-13
func TestNoNoteNoFile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.receive(reporter, "a.txt", noise(9))
		w.World.DB.OnSaw(func(context.Context, *store.Tx, []store.Note) error { return errs.New(errs.Unavailable, "full disk") })
		_, _, err := w.open(reporter, f.ID)
		is(t, errs.Unavailable, err)
	})
}

func TestShaIsOfWhatIsKept(t *testing.T) {
	w := &world{testkit.SQLite(t, files.Migrations), files.Store{}, t}
	w.Store = files.Store{DB: w.World.DB}
	if f := w.receive(reporter, "a.txt", []byte("abc")); f.SHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("%s", f.SHA256)
	}
}
