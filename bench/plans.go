package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// plans prints each statement of a page that takes long, with how long it takes bare and how SQLite goes about it: what to look
// at when a page is slow or grows with the district.
func (d *district) plans(ctx context.Context, people []*somebody, to io.Writer) error {
	for _, pg := range pages {
		v := sift(d.trace.during(func() { d.ask(d.app.Handler, people[0], pg.request(d, people[0])) }))
		f, err := d.openFloor(ctx, []visited{v})
		if err != nil {
			return err
		}
		fmt.Fprintf(to, "\n== %s: %d read, %d written\n", pg.name, len(v.reads), v.writes)
		for _, s := range v.reads {
			one := visited{reads: []statement{s}}
			if err := f.reads(ctx, one); err != nil {
				return err
			}
			began := time.Now()
			for range 5 {
				if err := f.reads(ctx, one); err != nil {
					return err
				}
			}
			took := time.Since(began) / 5
			fmt.Fprintf(to, "%8.2f ms  %s\n", float64(took.Microseconds())/1000, strings.Join(strings.Fields(s.text), " "))
			rows, err := f.read.QueryContext(ctx, "EXPLAIN QUERY PLAN "+s.text, s.values...)
			if err != nil {
				return err
			}
			for rows.Next() {
				var a, b, c int
				var what string
				if err := rows.Scan(&a, &b, &c, &what); err != nil {
					return err
				}
				fmt.Fprintf(to, "             %s\n", what)
			}
			if err := rows.Close(); err != nil {
				return err
			}
		}
		if err := f.close(); err != nil {
			return err
		}
	}
	return nil
}
