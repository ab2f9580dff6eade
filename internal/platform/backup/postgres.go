package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"

	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// pgConn is a bare connection as the role that owns the tables, whom the wall between districts does not stop.
type pgConn struct{ tx pgx.Tx }

// fromPostgres dumps the database as it is at one moment and counts it at that same moment.
func (s Source) fromPostgres(ctx context.Context, m *Manifest, part string, once *age.X25519Identity) (err error) {
	dump, err := tool("pg_dump")
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, s.URL)
	if err != nil {
		return errs.Of(errs.Unavailable, err, "The database does not answer. Check that PostgreSQL runs and that the owner's address (--migrate-url) may connect.")
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	var snapshot string
	if err := tx.QueryRow(ctx, `SELECT pg_export_snapshot()`).Scan(&snapshot); err != nil {
		return err
	}
	if m.Contents, err = describe(ctx, pgConn{tx}); err != nil {
		return err
	}
	at, env := withoutPassword(s.URL)
	cmd := exec.CommandContext(ctx, dump, "--format=custom", "--no-password", "--snapshot="+snapshot, "--dbname="+at) // #nosec G204 -- PostgreSQL’s own tool, found by its name; the address is the operator’s
	cmd.Env = env
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = s.seal(ctx, m, part, once, &untilEnd{r: out, end: cmd.Wait, said: &said})
	return errors.Join(err, tx.Rollback(ctx))
}

// untilEnd reads a program's output and, at its end, asks whether the program was content with it.
type untilEnd struct {
	r    io.Reader
	end  func() error
	said *bytes.Buffer
}

func (u *untilEnd) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	if err == io.EOF {
		if e := u.end(); e != nil {
			return n, fmt.Errorf("pg_dump: %w: %s", e, strings.TrimSpace(u.said.String()))
		}
	}
	return n, err
}

// ToPostgres restores a backup of PostgreSQL into an empty database, as the role that will own the tables, and compares it
// with the manifest. The rights of the program's role are not in it: store.Migrate gives them afterwards.
func ToPostgres(ctx context.Context, path, identity, address, key string) (m Manifest, err error) {
	f, err := os.Open(path)
	if err != nil {
		return m, errs.Of(errs.Rule, err, "There is no backup to read at "+path+".")
	}
	defer f.Close()
	o, err := open(f, identity)
	if err != nil {
		return m, err
	}
	if o.engine() != store.Postgres {
		return m, errs.Refuse("This backup is of the built-in database. Restore it with --data DIR.")
	}
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return m, errs.Of(errs.Unavailable, err, "The database to restore into does not answer. Make an empty one and name it with --database, as the role that is to own the tables.")
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	var tables int
	if err := conn.QueryRow(ctx, `SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'`).Scan(&tables); err != nil {
		return m, err
	}
	if tables > 0 {
		return m, errs.Refusef("The database to restore into already holds %d tables. Nothing was changed. Make an empty one.", tables)
	}
	at, env := withoutPassword(address)
	if err := pgRestore(ctx, o, env, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "--no-password", "--dbname="+at); err != nil {
		return m, err
	}
	if m, err = o.manifest(key); err != nil {
		return m, errs.Of(errs.Rule, err, errs.Sentence(err)+" It was restored into the database before this was found: drop that database.")
	}
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return m, err
	}
	return m, errors.Join(m.same(ctx, pgConn{tx}), tx.Rollback(ctx))
}

// pgRestore gives the body to pg_restore and reads it to its end, whatever pg_restore makes of it.
func pgRestore(ctx context.Context, o *opened, env []string, args ...string) error {
	restore, err := tool("pg_restore")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, restore, args...) // #nosec G204 -- PostgreSQL’s own tool, found by its name; the arguments are the operator’s
	cmd.Env = env
	var said bytes.Buffer
	cmd.Stderr = &said
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	_, unread := io.Copy(in, o)
	closing := in.Close()
	ran := cmd.Wait()
	if errs.Is(unread, errs.Rule) {
		return unread // the backup itself is at fault
	}
	if ran != nil {
		return errs.Of(errs.Rule, fmt.Errorf("pg_restore: %w: %s", ran, strings.TrimSpace(said.String())), "pg_restore did not take the backup: "+firstLine(said.String()))
	}
	if _, err := io.Copy(io.Discard, o); err != nil {
		return err
	}
	return errors.Join(unread, closing)
}

// withoutPassword takes the password out of an address, since everybody on the machine sees the arguments of a program, and
// returns the environment that hands it over instead.
func withoutPassword(address string) (string, []string) {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address, os.Environ()
	}
	password, given := u.User.Password()
	if !given {
		return address, os.Environ()
	}
	u.User = url.User(u.User.Username())
	return u.String(), append(os.Environ(), "PGPASSWORD="+password)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

func (o *opened) engine() store.Engine {
	if strings.Contains(o.header, "\nengine postgres\n") {
		return store.Postgres
	}
	return store.SQLite
}

func (p pgConn) tables(ctx context.Context) ([]string, error) {
	return p.texts(ctx, `SELECT t.table_name FROM information_schema.tables t WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY t.table_name`)
}

func (p pgConn) texts(ctx context.Context, sql string) ([]string, error) {
	rows, err := p.tx.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func (p pgConn) ints(ctx context.Context, sql string) ([]int64, error) {
	rows, err := p.tx.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

func (p pgConn) hash(ctx context.Context, at int64) (out []byte, err error) {
	err = p.tx.QueryRow(ctx, fmt.Sprintf(`SELECT hash FROM audit_hash WHERE idx = %d`, at)).Scan(&out)
	return out, err
}
