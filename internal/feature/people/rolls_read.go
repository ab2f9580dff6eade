package people

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"kith/internal/feature/people/roll"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// Formats of a roll.
const (
	FormatCSV       = "csv"
	FormatOneRoster = "oneroster"
	FormatCTF       = "ctf"
)

// FormatOf tells a roll's format by its first bytes: a zip is OneRoster, XML a Common Transfer File, anything else a table.
func FormatOf(head []byte) string {
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return FormatOneRoster
	}
	plain := bytes.ReplaceAll(head, []byte{0}, nil) // UTF-16
	for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		plain = bytes.TrimPrefix(plain, []byte(mark))
	}
	if bytes.HasPrefix(bytes.TrimLeft(plain, " \t\r\n"), []byte("<")) {
		return FormatCTF
	}
	return FormatCSV
}

// Source is a roll's file and how to read it.
type Source struct {
	Format  string
	Body    []byte
	Mapping roll.Mapping
	// Schools are numbers by which a bundle of several schools may know the one that is meant.
	Schools []string
}

// reading is a roll's file, read.
type reading struct {
	pupils []roll.Pupil
	report roll.Report
	scope  roll.Scope
	orgs   []roll.Org // the schools of a bundle that pupils attend
}

// read reads a roll. A bundle of several schools gives the pupils of the one that is meant, and of none when that is not said:
// orgs then lists them.
func (s Source) read(ctx context.Context) (r reading, err error) {
	each := func(p roll.Pupil) error {
		p.Contacts = plain(p.Contacts)
		r.pupils = append(r.pupils, p)
		return nil
	}
	switch s.Format {
	case FormatOneRoster:
		var b roll.Bundle
		b, r.report, err = roll.ReadOneRoster(ctx, bytes.NewReader(s.Body), int64(len(s.Body)), roll.UPNAnywhere, each)
		if b.Delta {
			r.scope = roll.Part
		}
		for _, o := range b.Orgs {
			if slices.ContainsFunc(r.pupils, func(p roll.Pupil) bool { return slices.Contains(p.Schools, o.SourceID) }) {
				r.orgs = append(r.orgs, o)
			}
		}
		if len(r.orgs) > 1 {
			meant := slices.IndexFunc(r.orgs, func(o roll.Org) bool {
				return slices.Contains(s.Schools, o.SourceID) || slices.Contains(s.Schools, o.Identifier)
			})
			r.pupils = slices.DeleteFunc(r.pupils, func(p roll.Pupil) bool {
				return meant < 0 || !slices.Contains(p.Schools, r.orgs[meant].SourceID) && len(p.Schools) > 0
			})
			if meant >= 0 {
				r.orgs = r.orgs[meant : meant+1]
			}
		}
	case FormatCTF:
		r.scope = roll.Part
		_, r.report, err = roll.ReadCTF(ctx, bytes.NewReader(s.Body), each)
	default:
		r.report, err = roll.ReadCSV(ctx, bytes.NewReader(s.Body), s.Mapping, each)
	}
	if err != nil && ctx.Err() == nil {
		err = errs.Of(errs.Rule, err, "The file cannot be taken: "+err.Error()+".")
	}
	return r, err
}

// differ sets a file against the roll as it stands.
func (s Store) differ(ctx context.Context, db *store.DB, district, org string, r reading) (d roll.Difference, names map[string]string, err error) {
	var known []roll.Known
	names = map[string]string{}
	err = db.Read(ctx, forChore(district), func(ctx context.Context, tx *store.Tx) error {
		known = known[:0]
		children, contacts, err := s.rollOf(ctx, tx, org)
		for i := range children {
			c := &children[i]
			known = append(known, c.known(contacts[c.Child.File]))
			names[c.Child.ID] = label(c.Given, c.Family, c.Class)
		}
		return err
	})
	if err != nil {
		return d, nil, err
	}
	return roll.Compare(known, r.pupils, roll.Options{Scope: r.scope, Day: clock.DayOf(db.Clock().Now()), Unread: r.report.RejectedCount()}), names, nil
}

func label(given, family, class string) string {
	name := strings.TrimSpace(given + " " + family)
	if class != "" {
		name += ", " + class
	}
	return name
}

func pupilLabel(p *roll.Pupil) string {
	given, family := p.Name()
	if p.Partial {
		return "Known by the id " + p.SourceID
	}
	return label(given, family, p.Form)
}

// MappingFor returns how to read a school's table: as the school has kept it under a name, or as its headings suggest. Rule:
// no such name.
func (s Store) MappingFor(ctx context.Context, tx *store.Tx, org, kept string, body []byte) (m roll.Mapping, err error) {
	if kept != "" {
		all, err := s.presets(ctx, tx, org)
		if err != nil {
			return m, err
		}
		for _, p := range all {
			if p.Name == kept {
				return m, json.Unmarshal([]byte(p.Mapping), &m)
			}
		}
		return m, errs.Refuse("The school has kept no columns under that name.")
	}
	header, _, err := roll.Peek(ctx, bytes.NewReader(body), 0)
	if err != nil {
		return m, errs.Of(errs.Rule, err, "The file cannot be taken: "+err.Error()+".")
	}
	return roll.Guess(header), nil
}
