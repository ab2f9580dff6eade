package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"kith/internal/app"
	"kith/internal/demo"
	"kith/internal/feature/training"
	"kith/internal/feature/training/allocate"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/platform/bulk"
)

// courses is what was measured of training on one engine.
type courses struct {
	engine           string
	runs             int
	alone, crowd     spread // the catalogue
	life             spread
	instant, second  spread // so many people asking for one run, once each: in the same instant, and over a second
	asked, got, line int
	beside           spread        // the day's page of 50 leads, a page a second each, while children are put on rolls
	imported         time.Duration // what that took
}

// The catalogue that is shown, and the rush for one course of it; and how many children come while people work.
const (
	arriving      = 20_000
	catalogueRuns = 500
	rushing       = 200
	rushSeats     = 120
	coursesSize   = 4_200 // children: enough schools for so many accounts
)

// trainingOf measures the catalogue and a rush for one course, on a district of its own for each engine.
func trainingOf(ctx context.Context, o options, say io.Writer) (out []courses, err error) {
	places := map[string]app.Place{"SQLite": {Data: filepath.Join(o.dir, "courses", "data")}}
	order := []string{"SQLite"}
	if url := os.Getenv("KITH_TEST_POSTGRES"); url != "" {
		order, places["PostgreSQL"] = append(order, "PostgreSQL"), app.Place{URL: url, OwnerURL: url, Data: filepath.Join(o.dir, "courses", "pg")}
	}
	for _, engine := range order {
		dir := filepath.Join(o.dir, "courses")
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
		c, err := coursesOn(ctx, o, engine, places[engine], say)
		if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
			return nil, fmt.Errorf("%s: %w", engine, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func coursesOn(ctx context.Context, o options, engine string, at app.Place, say io.Writer) (c courses, err error) {
	fmt.Fprintln(say, "training on", engine)
	if err := os.MkdirAll(at.Data, 0o700); err != nil {
		return c, err
	}
	s := settings("")
	clk := clock.NewManual(begun)
	s.Place, s.Clock, s.IDs, s.Mail = at, clk, demo.IDs(), demo.Quiet()
	a, err := app.New(ctx, s)
	if err != nil {
		return c, err
	}
	if err := errors.Join(demo.Reference(ctx, a.DB, clk, partsOf(a), coursesSize, begun), a.Close()); err != nil {
		return c, err
	}
	s.Clock, s.IDs = running{time.Now()}, id.Random()
	if a, err = app.New(ctx, s); err != nil {
		return c, err
	}
	defer a.Close() //nolint:errcheck // the district is thrown away
	d := &district{app: a, trace: &trace{}, children: coursesSize}
	if d.id, err = d.lookUp(ctx, `SELECT id FROM directory_district`); err != nil {
		return c, err
	}
	c.engine, c.runs = engine, catalogueRuns
	wanted, err := d.publish(ctx)
	if err != nil {
		return c, err
	}
	ids, err := d.list(ctx, `SELECT a.id FROM account a JOIN account_post p ON p.account_id = a.id WHERE a.email LIKE 'staff%' ORDER BY a.id LIMIT ?`, rushing)
	if err != nil || len(ids) < rushing {
		return c, errors.Join(err, fmt.Errorf("%d accounts in place of %d", len(ids), rushing))
	}
	var people []*somebody
	for i, id := range ids {
		p, err := d.signIn(ctx, id, uint64(i))
		if err != nil {
			return c, err
		}
		people = append(people, p)
	}
	stop := d.sequence(ctx)
	defer stop()
	if o.only == "rush" {
		return c, d.rushes(ctx, o, &c, people, wanted)
	}
	pace, look := o.pace, d.visit(a.Handler, people, page{"catalogue", func(*district, *somebody) *http.Request { return get("/training") }, http.StatusOK})
	if c.alone, err = pace.crowd(1, 0, look); err != nil {
		return c, err
	}
	if c.crowd, err = pace.crowd(50, 0, look); err != nil {
		return c, err
	}
	if c.life, err = pace.crowd(50, think, look); err != nil {
		return c, err
	}
	if err := d.rushes(ctx, o, &c, people, wanted); err != nil {
		return c, err
	}
	err = d.whileImporting(ctx, &c)
	return c, err
}

// rushes has everybody ask at once, and then within a second.
func (d *district) rushes(ctx context.Context, o options, c *courses, people []*somebody, wanted []training.RunID) (err error) {
	stop, err := profiling(o.profile, c.engine)
	if err != nil {
		return err
	}
	defer stop()
	if c.instant, err = d.rush(ctx, c, people, wanted[0], 0); err != nil {
		return err
	}
	c.second, err = d.rush(ctx, c, people, wanted[1], time.Second)
	return err
}

// whileImporting has 50 people look at their day while an import runs, and ends with it.
func (d *district) whileImporting(ctx context.Context, c *courses) error {
	leads, err := d.leads(ctx, 50)
	if err != nil {
		return err
	}
	look := d.visit(d.app.Handler, leads, pages[0])
	// The program has run for a while: each connection to PostgreSQL knows the statements of the page.
	if _, err := (pace{rounds: 1, round: 4 * time.Second}).crowd(50, 0, look); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		took, err := fillRolls(ctx, bulk.Pace{DB: d.app.DB, Viewer: access.System("elsewhere", "benchmark")}, arriving)
		c.imported = took
		done <- err
	}()
	var rounds []spread
	for {
		x, err := pace{rounds: 1, round: 2 * time.Second}.crowd(50, think, look)
		if err != nil {
			return errors.Join(err, <-done)
		}
		select {
		case err := <-done:
			if len(rounds) == 0 { // the import was over before the round
				rounds = append(rounds, x)
			}
			c.beside = middle(rounds)
			return err
		default:
			rounds = append(rounds, x)
		}
	}
}

// publish gives the partnership a catalogue of so many dates, ten to a block, and two more that everybody wants, each in a block of its own.
func (d *district) publish(ctx context.Context) (wanted []training.RunID, err error) {
	account, err := d.lookUp(ctx, `SELECT id FROM account WHERE email LIKE 'nadia.rahman@%'`)
	if err != nil {
		return nil, err
	}
	org, err := d.lookUp(ctx, `SELECT org_id FROM account_post WHERE account_id = ?`, account)
	if err != nil {
		return nil, err
	}
	admin := access.Viewer{Account: account, District: d.id, Strength: access.SteppedUp, Roles: map[access.Role][]string{access.TrainingAdmin: {org}, access.Member: {org}}}
	f, fresh := d.app.Training, func() string { return d.app.DB.IDs().New(d.app.DB.Now()) }
	c := training.Course{ID: training.CourseID(fresh()), Org: org, Title: "Safeguarding in the early years", Format: training.HalfDay, CPD: 180, Audience: "early_years"}
	if err := f.MakeCourse(ctx, admin, c); err != nil {
		return nil, err
	}
	first := clock.DayOf(begun).Add(30)
	for i := range catalogueRuns/10 + 2 {
		b := training.Block{ID: training.BlockID(fresh()), Org: org, Title: fmt.Sprintf("Block %d", i+1), Way: training.FirstCome, Second: training.LetWait, HoldHours: 48, OfferHours: 72, RunCloses: 2}
		if err := f.MakeBlock(ctx, admin, b); err != nil {
			return nil, err
		}
		n := 10
		if i >= catalogueRuns/10 {
			n = 1
		}
		for j := range n {
			r := training.Run{ID: training.RunID(fresh()), Block: b.ID, Course: c.ID, Capacity: rushSeats, Online: true, Days: []training.Day{{On: first.Add(i + 7*j), Starts: "09:30", Ends: "12:30"}}}
			if err := f.AddRuns(ctx, admin, b.ID, r); err != nil {
				return nil, err
			}
			if n == 1 {
				wanted = append(wanted, r.ID)
			}
		}
		if err := f.Publish(ctx, admin, b.ID); err != nil {
			return nil, err
		}
	}
	return wanted, nil
}

// rush has everybody ask once for a place on the same date, evenly over so long, and counts who has one.
func (d *district) rush(ctx context.Context, c *courses, people []*somebody, run training.RunID, over time.Duration) (x spread, err error) {
	var wg sync.WaitGroup
	took, failed := make([]time.Duration, len(people)), make([]error, len(people))
	start, before := make(chan struct{}), spent()
	for i, p := range people {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := post("/training/dates/"+string(run)+"/ask", url.Values{"id": {d.app.DB.IDs().New(d.app.DB.Now())}, "name": {fmt.Sprintf("Person %d", i)}, "title": {"Teacher"}, "group": {"teacher"}, "first": {string(run)}})
			<-start
			time.Sleep(over * time.Duration(i) / time.Duration(len(people)))
			began := time.Now()
			w := d.ask(d.app.Handler, p, r)
			took[i] = time.Since(began)
			if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/training/requests/") {
				failed[i] = fmt.Errorf("asking for a place: %d %s %.300s", w.Code, w.Header().Get("Location"), w.Body)
			}
		}()
	}
	began := time.Now()
	close(start)
	wg.Wait()
	x = spreadOf(took, time.Since(began), spent()-before, len(people))
	if err := errors.Join(failed...); err != nil {
		return x, err
	}
	for state, to := range map[training.PlaceState]*int{training.Placed: &c.got, training.Waiting: &c.line} {
		ids, err := d.list(ctx, `SELECT id FROM training_place WHERE first_run = ? AND state = ?`, string(run), string(state))
		if err != nil {
			return x, err
		}
		*to = len(ids)
	}
	if c.asked = len(people); c.got != rushSeats || c.got+c.line != c.asked {
		return x, fmt.Errorf("%d seats: %d of %d have a place and %d wait", rushSeats, c.got, c.asked, c.line)
	}
	return x, nil
}

// askingFor is a block of so many requests over so many runs, with schools that ask twice, priorities, and formats of which a school takes one.
func askingFor(requests, runs int) (r []allocate.Run, q []allocate.Request) {
	draw := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- the same each time
	for i := range runs {
		r = append(r, allocate.Run{ID: fmt.Sprintf("run-%02d", i), Seats: 120, Group: "one of two", Uses: i%6 > 0})
	}
	for i := range requests {
		first := draw.IntN(runs)
		q = append(q, allocate.Request{ID: fmt.Sprintf("request-%05d", i), Party: fmt.Sprintf("school-%04d", draw.IntN(requests/2+1)), Person: fmt.Sprintf("person-%05d", i),
			Tier: int64(draw.IntN(3)), Arrived: int64(draw.IntN(1_000_000)), First: r[first].ID, Second: r[(first+1+draw.IntN(runs-1))%runs].ID})
	}
	return r, q
}

// allocating is how long the seats of 60 runs take to be given out to 10,000 requests: the median of nine.
func allocating() time.Duration {
	runs, requests := askingFor(10_000, 60)
	var took []time.Duration
	for range 9 {
		began := time.Now()
		allocate.Give(allocate.Rules{PerParty: 1}, runs, nil, requests)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2]
}
