package people_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kith/internal/feature/people"
	"kith/internal/feature/people/roll"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// published returns a file of the shared data, which is not in the repository.
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
	b, err := os.ReadFile(filepath.Join(at, "rolls", name))
	testkit.OK(t, err)
	return b
}

func source(t testing.TB, body []byte) people.Source {
	t.Helper()
	s := people.Source{Format: people.FormatOf(body), Body: body}
	if s.Format == people.FormatCSV {
		header, _, err := roll.Peek(t.Context(), bytes.NewReader(body), 0)
		testkit.OK(t, err)
		s.Mapping = roll.Guess(header)
	}
	return s
}

func figures(r bulk.Result, waiting int) [6]int {
	return [6]int{r.Read, r.Created, r.Updated, r.Unchanged, len(r.Rejected), waiting}
}

// ROL-4, ROL-8: every shared roll by the way of the command line: what each did, that the dry run said so before, and that a
// second run changes nothing.
func TestSharedRolls(t *testing.T) {
	testkit.DBs(t, rollSlices, func(t *testing.T, tw *testkit.World) {
		w := newRollWorld(t, tw)
		for _, f := range []struct {
			name  string
			first [6]int // read, created, updated, unchanged, rejected, waiting
		}{
			{"oneroster_1p1_minimal.zip", [6]int{6, 3, 0, 0, 0, 0}},
			{"oneroster_1p1_full.zip", [6]int{6, 3, 0, 0, 0, 0}},
			{"child_search_queries_small.csv", [6]int{300, 300, 0, 0, 0, 0}},
		} {
			org := "school of " + f.name
			body := published(t, f.name)
			res, waiting, err := w.rolls.ImportRoll(t.Context(), "district", org, source(t, body), people.RollOptions{DryRun: true})
			testkit.OK(t, err)
			dry := figures(res, waiting)
			if w.on(org) != "" {
				t.Errorf("%s: the dry run wrote", f.name)
			}
			res, waiting, err = w.rolls.ImportRoll(t.Context(), "district", org, source(t, body), people.RollOptions{Alone: true})
			testkit.OK(t, err)
			first := figures(res, waiting)
			t.Logf("%s: read %d, created %d, updated %d, unchanged %d, rejected %d, waiting %d", f.name, first[0], first[1], first[2], first[3], first[4], first[5])
			if first != f.first || dry != f.first {
				t.Errorf("%s: %v, dry run %v, want %v", f.name, first, dry, f.first)
			}
			res, waiting, err = w.rolls.ImportRoll(t.Context(), "district", org, source(t, body), people.RollOptions{})
			testkit.OK(t, err)
			if res.Created+res.Updated+waiting != 0 {
				t.Errorf("%s: a second run did %v", f.name, figures(res, waiting))
			}
		}
	})
}

// ROL-3: the command takes what needs nobody, stops where too many would leave, and leaves the decisions to the school.
func TestROL3TheCommandProposes(t *testing.T) {
	testkit.DBs(t, rollSlices, func(t *testing.T, tw *testkit.World) {
		w := newRollWorld(t, tw)
		run := func(csv string, o people.RollOptions) (bulk.Result, int, error) {
			return w.rolls.ImportRoll(t.Context(), "district", north, source(t, []byte(csv)), o)
		}
		if res, waiting, err := run(sims+zoe+amir+leaf, people.RollOptions{}); err != nil || figures(res, waiting) != [6]int{3, 3, 0, 0, 0, 0} {
			t.Fatal(res, waiting, err)
		}
		if _, waiting, err := run(sims+zoe, people.RollOptions{}); err == nil || waiting != 2 || !strings.Contains(err.Error(), "more than one in ten") {
			t.Errorf("%d %v", waiting, err)
		}
		if strings.Contains(w.on(north), "left") {
			t.Error(w.on(north))
		}
		res, waiting, err := run(strings.ReplaceAll(sims+zoe+amir, "7B", "8B"), people.RollOptions{Confirmed: true, Name: "autumn.csv"})
		if err != nil || figures(res, waiting) != [6]int{2, 0, 2, 0, 0, 1} {
			t.Error(res, waiting, err)
		}
		if got := w.on(north); got != "Amir Shah 8B on_roll; Leaf Green 7C on_roll; Zo O'Brien 8B on_roll" {
			t.Error(got)
		}
		var id string
		testkit.OK(t, tw.DB.Read(t.Context(), program, func(ctx context.Context, tx *store.Tx) (err error) {
			id, err = store.Value[string](ctx, tx, store.SQL(`SELECT i.id FROM people_import i WHERE i.org_id = ? AND i.state = 'compared'`, north))
			return err
		}))
		w.sees(north, "/admin/roll", "autumn.csv", "to decide")
		w.sees(north, "/admin/roll/"+id, "Leaf Green, 7C", "0 children added, 2 changed", "waits for a person")
		for _, step := range []string{"leavers", "apply"} {
			if code, say := w.post(north, "/admin/roll/"+id+"/"+step, nil); code != 303 {
				t.Fatal(step, code, say)
			}
		}
		_, err = w.queue.Drain(t.Context())
		testkit.OK(t, err)
		if got := w.on(north); !strings.Contains(got, "Leaf Green 7C left") {
			t.Error(got)
		}
		if n := w.left(); n != 0 {
			t.Errorf("%d rows of children are still in ended imports", n)
		}
	})
}

// A bundle of several schools gives one school its own pupils, known by the school's number, and stops where it is not said.
func TestBundleOfSeveralSchools(t *testing.T) {
	w := newRollWorld(t, testkit.SQLite(t, rollSlices...))
	body := zipOf(t, map[string]string{
		"manifest.csv": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.orgs,bulk\nfile.users,bulk\n",
		"orgs.csv":     "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\no1,,,North,school,900001,\no2,,,South,school,900002,\n",
		"users.csv": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n" +
			"u1,,,true,o1,student,a,,Ada,One,,,,,,,7,secret\nu2,,,true,o2,student,b,,Bea,Two,,,,,,,7,secret\n",
	})
	s := source(t, body)
	if _, _, err := w.rolls.ImportRoll(t.Context(), "district", north, s, people.RollOptions{}); err == nil || !strings.Contains(err.Error(), "North") {
		t.Error(err)
	}
	s.Schools = []string{"900001", "3802001"}
	if _, _, err := w.rolls.ImportRoll(t.Context(), "district", north, s, people.RollOptions{}); err != nil || w.on(north) != "Ada One  on_roll" {
		t.Error(err, w.on(north))
	}
	_, page := w.upload(south, south, "two.zip", body)
	w.sees(south, page, "Which school of the file is The south school?", "South (900002)")
	if code, _ := w.post(south, page+"/school", map[string][]string{"school": {"o2"}}); code != 303 {
		t.Error(code)
	}
	w.sees(south, page, "New children 1", "Bea Two")
}

// A roll of 140,000 children, from the file to the last name in the index, in under 60 seconds with nobody signed in.
func BenchmarkImportRoll(b *testing.B) {
	const children = 140_000
	body := []byte(bigRoll(0, children))
	for b.Loop() {
		b.StopTimer()
		w := testkit.SQLite(b, rollSlices...)
		rolls := people.NewRolls(people.RollDeps{DB: w.DB, Queue: queueOf(w), Schools: schools{}})
		b.StartTimer()
		res, _, err := rolls.ImportRoll(b.Context(), "district", north, source(b, body), people.RollOptions{Alone: true})
		if err != nil || res.Created != children {
			b.Fatal(res.Tally, err)
		}
	}
	b.ReportMetric(float64(children)*float64(b.N)/b.Elapsed().Seconds(), "children/s")
}

// What people wait for while a roll is taken over beside them: one step of 20 children with its
// commit, in milliseconds.
func BenchmarkImportRollBesidePeople(b *testing.B) {
	const children = 4_000
	body := []byte(bigRoll(0, children))
	for b.Loop() {
		b.StopTimer()
		w := testkit.SQLite(b, rollSlices...)
		rolls := people.NewRolls(people.RollDeps{DB: w.DB, Queue: queueOf(w), Schools: schools{}})
		b.StartTimer()
		if _, _, err := rolls.ImportRoll(b.Context(), "district", north, source(b, body), people.RollOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(children)*float64(b.N)/b.Elapsed().Seconds(), "children/s")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*children/20), "ms/step")
}
