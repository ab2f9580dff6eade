package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"kith/internal/feature/directory/register"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
)

// Kinds of group that the register holds besides trusts.
const (
	Federation = "federation"
	OtherGroup = "group"
)

// States of an organisation. A school that is open but proposed to close is open (ROL-7); unknown is not closed.
const (
	StatusOpen     = "open"
	StatusProposed = "proposed"
	StatusClosed   = "closed"
	StatusUnknown  = "unknown"
)

// Options of an import.
type Options struct {
	// DryRun reads and compares, and writes nothing.
	DryRun bool
	// Alone says that nobody else uses the database.
	Alone bool
	// Authorities are the codes of local authorities whose establishments are wanted; none means all.
	Authorities []string
	// Progress, when set, is told how many rows have been taken.
	Progress func(done int)
}

// importer is what the five imports share.
type importer[T any] struct {
	kind string
	read func(context.Context, io.Reader, func(T) error) (register.Report, error)
	put  func(ctx context.Context, tx *store.Tx, dry bool, rows []T) (bulk.Tally, error)
	cost int
}

func (m importer[T]) run(ctx context.Context, db *store.DB, v access.Viewer, r io.Reader, o Options, wanted func(T) (bool, error)) (res bulk.Result, err error) {
	out := bulk.Writer[T]{Pace: bulk.Pace{DB: db, Viewer: v, Alone: o.Alone, DryRun: o.DryRun, Cost: m.cost}, Done: o.Progress,
		Put: func(ctx context.Context, tx *store.Tx, rows []T) (bulk.Tally, error) {
			return m.put(ctx, tx, o.DryRun, rows)
		}}
	rep, err := m.read(ctx, r, func(row T) error {
		if wanted != nil {
			ok, err := wanted(row)
			if !ok || err != nil {
				res.Skipped++
				return err
			}
		}
		return out.Add(ctx, row)
	})
	if err == nil {
		err = out.Flush(ctx)
	}
	res.Took(rep, out.Tally)
	if errs.KindOf(err) == errs.Internal && err != nil && ctx.Err() == nil {
		err = errs.Of(errs.Rule, err, "The file cannot be taken: "+err.Error()+".")
	}
	if err != nil || o.DryRun {
		return res, err
	}
	return res, db.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		return audit.Record(ctx, tx, "directory.imported", ref.To("register", m.kind), audit.Detail(out.Tally))
	})
}

// ImportEstablishments takes the register of establishments, in the layout of any year. An establishment is known by its
// URN; one that is not in the file is left as it is (ROL-7). What the file has no column for stays as it was.
func (s Store) ImportEstablishments(ctx context.Context, db *store.DB, v access.Viewer, r io.Reader, o Options) (bulk.Result, error) {
	day := clock.DayOf(db.Clock().Now())
	m := importer[register.Establishment]{kind: "establishments", read: register.ReadEstablishments}
	m.put = func(ctx context.Context, tx *store.Tx, dry bool, rows []register.Establishment) (bulk.Tally, error) {
		return upsert(ctx, tx, s, dry, false, day, rows, func(e register.Establishment) string { return e.URN },
			func(e register.Establishment) string { return digest(e, e.StatusOn(day)) },
			func(old entry, e register.Establishment) entry { return old.taking(e, day) })
	}
	var wanted func(register.Establishment) (bool, error)
	if len(o.Authorities) > 0 {
		wanted = func(e register.Establishment) (bool, error) {
			if !e.Said.Has(register.SaidAuthority) {
				return false, errs.Refuse("This file does not say to which authority a school belongs, so it cannot be cut to one.")
			}
			return slices.Contains(o.Authorities, e.LACode), nil
		}
	}
	return m.run(ctx, db, v, r, o, wanted)
}

// ImportGroups takes the register of trusts and federations, and makes the memberships of schools that name them.
func (s Store) ImportGroups(ctx context.Context, db *store.DB, v access.Viewer, r io.Reader, o Options) (bulk.Result, error) {
	day := clock.DayOf(db.Clock().Now())
	m := importer[register.Group]{kind: "groups", read: register.ReadGroups}
	m.put = func(ctx context.Context, tx *store.Tx, dry bool, rows []register.Group) (bulk.Tally, error) {
		return upsert(ctx, tx, s, dry, true, day, rows, func(g register.Group) string { return g.UID },
			func(g register.Group) string { return digest(g) }, func(old entry, g register.Group) entry { return old.takingGroup(g, day) })
	}
	return m.run(ctx, db, v, r, o, nil)
}

// upsert takes rows of either register. A row that reads as it did the last time costs one look.
func upsert[T any](ctx context.Context, tx *store.Tx, s Store, dry, group bool, day clock.Day, rows []T, key, hash func(T) string, merge func(entry, T) entry) (t bulk.Tally, err error) {
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = key(r)
	}
	had, err := s.knownBy(ctx, tx, group, keys)
	if err != nil {
		return t, err
	}
	hashes := make([]string, len(rows))
	var ask []string
	for i, r := range rows {
		hashes[i] = hash(r)
		if k, ok := had[keys[i]]; ok && k.Hash != hashes[i] {
			ask = append(ask, k.ID)
		}
	}
	old, err := s.entries(ctx, tx, ask)
	if err != nil {
		return t, err
	}
	var put []entry
	var ids []string
	for i, r := range rows {
		k, ok := had[keys[i]]
		if ok && k.Hash == hashes[i] {
			t.Unchanged++
			continue
		}
		was := entry{ID: k.ID}
		if ok {
			was = old[k.ID]
		} else {
			was.ID = tx.NewID()
		}
		is := merge(was, r)
		is.Hash = was.Hash
		if ok && is == was {
			t.Unchanged++ // the file says less than is known, and nothing else
			continue
		}
		if ok {
			t.Updated++
		} else {
			t.Created++
		}
		is.Hash = hashes[i]
		put, ids = append(put, is), append(ids, is.ID)
	}
	if dry || len(put) == 0 {
		return t, nil
	}
	if err := s.putEntries(ctx, tx, put); err != nil {
		return t, err
	}
	return t, s.bind(ctx, tx, group, ids, day)
}

// digest tells whether a row of a file was taken before.
func digest(row ...any) string {
	h := sha256.New()
	fmt.Fprintf(h, "%#v", row)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// taking returns the entry with what the row says. What its file has no column for stays.
func (e entry) taking(row register.Establishment, day clock.Day) entry {
	e.Kind, e.URN, e.Name = School, row.URN, row.Name
	said := row.Said
	set := func(what register.Said, to *string, value string) {
		if said.Has(what) {
			*to = value
		}
	}
	set(register.SaidAuthority, &e.Authority, row.LACode)
	set(register.SaidAuthorityName, &e.AuthorityName, row.LAName)
	set(register.SaidNumber, &e.Number, row.EstablishmentNumber)
	set(register.SaidType, &e.Type, row.TypeName)
	set(register.SaidTypeGroup, &e.TypeGroup, row.TypeGroup)
	set(register.SaidOpened, &e.Opened, string(row.OpenDate))
	set(register.SaidClosed, &e.Closed, string(row.CloseDate))
	set(register.SaidPhase, &e.Phase, row.PhaseName)
	set(register.SaidGender, &e.Gender, row.Gender)
	set(register.SaidNursery, &e.Nursery, string(row.Nursery))
	set(register.SaidSixthForm, &e.SixthForm, string(row.SixthForm))
	set(register.SaidReligion, &e.Religion, row.ReligiousCharacter)
	set(register.SaidTrust, &e.Trust, row.TrustUID)
	set(register.SaidFederation, &e.Federation, row.FederationUID)
	set(register.SaidUKPRN, &e.UKPRN, row.UKPRN)
	set(register.SaidAddress, &e.Address, joined(row.Street, row.Locality, row.Address3))
	set(register.SaidTown, &e.Town, row.Town)
	set(register.SaidPostcode, &e.Postcode, row.Postcode)
	set(register.SaidWebsite, &e.Website, row.Website)
	set(register.SaidTelephone, &e.Phone, row.Telephone)
	set(register.SaidDistrict, &e.District, row.DistrictCode)
	set(register.SaidWard, &e.Ward, row.WardCode)
	if said.Has(register.SaidAges) {
		e.Low, e.High = int64(row.LowAge), int64(row.HighAge)
	}
	if said.Has(register.SaidCapacity) {
		e.Capacity = int64(row.Capacity)
	}
	if said.Has(register.SaidPupils) {
		e.Pupils = int64(row.Pupils)
	}
	if row.Easting > 0 && row.Northing > 0 {
		p := register.FromGrid(float64(row.Easting), float64(row.Northing))
		e.Latitude, e.Longitude = p.Lat, p.Lon
	}
	// A file that is silent about the status does not take away what another said.
	if st := status(row.StatusOn(day)); st != StatusUnknown || e.Status == "" {
		e.Status = st
	}
	return e
}

func (e entry) takingGroup(g register.Group, day clock.Day) entry {
	e.Group, e.Name, e.Type, e.PublicNumber, e.Companies, e.UKPRN = g.UID, g.Name, g.Type, g.ID, g.CompaniesHouse, g.UKPRN
	e.Opened, e.Closed = string(g.OpenDate), string(g.CloseDate)
	if e.Opened == "" {
		e.Opened = string(g.IncorporatedOn)
	}
	e.Address, e.Town, e.Postcode = joined(g.Street, g.Locality, g.Address3), g.Town, g.Postcode
	word := strings.ToLower(g.Type)
	switch {
	case strings.Contains(word, "federation"):
		e.Kind = Federation
	case strings.Contains(word, "trust"):
		e.Kind = Trust
	default:
		e.Kind = OtherGroup
	}
	e.Status = status(g.Status)
	if g.Status == register.Unknown && g.CloseDate != "" && g.CloseDate <= day {
		e.Status = StatusClosed
	}
	return e
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

func status(s register.Status) string {
	switch s {
	case register.Open, register.OpenButProposedToClose:
		return StatusOpen
	case register.ProposedToOpen:
		return StatusProposed
	case register.Closed:
		return StatusClosed
	}
	return StatusUnknown
}

func registerStatus(s string) register.Status {
	switch s {
	case StatusOpen:
		return register.Open
	case StatusProposed:
		return register.ProposedToOpen
	case StatusClosed:
		return register.Closed
	}
	return register.Unknown
}
