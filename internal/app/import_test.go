package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"kith/internal/feature/directory"
	"kith/internal/kernel/access"
	"kith/internal/platform/store"
)

// runImport runs `kith import` with the arguments and returns the exit status, what it printed, and what it said of itself.
func runImport(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	var c struct {
		Import importCmd `cmd:""`
	}
	parser, err := kong.New(&c, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.Parse(append([]string{"import"}, args...))
	if err != nil {
		return exitFailed, "", err.Error()
	}
	var out, say bytes.Buffer
	err = parsed.Run(&console{ctx: context.Background(), out: &out, err: &say})
	var s status
	switch {
	case err == nil:
		return exitDone, out.String(), say.String()
	case errors.As(err, &s):
		return int(s), out.String(), say.String()
	}
	return exitFailed, out.String(), say.String() + err.Error()
}

// place makes a data folder with one district.
func place(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	a, err := New(t.Context(), Settings{Place: Place{Data: data}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	err = a.DB.Write(t.Context(), access.System("*", "test"), func(ctx context.Context, tx *store.Tx) error {
		return directory.Store{}.InsertDistrict(ctx, tx, directory.District{ID: tx.NewID(), Name: "Haverdale"})
	})
	if err := errors.Join(err, a.Close()); err != nil {
		t.Fatal(err)
	}
	return data
}

func file(t *testing.T, name, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ROL-8: scripts rely on the exit status and on the one object that is printed.
func TestImportOnTheCommandLine(t *testing.T) {
	data := place(t)
	const head = "URN,LA (code),EstablishmentNumber,EstablishmentName,EstablishmentStatus (name)\n"
	good, mixed, bad := file(t, "good.csv", head+"900001,380,2001,One,Open\n"), file(t, "mixed.csv", head+"900002,380,2002,Two,Open\n12,,,No number,Open\n"), file(t, "bad.csv", "nothing\n")
	dates := file(t, "dates.csv", "Name,Start,End\nAutumn half term,24/10/2026,01/11/2026\nChristmas holiday,19/12/2026,03/01/2027\nINSET day,04/01/2027,\n")
	own := file(t, "own.csv", "Name,Start,End\nINSET day,01/03/2027,\nINSET day,31/02/2027,\n")
	for _, x := range []struct {
		code int
		out  string
		args []string
	}{
		{0, `{"read":1,"created":1,"updated":0,"unchanged":0,"rejected":[]}`, []string{"establishments", good, "--data", data, "--json", "--dry-run"}},
		{0, `{"read":1,"created":1,"updated":0,"unchanged":0,"rejected":[]}`, []string{"establishments", good, "--data", data, "--json"}},
		{0, `{"read":1,"created":0,"updated":0,"unchanged":1,"rejected":[]}`, []string{"establishments", good, "--data", data, "--json"}},
		{3, `{"read":2,"created":1,"updated":0,"unchanged":0,"rejected":[{"row":3,"field":"urn","reason":"\"12\" is not a URN of six digits"}]}`, []string{"establishments", mixed, "--data", data, "--json", "--la", "380"}},
		{1, ``, []string{"establishments", bad, "--data", data, "--json"}},
		{1, ``, []string{"establishments", good, "--data", t.TempDir()}},
		{1, ``, []string{"establishments", good}},
		{1, ``, []string{"roll", good, "--data", data, "--school", "999999"}},
		{0, `{"read":3,"created":3,"updated":0,"unchanged":0,"rejected":[]}`, []string{"terms", dates, "--data", data, "--json", "--dry-run"}},
		{0, `{"read":3,"created":3,"updated":0,"unchanged":0,"rejected":[]}`, []string{"terms", dates, "--data", data, "--json"}},
		{0, `{"read":3,"created":0,"updated":0,"unchanged":3,"rejected":[]}`, []string{"terms", dates, "--data", data, "--json"}},
		{3, `{"read":2,"created":1,"updated":0,"unchanged":0,"rejected":[{"row":3,"field":"first day","reason":"\"31/02/2027\" is not a date: write the day first, as 23/11/2026"}]}`, []string{"terms", own, "--data", data, "--json", "--school", "900001"}},
		{1, ``, []string{"terms", dates, "--data", data, "--school", "999999"}},
		{1, ``, []string{"terms", bad, "--data", data}},
		{0, `read 1, created 1, updated 0, unchanged 0, rejected 0`, []string{"postcodes", file(t, "pc.csv", "Postcode,lat,long\nBD1 1AA,53.8,-1.7\n"), "--data", data}},
	} {
		code, out, say := runImport(t, x.args...)
		if code != x.code || strings.TrimSpace(out) != x.out {
			t.Errorf("%v: exit %d, printed %s; said %s", x.args, code, out, say)
		}
	}
}

// ROL-3: a roll by the command: what needs nobody is taken, a file that takes too much away stops, leavers wait for a person.
func TestImportRollOnTheCommandLine(t *testing.T) {
	data := place(t)
	const head, zoe, amir = "UPN,Forename,Surname,DOB\n", "B380200126001,Zoë,Brien,03/09/2014\n", "Q380200126002,Amir,Shah,02/10/2014\n"
	run := func(body string, more ...string) (int, string, string) {
		return runImport(t, append([]string{"roll", file(t, "roll.csv", body), "--school", "900001", "--data", data, "--json"}, more...)...)
	}
	if code, _, say := runImport(t, "establishments", file(t, "e.csv", "URN,EstablishmentName\n900001,One\n"), "--data", data); code != 0 {
		t.Fatal(say)
	}
	for _, x := range []struct {
		body string
		more []string
		code int
		out  string
		say  string
	}{
		{head + zoe + amir, nil, 0, `{"read":2,"created":2,"updated":0,"unchanged":0,"rejected":[]}`, ""},
		{head + zoe + amir, nil, 0, `{"read":2,"created":0,"updated":0,"unchanged":2,"rejected":[]}`, ""},
		{head + zoe, nil, 1, "", "more than one in ten"},
		{head + zoe, []string{"--confirm-leavers"}, 0, `{"read":1,"created":0,"updated":0,"unchanged":1,"rejected":[]}`, "1 row waits for a decision at /admin/roll"},
		{head + zoe + amir, nil, 0, `{"read":2,"created":0,"updated":0,"unchanged":2,"rejected":[]}`, ""}, // nobody was removed
		{head + zoe + amir, []string{"--format", "ctf"}, 1, "", "cannot be taken"},
	} {
		code, out, say := run(x.body, x.more...)
		if code != x.code || strings.TrimSpace(out) != x.out || !strings.Contains(say, x.say) {
			t.Errorf("%q %v: exit %d, printed %s; said %s", x.body, x.more, code, out, say)
		}
	}
}

// A command that would hold the folder alone goes on beside a server, in small steps; a server does not start while one is alone.
func TestHoldFolder(t *testing.T) {
	dir := t.TempDir()
	server, alone, err := holdFolder(dir, false)
	if err != nil || alone {
		t.Fatal(alone, err)
	}
	beside, alone, err := holdFolder(dir, true)
	if err != nil || alone {
		t.Fatal(alone, err)
	}
	for _, release := range []func() error{server, beside} {
		if err := release(); err != nil {
			t.Fatal(err)
		}
	}
	release, alone, err := holdFolder(dir, true)
	if err != nil || !alone {
		t.Fatal(alone, err)
	}
	if _, _, err := holdFolder(dir, false); err == nil {
		t.Error("a server started while a command held the folder alone")
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
}

// TRN-1: a programme on the command line follows the contract of the other imports.
func TestImportCoursesOnTheCommandLine(t *testing.T) {
	data := place(t)
	file := filepath.Join(t.TempDir(), "block.csv")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("course,format,day_1,day_2,venue\nSigns of Safety,two_day,2027-01-14,2027-01-15,\nSigns of Safety,two_day,2027-02-03,2027-02-05,\n")
	if code, _, say := runImport(t, "courses", file, "--data", data); code != exitFailed || !strings.Contains(say, "--organiser") {
		t.Errorf("without a partnership: %d %s", code, say)
	}
	a, err := New(t.Context(), Settings{Place: Place{Data: data}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	err = a.DB.Write(t.Context(), access.System(a.districts[0].ID, "test"), func(ctx context.Context, tx *store.Tx) error {
		return directory.Store{}.Insert(ctx, tx, directory.Organisation{ID: tx.NewID(), Kind: directory.Partnership, Name: "Haverdale Safeguarding Partnership"})
	})
	if err := errors.Join(err, a.Close()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--dry-run", "--json"}, exitRejected, `{"read":2,"created":1,"updated":0,"unchanged":0,"rejected":[{"row":3,"field":"date","reason":"A two-day run has two dates, one the day after the other"}]}`},
		{[]string{"--json"}, exitRejected, `"created":1`},
		{[]string{"--json", "--organiser", "Haverdale Safeguarding Partnership"}, exitRejected, `"created":0,"updated":0,"unchanged":1`},
		{[]string{"--organiser", "Nobody"}, exitFailed, ""},
	} {
		code, out, say := runImport(t, append([]string{"courses", file, "--data", data}, c.args...)...)
		if code != c.code || !strings.Contains(out, c.want) {
			t.Errorf("%v: %d %s %s", c.args, code, out, say)
		}
	}
}
