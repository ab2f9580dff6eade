// Command bench measures Kith on the reference district and writes what it found to docs/figures.md: the daily pages at one and
// at fifty people against a floor, start-up, memory, binary size, imports, and the proof of the audit log. It reports; it is no
// test, and nothing depends on its figures.
//
//	make bench              the districts of 1,400 and 14,000 children
//	make bench SIZE=full    those of 14,000 and 140,000 children
//
// The districts are kept in .cache/bench and used again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"
)

// options are what the command line asks for.
type options struct {
	size, dir, out, profile, only string
	children                      int
	pace                          pace
}

func main() {
	var o options
	flag.StringVar(&o.size, "size", "small", "small: 1,400 and 14,000 children; full: 14,000 and 140,000")
	flag.IntVar(&o.children, "children", 0, "one district of this size in place of both")
	flag.StringVar(&o.dir, "dir", ".cache/bench", "where the districts are kept")
	flag.StringVar(&o.out, "out", "docs/figures.md", "where the figures go")
	flag.StringVar(&o.only, "only", "", "pages: nothing but the pages, printed and not written to a file; or the name of one page; training: the catalogue and a rush for a course, on both engines; rush: nothing but that rush; plans: how the database goes about each page")
	flag.StringVar(&o.profile, "profile", "", "write a CPU profile of the pages, or of a rush, to this file")
	flag.IntVar(&o.pace.rounds, "rounds", 3, "rounds of each measurement; the medians are reported")
	flag.DurationVar(&o.pace.round, "round", 3*time.Second, "length of a round")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, say io.Writer) error {
	sizes := map[string][]int{"small": {1_400, 14_000}, "full": {14_000, 140_000}}[o.size]
	if o.children > 0 {
		sizes = []int{o.children}
	}
	if len(sizes) == 0 {
		return errors.New("-size is small or full")
	}
	var r report
	var p program
	if o.only == "training" || o.only == "rush" {
		var err error
		r.allocation = allocating()
		if r.training, err = trainingOf(ctx, o, say); err == nil {
			r.writeTraining(say)
		}
		return err
	}
	if o.only == "" {
		var err error
		if p, err = build(ctx, o.dir); err != nil {
			return err
		}
	}
	for _, n := range sizes {
		dir := filepath.Join(o.dir, fmt.Sprint(n))
		m, err := makeDistrict(ctx, dir, n, say)
		if err != nil {
			return err
		}
		f, err := measure(ctx, o, dir, m, say)
		if err != nil {
			return err
		}
		r.districts = append(r.districts, f)
	}
	if o.only != "" {
		if o.only != "plans" {
			r.writePages(say)
		}
		return nil
	}
	last := r.districts[len(r.districts)-1]
	if err := r.whole(ctx, p, o, filepath.Join(o.dir, fmt.Sprint(last.made.Children)), say); err != nil {
		return err
	}
	var b strings.Builder
	r.write(&b, o)
	fmt.Fprintln(say, b.String())
	return os.WriteFile(o.out, []byte(b.String()), 0o644) // #nosec G306 -- a page of figures that everybody may read
}

// profiling writes a CPU profile to a file until what it returns is called; to none where no name is given.
func profiling(name, engine string) (stop func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	to, err := os.Create(name + engine) // #nosec G304 -- where the command line says
	if err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); to.Close() }, pprof.StartCPUProfile(to) //nolint:errcheck // a profile
}

// measure measures the pages of one district.
func measure(ctx context.Context, o options, dir string, m made, say io.Writer) (figures, error) {
	f := figures{made: m}
	d, err := openDistrict(ctx, dir, m)
	if err != nil {
		return f, err
	}
	defer d.app.Close() //nolint:errcheck // nothing more is written
	if err := d.settle(ctx); err != nil {
		return f, err
	}
	people, err := d.leads(ctx, 50)
	if err != nil {
		return f, err
	}
	f.people = len(people)
	var roles strings.Builder
	if err := d.others(ctx, &roles); err != nil {
		return f, err
	}
	f.roles = roles.String()
	if o.only == "plans" {
		return f, d.plans(ctx, people, say)
	}
	stop := d.sequence(ctx)
	defer stop()
	ended, err := profiling(o.profile, "")
	if err != nil {
		return f, err
	}
	defer ended()
	empty := d.side("")
	if f.empty, err = o.pace.crowd(1, 0, d.visit(empty, people, page{"empty", func(*district, *somebody) *http.Request { return get("/empty") }, 200})); err != nil {
		return f, err
	}
	for _, pg := range pages {
		if o.only != "" && o.only != "pages" && !strings.Contains(pg.name, o.only) {
			continue
		}
		x, err := d.figuresOf(ctx, o.pace, people, pg)
		if err != nil {
			return f, err
		}
		fmt.Fprintf(say, "%7d children, %-26s p50 %.1f ms alone, p95 %.1f ms of 50 people without a pause, %.2f ms of processor each (floor %.2f)\n", m.Children, pg.name, x.alone.p50, x.crowd.p95, x.crowd.cpu, x.bareCrowd.cpu)
		f.pages = append(f.pages, x)
	}
	return f, nil
}

// sequence numbers the audit log every second, as the program does while it serves.
func (d *district) sequence(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for tick := time.NewTicker(time.Second); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				if err := d.app.Log.SequenceAll(ctx); err != nil && ctx.Err() == nil {
					fmt.Fprintln(os.Stderr, "bench: numbering the audit log:", err)
				}
			}
		}
	}()
	return func() { cancel(); <-done }
}

const think = time.Second

// figuresOf measures one page.
func (d *district) figuresOf(ctx context.Context, c pace, people []*somebody, pg page) (x pageFigures, err error) {
	x.name = pg.name
	visit := d.visit(d.app.Handler, people, pg)
	var visits []visited
	for range 40 {
		visits = append(visits, sift(d.trace.during(func() {
			if e := visit(0); e != nil {
				err = e
			}
		})))
	}
	if err != nil {
		return x, err
	}
	for _, v := range visits {
		x.reads, x.writes = x.reads+len(v.reads), x.writes+v.writes
	}
	x.reads, x.writes = x.reads/len(visits), x.writes/len(visits)
	runtime.GC()
	if x.allocs, x.bytes, err = allocations(100, visit); err != nil {
		return x, err
	}
	if x.alone, err = c.crowd(1, 0, visit); err != nil {
		return x, err
	}
	if x.crowd, err = c.crowd(50, 0, visit); err != nil {
		return x, err
	}
	if x.life, err = c.crowd(50, think, visit); err != nil {
		return x, err
	}
	f, err := d.openFloor(ctx, visits)
	if err != nil {
		return x, err
	}
	bare := func(int) error { return f.visit(ctx) }
	if x.bare, err = c.crowd(1, 0, bare); err != nil {
		return x, errors.Join(err, f.close())
	}
	if x.bareCrowd, err = c.crowd(50, 0, bare); err != nil {
		return x, errors.Join(err, f.close())
	}
	return x, f.close()
}
