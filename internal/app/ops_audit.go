package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

type auditCmd struct {
	Checkpoint auditCheckpoint `cmd:"" help:"Sign the audit log as it is now and print the checkpoint. Keep it where this machine's owners cannot change it."`
	Export     auditExport     `cmd:"" help:"Write the audit log to a file, for an auditor. It holds who, when, what kind and which id, and no record's words."`
	Verify     auditVerify     `cmd:"" help:"Prove an export against a checkpoint. Needs no database and no network."`
	Restored   auditRestored   `cmd:"" help:"Declare that the database was put back to an earlier day, so that it can be changed again."`
}

// openAudit opens a place for the log alone.
func openAudit(ctx context.Context, p placeFlags) (a *App, err error) {
	if err := p.named(); err != nil {
		return nil, err
	}
	place := p.place()
	db, root, _, err := openPlace(ctx, place)
	if err != nil {
		return nil, err
	}
	a = &App{DB: db, Root: root, settings: Settings{Place: place, Log: slog.New(slog.DiscardHandler)}}
	if a.key, err = loadCheckpointKey(place); err == nil && a.key == nil {
		err = errs.Refuse("There is no key to sign checkpoints with. Name its file with --checkpoint-key.")
	}
	if err == nil {
		a.Log = audit.New(db, a.key.signer)
		err = a.loadDistricts(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

// sound says whether the audit log bears out the newest checkpoint that is kept beside the data, and if not, why not.
func (a *App) sound(ctx context.Context) (ok bool, why string, err error) {
	if a.key == nil {
		return true, "", nil
	}
	newest, err := a.settings.readNote()
	if err != nil {
		return false, "", err
	}
	return a.Log.Sound(ctx, newest, a.key.verifier)
}

// keepCheckpoint signs the log when it has changed and keeps the note beside the data. It never puts a note in the place of
// one that the log does not bear out.
func (a *App) keepCheckpoint(ctx context.Context) ([]byte, error) {
	if a.key == nil {
		return nil, nil
	}
	if ok, why, err := a.sound(ctx); err != nil || !ok {
		return nil, errors.Join(err, refuseUnless(ok, why))
	}
	signed, err := a.Log.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	if have, err := a.settings.readNote(); a.settings.beside() == "" || err != nil || string(have) == string(signed) {
		return signed, err
	}
	return signed, replaceFile(a.settings.own(noteFile), signed, 0o644)
}

// publicKey is what checkpoints are verified with; "" where none are made.
func (a *App) publicKey() string {
	if a.key == nil {
		return ""
	}
	return a.key.public
}

// signed returns how a checkpoint of the log as it is now is made, nil where none are.
func (a *App) signed() func(context.Context) ([]byte, error) {
	if a.key == nil {
		return nil
	}
	return func(ctx context.Context) ([]byte, error) {
		if err := a.Log.SequenceAll(ctx); err != nil {
			return nil, err
		}
		return a.keepCheckpoint(ctx)
	}
}

func refuseUnless(ok bool, why string) error {
	if ok {
		return nil
	}
	return errs.Refuse(why + unsoundAdvice)
}

const unsoundAdvice = " If the database was put back on purpose, say so: kith audit restored --reason \"...\"."

// signInPaths change nothing but who is signed in.
var signInPaths = []string{"/sign-in", "/sign-out", "/demo/sign-in"}

// readingOnly answers what shows something and refuses what changes something.
func readingOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signingIn := slices.ContainsFunc(signInPaths, func(p string) bool { return r.URL.Path == p || strings.HasPrefix(r.URL.Path, p+"/") })
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !signingIn {
			http.Error(w, "Kith can be read but not changed just now: its audit log is not what it should be. Nothing you typed was saved; keep it, and tell whoever looks after Kith.", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}

type auditCheckpoint struct{ placeFlags }

func (m auditCheckpoint) Run(c *console) error {
	a, err := openAudit(c.ctx, m.placeFlags)
	if err != nil {
		return err
	}
	if ok, why, err := a.sound(c.ctx); err != nil || !ok {
		return errors.Join(err, refuseUnless(ok, why), a.Close())
	}
	err = a.Log.SequenceAll(c.ctx)
	var signed []byte
	if err == nil {
		signed, err = a.keepCheckpoint(c.ctx)
	}
	if err == nil {
		_, err = c.out.Write(signed)
		lines(c.err, "verify with the public key "+a.key.public)
	}
	return errors.Join(err, a.Close())
}

type auditExport struct {
	placeFlags
	File string `arg:"" type:"path" help:"File to write."`
}

func (m auditExport) Run(c *console) error {
	a, err := openAudit(c.ctx, m.placeFlags)
	if err != nil {
		return err
	}
	return errors.Join(m.write(c, a), a.Close())
}

func (m auditExport) write(c *console, a *App) (err error) {
	if ok, why, err := a.sound(c.ctx); err != nil || !ok {
		return errors.Join(err, refuseUnless(ok, why))
	}
	// whoever takes the whole log away stands in it
	if err := a.record(c.ctx, "audit export by the operator", "audit.exported", "audit", "all"); err != nil {
		return err
	}
	if err := a.Log.SequenceAll(c.ctx); err != nil {
		return err
	}
	f, err := os.OpenFile(m.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return errs.Refuse("There is already a file " + m.File + ". It was left as it is; choose another name.")
	}
	if err != nil {
		return err
	}
	n, err := a.Log.Export(c.ctx, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(m.File))
	}
	_, err = fmt.Fprintf(c.out, "%d entries in %s\n", n, m.File)
	return err
}

type auditVerify struct {
	File       string `arg:"" type:"path" help:"The export."`
	Checkpoint string `required:"" type:"path" help:"A checkpoint that somebody kept, as kith audit checkpoint printed it."`
	Key        string `help:"Public key of the checkpoints, kith+..., or a file that holds it."`
	Data       string `type:"path" help:"On the machine itself, in place of --key: the data folder, beside which the checkpoint key lies."`
	Document   string `type:"path" xor:"document" help:"A PDF that Kith made: say whether the log holds its making, byte for byte."`
	Code       string `xor:"document" help:"The check code at the foot of a printed document: say whether the log holds its making."`
	JSON       bool   `name:"json" help:"Print one object."`
}

// Run proves an export. It opens no database and no connection.
func (m auditVerify) Run(c *console) error {
	verifier, err := m.verifier()
	if err != nil {
		return err
	}
	signed, err := os.ReadFile(m.Checkpoint)
	if err != nil {
		return errs.Of(errs.Rule, err, "There is no checkpoint to read at "+m.Checkpoint+".")
	}
	kept, err := audit.ParseCheckpoint(signed, verifier)
	if err != nil {
		return err
	}
	f, err := os.Open(m.File)
	if err != nil {
		return errs.Of(errs.Rule, err, "There is no export to read at "+m.File+".")
	}
	defer f.Close()
	if m.Document != "" || m.Code != "" {
		return m.confirm(c, f, kept)
	}
	v, err := audit.Verify(f, kept)
	if err != nil {
		return err
	}
	switch {
	case m.JSON:
		if err := json.NewEncoder(c.out).Encode(v); err != nil {
			return err
		}
	case v.OK && v.Shown < v.Entries:
		lines(c.out, excerptWords(v, kept)...)
	case v.OK:
		fmt.Fprintf(c.out, "The export holds %d entries. The first %d are exactly those that the checkpoint of %s speaks for: none was altered, removed, added or moved.\n",
			v.Entries, v.Checkpoint, kept.At.London().Format("2 January 2006 15:04"))
	default:
		fmt.Fprintln(c.out, v.Problem)
	}
	if !v.OK {
		return status(exitFailed)
	}
	return nil
}

// excerptWords say what an excerpt proves, and of each organisation whether anything is missing.
func excerptWords(v audit.Verdict, kept audit.Checkpoint) []string {
	out := []string{fmt.Sprintf("The file shows %d of %d entries. Those among the first %d (%d of them) are exactly those that the checkpoint of %s speaks for: none was altered, added or moved.",
		v.Shown, v.Entries, v.Checkpoint, v.Proved, kept.At.London().Format("2 January 2006 15:04"))}
	for _, r := range v.Runs {
		at := "Of organisation " + r.Org
		if r.Org == "" {
			at = "Of no organisation"
		}
		switch {
		case r.Whole && r.From == 0:
			out = append(out, fmt.Sprintf("%s: numbers 0 to %d, without a gap. None of these was removed.", at, r.To))
		case r.Whole:
			out = append(out, fmt.Sprintf("%s: numbers %d to %d, without a gap.", at, r.From, r.To))
		default:
			out = append(out, fmt.Sprintf("%s: some of the numbers %d to %d. The others are not shown.", at, r.From, r.To))
		}
	}
	return out
}

func (m auditVerify) verifier() (note.Verifier, error) {
	if m.Key != "" || m.Data == "" {
		return publicKey(m.Key)
	}
	k, err := loadCheckpointKey(Place{Data: m.Data})
	if err != nil {
		return nil, err
	}
	return k.verifier, nil
}

// publicKey reads a verifier key, from the text itself or from a file.
func publicKey(text string) (note.Verifier, error) {
	if b, err := os.ReadFile(text); err == nil {
		text = string(b)
	}
	v, err := note.NewVerifier(strings.TrimSpace(text))
	if err != nil {
		return nil, errs.Of(errs.Rule, err, "The public key cannot be read. It looks like kith+1a2b3c4d+..., as kith init printed it.")
	}
	return v, nil
}

type auditRestored struct {
	placeFlags
	Reason string `required:"" help:"Why the database was put back, or why the newest checkpoint cannot be borne out."`
}

func (m auditRestored) Run(c *console) error {
	a, err := openAudit(c.ctx, m.placeFlags)
	if err != nil {
		return err
	}
	if ok, _, err := a.sound(c.ctx); err != nil || ok {
		if err == nil {
			err = errs.Refuse("The audit log bears out the newest checkpoint. There is nothing to declare.")
		}
		return errors.Join(err, a.Close())
	}
	what, err := a.declare(c.ctx, m.Reason, nil)
	if err == nil {
		lines(c.out, what)
		var ok bool
		var why string
		if ok, why, err = a.sound(c.ctx); err == nil && !ok {
			err = errs.Refuse(why)
		}
	}
	return errors.Join(err, a.Close())
}

// declare goes on from a database that was put back: it raises the epoch, says what is lost, and signs the log anew. known is
// a checkpoint that somebody else kept, nil for the one beside the data.
func (a *App) declare(ctx context.Context, reason string, known []byte) (what string, err error) {
	if known == nil {
		if known, err = a.settings.readNote(); err != nil {
			return "", err
		}
	}
	var newest *audit.Checkpoint
	if known != nil {
		// one that this key did not sign says nothing that could be lost
		if c, err := audit.ParseCheckpoint(known, a.key.verifier); err == nil {
			newest = &c
		}
	}
	district := "*"
	if len(a.districts) == 1 {
		district = a.districts[0].ID
	}
	if what, err = a.Log.DeclareBackup(ctx, access.System(district, "restore declared by the operator"), reason, newest); err != nil {
		return "", err
	}
	if err := a.Log.SequenceAll(ctx); err != nil {
		return "", err
	}
	signed, err := a.Log.Checkpoint(ctx)
	if err != nil {
		return "", err
	}
	if a.settings.beside() != "" {
		err = replaceFile(a.settings.own(noteFile), signed, 0o644)
	}
	return what, err
}

// record writes down, for every district, what the operator did with all of them.
func (a *App) record(ctx context.Context, reason, action, kind, id string) error {
	for _, d := range a.districts {
		if err := a.DB.Write(ctx, access.System(d.ID, reason), func(ctx context.Context, tx *store.Tx) error {
			return audit.Record(ctx, tx, action, ref.To(kind, id))
		}); err != nil {
			return err
		}
	}
	return nil
}
