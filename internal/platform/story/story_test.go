package story_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/testkit"
)

const here = "district-here"

var (
	tester = access.System(here, "test")
	now    = clock.Of(testkit.Monday)
)

func as(account string, role access.Role) access.Viewer {
	return access.Viewer{Account: account, District: here, Strength: access.SecondFactor,
		Roles: map[access.Role][]string{access.Member: {"oak"}, role: {"oak"}}}
}

// told adds a concern of the school about the child with an entry each; it returns the entry's id.
func told(t *testing.T, w *testkit.World, child, record string, at clock.Millis, restricted bool) (id string) {
	t.Helper()
	testkit.OK(t, w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) (err error) {
		if err := tx.AddRecord(ctx, access.Record{ID: record, Kind: access.Concern, Part: access.PartHeader, Org: "oak", Child: child, Restricted: restricted}); err != nil {
			return err
		}
		id, err = story.Add(ctx, tx, story.Entry{Child: child, At: at, Record: record, Kind: story.Concern, Line: record, Level: 1})
		return err
	}))
	return id
}

func of(t *testing.T, w *testkit.World, v access.Viewer, since clock.Millis, limit int) (lines []string, entries []story.Entry) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
		entries, err = story.Of(ctx, tx, "child", since, limit)
		return err
	}))
	for _, e := range entries {
		lines = append(lines, e.Line)
	}
	return lines, entries
}

// CHR-1: one line for each event, at the time when it happened, newest first, whenever it was written down.
func TestChronologyIsInTheOrderOfWhatHappened(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		for i, ago := range []time.Duration{time.Hour, 72 * time.Hour, 0, 24 * time.Hour} {
			told(t, w, "child", fmt.Sprint(i), now.Add(-ago), false)
			w.After(time.Minute)
		}
		told(t, w, "another child", "x", now, false)
		lines, entries := of(t, w, as("amina", access.DSL), 0, 0)
		if !slices.Equal(lines, []string{"2", "0", "3", "1"}) {
			t.Errorf("order %q", lines)
		}
		if e := entries[0]; e.At != now || e.RecordedAt != now.Add(2*time.Minute) || e.Precision != story.Minute || e.Kind != story.Concern {
			t.Errorf("entry %+v", e)
		}
		if lines, _ := of(t, w, as("amina", access.DSL), now.Add(-24*time.Hour), 0); !slices.Equal(lines, []string{"2", "0", "3"}) {
			t.Errorf("since yesterday: %q", lines)
		}
		if lines, _ := of(t, w, as("amina", access.DSL), 0, 2); !slices.Equal(lines, []string{"2", "0"}) {
			t.Errorf("the last two: %q", lines)
		}
	})
}

// CHR-3, SEC-3: what the viewer may not see leaves no gap, count or number behind; restricting a record takes effect at once.
func TestHiddenEntriesLeaveNothingBehind(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		told(t, w, "child", "open", now, false)
		_, before := of(t, w, as("amina", access.DSL), 0, 1)
		told(t, w, "child", "hidden", now.Add(time.Hour), true)
		if _, after := of(t, w, as("amina", access.DSL), 0, 1); !slices.Equal(before, after) {
			t.Errorf("the lead sees %+v, before it %+v", after, before)
		}
		if lines, _ := of(t, w, as("helen", access.Head).Confirmed(), 0, 0); !slices.Equal(lines, []string{"hidden", "open"}) {
			t.Errorf("the headteacher sees %q", lines)
		}
		if lines, _ := of(t, w, as("helen", access.Head), 0, 0); !slices.Equal(lines, []string{"open"}) {
			t.Errorf("the headteacher, who confirmed this morning, sees %q", lines)
		}
		if lines, _ := of(t, w, as("sam", access.Governor), 0, 0); lines != nil {
			t.Errorf("a governor sees %q", lines)
		}
		testkit.OK(t, w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error { return tx.Restrict(ctx, "open", true, false) }))
		if lines, _ := of(t, w, as("amina", access.DSL), 0, 0); lines != nil {
			t.Errorf("after restricting: %q", lines)
		}
	})
}

// CHR-4: whoever may change the record marks its entry significant and says why; nobody else does, or learns that it is there.
func TestOnlyWhoMayChangeMarks(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		id := told(t, w, "child", "a", now, false)
		mark := func(v access.Viewer, child, id, reason string) error {
			return w.DB.Write(t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
				if err := story.Mark(ctx, tx, child, id, reason); err != nil {
					return err
				}
				return audit.Record(ctx, tx, "story.marked", ref.To("story", id))
			})
		}
		for _, v := range []access.Viewer{as("sam", access.Governor), {Account: "kim", District: "elsewhere", Roles: map[access.Role][]string{access.DSL: {"oak"}}}} {
			if err := mark(v, "child", id, "why"); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", v.Account, err)
			}
		}
		if err := mark(as("amina", access.DSL), "another child", id, "why"); !errs.Is(err, errs.NotFound) {
			t.Errorf("under another child: %v", err)
		}
		for _, reason := range []string{"The third in a week", ""} {
			testkit.OK(t, mark(as("amina", access.DSL), "child", id, reason))
			if _, entries := of(t, w, as("amina", access.DSL), 0, 0); len(entries) != 1 || entries[0].Significant != reason {
				t.Errorf("marked %q: %+v", reason, entries)
			}
		}
	})
}

// CON-8: the entries of a record show its level of today.
func TestRelevelShowsOnTheRecordsEntries(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		told(t, w, "child", "a", now, false)
		told(t, w, "child", "b", now.Add(-time.Hour), false)
		testkit.OK(t, w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error { return story.Relevel(ctx, tx, "a", 3) }))
		if _, entries := of(t, w, as("amina", access.DSL), 0, 0); entries[0].Level != 3 || entries[1].Level != 1 {
			t.Errorf("levels %d and %d", entries[0].Level, entries[1].Level)
		}
	})
}

// SEC-11: break-glass opens each record of the chronology once, by its header; only the program may ask which they are.
func TestRecordsAreForTheProgramOnly(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		told(t, w, "child", "header", now, true)
		told(t, w, "another child", "x", now, false)
		testkit.OK(t, w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.AddRecord(ctx, access.Record{ID: "part", Kind: access.Concern, Part: access.PartLead, Org: "oak", Parent: "header"}); err != nil {
				return err
			}
			_, err := story.Add(ctx, tx, story.Entry{Child: "child", At: now, Record: "part", Kind: story.Decision, Line: "part"})
			return err
		}))
		ask := func(v access.Viewer) (ids []string, err error) {
			err = w.DB.Read(t.Context(), v, func(ctx context.Context, tx *store.Tx) error { ids, err = story.Records(ctx, tx, "child"); return err })
			return ids, err
		}
		if ids, err := ask(tester); err != nil || !slices.Equal(ids, []string{"header"}) {
			t.Errorf("records %q %v", ids, err)
		}
		if _, err := ask(as("helen", access.Head)); err == nil {
			t.Error("a person was told which records there are")
		}
	})
}
