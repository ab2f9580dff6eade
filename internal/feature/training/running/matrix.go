package running

import (
	"cmp"
	"context"
	"slices"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

// States of a duty for one person.
const (
	Current = "current"
	Soon    = "soon" // current, and due within the days that the duties name
	Due     = "due"  // over, or never done
)

// Standing is how one person stands with one duty.
type Standing struct {
	Duty  Duty
	State string
	On    clock.Day // when they last did it; "" never
	Until clock.Day // the last day it is current; "" for ever, or never done
}

// Stand says how somebody stands with a duty on a day, by the lines of their training record: the latest that meets it counts, for as long as
// the duty says.
func Stand(d Duty, lines []Learnt, today clock.Day, soonDays int) Standing {
	s := Standing{Duty: d, State: Due}
	for _, l := range lines {
		if slices.Contains(l.Duties, d.Key) && l.Until > s.On && l.Withdrawn.IsZero() {
			s.On = l.Until
		}
	}
	if s.On == "" {
		return s
	}
	s.Until = Expiry(s.On, d.Every)
	switch {
	case s.Until == "" || s.Until >= today.Add(soonDays):
		s.State = Current
	case s.Until >= today:
		s.State = Soon
	}
	return s
}

// Owes says whether a duty is owed to somebody: leads by their role, governors by their staff group, everybody else as staff.
func Owes(d Duty, m Member, leads []string) bool {
	switch d.Who {
	case WhoLeads:
		return slices.Contains(leads, m.Account)
	case WhoGovernors:
		return m.Governor
	}
	return !m.Governor
}

// Row is one person of the matrix.
type Row struct {
	Member
	Standings map[string]Standing // by duty; none that is not owed
}

// State is the worst of a person's standings.
func (r Row) State() string {
	worst := Current
	for _, s := range r.Standings {
		if s.State == Due || s.State == Soon && worst == Current {
			worst = s.State
		}
	}
	return worst
}

// Group is a staff group of the matrix, with how many of those who owe a duty are current.
type Group struct {
	Words string
	Rows  []Row
}

// Count is how many of a group owe a duty, and of how many it is current.
func (g Group) Count(duty string) (current, owed int) {
	for _, r := range g.Rows {
		s, ok := r.Standings[duty]
		if !ok {
			continue
		}
		owed++
		if s.State != Due {
			current++
		}
	}
	return current, owed
}

// Matrix is who of a school has had which training, by staff group.
type Matrix struct {
	School string
	Today  clock.Day
	Duties Duties
	Groups []Group
}

// Tally counts people: all of them, those of whom something is due, and those of whom something is due soon.
func (m Matrix) Tally() (all, due, soon int) {
	for _, g := range m.Groups {
		for _, r := range g.Rows {
			all++
			switch r.State() {
			case Due:
				due++
			case Soon:
				soon++
			}
		}
	}
	return all, due, soon
}

// arrange puts the staff of a school into the matrix, with the lines of their training records.
func arrange(school string, today clock.Day, duties Duties, staff []Member, leads []string, lines []Learnt) Matrix {
	m := Matrix{School: school, Today: today, Duties: duties}
	by := map[string][]Learnt{}
	for _, l := range lines {
		by[l.Account] = append(by[l.Account], l)
	}
	groups := map[string]*Group{}
	for _, s := range staff {
		r := Row{Member: s, Standings: map[string]Standing{}}
		for _, d := range duties.Duties {
			if Owes(d, s, leads) {
				r.Standings[d.Key] = Stand(d, by[s.Account], today, duties.SoonDays)
			}
		}
		if groups[s.Group] == nil {
			groups[s.Group] = &Group{Words: s.Group}
		}
		groups[s.Group].Rows = append(groups[s.Group].Rows, r)
	}
	for _, g := range groups {
		slices.SortFunc(g.Rows, func(x, y Row) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Account, y.Account)) })
		m.Groups = append(m.Groups, *g)
	}
	slices.SortFunc(m.Groups, func(x, y Group) int { return cmp.Compare(x.Words, y.Words) })
	return m
}

// matrix draws the matrix of a school, and notes which lines of training records it shows.
func (f *Feature) matrix(ctx context.Context, tx *store.Tx, org, action string) (m Matrix, err error) {
	staff, err := f.Staff.Staff(ctx, tx, org)
	if err != nil {
		return m, err
	}
	leads, err := f.Staff.Leads(ctx, tx, org)
	if err != nil {
		return m, err
	}
	schools, err := f.Organisations.Names(ctx, tx, org)
	if err != nil {
		return m, err
	}
	lines, err := f.rows.LearntAt(ctx, tx, org)
	if err != nil {
		return m, err
	}
	var ids []string
	for _, l := range lines {
		ids = append(ids, string(l.ID))
	}
	if ids != nil {
		tx.SawList(action, org, ids)
	}
	return arrange(schools[org].Name, clock.DayOf(tx.Now.Time()), Owed(), staff, accounts(leads), lines), nil
}

func accounts(people []ref.Person) (out []string) {
	for _, p := range people {
		out = append(out, p.ID)
	}
	return out
}

// member returns somebody of a school's staff. NotFound: they do not work there.
func (f *Feature) member(ctx context.Context, tx *store.Tx, org, account string) (Member, error) {
	staff, err := f.Staff.Staff(ctx, tx, org)
	for _, m := range staff {
		if m.Account == account {
			return m, err
		}
	}
	if err == nil {
		err = errs.Missing()
	}
	return Member{}, err
}
