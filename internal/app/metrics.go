package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/mail"
)

// metricsFlags say where the metrics are served, if anywhere.
type metricsFlags struct {
	Metrics         string `placeholder:"127.0.0.1:9090" help:"Address to serve metrics on, for Prometheus; off unless given. This machine only."`
	MetricsAnywhere bool   `help:"Let other machines read the metrics: they hold no personal data, and nobody signs in to read them."`
}

// metrics count what the program does. A label is a route's pattern, a status, a result: never an address that was asked
// for, an id, a name or a host (SEC-16).
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	mails    *prometheus.CounterVec
}

func newMetrics() *metrics {
	return &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kith_requests_total", Help: "Requests answered, by the route's pattern and the status."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kith_request_seconds", Help: "How long answers took, by the route's pattern.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"method", "route"}),
		mails: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kith_mails_total", Help: "Messages given to the mail server, by what it said: sent, refused, later, failed."}, []string{"result"}),
	}
}

func (m *metrics) request(method, pattern string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, pattern, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(method, pattern).Observe(took.Seconds())
}

// countedMail counts what the mail server says.
type countedMail struct {
	Mailer
	m *metrics
}

// Send sends one mail.
func (c countedMail) Send(ctx context.Context, msg mail.Message) error {
	err := c.Mailer.Send(ctx, msg)
	var refused *mail.PermanentError
	var later *mail.TemporaryError
	result := "failed"
	switch {
	case err == nil:
		result = "sent"
	case errors.As(err, &refused):
		result = "refused"
	case errors.As(err, &later), errors.Is(err, errNoMail):
		result = "later"
	}
	c.m.mails.WithLabelValues(result).Inc()
	return err
}

// state is what is looked up when somebody asks, rather than counted.
type state struct{ app *App }

var (
	writerWaiting  = prometheus.NewDesc("kith_writer_waiting", "Changes that wait for the writer now (SQLite).", nil, nil)
	writerGroups   = prometheus.NewDesc("kith_writer_groups_total", "Durable commits of the writer (SQLite).", nil, nil)
	writerChanges  = prometheus.NewDesc("kith_writer_changes_total", "Changes in those commits: divided by the commits, the size of a group.", nil, nil)
	writerLongest  = prometheus.NewDesc("kith_writer_longest_seconds", "The longest change since the start: every page waits for it (SQLite).", nil, nil)
	jobsNow        = prometheus.NewDesc("kith_jobs", "Jobs: waiting (or running), failing (tried again later), failed (given up).", []string{"state"}, nil)
	auditSize      = prometheus.NewDesc("kith_audit_entries", "Entries of the audit log that have their number.", nil, nil)
	auditWaiting   = prometheus.NewDesc("kith_audit_unnumbered", "Entries of the audit log that wait for their number.", nil, nil)
	auditLate      = prometheus.NewDesc("kith_audit_late", "Of these, entries that have waited for more than five seconds.", nil, nil)
	checkpointAge  = prometheus.NewDesc("kith_checkpoint_age_seconds", "How long ago the newest checkpoint was made. It stands still while nothing is added.", nil, nil)
	copiesOverdue  = prometheus.NewDesc("kith_copies_overdue", "Recipients to whom no checkpoint was sent for more than 26 hours.", nil, nil)
	backupAge      = prometheus.NewDesc("kith_backup_age_seconds", "How long ago the newest good backup was made. Absent where there is none.", nil, nil)
	stateReadable  = prometheus.NewDesc("kith_state_readable", "1 when the database answered while this was made.", nil, nil)
	allDescription = []*prometheus.Desc{writerWaiting, writerGroups, writerChanges, writerLongest, jobsNow, auditSize, auditWaiting, auditLate, checkpointAge, copiesOverdue, backupAge, stateReadable}
)

// Describe lists what there is.
func (s state) Describe(to chan<- *prometheus.Desc) {
	for _, d := range allDescription {
		to <- d
	}
}

// Collect looks it up.
func (s state) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v int64) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v))
	}
	a := s.app
	if w, ok := a.DB.Writing(); ok {
		gauge(writerWaiting, float64(w.Waiting))
		count(writerGroups, w.Groups)
		count(writerChanges, w.Closures)
		gauge(writerLongest, a.DB.Longest().Took.Seconds())
	}
	age := func(d *prometheus.Desc, at clock.Millis) {
		if at != 0 {
			gauge(d, float64(a.DB.Now()-at)/1000)
		}
	}
	var faults []error
	if c, err := a.Queue.Counts(ctx); err == nil {
		gauge(jobsNow, float64(c.Waiting), "waiting")
		gauge(jobsNow, float64(c.Failing), "failing")
		gauge(jobsNow, float64(c.Failed), "failed")
	} else {
		faults = append(faults, err)
	}
	if l, err := a.Log.State(ctx); err == nil {
		gauge(auditSize, float64(l.Size))
		gauge(auditWaiting, float64(l.Unnumbered))
		gauge(auditLate, float64(l.Late))
		age(checkpointAge, l.NoteAt)
	} else {
		faults = append(faults, err)
	}
	overdue := 0
	for _, d := range a.districts {
		late, _, err := a.Auditing.Late(ctx, access.System(d.ID, "metrics"))
		overdue, faults = overdue+len(late), append(faults, err)
	}
	gauge(copiesOverdue, float64(overdue))
	if a.nightly != nil {
		at, err := a.nightly.last()
		age(backupAge, at)
		faults = append(faults, err)
	} else if l, err := readLast(a.settings.Place); err == nil {
		age(backupAge, l.At)
	}
	readable := 1.0
	if err := errors.Join(faults...); err != nil {
		readable = 0
		a.settings.Log.ErrorContext(ctx, "metrics are not whole", slog.String("error", err.Error()))
	}
	gauge(stateReadable, readable)
}

// metricsHandler answers with the metrics of the program.
func (a *App) metricsHandler() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(a.metrics.requests, a.metrics.seconds, a.metrics.mails, state{a}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(r, promhttp.HandlerOpts{}))
	return mux
}

// serve begins to answer on the metrics' own address and returns how to stop it.
func (m metricsFlags) serve(c *console, a *App) (stop func(), err error) {
	if m.Metrics == "" {
		return func() {}, nil
	}
	if err := loopbackOnly(m.Metrics); err != nil && !m.MetricsAnywhere {
		return nil, errs.Refuse("Metrics are read without signing in, so this machine only may read them: listen on 127.0.0.1, or say --metrics-anywhere where a firewall keeps others out.")
	}
	l, err := net.Listen("tcp", m.Metrics)
	if err != nil {
		return nil, errs.Of(errs.Unavailable, err, "Metrics cannot be served on "+m.Metrics+": "+err.Error())
	}
	srv := &http.Server{Handler: a.metricsHandler(), ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10}
	go srv.Serve(l) //nolint:errcheck // it ends with ErrServerClosed
	fmt.Fprintf(c.err, "metrics at http://%s/metrics\n", l.Addr())
	return func() { srv.Close() }, nil //nolint:errcheck // nobody waits for an answer
}
