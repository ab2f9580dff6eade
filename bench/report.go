package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// pageFigures is what was measured of one page.
type pageFigures struct {
	name               string
	reads, writes      int // statements of one visit
	allocs, bytes      uint64
	alone, crowd, life spread
	bare, bareCrowd    spread
}

// figures is what was measured of one district.
type figures struct {
	made   made
	people int
	roles  string
	empty  spread
	pages  []pageFigures
}

// report is all of it.
type report struct {
	districts []figures

	binary              int64
	fresh, again, large time.Duration
	now, most           float64 // MB
	register, unchanged time.Duration
	roll                time.Duration
	audit               audited
	training            []courses
	allocation          time.Duration
}

// whole measures what does not belong to a page, on the largest of the districts.
func (r *report) whole(ctx context.Context, p program, o options, dir string, say io.Writer) (err error) {
	fmt.Fprintln(say, "starting the program, and loading it")
	if r.binary, err = p.size(); err != nil {
		return err
	}
	if r.fresh, r.again, r.large, err = p.starts(ctx, o.dir, dir); err != nil {
		return err
	}
	s, err := p.demo(ctx, filepath.Join(dir, "data"))
	if err != nil {
		return err
	}
	if err := s.load(ctx, 10*time.Second); err != nil {
		return err
	}
	if r.now, r.most, err = s.memory(); err != nil {
		return err
	}
	if err := s.stop(); err != nil {
		return err
	}
	fmt.Fprintln(say, "importing")
	if r.register, r.unchanged, err = importRegister(ctx, o.dir); err != nil {
		return err
	}
	last := r.districts[len(r.districts)-1].made
	if r.roll, err = importRoll(ctx, o.dir, last.Children); err != nil {
		return err
	}
	fmt.Fprintln(say, "proving the audit log")
	d, err := openDistrict(ctx, dir, last)
	if err != nil {
		return err
	}
	if r.audit, err = d.proveAudit(ctx, o.dir); err != nil {
		return err
	}
	if err := d.app.Close(); err != nil {
		return err
	}
	r.allocation = allocating()
	r.training, err = trainingOf(ctx, o, say)
	return err
}

func ms(v float64) string {
	if v < 1 {
		return fmt.Sprintf("%.2f", v)
	}
	if v < 10 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func three(s spread) string { return ms(s.p50) + " / " + ms(s.p95) + " / " + ms(s.p99) }

func over(a, b float64) string {
	if b == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", a/b)
}

// thousands writes a whole number as people read one.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// floorOf is what the page cannot do without: the empty handler and its statements run bare.
func (f figures) floorOf(x pageFigures) float64 { return f.empty.p50 + x.bare.p50 }

func (r *report) writePages(w io.Writer) {
	for _, f := range r.districts {
		fmt.Fprintf(w, "\n### %s children\n\n", thousands(int64(f.made.Children)))
		fmt.Fprintf(w, "%s schools, %s accounts, %s concerns, %s chronology entries, %s audit entries, %s access records; %.1f GB on the disk; made in %.0f s.\n", thousands(f.made.Rows["schools"]), thousands(f.made.Rows["staff"]), thousands(f.made.Rows["concerns"]),
			thousands(f.made.Rows["chronology entries"]), thousands(f.made.Rows["audit entries"]), thousands(f.made.Rows["records"]), float64(f.made.Bytes)/1e9, f.made.Seconds)
		fmt.Fprintf(w, "The empty handler: %s ms. %d leads of different schools.\n\n", three(f.empty), f.people)
		fmt.Fprintln(w, "| page | 1 person | 50 people, no pause | requests/s | 50 people, a page a second each | statements read + written | allocations | floor, 1 person | page / floor | floor, 50 people | p95 page / p95 floor | processor, each: page, floor |")
		fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|---|---|---|---|")
		for _, x := range f.pages {
			fmt.Fprintf(w, "| %s | %s | %s | %.0f | %s | %d + %d | %s (%d kB) | %s | **%s** | %s | %s | %s, %s |\n", x.name, three(x.alone), three(x.crowd), x.crowd.perSecond, three(x.life), x.reads, x.writes,
				thousands(int64(x.allocs)), x.bytes/1024, ms(f.floorOf(x)), over(x.alone.p50, f.floorOf(x)), three(x.bareCrowd), over(x.crowd.p95, x.bareCrowd.p95), ms(x.crowd.cpu), ms(x.bareCrowd.cpu))
		}
	}
	if len(r.districts) < 2 {
		return
	}
	a, b := r.districts[0], r.districts[1]
	fmt.Fprintf(w, "\n### Growth\n\nTen times the district, %s against %s children: how many times the medians are.\n\n| page | 1 person | 50 people, no pause |\n|---|---|---|\n", thousands(int64(b.made.Children)), thousands(int64(a.made.Children)))
	for i, x := range b.pages {
		fmt.Fprintf(w, "| %s | %s | %s |\n", x.name, over(x.alone.p50, a.pages[i].alone.p50), over(x.crowd.p50, a.pages[i].crowd.p50))
	}
}

func (r *report) writeTraining(w io.Writer) {
	if len(r.training) == 0 {
		return
	}
	fmt.Fprintf(w, "\n## Training, and an import beside people who work\n\nOn a district of %s children of its own for each engine. A catalogue of %d dates, open to everybody, and %d people who ask for the same %d seats, once each: all in one instant, and all within one second. Nobody has a seat twice, and the rest stand in line. Targets: p95 under 40 ms for the catalogue, under 100 ms for the rush.\n\n"+
		"| engine | catalogue, 1 person | 50 people, no pause | 50 people, a page a second each | all in one instant | all within a second | processor, each | seats given, in line |\n|---|---|---|---|---|---|---|---|\n", thousands(coursesSize), catalogueRuns, rushing, rushSeats)
	for _, c := range r.training {
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s | %d, %d |\n", c.engine, three(c.alone), three(c.crowd), three(c.life), three(c.instant), three(c.second), ms(c.second.cpu), c.got, c.line)
	}
	fmt.Fprintf(w, "\nThe same districts while %s children are put on rolls there: the day's page of 50 leads, a page a second each (p95 under 50 ms is the target).\n\n| engine | today | the import took |\n|---|---|---|\n", thousands(arriving))
	for _, c := range r.training {
		fmt.Fprintf(w, "| %s | %s | %.1f s |\n", c.engine, three(c.beside), c.imported.Seconds())
	}
	fmt.Fprintf(w, "\nThe places of 60 dates given out to 10,000 requests: %s ms (a second is the target).\n", ms(float64(r.allocation.Microseconds())/1000))
}

// write writes the page of the documentation.
func (r *report) write(w io.Writer, o options) {
	last := r.districts[len(r.districts)-1]
	sizes := "small"
	if slices.ContainsFunc(r.districts, func(f figures) bool { return f.made.Children >= 140_000 }) {
		sizes = "full"
	}
	fmt.Fprintf(w, "# Figures\n\nWritten by `make bench` (%s size) on %s, at commit %s, on a machine with %d cores and %s of memory%s. ", sizes, time.Now().UTC().Format("2 January 2006"), commitID(), runtime.NumCPU(), memoryOf(), loadOf())
	fmt.Fprintf(w, "Milliseconds are p50 / p95 / p99, the medians of %d rounds of %s. The database is the encrypted SQLite. Read the ratios; the milliseconds belong to this machine and to what else it was doing.\n", o.pace.rounds, o.pace.round)
	fmt.Fprintf(w, "\n`make bench` runs the districts of 1,400 and 14,000 children, `make bench SIZE=full` those of 14,000 and 140,000. The districts have the reference proportions at every size and the same seed; they are kept and used again.\n")
	fmt.Fprint(w, "\n## The daily pages\n\nRequests go to the whole program's handler in this process, so there is no network in the figures. Everything a page reads is written to the audit log before it is shown, so each page waits for a durable commit. The audit log is numbered every second meanwhile; jobs are queued and not worked.\n\n"+
		"The floor is an empty handler behind the same middleware, with the session looked up, plus the page's own statements run bare: prepared, on the same kind of connections, without viewer, rules, templates or decoding, and a durable commit of as many rows as the page writes. At 50 people the floor's commits are grouped as the program's are.\n\nThe safeguarding group's meeting, the fifth of the daily pages, is not built yet.\n\n")
	fmt.Fprint(w, last.roles)
	r.writePages(w)
	r.writeTraining(w)
	fmt.Fprintf(w, "\n## The program\n\n| what | figure | target |\n|---|---|---|\n")
	fmt.Fprintf(w, "| binary | %.1f MB | under 60 MB |\n", float64(r.binary)/1e6)
	fmt.Fprintf(w, "| `kith demo` in an empty folder, ready | %.2f s | under 3 s |\n", r.fresh.Seconds())
	fmt.Fprintf(w, "| `kith demo` on its own district again, ready | %.2f s | |\n", r.again.Seconds())
	fmt.Fprintf(w, "| on the district of %s children, ready | %.2f s | under 1 s |\n", thousands(int64(last.made.Children)), r.large.Seconds())
	fmt.Fprintf(w, "| resident memory after 10 s of 50 people without a pause, there | %.0f MB (at most %.0f MB) | under 300 MB |\n", r.now, r.most)
	fmt.Fprintf(w, "| register, %s rows taken | %.1f s | under 15 s |\n", thousands(registerRows), r.register.Seconds())
	fmt.Fprintf(w, "| register, the same file again | %.1f s | |\n", r.unchanged.Seconds())
	fmt.Fprintf(w, "| %s children put on rolls | %.1f s | under 60 s for 140,000 |\n", thousands(int64(last.made.Children)), r.roll.Seconds())
	fmt.Fprintf(w, "| audit log, %s entries exported (%.0f MB) | %.1f s | |\n", thousands(r.audit.entries), float64(r.audit.bytes)/1e6, r.audit.export.Seconds())
	fmt.Fprintf(w, "| and proved offline | %.1f s, %s entries/s | |\n", r.audit.verify.Seconds(), thousands(int64(float64(r.audit.entries)/r.audit.verify.Seconds())))
	fmt.Fprintf(w, "\n## What falls short\n\n")
	short := r.short(last)
	if len(short) == 0 {
		short = []string{"Nothing of what was measured here."}
	}
	for _, s := range short {
		fmt.Fprintf(w, "- %s\n", s)
	}
	if sizes != "full" {
		fmt.Fprintf(w, "- This was the small size: the targets are for 140,000 children.\n")
	}
	fmt.Fprintf(w, "- A district of 1,400,000 children was not made: ten times the full size is about %.0f GB and some hours on a machine like this one.\n", 1.4e6/float64(last.made.Children)*float64(last.made.Bytes)/1e9)
	fmt.Fprintf(w, "- Not measured: PostgreSQL (but for training), a network, exports to files.\n")
}

// short says, in sentences, which targets were not met.
func (r *report) short(f figures) (out []string) {
	miss := func(bad bool, format string, values ...any) {
		if bad {
			out = append(out, fmt.Sprintf(format, values...))
		}
	}
	for _, x := range f.pages {
		limit := 50.0
		if strings.HasPrefix(x.name, "child search") {
			limit = 20
		}
		miss(x.crowd.p95 > limit, "%s: p95 of 50 people without a pause is %s ms, %.0f is the target; with a page a second each it is %s ms.", capital(x.name), ms(x.crowd.p95), limit, ms(x.life.p95))
		miss(x.alone.p50 > 3*f.floorOf(x), "%s: %s times the floor, 3 is the target.", capital(x.name), over(x.alone.p50, f.floorOf(x)))
	}
	if len(r.districts) > 1 {
		for i, x := range f.pages {
			growth := x.alone.p50 / r.districts[0].pages[i].alone.p50
			miss(growth > 1.5, "%s: ten times the district takes %.1f times as long.", capital(x.name), growth)
		}
	}
	for _, c := range r.training {
		miss(c.life.p95 > 40, "A catalogue of %d dates on %s: p95 of 50 people, a page a second each, is %s ms, 40 is the target.", c.runs, c.engine, ms(c.life.p95))
		miss(c.beside.p95 > 50, "Today on %s while an import runs: p95 of 50 people, a page a second each, is %s ms, 50 is the target.", c.engine, ms(c.beside.p95))
		miss(c.instant.p95 > 100, "%d people who ask in the same instant on %s: p95 is %s ms, 100 is the target; asked within one second it is %s ms.", c.asked, c.engine, ms(c.instant.p95), ms(c.second.p95))
	}
	miss(r.fresh > 3*time.Second, "`kith demo` is ready after %.1f s, 3 is the target.", r.fresh.Seconds())
	miss(r.large > time.Second, "The large district is ready after %.1f s, 1 is the target.", r.large.Seconds())
	miss(r.now > 300, "Resident memory is %.0f MB, 300 is the target.", r.now)
	miss(r.binary > 60e6, "The binary has %.0f MB, 60 is the target.", float64(r.binary)/1e6)
	miss(r.register > 15*time.Second, "The register takes %.0f s, 15 is the target.", r.register.Seconds())
	miss(r.roll.Seconds()/float64(f.made.Children)*140_000 > 60, "Putting 140,000 children on rolls would take %.0f s, 60 is the target.", r.roll.Seconds()/float64(f.made.Children)*140_000)
	return out
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func commitID() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

func memoryOf() string {
	b, err := os.ReadFile("/proc/meminfo")
	var kb float64
	if err == nil {
		_, err = fmt.Sscanf(string(b), "MemTotal: %f kB", &kb)
	}
	if err != nil {
		return "an unknown amount"
	}
	return fmt.Sprintf("%.0f GB", kb/1024/1024)
}

// loadOf says how busy the machine was with other work: this program's own share is in it.
func loadOf() string {
	b, err := os.ReadFile("/proc/loadavg")
	var one, five float64
	if err == nil {
		_, err = fmt.Sscanf(string(b), "%f %f", &one, &five)
	}
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (load %.1f over the last five minutes, other work and this together)", five)
}
