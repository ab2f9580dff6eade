package main

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"
)

// spread is how long something took, in milliseconds, how often it was done, and how much processor time each took of this
// process, in milliseconds: that last one stays the same whatever else the machine is doing.
type spread struct {
	p50, p95, p99 float64
	perSecond     float64
	cpu           float64
}

// spent is the processor time that this process has used.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func spreadOf(took []time.Duration, in, cpu time.Duration, n int) spread {
	slices.Sort(took)
	at := func(q float64) float64 {
		if len(took) == 0 {
			return 0
		}
		return float64(took[min(len(took)-1, int(q*float64(len(took))))].Microseconds()) / 1000
	}
	return spread{at(0.5), at(0.95), at(0.99), float64(len(took)) / in.Seconds(), float64(cpu.Microseconds()) / 1000 / float64(max(1, n))}
}

// middle returns the medians of several rounds, figure by figure.
func middle(all []spread) spread {
	of := func(f func(spread) float64) float64 {
		var v []float64
		for _, s := range all {
			v = append(v, f(s))
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	return spread{of(func(s spread) float64 { return s.p50 }), of(func(s spread) float64 { return s.p95 }), of(func(s spread) float64 { return s.p99 }), of(func(s spread) float64 { return s.perSecond }), of(func(s spread) float64 { return s.cpu })}
}

// pace is how a measurement is taken.
type pace struct {
	rounds int
	round  time.Duration
}

// crowd has each of n do something again and again, with a pause before each of about think (0: none), and returns the medians
// of the rounds. The first turns of each round warm up and do not count.
func (c pace) crowd(n int, think time.Duration, do func(who int) error) (spread, error) {
	var all []spread
	for range c.rounds {
		var mu sync.Mutex
		var took []time.Duration
		var first error
		var wg sync.WaitGroup
		turns, before := 0, spent()
		start := time.Now()
		warm, end := start.Add(c.round/5), start.Add(c.round+c.round/5)
		for who := range n {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if think > 0 {
					time.Sleep(think * time.Duration(who) / time.Duration(n))
				}
				for time.Now().Before(end) {
					began := time.Now()
					err := do(who)
					t := time.Since(began)
					mu.Lock()
					turns++
					if err != nil && first == nil {
						first = err
					}
					if began.After(warm) {
						took = append(took, t)
					}
					mu.Unlock()
					if err != nil {
						return
					}
					if think > 0 {
						time.Sleep(max(0, think-t))
					}
				}
			}()
		}
		wg.Wait()
		if first != nil {
			return spread{}, first
		}
		all = append(all, spreadOf(took, c.round, spent()-before, turns))
	}
	return middle(all), nil
}

// visit returns what a person does on a page, for crowd.
func (d *district) visit(h http.Handler, people []*somebody, pg page) func(int) error {
	return func(who int) error {
		p := people[who%len(people)]
		r := pg.request(d, p)
		if w := d.ask(h, p, r); w.Code != pg.want {
			return fmt.Errorf("%s: %d in place of %d: %.300s", pg.name, w.Code, pg.want, w.Body.String())
		}
		return nil
	}
}

// allocations returns how many allocations and bytes one call makes.
func allocations(n int, do func(int) error) (count, bytes uint64, err error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		if err := do(0); err != nil {
			return 0, 0, err
		}
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / uint64(n), (after.TotalAlloc - before.TotalAlloc) / uint64(n), nil
}
