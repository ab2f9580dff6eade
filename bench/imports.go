package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"kith/internal/app"
	"kith/internal/feature/directory"
	"kith/internal/feature/people"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
)

const registerRows = 50_000

// register is a file of the register of establishments, invented.
func register(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (name),EstablishmentStatus (name),OpenDate,PhaseOfEducation (name),StatutoryLowAge,StatutoryHighAge,Street,Town,Postcode,SchoolWebsite,TelephoneNum,NumberOfPupils\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d,999,Haverdale,%d,Invented School %d,Community school,Open,01-09-2001,Primary,4,11,%d Invented Lane,Haverdale,HV1 1AA,www.school%d.example,01632960%03d,%d\n", 200000+i, 2000+i%8000, i, 1+i%200, i, i%1000, 100+i%900)
	}
	return b.Bytes()
}

// empty opens an empty database of the program.
func empty(ctx context.Context, dir string) (*store.DB, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	s := settings(dir)
	s.Clock = clock.System{}
	a, err := app.New(ctx, s)
	if err != nil {
		return nil, err
	}
	return a.DB, nil
}

// importRegister returns how long the register takes, first and once more unchanged.
func importRegister(ctx context.Context, dir string) (first, again time.Duration, err error) {
	db, err := empty(ctx, filepath.Join(dir, "import"))
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close(), os.RemoveAll(filepath.Join(dir, "import"))) }()
	file := register(registerRows)
	for _, took := range []*time.Duration{&first, &again} {
		began := time.Now()
		res, err := directory.Store{}.ImportEstablishments(ctx, db, access.System("d", "benchmark"), bytes.NewReader(file), directory.Options{Alone: true})
		*took = time.Since(began)
		if err != nil {
			return 0, 0, err
		}
		if res.Created+res.Unchanged != registerRows {
			return 0, 0, fmt.Errorf("register: %+v", res)
		}
	}
	return first, again, nil
}

// importRoll returns how long so many children take.
func importRoll(ctx context.Context, dir string, children int) (took time.Duration, err error) {
	db, err := empty(ctx, filepath.Join(dir, "import"))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close(), os.RemoveAll(filepath.Join(dir, "import"))) }()
	return fillRolls(ctx, bulk.Pace{DB: db, Viewer: access.System("d", "benchmark"), Alone: true}, children)
}

// fillRolls puts so many children on rolls, and returns how long that takes.
func fillRolls(ctx context.Context, pace bulk.Pace, children int) (took time.Duration, err error) {
	pace.Cost = people.ArrivalRows
	out := bulk.Writer[*people.Arrival]{Pace: pace, Put: func(ctx context.Context, tx *store.Tx, items []*people.Arrival) (bulk.Tally, error) {
		if err := (people.Store{}).BulkInsert(ctx, tx, items); err != nil {
			return bulk.Tally{}, err
		}
		return bulk.Tally{Created: len(items)}, audit.Record(ctx, tx, "roll.filled", ref.To("roll", "benchmark"))
	}}
	began := time.Now()
	for i := range children {
		if err := out.Add(ctx, &people.Arrival{Child: people.Child{Org: fmt.Sprint("school", i/560), Given: fmt.Sprint("Given", i%971), Family: fmt.Sprint("Family", i%3571), Class: "4B", Year: "4"},
			Detail:   people.Detail{Born: "2018-03-04", Sex: "F", UPN: fmt.Sprintf("B80120%07d", i), Source: fmt.Sprint(i), Address: "1 High Street, Haverdale", Postcode: "HV1 1AA"},
			Contacts: []people.RollContact{{Contact: people.Contact{Name: "A contact", Phone: "01632 960000", Priority: 1, Parental: true}}, {Contact: people.Contact{Name: "Another contact", Phone: "01632 960001", Priority: 2}}}}); err != nil {
			return 0, err
		}
	}
	if err := out.Flush(ctx); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

// audited is what exporting and verifying the audit log of a district came to.
type audited struct {
	entries        int64
	export, verify time.Duration
	bytes          int64
}

// proveAudit exports the log and proves it offline against a checkpoint of its own.
func (d *district) proveAudit(ctx context.Context, dir string) (a audited, err error) {
	secret, public, err := note.GenerateKey(rand.Reader, "kith.bench")
	if err != nil {
		return a, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return a, err
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return a, err
	}
	log := audit.New(d.app.DB, signer)
	// One entry more: a checkpoint of the same size that the program itself has signed would be given again.
	if err := d.app.DB.Write(ctx, access.System(d.id, "benchmark"), func(ctx context.Context, tx *store.Tx) error {
		return audit.Record(ctx, tx, "benchmark.proved", ref.To("district", d.id))
	}); err != nil {
		return a, err
	}
	if err := log.SequenceAll(ctx); err != nil {
		return a, err
	}
	signed, err := log.Checkpoint(ctx)
	if err != nil {
		return a, err
	}
	c, err := audit.ParseCheckpoint(signed, verifier)
	if err != nil {
		return a, err
	}
	path := filepath.Join(dir, "audit.export")
	f, err := os.Create(path)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(path)) }()
	began := time.Now()
	if a.entries, err = log.Export(ctx, f); err != nil {
		return a, err
	}
	a.export = time.Since(began)
	if a.bytes, err = f.Seek(0, io.SeekCurrent); err != nil {
		return a, err
	}
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return a, err
	}
	began = time.Now()
	v, err := audit.Verify(f, c)
	a.verify = time.Since(began)
	if err == nil && !v.OK {
		err = fmt.Errorf("the audit log is not proved: %s", v.Problem)
	}
	return a, err
}
