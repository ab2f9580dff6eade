package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kith/internal/demo"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// anybody is the permission of pages for everybody.
var anybody = access.Anybody

type demoCmd struct {
	Listen   string `default:"127.0.0.1:8080" help:"Address to serve on; this machine only."`
	Data     string `default:".kith-demo/data" type:"path" help:"Folder of the database. Its key lies beside it."`
	Children int    `default:"2000" help:"How many children the district has."`
	Reset    bool   `help:"Make the district afresh."`
	At       string `placeholder:"2026-11-23T07:50" help:"Begin at this hour in London instead of now. A district that is there already keeps the days it was made with."`
}

// clock is the clock of the demonstration: the machine's own, or one that begins at the hour asked for and runs on.
func (d demoCmd) clock() (clock.Clock, error) {
	if d.At == "" {
		return clock.System{}, nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", d.At, clock.London)
	if err != nil {
		return nil, errs.Of(errs.Rule, err, "Write --at as a day and an hour, such as 2026-11-23T07:50.")
	}
	return clock.Shifted{By: at.Sub(clock.System{}.Now())}, nil
}

func (d demoCmd) Run(c *console) error {
	if err := loopbackOnly(d.Listen); err != nil {
		return err
	}
	if d.Reset {
		if err := removeDatabase(d.Data); err != nil {
			return err
		}
	}
	clk, err := d.clock()
	if err != nil {
		return err
	}
	s := Settings{Place: Place{Data: d.Data}, Clock: clk, Log: logTo(c.err), Workers: 4, PublicURL: "http://" + d.Listen,
		Mail: mail.Outbox{Dir: filepath.Join(d.Data, "outbox"), FromName: "Kith", FromAddress: "kith@haverdale.example"}}
	a, err := New(c.ctx, s)
	if err != nil {
		return err
	}
	if len(a.districts) == 0 {
		if err := errors.Join(a.Close(), forgetCheckpoint(d.Data)); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "making the invented district of Haverdale with %d children\n", d.Children)
		if err := MakeDemo(c.ctx, s, d.Children, clk.Now()); err != nil {
			return err
		}
		if a, err = New(c.ctx, s); err != nil {
			return err
		}
	} else if !a.demo() {
		return errors.Join(errs.Refuse("The folder "+d.Data+" holds a real district. Choose another folder with --data."), a.Close())
	}
	return a.serve(c, d.Listen, nil)
}

// MakeDemo fills an empty database with the invented district, on a clock that it moves through the past months.
func MakeDemo(ctx context.Context, s Settings, children int, now time.Time) error {
	clk := clock.NewManual(now)
	s.Clock, s.IDs, s.Mail, s.Unflushed = clk, demo.IDs(), demo.Quiet(), true
	a, err := New(ctx, s)
	if err != nil {
		return err
	}
	if err := demo.Make(ctx, a.DB, clk, a.demoParts(), children, now); err != nil {
		return errors.Join(err, a.Close())
	}
	return errors.Join(a.Log.SequenceAll(ctx), a.Close())
}

// removeDatabase removes the files of a SQLite database, and nothing else of the folder; and the checkpoint beside it, which
// speaks for what is gone.
func removeDatabase(dir string) error {
	if err := forgetCheckpoint(dir); err != nil {
		return err
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(dir, "kith.db"+end)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func forgetCheckpoint(dir string) error {
	err := os.Remove(Place{Data: dir}.own(noteFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

type serveCmd struct {
	Listen string `default:"127.0.0.1:8080" help:"Address to serve on. Without TLS or a proxy, this machine only."`
	placeFlags
	mailFlags
	schoolFlags
	backupFlags
	Workers     int    `default:"4" help:"Jobs at once."`
	PublicURL   string `help:"How people reach this server, such as https://kith.example."`
	TLSCert     string `name:"tls-cert" type:"path" help:"Certificate, with its chain."`
	TLSKey      string `name:"tls-key" type:"path" help:"Key of the certificate."`
	BehindProxy string `help:"Network of the proxy that ends TLS, such as 10.0.0.0/8."`
	metricsFlags
}

func (s serveCmd) Run(c *console) error {
	if err := s.named(); err != nil {
		return err
	}
	mailer, err := s.mailer()
	if err != nil {
		return err
	}
	schools, err := s.providers()
	if err != nil {
		return err
	}
	secure := s.TLSCert != "" || s.BehindProxy != ""
	if !secure {
		if err := loopbackOnly(s.Listen); err != nil {
			return err
		}
	}
	a, err := New(c.ctx, Settings{Place: s.place(), Log: logTo(c.err), Secure: secure, PublicURL: s.PublicURL, Mail: mailer, SchoolAccounts: schools, Workers: s.Workers})
	if err != nil {
		return err
	}
	if len(a.districts) == 0 {
		return errors.Join(errs.Refuse("There is no district in this database yet. Make one with kith init."), a.Close())
	}
	if a.nightly, err = s.nightly(a, c.version); err != nil {
		return errors.Join(err, a.Close())
	}
	stopMetrics, err := s.metricsFlags.serve(c, a)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	defer stopMetrics()
	if s.BehindProxy != "" {
		if a.Handler, err = behindProxy(s.BehindProxy, a.Handler); err != nil {
			return errors.Join(err, a.Close())
		}
	}
	var tls *tlsFiles
	if s.TLSCert != "" {
		tls = &tlsFiles{s.TLSCert, s.TLSKey}
	}
	return a.serve(c, s.Listen, tls)
}

type tlsFiles struct{ cert, key string }

// loopbackOnly refuses to serve in the clear to other machines.
func loopbackOnly(listen string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return errs.Refuse("The address " + listen + " cannot be read. It looks like 127.0.0.1:8080.")
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return errs.Refuse("Without TLS, Kith serves this machine only. Give --tls-cert and --tls-key, or --behind-proxy, or listen on 127.0.0.1.")
}

// behindProxy takes requests from the proxy's network only.
func behindProxy(cidr string, next http.Handler) (http.Handler, error) {
	_, network, err := net.ParseCIDR(cidr)
	if err != nil {
		return nil, errs.Refuse("The proxy's network " + cidr + " cannot be read. It looks like 10.0.0.0/8.")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		if ip := net.ParseIP(host); ip == nil || !network.Contains(ip) {
			http.Error(w, "This server is reached through its proxy.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	}), nil
}

func logTo(w io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(w, nil)) }

// serve answers requests and does the chores until the console's context ends; then it lets what runs come to its end.
func (a *App) serve(c *console, listen string, tls *tlsFiles) error {
	if a.KeyMade != "" {
		fmt.Fprintf(c.err, "a new key lies in %s: keep a copy elsewhere, without it nothing on the disk can be read\n", a.KeyMade)
	}
	if a.settings.Data != "" {
		release, _, err := holdFolder(a.settings.Data, false) // an import beside us then takes small steps
		if err != nil {
			return errors.Join(err, a.Close())
		}
		defer release() //nolint:errcheck // the lock ends with the process
	}
	if a.key != nil && a.key.made != "" {
		fmt.Fprintf(c.err, "a new key for checkpoints of the audit log lies in %s; its public half, for the auditor, is %s\n", a.key.made, a.key.public)
	}
	sound, why, err := a.sound(c.ctx)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return errors.Join(errs.Of(errs.Unavailable, err, "Nothing can be served on "+listen+": "+err.Error()), a.Close())
	}
	handler := a.Handler
	if !sound {
		handler = readingOnly(handler)
		fmt.Fprintln(c.err, why+unsoundAdvice)
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10}
	work, stop := context.WithCancel(context.WithoutCancel(c.ctx))
	defer stop()
	chores := make(chan struct{})
	if sound {
		if err := a.Queue.Start(work, a.settings.Workers); err != nil {
			return errors.Join(err, a.Close())
		}
		go func() { defer close(chores); a.chores(work) }()
	} else {
		close(chores) // nothing is numbered and nothing done by itself until the restore is declared
	}
	done := make(chan error, 1)
	go func() {
		if tls != nil {
			done <- srv.ServeTLS(l, tls.cert, tls.key)
			return
		}
		done <- srv.Serve(l)
	}()
	fmt.Fprintf(c.out, "ready http%s://%s\n", map[bool]string{true: "s"}[tls != nil], l.Addr())
	select {
	case err = <-done:
	case <-c.ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if e := srv.Shutdown(drain); e != nil && err == nil {
		err = e
	}
	if e := a.Queue.Stop(drain); e != nil && err == nil {
		err = e
	}
	stop()
	<-chores
	if sound {
		e := a.Log.SequenceAll(drain)
		if e == nil {
			_, e = a.keepCheckpoint(drain)
		}
		if e != nil && err == nil {
			err = e
		}
	}
	if e := a.Close(); e != nil && err == nil {
		err = e
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// chores are what has to be done whether or not anybody asks: number the audit log every second, sign it and look for what is
// due every minute, and make the nightly backup.
func (a *App) chores(ctx context.Context) {
	second, minute := time.NewTicker(time.Second), time.NewTicker(time.Minute)
	defer second.Stop()
	defer minute.Stop()
	backups := make(chan struct{})
	go func() { defer close(backups); a.nightly.run(ctx) }()
	defer func() { <-backups }()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-second.C:
			err = a.Log.SequenceAll(ctx)
		case <-minute.C:
			_, signed := a.keepCheckpoint(ctx)
			err = errors.Join(signed, a.Sweep(ctx))
		}
		if err != nil && ctx.Err() == nil {
			a.settings.Log.ErrorContext(ctx, "chore failed", slog.String("error", err.Error()))
		}
	}
}

// Sweep does, in every district, what has come due. Each slice finds its own by date, with the instant of its transaction.
func (a *App) Sweep(ctx context.Context) error {
	var all []error
	for _, d := range a.districts {
		v := access.System(d.ID, "sweep")
		all = append(all,
			web.Drafts{DB: a.DB}.Sweep(ctx, v),
			a.Concerns.Sweep(ctx, v),
			a.Adults.Sweep(ctx, v),
			a.Referrals.Sweep(ctx, v),
			a.Account.Sweep(ctx, v),
			a.Casework.Sweep(ctx, v),
			a.Sharing.Sweep(ctx, v),
			a.Newsletters.Sweep(ctx, v),
			a.Training.Sweep(ctx, v),
			a.Quizzes.Sweep(ctx, v),
			a.Cascades.Sweep(ctx, v),
			a.Running.Sweep(ctx, v),
			a.Programmes.Sweep(ctx, v),
			a.Files.Sweep(ctx, v),
			a.Auditing.Sweep(ctx, v),
		)
	}
	return errors.Join(all...)
}

type migrateCmd struct {
	Up     migrateUp     `cmd:"" help:"Run what has not run. SQLite is copied first."`
	Status migrateStatus `cmd:"" help:"Say what has not run."`
}

func (p placeFlags) open(c *console) (*store.DB, secret.Root, error) {
	if err := p.named(); err != nil {
		return nil, secret.Root{}, err
	}
	db, root, _, err := OpenStore(c.ctx, Settings{Place: p.place(), Clock: clock.System{}, IDs: id.Random()})
	return db, root, err
}

type migrateUp struct{ placeFlags }

func (m migrateUp) Run(c *console) error {
	db, root, err := m.open(c)
	if err != nil {
		return err
	}
	if err := beforeUpgrade(c.ctx, db, root, Settings{Place: m.place(), Log: logTo(c.err)}); err != nil {
		return errors.Join(err, db.Close())
	}
	ran, err := db.Migrate(c.ctx, jobs.Migrate)
	for _, r := range ran {
		fmt.Fprintln(c.out, "ran", r)
	}
	if err == nil && len(ran) == 0 {
		fmt.Fprintln(c.out, "nothing to do")
	}
	return errors.Join(err, db.Close())
}

type migrateStatus struct{ placeFlags }

func (m migrateStatus) Run(c *console) error {
	db, _, err := m.open(c)
	if err != nil {
		return err
	}
	todo, err := db.Pending(c.ctx)
	fmt.Fprintf(c.out, "%d to run\n%s", len(todo), strings.Join(append(todo, ""), "\n"))
	return errors.Join(err, db.Close())
}

// healthRoutes tell a supervisor whether the program lives and whether it can read its database.
func healthRoutes(db *store.DB) []web.Route {
	say := func(w http.ResponseWriter, text string) error {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, err := io.WriteString(w, text+"\n")
		return err
	}
	return []web.Route{
		web.Get("/healthz", anybody, func(w http.ResponseWriter, _ *http.Request) error { return say(w, "alive") }),
		web.Get("/readyz", anybody, func(w http.ResponseWriter, r *http.Request) error {
			if _, err := db.Pending(r.Context()); err != nil {
				return errs.Of(errs.Unavailable, err, "The database does not answer.")
			}
			return say(w, "ready")
		}),
	}
}
