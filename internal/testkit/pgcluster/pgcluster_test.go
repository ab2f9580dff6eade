package pgcluster_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kith/internal/testkit/pgcluster"
)

// wardKey and ward are a template with one policy, as the program's own migrations make them.
const wardKey = "pgcluster test: ward"

func ward(url string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `
		CREATE TABLE ward (id TEXT PRIMARY KEY, district_id TEXT NOT NULL);
		INSERT INTO ward VALUES ('toller', 'bradford'), ('oscott', 'birmingham');
		ALTER TABLE ward ENABLE ROW LEVEL SECURITY;
		CREATE POLICY district ON ward USING (district_id = current_setting('app.district', true));
		GRANT SELECT, INSERT ON ward TO kith_app`)
	return err
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func count(t *testing.T, conn *pgx.Conn, sql string) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

func TestCloneHoldsTheAppRoleToItsPolicies(t *testing.T) {
	pgcluster.Template(t, wardKey, ward)
	db := pgcluster.Clone(t, wardKey)
	owner, app := connect(t, db.OwnerURL), connect(t, db.AppURL)
	if n := count(t, owner, `SELECT count(id) FROM ward`); n != 2 {
		t.Errorf("the owner sees %d wards, want 2", n)
	}
	if n := count(t, app, `SELECT count(id) FROM ward`); n != 0 {
		t.Errorf("the app role sees %d wards without a district, want 0", n)
	}
	if _, err := app.Exec(t.Context(), `SELECT set_config('app.district', 'bradford', false)`); err != nil {
		t.Fatal(err)
	}
	if n := count(t, app, `SELECT count(id) FROM ward`); n != 1 {
		t.Errorf("the app role sees %d wards of Bradford, want 1", n)
	}
	if _, err := app.Exec(t.Context(), `DELETE FROM ward`); err == nil {
		t.Error("the app role could delete, which no migration granted")
	}
	if _, err := app.Exec(t.Context(), `CREATE TABLE mine (id TEXT)`); err == nil {
		t.Error("the app role could create a table")
	}
	var attributes string
	err := owner.QueryRow(t.Context(), `SELECT concat_ws(' ', rolsuper, rolbypassrls, rolcreatedb, rolcreaterole)
		FROM pg_roles WHERE rolname = 'kith_app'`).Scan(&attributes)
	if err != nil || attributes != "f f f f" {
		t.Errorf("kith_app may be superuser, bypass, create databases, create roles: %s, %v", attributes, err)
	}
}

func TestCloneIsTheTestsOwnAndGoesWithIt(t *testing.T) {
	pgcluster.Template(t, wardKey, ward)
	var name string
	t.Run("first", func(t *testing.T) {
		db := pgcluster.Clone(t, wardKey)
		name = db.Name
		if _, err := connect(t, db.OwnerURL).Exec(t.Context(), `DELETE FROM ward`); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("second", func(t *testing.T) {
		db := pgcluster.Clone(t, wardKey)
		if n := count(t, connect(t, db.OwnerURL), `SELECT count(id) FROM ward`); n != 2 {
			t.Errorf("a new clone has %d wards, want the template's 2", n)
		}
	})
	admin := connect(t, pgcluster.URL(t))
	if n := count(t, admin, `SELECT count(datname) FROM pg_database WHERE datname = '`+name+`'`); n != 0 {
		t.Errorf("%s outlived its test", name)
	}
	if n := count(t, admin, `SELECT count(name) FROM pg_settings WHERE (name, setting) IN (('max_connections', '200'), ('fsync', 'off'), ('listen_addresses', ''))`); n != 3 {
		t.Errorf("%d of 3 settings of the cluster are as documented", n)
	}
}

func TestTemplateIsMadeOnce(t *testing.T) {
	const key = "pgcluster test: once"
	var mu sync.Mutex
	made := 0
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			pgcluster.Template(t, key, func(url string) error {
				mu.Lock()
				defer mu.Unlock()
				made++
				return ward(url)
			})
		})
	}
	wg.Wait()
	// A cluster of a whole run may have the template from an earlier run of this test (-count=2).
	if made > 1 {
		t.Errorf("migrated %d times, want once", made)
	}
	db := pgcluster.Clone(t, key)
	if n := count(t, connect(t, db.OwnerURL), `SELECT count(id) FROM ward`); n != 2 {
		t.Errorf("%d wards, want 2", n)
	}
}

func TestTemplateIsMadeAgainAfterAFailedMigration(t *testing.T) {
	key := fmt.Sprintf("pgcluster test: broken %d", os.Getpid())
	broken := errors.New("migration 3 of 7 failed")
	half := func(url string) error { return errors.Join(ward(url), broken) }
	if err := pgcluster.TemplateError(t, key, half); !errors.Is(err, broken) {
		t.Fatalf("a failed migration gave %v", err)
	}
	pgcluster.Template(t, key, ward) // would fail on the table that is there already, had the half-made one been kept
	pgcluster.Clone(t, key)
}

// TestHelperProcess is no test of its own: TestClusterDiesWithItsProcess runs it in a process to be killed.
func TestHelperProcess(t *testing.T) {
	if os.Getenv("KITH_PGCLUSTER_HELPER") == "" {
		return
	}
	fmt.Println("cluster " + pgcluster.URL(t))
	time.Sleep(time.Minute)
}

func TestClusterDiesWithItsProcess(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperProcess$")
	cmd.Env = append(os.Environ(), "KITH_PGCLUSTER_HELPER=1", "KITH_TEST_POSTGRES=")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var url string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var ok bool
		if url, ok = strings.CutPrefix(lines.Text(), "cluster "); ok {
			break
		}
	}
	connect(t, url).Close(t.Context())
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as asked

	_, dir, _ := strings.Cut(url, "host=")
	for range 100 {
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			if _, err := pgx.Connect(t.Context(), url); err == nil {
				t.Fatal("the folder is gone and the server still answers")
			}
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s is still there 10 seconds after its process was killed", dir)
}
