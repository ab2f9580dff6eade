package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"kith/internal/feature/adults"
	"kith/internal/feature/concerns"
	"kith/internal/feature/directory"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/backup"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

type initCmd struct {
	placeFlags
	District     string `required:"" help:"Name of the district, as its people say it."`
	Authority    string `help:"Name of the organisation that runs it; the district's name where it is not given."`
	Host         string `help:"Host name by which the district is reached; needed where one database serves several."`
	AdminName    string `required:"" help:"Name of the first account administrator."`
	AdminEmail   string `required:"" help:"Their address, with which they sign in."`
	PublicURL    string `help:"How people reach this server, such as https://kith.example; printed links begin with it."`
	ServiceName  string `default:"children's social care" help:"Whom leads ask before a family is told."`
	ServicePhone string `help:"Their telephone number."`
	OfficerName  string `default:"the designated officer (LADO)" help:"Whom schools tell of an allegation against an adult."`
	OfficerPhone string `help:"Their telephone number, shown to everybody who writes about an adult."`
	Operator     string `help:"age recipient (age1...) of whoever restores backups day to day, beside the recovery sheet."`
}

// Run makes a district where there is none. A second run over the same place changes nothing.
func (m initCmd) Run(c *console) error {
	if err := m.named(); err != nil {
		return err
	}
	p := m.place()
	if p.beside() == "" {
		return errs.Refuse("Name the file of the root key with --key-file: the district's other keys and notes are kept in its folder.")
	}
	if m.Operator != "" {
		if _, err := age.ParseX25519Recipient(m.Operator); err != nil {
			return errs.Refuse("The operator's recipient cannot be read. It looks like age1..., as age-keygen prints it.")
		}
	}
	if err := makeKeyFile(p); err != nil {
		return err
	}
	a, err := New(c.ctx, Settings{Place: p, Log: logTo(c.err), PublicURL: m.PublicURL, Mail: noMail{}})
	if err != nil {
		return err
	}
	return errors.Join(m.make(c, a), a.Close())
}

// makeKeyFile makes the root key where --key-file names a file that is not there, so that PostgreSQL can begin, too.
func makeKeyFile(p Place) error {
	if p.KeyFile == "" || p.URL == "" {
		return nil
	}
	if _, err := os.Lstat(p.KeyFile); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return secret.SaveRoot(secret.NewRoot(), p.KeyFile, "")
}

func (m initCmd) make(c *console, a *App) error {
	if len(a.districts) > 0 {
		return errs.Refuse("There is a district here already: " + a.districts[0].Name + ". Nothing was changed. Add people with kith user add.")
	}
	if old, err := a.settings.readNote(); err != nil || old != nil {
		if err == nil {
			err = errs.Refuse("Beside this folder lies a checkpoint of an earlier database, " + a.settings.own(noteFile) + ". If that database is lost, restore its backup with kith restore. To begin anew, move the checkpoint away first.")
		}
		return err
	}
	sheet, err := secret.NewSheet(m.District, clock.DayOf(a.DB.Clock().Now()), a.Root)
	if err != nil {
		return err
	}
	recipients := filepath.Join(a.settings.beside(), recipientsFile)
	if err := writeRecipients(recipients, sheet, m.Operator); err != nil {
		return err
	}
	d := directory.District{ID: a.DB.IDs().New(a.DB.Now()), Name: m.District, Host: m.Host}
	v := access.System(d.ID, "kith init")
	authority := m.Authority
	if authority == "" {
		authority = m.District
	}
	org := a.DB.IDs().New(a.DB.Now())
	err = a.DB.Write(c.ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := (directory.Store{}).InsertDistrict(ctx, tx, d); err != nil {
			return err
		}
		if err := (directory.Store{}).Insert(ctx, tx, directory.Organisation{ID: org, Kind: directory.Authority, Name: authority}); err != nil {
			return err
		}
		if err := a.Concerns.Prepare(ctx, tx, concerns.Service{Name: m.ServiceName, Phone: m.ServicePhone}); err != nil {
			return err
		}
		about := adults.Shipped
		about.OfficerName, about.OfficerPhone = m.OfficerName, m.OfficerPhone
		if err := a.Adults.Prepare(ctx, tx, about); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "district.made", ref.To("district", d.ID))
	})
	if err != nil {
		return err
	}
	link, err := a.Account.FirstAccount(c.ctx, v, m.AdminName, m.AdminEmail, org, "Account administrator")
	if err != nil {
		return err
	}
	if err := a.Log.SequenceAll(c.ctx); err != nil {
		return err
	}
	if _, err := a.keepCheckpoint(c.ctx); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s is made.\n\n", m.District)
	if a.KeyMade != "" {
		fmt.Fprintf(c.out, "Root key:        %s\n                 Without it nothing on the disk can be read. Keep a copy away from this machine.\n", a.KeyMade)
	}
	if a.key.made != "" {
		fmt.Fprintf(c.out, "Checkpoint key:  %s\n", a.key.made)
	}
	fmt.Fprintf(c.out, "For the auditor: %s\n                 With this public key anybody can check the audit log's checkpoints and the backups.\n", a.key.public)
	fmt.Fprintf(c.out, "Backups:         sealed to whoever stands in %s\n\n%s\n", recipients, sheet.Text())
	fmt.Fprintf(c.out, "First account:   %s opens this link within 7 days to choose a password. It opens once.\n                 %s%s\n", m.AdminName, strings.TrimSuffix(m.PublicURL, "/"), link)
	return nil
}

// The lines of the recipients' file: who, then the age recipient.
const (
	sheetWord    = "sheet"
	operatorWord = "operator"
)

// writeRecipients writes to whom backups are sealed. It is no secret.
func writeRecipients(path string, sheet secret.Sheet, operators ...string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# To whom backups are sealed: any of these can open them alone. The root key goes to the sheet only.\n# The recovery sheet was made on %s for root key %s. More lines may be added: operator age1...\n%s %s\n",
		sheet.MadeOn, sheet.KeyID, sheetWord, sheet.Recipient)
	for _, o := range operators {
		if o != "" {
			fmt.Fprintf(&b, "%s %s\n", operatorWord, o)
		}
	}
	return replaceFile(path, []byte(b.String()), 0o644)
}

// readRecipients reads to whom backups are sealed.
func readRecipients(path string) (r backup.Recipients, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return r, errs.Of(errs.Rule, err, "There is nobody to seal backups to: "+path+" cannot be read. kith init makes it; put it back, or write it anew: one line, sheet and the recipient that stands on the recovery sheet.")
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		who, recipient, _ := strings.Cut(line, " ")
		recipient = strings.TrimSpace(recipient)
		_, bad := age.ParseX25519Recipient(recipient)
		switch {
		case bad != nil, who != sheetWord && who != operatorWord, who == sheetWord && r.Sheet != "":
			return r, errs.Refuse("A line of " + path + " cannot be used: " + line + ". It has one line sheet age1... and as many operator age1... as there are.")
		case who == sheetWord:
			r.Sheet = recipient
		default:
			r.Others = append(r.Others, recipient)
		}
	}
	if r.Sheet == "" {
		return r, errs.Refuse("No line of " + path + " names the recovery sheet. Without it a backup could be opened, and the files in it could not.")
	}
	return r, nil
}
