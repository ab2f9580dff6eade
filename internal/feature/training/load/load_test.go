package load_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/load"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/bulk"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

const district, office = "haverdale", "partnership"

// halls is a directory of venues that knows each by its first ten letters.
type halls struct{ all map[string]training.Venue }

func (h halls) Venues(context.Context, *store.Tx) (map[string]training.Venue, error) {
	return h.all, nil
}

func (h halls) VenueNamed(_ context.Context, _ *store.Tx, name string) (training.Venue, error) {
	for _, v := range h.all {
		if v.Name[:10] == name[:10] {
			return v, nil
		}
	}
	return training.Venue{}, errs.Missing()
}

func (h halls) PutVenue(ctx context.Context, tx *store.Tx, v training.Venue) (training.Venue, error) {
	if known, err := h.VenueNamed(ctx, tx, v.Name); err == nil {
		return known, nil
	}
	v.ID = v.Name
	h.all[v.ID] = v
	return v, nil
}

func onBoth(t *testing.T, fn func(t *testing.T, f *training.Feature)) {
	testkit.DBs(t, []store.Slice{training.Migrations}, func(t *testing.T, w *testkit.World) {
		fn(t, training.New(training.Deps{DB: w.DB, Queue: jobs.New(w.DB, slog.New(slog.DiscardHandler)), Venues: halls{map[string]training.Venue{}}}))
	})
}

var admin = access.Viewer{Account: "gareth", District: district, Strength: access.SecondFactor, Roles: map[access.Role][]string{access.TrainingAdmin: {office}, access.Member: {office}}}

func take(t *testing.T, f *training.Feature, body []byte, dry bool) bulk.Result {
	t.Helper()
	res, err := load.Take(t.Context(), f, admin, bytes.NewReader(body), load.Options{Org: office, DryRun: dry})
	testkit.OK(t, err)
	return res
}

func counts(r bulk.Result) [5]int {
	return [5]int{r.Read, r.Created, r.Updated, r.Unchanged, len(r.Rejected)}
}

func own(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	testkit.OK(t, err)
	return b
}

// programme returns all runs with their courses and blocks.
func programme(t *testing.T, f *training.Feature) (runs []training.Run, courses map[training.CourseID]training.Course, blocks []training.Block) {
	t.Helper()
	courses = map[training.CourseID]training.Course{}
	testkit.OK(t, f.DB.Read(t.Context(), admin, func(ctx context.Context, tx *store.Tx) (err error) {
		runs = nil
		list, err := f.Store.Courses(ctx, tx)
		if err != nil {
			return err
		}
		for _, c := range list {
			courses[c.ID] = c
		}
		if blocks, err = f.Store.Blocks(ctx, tx, nil); err != nil {
			return err
		}
		for _, b := range blocks {
			of, err := f.Store.RunsOf(ctx, tx, b.ID)
			if err != nil {
				return err
			}
			runs = append(runs, of...)
		}
		return nil
	}))
	return runs, courses, blocks
}

// TRN-2, TRN-3, TRN-4: our own block: rows that are sound are taken, each of the others is named with its line and field; a dry run writes
// nothing, a second loading changes nothing, and a venue that becomes known changes one run.
func TestBlockLoads(t *testing.T) {
	onBoth(t, func(t *testing.T, f *training.Feature) {
		body := own(t, "block.csv")
		if got := counts(take(t, f, body, true)); got != [5]int{8, 4, 0, 0, 4} {
			t.Errorf("dry: %v", got)
		}
		if runs, _, _ := programme(t, f); len(runs) != 0 {
			t.Fatalf("a dry run made %d runs", len(runs))
		}
		res := take(t, f, body, false)
		if counts(res) != [5]int{8, 4, 0, 0, 4} {
			t.Errorf("%v", counts(res))
		}
		for i, want := range []struct {
			row           int
			field, reason string
		}{{5, "date", "one the day after the other"}, {6, "format", "is no format"}, {7, "date", "already on line 4"}, {8, "course", "no course"}} {
			if got := res.Rejected[i]; got.Row != want.row || got.Field != want.field || !strings.Contains(got.Reason, want.reason) {
				t.Errorf("%+v, want %+v", got, want)
			}
		}
		if len(res.Warnings) != 1 || res.Warnings[0].Row != 9 || !strings.Contains(res.Warnings[0].Reason, "Saturday") {
			t.Errorf("%+v", res.Warnings)
		}
		if got := counts(take(t, f, body, false)); got != [5]int{8, 0, 0, 4, 4} {
			t.Errorf("a second time: %v", got)
		}
		runs, courses, blocks := programme(t, f)
		if len(runs) != 4 || len(courses) != 2 || len(blocks) != 1 || blocks[0].State != training.Draft {
			t.Fatalf("%d runs, %d courses, %+v", len(runs), len(courses), blocks)
		}
		for _, c := range courses {
			if c.Group == "" || !c.UsesPlace {
				t.Errorf("%+v is in no exclusive group", c)
			}
		}
		if runs[1].Venue != "" || runs[0].Venue == "" {
			t.Errorf("venues %q and %q", runs[0].Venue, runs[1].Venue)
		}
		known := bytes.Replace(body, []byte("2027-02-04,,to_be_confirmed"), []byte("2027-02-04,Oakbank Academy,confirmed"), 1)
		if got := counts(take(t, f, known, false)); got != [5]int{8, 0, 1, 3, 4} {
			t.Errorf("a venue became known: %v", got)
		}
		if _, err := load.Take(t.Context(), f, access.Viewer{Account: "x", District: district}, bytes.NewReader(body), load.Options{Org: office}); !errs.Is(err, errs.NotFound) {
			t.Errorf("somebody who runs nothing: %v", err)
		}
		for _, bad := range []string{"", "name,age\nx,3\n", "%PDF-1.4"} {
			if _, err := load.Take(t.Context(), f, admin, strings.NewReader(bad), load.Options{Org: office}); !errs.Is(err, errs.Rule) {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
}

// TRN-10, TRN-11, TRN-12: our own events: each is a block of its own that says whom it is for; a weekday that is not the date's is reported.
func TestEventsLoad(t *testing.T) {
	onBoth(t, func(t *testing.T, f *training.Feature) {
		res := take(t, f, own(t, "events.csv"), false)
		if counts(res) != [5]int{4, 2, 0, 0, 2} || res.Rejected[0].Field != "weekday" || !strings.Contains(res.Rejected[1].Reason, "before it begins") {
			t.Fatalf("%+v", res)
		}
		runs, _, blocks := programme(t, f)
		if len(blocks) != 2 || len(runs) != 2 || runs[0].Venue != runs[1].Venue {
			t.Errorf("%+v %+v", runs, blocks)
		}
		for _, b := range blocks {
			if !b.Additional || b.OpenTo == "" || b.PerSchool != 0 {
				t.Errorf("%+v", b)
			}
		}
	})
}

// published returns a file of the shared data, which is not in the repository.
func published(t *testing.T, name string) []byte {
	t.Helper()
	at := os.Getenv("KITH_SHARED_DATA")
	if at == "" {
		at = "../../../../../shared/data"
	}
	if _, err := os.Stat(at); err != nil {
		t.Log("THE SHARED DATA IS ABSENT: set KITH_SHARED_DATA")
		t.Skip(err)
	}
	b, err := os.ReadFile(filepath.Join(at, filepath.FromSlash(name)))
	testkit.OK(t, err)
	return b
}

// TRN-1, TRN-2, TRN-3: the published first block loads whole: 13 two-day and 5 one-day runs from April to July 2016, 18 runs, 31 days, all of
// them weekdays, one venue to be confirmed.
func TestPublishedBlockLoadsWhole(t *testing.T) {
	body := published(t, "programme/signs-of-safety-2016.csv")
	onBoth(t, func(t *testing.T, f *training.Feature) {
		if res := take(t, f, body, false); counts(res) != [5]int{18, 18, 0, 0, 0} || len(res.Warnings) != 0 {
			t.Fatalf("%+v", res)
		}
		runs, courses, blocks := programme(t, f)
		byFormat, days, open := map[training.Format]int{}, 0, 0
		for _, r := range runs {
			byFormat[courses[r.Course].Format]++
			days += len(r.Days)
			for _, d := range r.Days {
				if w := d.On.Weekday(); w == time.Saturday || w == time.Sunday || d.On < "2016-04-01" || d.On > "2016-07-31" {
					t.Errorf("%s is a %s", d.On, w)
				}
			}
			if r.Venue == "" {
				open++
				if r.First != "2016-05-18" {
					t.Errorf("the venue of %s is not known", r.First)
				}
			}
		}
		if byFormat[training.TwoDay] != 13 || byFormat[training.OneDay] != 5 || len(runs) != 18 || days != 31 || open != 1 || len(blocks) != 1 {
			t.Errorf("%v, %d runs, %d days, %d without a venue, %d blocks", byFormat, len(runs), days, open, len(blocks))
		}
		if got := counts(take(t, f, body, false)); got != [5]int{18, 0, 0, 18, 0} {
			t.Errorf("a second time: %v", got)
		}
	})
}

// TRN-10, TRN-11, TRN-12: both published learning events load whole: a Tuesday and a Friday, three and a half hours each, additional to the
// annual programme, each saying whom it is for.
func TestPublishedEventsLoadWhole(t *testing.T) {
	body := published(t, "programme/learning-events-2017.csv")
	onBoth(t, func(t *testing.T, f *training.Feature) {
		if res := take(t, f, body, false); counts(res) != [5]int{2, 2, 0, 0, 0} {
			t.Fatalf("%+v", res)
		}
		runs, _, blocks := programme(t, f)
		want := map[string]string{"2017-12-05": "Tuesday 09:15 12:45", "2017-12-08": "Friday 09:30 13:00"}
		for _, r := range runs {
			d := r.Days[0]
			if got := d.On.Weekday().String() + " " + d.Starts + " " + d.Ends; got != want[string(r.First)] {
				t.Errorf("%s: %s", r.First, got)
			}
			from, _ := time.Parse("15:04", d.Starts)
			until, _ := time.Parse("15:04", d.Ends)
			if until.Sub(from) != 210*time.Minute {
				t.Errorf("%s lasts %s", r.First, until.Sub(from))
			}
		}
		for _, b := range blocks {
			if !b.Additional || !strings.Contains(b.OpenTo, "frontline practitioners") {
				t.Errorf("%+v", b)
			}
		}
		if len(runs) != 2 || len(blocks) != 2 {
			t.Errorf("%d runs in %d blocks", len(runs), len(blocks))
		}
	})
}
