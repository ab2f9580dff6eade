// Package pgcluster gives tests databases of a real PostgreSQL: a private temporary cluster made from Debian's binaries,
// a template database that is migrated once, and a clone of it for each test function.
//
// The cluster is the one of KITH_TEST_POSTGRES (make test starts it with tools/withpg.sh) or else one that this process
// starts with the same script, which stops it when the process ends, however it ends.
//
// Row-level security is real here: the tables belong to the role kith_owner and a test's program connects as kith_app,
// which is neither owner nor superuser and cannot bypass policies. The rig lets kith_app connect and see the schema;
// every other right it has is what the migrations granted it.
package pgcluster

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kith/internal/testkit/repo"
)

// The two roles of a deployment.
const (
	Owner = "kith_owner" // owns the tables and migrates
	App   = "kith_app"   // what the program connects as
)

// Clone counts above this at once are a mistake of the test that asks; clonePatience is how long it may wait for another
// test to finish first.
const (
	maxClones     = 4
	clonePatience = 3 * time.Minute
)

// A Database is one test's own database.
type Database struct {
	Name     string
	OwnerURL string // as Owner: to migrate, and to look behind the policies
	AppURL   string // as App: what the program is given
}

// Wanted says whether this run tests PostgreSQL: always, but for the inner loop (go test -short outside CI), which is
// SQLite only.
func Wanted() bool { return !testing.Short() || os.Getenv("CI") == "true" }

var cluster struct {
	sync.Once
	url  string
	err  error
	hold io.Closer // the pipe whose closing stops the cluster; kept so that the collector does not close it
}

// URL returns the superuser's URL of the cluster, starting one if the run has none.
func URL(t testing.TB) string {
	t.Helper()
	root := repo.Root(t)
	cluster.Do(func() {
		if cluster.url = os.Getenv("KITH_TEST_POSTGRES"); cluster.url == "" {
			var said []string
			if said, cluster.hold, cluster.err = start(root, "--hold", 1); cluster.err == nil {
				cluster.url = said[0]
			}
		}
	})
	if cluster.err != nil {
		t.Fatalf("PostgreSQL for tests: %v", cluster.err)
	}
	return cluster.url
}

// start runs a cluster that lives as long as this process, and returns the lines that it says first.
func start(root, how string, lines int) (said []string, hold io.Closer, err error) {
	cmd := exec.Command(filepath.Join(root, "tools", "withpg.sh"), how)
	// A session of its own: an interrupt at the terminal must not kill the script before it has tidied up.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	// A pipe, not the test's own standard error: go test waits for whoever holds that.
	complaint, err := cmd.StderrPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	for r := bufio.NewReader(out); len(said) < lines; {
		line, err := r.ReadString('\n')
		if err != nil {
			why, _ := io.ReadAll(complaint)
			return nil, nil, errors.Join(errors.New(strings.TrimSpace(string(why))), cmd.Wait())
		}
		said = append(said, strings.TrimSpace(line))
	}
	return said, in, nil
}

// as returns the cluster's URL for another role and database. Authentication is trust: the socket's folder is the lock.
func as(base, role, database string) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	u.User, u.Path = url.User(role), "/"+database
	return u.String(), nil
}

func templateName(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "kith_template_" + hex.EncodeToString(sum[:8])
}

// Template makes the template database of key, unless this run already has it; migrate is given its owner's URL and
// fills it. One process at a time migrates, the others wait for it. A key names everything the result depends on (a
// hash of the migrations, say): the same key gives the same template whatever migrate does.
func Template(t testing.TB, key string, migrate func(ownerURL string) error) {
	t.Helper()
	if _, made := templates.Load(key); made {
		return
	}
	if err := template(t.Context(), URL(t), key, migrate); err != nil {
		t.Fatalf("template database %q: %v", key, err)
	}
	templates.Store(key, true)
}

// templates are the keys whose template this process has seen.
var templates sync.Map

func template(ctx context.Context, base, key string, migrate func(string) error) (err error) {
	admin, err := pgx.Connect(ctx, base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, admin.Close(context.WithoutCancel(ctx))) }()

	// One lock for all keys: they share the roles. It goes with the connection.
	if _, err := admin.Exec(ctx, `SELECT pg_advisory_lock(hashtext('kith template'))`); err != nil {
		return err
	}
	name := templateName(key)
	var ready bool
	err = admin.QueryRow(ctx, `SELECT datistemplate FROM pg_database WHERE datname = $1`, name).Scan(&ready)
	if ready || (err != nil && !errors.Is(err, pgx.ErrNoRows)) {
		return err
	}
	for _, sql := range []string{
		// A database that is there but not yet a template is what a failed migration left.
		`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`,
		createRole(Owner), createRole(App),
		`CREATE DATABASE ` + name + ` OWNER ` + Owner,
	} {
		if _, err := admin.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	ownerURL, err := as(base, Owner, name)
	if err != nil {
		return err
	}
	if err := migrate(ownerURL); err != nil {
		return err
	}
	// No database can be copied while somebody is connected to it, and a pool that migrate closed may still be leaving.
	for _, sql := range []string{
		`ALTER DATABASE ` + name + ` WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`,
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '` + name + `'`,
	} {
		if _, err := admin.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

func createRole(role string) string {
	return `DO $$ BEGIN CREATE ROLE ` + role + ` LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
	EXCEPTION WHEN duplicate_object THEN NULL; END $$`
}

var (
	slots  = make(chan struct{}, maxClones) // bounds the clones of this process
	serial atomic.Int64
)

// Clone returns a new copy of the template of key for this test alone, dropped when the test ends. A test function takes
// one; when four are out it waits for another test to finish.
func Clone(t testing.TB, key string) Database {
	t.Helper()
	base := URL(t)
	select {
	case slots <- struct{}{}:
	case <-time.After(clonePatience):
		t.Fatalf("%d databases are out and none came back within %v: does one test take several?", maxClones, clonePatience)
	}
	t.Cleanup(func() { <-slots })

	db := Database{Name: fmt.Sprintf("kith_test_%d_%d", os.Getpid(), serial.Add(1))}
	var err error
	if db.OwnerURL, err = as(base, Owner, db.Name); err != nil {
		t.Fatal(err)
	}
	if db.AppURL, err = as(base, App, db.Name); err != nil {
		t.Fatal(err)
	}
	// A copy of the files: PostgreSQL's own way, through its log, is for templates that somebody may be writing in.
	if err := admin.order(base, `CREATE DATABASE `+db.Name+` OWNER `+Owner+` TEMPLATE `+templateName(key)+` STRATEGY file_copy`); err != nil {
		t.Fatalf("clone of template %q: %v", key, err)
	}
	t.Cleanup(func() {
		if err := admin.order(base, `DROP DATABASE `+db.Name+` WITH (FORCE)`); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return db
}

// admin is the process's connection for making and dropping clones: most of what either takes is the making of a connection.
var admin superuser

type superuser struct {
	sync.Mutex
	conn *pgx.Conn
}

func (s *superuser) order(base, sql string) (err error) {
	s.Lock()
	defer s.Unlock()
	ctx, done := context.WithTimeout(context.Background(), clonePatience)
	defer done()
	if s.conn == nil || s.conn.IsClosed() {
		if s.conn, err = pgx.Connect(ctx, base); err != nil {
			return err
		}
	}
	_, err = s.conn.Exec(ctx, sql)
	return err
}

func run(ctx context.Context, base, sql string) (err error) {
	admin, err := pgx.Connect(ctx, base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, admin.Close(context.WithoutCancel(ctx))) }()
	_, err = admin.Exec(ctx, sql)
	return err
}
