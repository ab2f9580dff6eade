package app

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"kith/internal/testkit"
)

// scrape is what Prometheus reads.
func (w *world) scrape(t testing.TB) string {
	t.Helper()
	r := httptest.NewRecorder()
	w.metricsHandler().ServeHTTP(r, httptest.NewRequest("GET", "/metrics", nil))
	if r.Code != http.StatusOK {
		t.Fatalf("metrics answer %d: %s", r.Code, r.Body)
	}
	return r.Body.String()
}

// SEC-16: no metric holds anything of a record, an address that was asked for, an id, an account or a host: a label is a
// route's pattern and its outcome.
func TestMetricsSayNothingOfAnybody(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	w.plant(t)
	for _, who := range []string{"dsl", "auditor", "account-admin", "nobody"} {
		b := w.person(t, who)
		for _, r := range w.Site.Routes() {
			if r.Method == http.MethodGet {
				b.Get(f.address(t, r.Pattern, nil))
			}
		}
		b.Get("/" + canary)
		b.Get("/children/" + canary + "?" + canary)
	}
	w.as(t, "reporter").Post("/concerns", values("id", w.fresh(), "source", "seen", "words", canary+" Ivy", "when", "today", "kid", f["child"], "kid_name", "Ivy", "kid_role", "harmed", "kid_words", "", "told", "no", "urgent", "yes", "send", "yes")).Status(303)
	_, err := w.Queue.Drain(t.Context())
	testkit.OK(t, err)
	all := w.scrape(t)
	ids := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7`)
	for _, line := range strings.Split(all, "\n") {
		if strings.HasPrefix(line, "#") || !strings.HasPrefix(line, "kith_") {
			continue
		}
		for _, n := range []string{canary, "Ivy", "haverdale", "Haverdale", "Thornbeck", "@"} {
			if strings.Contains(line, n) {
				t.Errorf("a metric holds %q: %s", n, line)
			}
		}
		if ids.MatchString(line) {
			t.Errorf("a metric holds an id: %s", line)
		}
	}
	for _, want := range []string{`kith_requests_total{method="GET",route="/children/{id}",status="200"} `, `kith_requests_total{method="GET",route="/",status="404"} `,
		`kith_requests_total{method="POST",route="/concerns",status="303"} 1`, `kith_request_seconds_count{method="POST",route="/concerns"} 1`, `kith_mails_total{result="sent"} `, "kith_state_readable 1", "go_goroutines "} {
		if !strings.Contains(all, want) {
			t.Errorf("no %s", want)
		}
	}
}

// What the metrics count is what there is.
func TestMetricsCountWhatThereIs(t *testing.T) {
	w := newWorld(t)
	value := func(name string) string {
		t.Helper()
		for line := range strings.Lines(w.scrape(t)) {
			if v, ok := strings.CutPrefix(line, name+" "); ok {
				return strings.TrimSpace(v)
			}
		}
		return "absent"
	}
	is := func(name, want string) {
		t.Helper()
		if got := value(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	testkit.OK(t, w.Log.SequenceAll(t.Context()))
	is("kith_audit_unnumbered", "0")
	is(`kith_jobs{state="waiting"}`, "0")
	is("kith_copies_overdue", "0")
	is("kith_writer_waiting", "0")
	is("kith_backup_age_seconds", "absent")
	before := value("kith_writer_changes_total")
	w.send(t, "reporter", w.school(t, "Thornbeck Primary"), "She was cold.", w.child(t, "Ivy"))
	if value("kith_writer_changes_total") == before || value("kith_audit_unnumbered") == "0" {
		t.Error("a change was made, and no metric says so")
	}
	w.clock.Add(6 * time.Second)
	if value("kith_audit_late") == "0" {
		t.Error("an entry waits for more than five seconds, and no metric says so")
	}
	w.clock.Add(30 * time.Hour)
	is("kith_copies_overdue", "3")
	w.exec(t, `INSERT INTO river_job (args, kind, max_attempts, state) VALUES ('{}', 'kith', 25, 'available'), ('{}', 'kith', 25, 'retryable'), ('{}', 'kith', 25, 'retryable')`)
	if value(`kith_jobs{state="waiting"}`) == "0" {
		t.Error("a job waits, and no metric says so")
	}
	is(`kith_jobs{state="failing"}`, "2")
}

// Metrics are off unless asked for, and for this machine only unless told otherwise; they are served apart from the pages.
func TestMetricsListenApart(t *testing.T) {
	w := newWorld(t)
	w.nobody(t).Get("/metrics").Status(404)
	c := &console{ctx: context.Background(), out: &bytes.Buffer{}, err: &bytes.Buffer{}}
	stop, err := metricsFlags{}.serve(c, w.App)
	testkit.OK(t, err)
	stop()
	for _, at := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0"} {
		if _, err := (metricsFlags{Metrics: at}).serve(c, w.App); err == nil || !strings.Contains(err.Error(), "this machine only") {
			t.Errorf("metrics on %s: %v", at, err)
		}
	}
	said := &bytes.Buffer{}
	c.err = said
	for _, m := range []metricsFlags{{Metrics: "127.0.0.1:0"}, {Metrics: "0.0.0.0:0", MetricsAnywhere: true}} {
		said.Reset()
		stop, err := m.serve(c, w.App)
		testkit.OK(t, err)
		at := strings.TrimSpace(strings.TrimPrefix(said.String(), "metrics at "))
		at = strings.Replace(at, "[::]", "127.0.0.1", 1)
		res, err := http.Get(at)
		testkit.OK(t, err)
		testkit.OK(t, res.Body.Close())
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d", at, res.StatusCode)
		}
		if page, err := http.Get(strings.TrimSuffix(at, "/metrics") + "/today"); err != nil || page.StatusCode != http.StatusNotFound {
			t.Errorf("the metrics' address serves pages: %v %v", page, err)
		} else {
			testkit.OK(t, page.Body.Close())
		}
		stop()
	}
}
