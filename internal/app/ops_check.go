package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"kith/internal/feature/directory"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/backup"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

type checkCmd struct {
	placeFlags
	mailFlags
	schoolFlags
	backupFlags
	JSON bool `name:"json" help:"Print one object."`
}

// A grade says how one thing stands. One red makes the exit status 1.
type grade string

const (
	well      grade = "ok"
	attention grade = "attention"
	red       grade = "red"
)

// A finding is one line of the page.
type finding struct {
	What  string `json:"what"`
	Grade grade  `json:"state"`
	Words string `json:"words"`
}

// Limits beyond which a line is not well.
const (
	slowFlush   = 8 * time.Millisecond // storage.md: above it pages wait for the disk
	longWaiting = 5 * time.Second      // an entry without a number; the log's own limit for signing
	lowDisk     = 15                   // percent free
	noDisk      = 5
	clockSlack  = time.Minute
)

// checker gathers the findings.
type checker struct {
	checkCmd
	c     *console
	found []finding
	db    *store.DB
	root  secret.Root
	log   *audit.Log
	key   *checkpointKey
}

func (k *checker) say(what string, g grade, format string, args ...any) {
	k.found = append(k.found, finding{what, g, fmt.Sprintf(format, args...)})
}

// fault says that a thing could not be looked at.
func (k *checker) fault(what string, err error) {
	words := errs.Sentence(err)
	if words == "" {
		words = err.Error()
	}
	k.say(what, red, "%s", words)
}

// Run prints how the installation stands, a line each, and fails when one is red. It changes nothing but for one durable
// write of nothing, by which it measures.
func (m checkCmd) Run(c *console) error {
	if err := m.named(); err != nil {
		return err
	}
	k := &checker{checkCmd: m, c: c}
	k.configuration()
	if k.open() {
		k.database()
		k.terms()
		k.auditLog()
		k.copies()
		k.search()
		k.clock()
		if err := k.db.Close(); err != nil {
			k.fault("database", err)
		}
	}
	k.mail()
	k.schoolAccounts()
	k.disk()
	k.backups()
	if err := k.print(); err != nil {
		return err
	}
	if slices.ContainsFunc(k.found, func(f finding) bool { return f.Grade == red }) {
		return status(exitFailed)
	}
	return nil
}

func (k *checker) print() error {
	ok := !slices.ContainsFunc(k.found, func(f finding) bool { return f.Grade == red })
	if k.JSON {
		return json.NewEncoder(k.c.out).Encode(struct {
			OK       bool      `json:"ok"`
			Findings []finding `json:"findings"`
		}{ok, k.found})
	}
	for _, f := range k.found {
		if _, err := fmt.Fprintf(k.c.out, "%-9s  %-13s  %s\n", f.Grade, f.What, f.Words); err != nil {
			return err
		}
	}
	return nil
}

func (k *checker) configuration() {
	where := "data in " + k.Data
	if k.Database != "" {
		where = "data in PostgreSQL" // the address may hold a password
	}
	mail := "no mail server"
	if k.SMTPHost != "" {
		mail = fmt.Sprintf("mail by %s:%d from %s", k.SMTPHost, k.SMTPPort, k.MailFrom)
	}
	kept := "no backup folder"
	if k.BackupDir != "" {
		kept = fmt.Sprintf("backups in %s at %s, %d days kept", k.BackupDir, k.BackupAt, k.BackupKeep)
	}
	k.say("configuration", well, "Kith %s, %s, %s, %s", k.c.version, where, mail, kept)
}

// open opens the database with its key, and says whether the rest can be looked at.
func (k *checker) open() bool {
	p := k.place()
	db, root, from, err := openPlace(k.c.ctx, p)
	if err != nil {
		k.fault("key", err)
		return false
	}
	k.db, k.root = db, root
	if p.URL == "" {
		k.say("key", well, "key %s from %s opens the database", root.ID(), from.Path)
	} else {
		k.say("key", well, "key %s from %s", root.ID(), from.Path)
	}
	if k.key, err = loadCheckpointKey(p); err != nil {
		k.fault("checkpoints", err)
	}
	k.log = audit.New(db, nil)
	return true
}

func (k *checker) database() {
	todo, err := k.db.Pending(k.c.ctx)
	switch {
	case err != nil:
		k.fault("migrations", err)
	case len(todo) > 0:
		k.say("migrations", attention, "%s", olderDatabase(len(todo)))
	default:
		k.say("migrations", well, "all have run")
	}
	if k.db.Engine() == store.SQLite {
		if err := backup.Quick(k.c.ctx, k.db.Path(), k.root.Derive(secret.Database)); err != nil {
			k.say("database", red, "The database is damaged: %v. Stop the server, keep a copy of the data folder, and restore the last backup.", err)
		} else {
			k.say("database", well, "SQLite finds it whole")
		}
	} else {
		k.say("database", well, "PostgreSQL answers")
	}
	took, err := k.write()
	switch {
	case err != nil:
		k.fault("writing", err)
	case took > slowFlush:
		k.say("writing", attention, "one durable write took %s; above %s people wait for the disk. Use a disk with a faster flush.", took.Round(100*time.Microsecond), slowFlush)
	default:
		k.say("writing", well, "one durable write took %s", took.Round(100*time.Microsecond))
	}
}

// write measures durable writes that leave nothing behind, and returns the median of nine.
func (k *checker) write() (time.Duration, error) {
	var all []time.Duration
	for range 9 {
		began := k.db.Clock().Now()
		if err := k.db.Write(k.c.ctx, access.System("*", "kith check"), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Lock(ctx, "audit_head", "tree") // a version more, of a row that everything locks
			return err
		}); err != nil {
			return 0, err
		}
		all = append(all, k.db.Clock().Now().Sub(began))
	}
	slices.Sort(all)
	return all[len(all)/2], nil
}

// terms says which school years of a district have no holidays when they should: this one, and from May the coming one.
func (k *checker) terms() {
	if todo, err := k.db.Pending(k.c.ctx); err != nil || len(todo) > 0 {
		return // said above; their tables may be still to come
	}
	all, err := (directory.Store{}).Districts(k.c.ctx, k.db)
	if err != nil {
		k.fault("term dates", err)
		return
	}
	for _, d := range all {
		missing, err := directory.NewTerms(directory.TermDeps{DB: k.db, Calendars: directory.NewCalendars()}).Needed(k.c.ctx, d.ID)
		switch {
		case err != nil:
			k.fault("term dates", err)
		case len(missing) > 0:
			k.say("term dates", attention, "%s has no holidays for %s. Clocks run through them and call people at home. Enter them at /admin/terms, or with kith import terms.", d.Name, text.Join(missing))
		default:
			k.say("term dates", well, "%s has its holidays", d.Name)
		}
	}
}

func (k *checker) auditLog() {
	waited, err := k.log.Waiting(k.c.ctx)
	switch {
	case err != nil:
		k.fault("audit log", err)
	case waited > longWaiting:
		k.say("audit log", red, "an entry has waited %s for its number. Start the server; if it runs, look for \"chore failed\" in its log.", waited.Round(time.Second))
	default:
		k.say("audit log", well, "every entry has its number")
	}
	if k.key == nil {
		k.say("checkpoints", attention, "no checkpoints are made: there is no key to sign them with (--checkpoint-key)")
		return
	}
	a := &App{DB: k.db, Log: k.log, key: k.key, settings: Settings{Place: k.place(), Log: slog.New(slog.DiscardHandler)}}
	ok, why, err := a.sound(k.c.ctx)
	switch {
	case err != nil:
		k.fault("checkpoints", err)
	case !ok:
		k.say("checkpoints", red, "%s", why+unsoundAdvice)
	default:
		k.lastCheckpoint(a)
	}
}

func (k *checker) lastCheckpoint(a *App) {
	signed, err := a.settings.readNote()
	if err != nil {
		k.fault("checkpoints", err)
		return
	}
	if signed == nil {
		k.say("checkpoints", attention, "none was kept yet; the server makes one a minute after it starts. Public key %s", k.key.public)
		return
	}
	c, err := audit.ParseCheckpoint(signed, k.key.verifier)
	if err != nil {
		k.fault("checkpoints", err)
		return
	}
	k.say("checkpoints", well, "the log bears out the one of %s over %d entries. Public key %s", c.At.London().Format("2 January 2006 15:04"), c.Size, k.key.public)
}

func (k *checker) clock() {
	latest, err := k.log.Latest(k.c.ctx)
	if err != nil {
		k.fault("clock", err)
		return
	}
	now := k.db.Now()
	if latest > now.Add(clockSlack) {
		k.say("clock", red, "It shows %s, and the audit log was last written at %s. The clock went back, or was wrong then. Set it by a time server.",
			now.Time().Format(time.RFC3339), latest.Time().Format(time.RFC3339))
		return
	}
	k.say("clock", well, "%s, after everything in the audit log", now.Time().Format(time.RFC3339))
}

func (k *checker) mail() {
	s, err := k.sender()
	if err != nil {
		k.fault("mail", err)
		return
	}
	if s == nil {
		k.say("mail", attention, "No mail server is set up (--smtp-host). Nobody is alerted by mail; messages wait.")
		return
	}
	ctx, cancel := context.WithTimeout(k.c.ctx, 30*time.Second)
	defer cancel()
	if err := s.Check(ctx); err != nil {
		k.say("mail", red, "%s", strings.TrimPrefix(err.Error(), "mail: "))
		return
	}
	k.say("mail", well, "%s takes mail from this program", k.SMTPHost)
}

// disk looks at the disks of the data and of the backups.
func (k *checker) disk() {
	for _, d := range []struct{ what, dir string }{{"disk", k.Data}, {"backup disk", k.BackupDir}} {
		if d.dir == "" {
			continue
		}
		var s syscall.Statfs_t
		if err := syscall.Statfs(d.dir, &s); err != nil {
			k.say(d.what, red, "%s cannot be looked at: %v", d.dir, err)
			continue
		}
		free, all := s.Bavail*uint64(s.Bsize), max(1, s.Blocks*uint64(s.Bsize)) //nolint:gosec // a block size is positive
		percent := free * 100 / all
		g, advice := well, ""
		if percent < lowDisk {
			g, advice = attention, " Make room."
		}
		if percent < noDisk {
			g, advice = red, " Make room now: when it is full nothing can be saved."
		}
		k.say(d.what, g, "%.1f GB free in %s (%d %%).%s", float64(free)/1e9, d.dir, percent, advice)
	}
}

func (k *checker) backups() {
	p := k.place()
	if k.db != nil {
		if _, err := readRecipients(k.recipients(p)); err != nil {
			k.fault("backups", err)
			return
		}
	}
	last, where, err := k.lastGood(p)
	now := clock.Of(clock.System{}.Now())
	switch {
	case err != nil:
		k.fault("backups", err)
	case last == 0:
		k.say("backups", red, "There is no backup. Make one with kith backup FILE, and one a day with kith serve --backup-dir DIR.")
	case last.Add(backup.Stale) < now:
		k.say("backups", red, "The last good backup is of %s, more than 26 hours ago (%s). Look for \"backup failed\" in the server's log.", last.London().Format("2 January 2006 15:04"), where)
	default:
		k.say("backups", well, "the last good one is of %s (%s); each is restored once before it counts", last.London().Format("2 January 2006 15:04"), where)
	}
}

// lastGood says of when the last good backup is, and where. It looks in the backup folder if there is one: what was made
// elsewhere does not make up for a folder that is empty. Rule: the file is not what it was when it was made.
func (k *checker) lastGood(p Place) (clock.Millis, string, error) {
	l, err := readLast(p)
	if err != nil {
		return 0, "", err
	}
	if k.BackupDir != "" {
		at, err := k.last()
		if file := filepath.Join(k.BackupDir, backup.Name(at)); err != nil || file != l.File {
			return at, file, err
		}
	}
	if l.File == "" {
		return 0, "", nil
	}
	sum, err := backup.Sum(l.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return l.At, l.File + ", not on this machine any more", nil
	case err == nil && sum != l.Sum:
		err = errs.Refuse("The last backup, " + l.File + ", is not what it was when it was made: it is damaged. Make a new one at once, and look at the disk.")
	}
	return l.At, l.File, err
}
