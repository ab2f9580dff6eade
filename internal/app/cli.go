package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"kith/internal/kernel/errs"
)

// Exit statuses of the command line; scripts rely on them.
const (
	exitDone     = 0
	exitFailed   = 1
	exitRejected = 3 // an import took what it could and rejected some rows
)

// cli is the command line, one field a command.
type cli struct {
	Demo    demoCmd    `cmd:"" help:"Serve the invented district of Haverdale, with one click to sign in as each persona."`
	Serve   serveCmd   `cmd:"" help:"Serve a district."`
	Init    initCmd    `cmd:"" help:"Make a district: its keys, its recovery sheet and its first account."`
	Import  importCmd  `cmd:"" help:"Take registers and rolls."`
	Migrate migrateCmd `cmd:"" help:"Bring the database up to this program, or say what would be done."`
	Backup  backupCmd  `cmd:"" help:"Make a backup, or verify one."`
	Restore restoreCmd `cmd:"" help:"Restore a backup into an empty folder or database."`
	Audit   auditCmd   `cmd:"" help:"Sign, export and prove the audit log."`
	User    userCmd    `cmd:"" help:"Add somebody, end what an account opens, take a lost second step away."`
	Key     keyCmd     `cmd:"" help:"Change the root key."`
	Reindex reindexCmd `cmd:"" help:"Make search afresh from the records. People go on working; interrupted, it goes on where it stopped."`
	Check   checkCmd   `cmd:"" help:"Say on one page how the installation stands."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// console is what a command may know of where it runs.
type console struct {
	ctx      context.Context
	out, err io.Writer
	version  string
}

// status is an error that is no failure but an exit status of its own.
type status int

func (s status) Error() string { return fmt.Sprintf("exit %d", int(s)) }

// Main runs the command line and returns its exit status.
func Main(args []string, version string, out, errOut io.Writer) int {
	var c cli
	code := -1
	parser, err := kong.New(&c, kong.Name("kith"), kong.Description("The safeguarding workspace of a district."), kong.DefaultEnvars("KITH"),
		kong.UsageOnError(), kong.Writers(out, errOut), kong.Exit(func(n int) { code = n }))
	if err != nil {
		fmt.Fprintln(errOut, err)
		return exitFailed
	}
	ctx, err := parser.Parse(args)
	if code >= 0 {
		return code
	}
	if err != nil {
		fmt.Fprintf(errOut, "kith: %v\n", err)
		return exitFailed
	}
	live, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err = ctx.Run(&console{ctx: live, out: out, err: errOut, version: version})
	var s status
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &s):
		return int(s)
	}
	if say := errs.Sentence(err); say != "" {
		fmt.Fprintf(errOut, "kith: %s\n", say)
	} else {
		fmt.Fprintf(errOut, "kith: %v\n", err)
	}
	return exitFailed
}

type versionCmd struct{}

func (versionCmd) Run(c *console) error {
	fmt.Fprintln(c.out, c.version)
	return nil
}
