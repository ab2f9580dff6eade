package main

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"kith/internal/feature/training/allocate"
)

// asking is a block of so many requests over so many runs, with schools that ask twice, priorities, and formats of which a school takes one.
func asking(requests, runs int) (r []allocate.Run, q []allocate.Request) {
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

// BenchmarkAllocate gives out the seats of 60 runs to 10,000 requests; a second is what it may take.
func BenchmarkAllocate(b *testing.B) {
	runs, requests := asking(10_000, 60)
	for b.Loop() {
		allocate.Give(allocate.Rules{PerParty: 1}, runs, nil, requests)
	}
}
