// Package demo is the invented district of Haverdale: its schools, its people and a term's worth of their lives. Everything in it
// is made up, it is the same from the same seed, and its dates move with today. It stands above the slices and lives through their
// own actions, so that nothing is shown that the program cannot do.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"kith/internal/feature/account"
	"kith/internal/feature/adults"
	"kith/internal/feature/auditing"
	"kith/internal/feature/concerns"
	"kith/internal/feature/directory"
	"kith/internal/feature/newsletters"
	"kith/internal/feature/people"
	"kith/internal/feature/referrals"
	"kith/internal/feature/sharing"
	"kith/internal/feature/talk"
	"kith/internal/feature/training"
	"kith/internal/feature/training/cascade"
	"kith/internal/feature/training/programme"
	"kith/internal/feature/training/quiz"
	"kith/internal/feature/training/running"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// Parts are the slices whose lives the district fills in.
type Parts struct {
	Concerns    *concerns.Feature
	Adults      *adults.Feature
	Newsletters *newsletters.Feature
	Terms       *directory.Terms
	Auditing    *auditing.Feature
	Sharing     *sharing.Feature
	Referrals   *referrals.Feature
	Talk        *talk.Feature
	Training    *training.Feature
	Quizzes     *quiz.Feature
	Programmes  *programme.Feature
	Cascades    *cascade.Feature
	Running     *running.Feature
	Queue       *jobs.Queue
}

// District is the name of the invented district.
const District = "Haverdale"

// Persona is somebody to sign in as with one click.
type Persona struct {
	Key          string `json:"key"`
	Name         string `json:"name"`
	Role         string `json:"role"`
	Organisation string `json:"organisation"`
	Account      string `json:"-"`
	Group        string `json:"-"` // where the sign-in page lists them
	Does         string `json:"-"` // what they will find
}

// person is somebody of the district with a post.
type person struct {
	key, name, email string
	org              int // 0 Thornbeck Primary; see schools
	role             access.Role
	title            string
	phone            string
	group, does      string
}

const (
	atThornbeck  = iota
	atTrust      = 100
	atAuthority  = 101
	atPartners   = 102
	atSocialCare = 103
)

// cast are the people with a name and a part. More arrive with the capabilities that give them something to do.
var cast = []person{
	{"reporter", "Ellen Booth", "ellen.booth", atThornbeck, access.Member, "Lunchtime supervisor", "", "In a school", "Lunchtime supervisor. Saw something at 12:20"},
	{"teacher", "Grace Ito", "grace.ito", atThornbeck, access.Member, "Class teacher", "", "In a school", "Class teacher. Wrote last week, and was answered"},
	{"dsl", "Amina Sesay", "amina.sesay", atThornbeck, access.DSL, "Designated safeguarding lead", "01632 960 101", "In a school", "Safeguarding lead. Unread before the bell"},
	{"deputy-dsl", "Tom Hartley", "tom.hartley", atThornbeck, access.DSL, "Deputy safeguarding lead", "01632 960 104", "In a school", "Deputy lead. On duty after lunch"},
	{"", "Joan Okafor", "joan.okafor", atThornbeck, access.DSL, "Deputy safeguarding lead", "01632 960 105", "", ""},
	{"headteacher", "Helen Brandt", "helen.brandt", atThornbeck, access.Head, "Headteacher", "01632 960 100", "In a school", "Headteacher. Oversight, worries about adults, and places on courses"},
	{"chair-of-governors", "Ravi Anand", "ravi.anand", atThornbeck, access.Chair, "Chair of governors", "01632 960 106", "Around a school", "Chair of governors. What is about the headteacher"},
	{"social-worker", "Priya Nair", "priya.nair", atSocialCare, access.LAOfficer, "Social worker, duty team", "01632 960 300", "Across the district", "Referrals to children’s social care"},
	{"", "Callum Reid", "callum.reid", atSocialCare, access.LAOfficer, "Team manager, duty team", "01632 960 301", "", ""},
	{"account-admin", "Marek Nowak", "marek.nowak", atThornbeck, access.Admin, "School business manager", "", "Around a school", "Accounts, rolls and dates of one school. Opens no record"},
	{"lado", "Maud Ferris", "maud.ferris", atAuthority, access.LADO, "Designated officer (LADO)", "01632 960 310", "Across the district", "Allegations that schools have referred, and no others"},
	{"partnership-manager", "Dele Adeyemi", "dele.adeyemi", atPartners, access.Partnership, "Partnership business manager", "", "Across the district", "The newsletter, and who receives it"},
	{"", "Ruth Ansell", "ruth.ansell", atPartners, access.Partnership, "Communications officer", "", "", ""},
	{"lead-governor", "Malcolm Reid", "malcolm.reid", atThornbeck, access.Governor, "Lead governor for safeguarding", "", "Around a school", "Lead governor. Figures of groups, no names"},
	{"training-admin", "Nadia Rahman", "nadia.rahman", atPartners, access.TrainingAdmin, "Training administrator", "", "Across the district", "Courses, requests and who gets a place"},
	{"strategic-manager", "Alison Grady", "alison.grady", atAuthority, access.Admin, "Strategic manager, education safeguarding", "", "Across the district", "What holds for every school: clocks, dates, registers, accounts"},
	{"trust-lead", "Siobhan Daly", "siobhan.daly", atTrust, access.TrustLead, "Safeguarding lead, Haverdale Seven", "01632 960 320", "Across the district", "Seven schools: who is on duty, what waits, where training has arrived"},
	{"", "Gwen Parry", "gwen.parry", atTrust, access.Admin, "Operations manager, Haverdale Seven", "", "", ""},
	{"auditor", "Carys Pugh", "carys.pugh", atAuthority, access.Auditor, "Data protection officer", "", "Across the district", "Proves that nothing was removed"},
}

// schoolNames are the schools, the first seven a collaboration.
var schoolNames = []struct{ name, phase, phone string }{
	{"Thornbeck Primary", "Primary", "01632 960 110"},
	{"Millrace Primary", "Primary", "01632 960 120"},
	{"Oakbank Academy", "Secondary", "01632 960 130"},
	{"St Aidan’s Primary", "Primary", "01632 960 140"},
	{"Calder View School", "Special", "01632 960 150"},
	{"Hebble Lane Infants", "Primary", "01632 960 160"},
	{"Ryburn High", "Secondary", "01632 960 170"},
}

// maker makes the district.
type maker struct {
	db       *store.DB
	clock    *clock.Manual
	rand     *rand.Rand
	district string
	sys      access.Viewer
	schools  []string
	others   map[int]string
	accounts map[string]string // by e-mail name
	people   people.Store
	posts    account.Store
	parts    Parts
	kids     map[string]people.Child // those with a name in the story, and extras
	extras   []string
	today    clock.Day
	cal      term.Calendar // of Haverdale
	decided  string        // the decision that was recorded last
}

// Seed makes ids and lives the same each time.
var Seed = [32]byte{'H', 'a', 'v', 'e', 'r', 'd', 'a', 'l', 'e'}

// IDs returns the source of ids of the invented district.
func IDs() *id.Source { return id.NewSource(rand.NewChaCha8(Seed)) }

// Make fills an empty database. clk is the database's own clock, which Make moves through the term and leaves at now. A district
// of more than 20,000 children is the reference district (Reference).
func Make(ctx context.Context, db *store.DB, clk *clock.Manual, parts Parts, children int, now time.Time) error {
	if children > whole {
		return Reference(ctx, db, clk, parts, children, now)
	}
	_, err := makeLives(ctx, db, clk, parts, children, now)
	return err
}

func makeLives(ctx context.Context, db *store.DB, clk *clock.Manual, parts Parts, children int, now time.Time) (*maker, error) {
	m := &maker{db: db, clock: clk, rand: rand.New(rand.NewChaCha8(Seed)), parts: parts, others: map[int]string{}, accounts: map[string]string{}, kids: map[string]people.Child{}} // #nosec G404 -- the invented district is the same from the same seed
	m.clock.Set(now.AddDate(-1, -2, 0))
	m.district = db.IDs().New(clock.Of(clk.Now()))
	m.sys = access.System(m.district, "invented district")
	for _, step := range []func(context.Context) error{m.found, m.appoint, func(ctx context.Context) error { return m.terms(ctx, now) }, func(ctx context.Context) error { return m.enrol(ctx, children) }} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	if err := m.live(ctx, now); err != nil {
		return nil, err
	}
	if err := m.sharings(ctx, clock.DayOf(now)); err != nil {
		return nil, err
	}
	if err := m.neighbours(ctx, clock.DayOf(now)); err != nil {
		return nil, err
	}
	if err := m.letters(ctx, clock.DayOf(now)); err != nil {
		return nil, err
	}
	if err := m.comeAndGo(ctx, clock.DayOf(now)); err != nil {
		return nil, err
	}
	if err := m.aboutAdults(ctx, clock.DayOf(now)); err != nil {
		return nil, err
	}
	if err := m.courses(ctx, clock.DayOf(now)); err != nil {
		return nil, err
	}
	if err := m.programmes(ctx, clock.DayOf(now)); err != nil {
		return nil, err
	}
	if err := m.quizzes(ctx, clock.DayOf(now)); err != nil {
		return nil, err
	}
	if err := m.cascades(ctx, clock.DayOf(now)); err != nil {
		return nil, err
	}
	if err := m.running(ctx, clock.DayOf(now)); err != nil {
		return nil, err
	}
	if err := m.copies(ctx, clock.DayOf(now)); err != nil { // last: it numbers the log
		return nil, err
	}
	m.clock.Set(now)
	return m, nil
}

func (m *maker) write(ctx context.Context, fn func(context.Context, *store.Tx) error) error {
	return m.db.Write(ctx, m.sys, fn)
}

// found makes the district and its organisations.
func (m *maker) found(ctx context.Context) error {
	return m.write(ctx, func(ctx context.Context, tx *store.Tx) error {
		m.schools = nil
		if err := (directory.Store{}).InsertDistrict(ctx, tx, directory.District{ID: m.district, Name: District, Demo: true}); err != nil {
			return err
		}
		for i, s := range schoolNames {
			o := directory.Organisation{ID: tx.NewID(), Kind: directory.School, Name: s.name, URN: fmt.Sprint(900001 + i), Phase: s.phase, Phone: s.phone, Address: "Invented Lane", Postcode: schoolPlaces[i].postcode}
			if err := (directory.Store{}).Insert(ctx, tx, o); err != nil {
				return err
			}
			m.schools = append(m.schools, o.ID)
		}
		for at, o := range map[int]directory.Organisation{
			atTrust:      {Kind: directory.Collaboration, Name: "Haverdale Seven"},
			atAuthority:  {Kind: directory.Authority, Name: "Haverdale Council"},
			atSocialCare: {Kind: directory.Authority, Name: "Haverdale Council children’s social care", Phone: "01632 960 300"},
			atPartners:   {Kind: directory.Partnership, Name: "Haverdale Safeguarding Partnership"},
		} {
			o.ID = tx.NewID()
			if err := (directory.Store{}).Insert(ctx, tx, o); err != nil {
				return err
			}
			m.others[at] = o.ID
		}
		for _, s := range m.schools {
			if err := (directory.Store{}).Join(ctx, tx, m.others[atTrust], s, "member", "2022-09-01"); err != nil {
				return err
			}
		}
		if err := m.parts.Concerns.Prepare(ctx, tx, concerns.Service{Name: "the Haverdale front door", Phone: "01632 960 300"}); err != nil {
			return err
		}
		if err := m.prepareAdults(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "district.made", ref.To("district", m.district))
	})
}

// appoint gives the cast their accounts and posts, and every other school its leads.
func (m *maker) appoint(ctx context.Context) error {
	return m.write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for i, p := range cast {
			org := m.others[p.org]
			if p.org < len(m.schools) {
				org = m.schools[p.org]
			}
			if err := m.hire(ctx, tx, p, org, i); err != nil {
				return err
			}
		}
		for i, s := range m.schools[1:] {
			for j, role := range []access.Role{access.DSL, access.DSL, access.Head, access.Member} {
				title := map[access.Role]string{access.DSL: "Safeguarding lead", access.Head: "Headteacher", access.Member: "Teacher"}[role]
				name := m.adultName()
				p := person{name: name, email: fmt.Sprintf("staff%d.%d", i+2, j+1), role: role, title: title}
				if err := m.hire(ctx, tx, p, s, 50+i*4+j); err != nil {
					return err
				}
			}
		}
		return audit.Record(ctx, tx, "district.staffed", ref.To("district", m.district))
	})
}

func (m *maker) hire(ctx context.Context, tx *store.Tx, p person, org string, order int) error {
	a := account.Account{ID: account.ID(tx.NewID()), Email: p.email + "@haverdale.example", Name: p.name, Phone: p.phone, State: account.Active}
	if err := m.posts.InsertAccount(ctx, tx, a); err != nil {
		return err
	}
	m.accounts[p.email] = string(a.ID)
	return m.posts.InsertPost(ctx, tx, account.Post{ID: tx.NewID(), Account: string(a.ID), Org: org, Role: p.role, Title: p.title, From: tx.Now + clock.Millis(order), Until: account.NoEnd})
}

// comeAndGo has somebody invited who has not come yet, and somebody whose post ends next week.
func (m *maker) comeAndGo(ctx context.Context, today clock.Day) error {
	m.at(today, 3, 11, 0)
	return m.write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, x := range []struct {
			name, email, title string
			state              account.State
			until              clock.Millis
		}{
			{"Sam Whitaker", "sam.whitaker", "Teaching assistant", account.Invited, account.NoEnd},
			{"Leah Rahman", "leah.rahman", "Student teacher", account.Active, clock.Of(today.Add(9).Start())},
		} {
			a := account.Account{ID: account.ID(tx.NewID()), Email: x.email + "@haverdale.example", Name: x.name, State: x.state}
			if err := m.posts.InsertAccount(ctx, tx, a); err != nil {
				return err
			}
			if err := m.posts.InsertPost(ctx, tx, account.Post{ID: tx.NewID(), Account: string(a.ID), Org: m.schools[atThornbeck], Role: access.Member, Title: x.title, From: tx.Now, Until: x.until}); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, "district.staffed", ref.To("district", m.district))
	})
}

// Personas lists who can be signed in as, in the order of the sign-in page. Whoever joined the cast after the district was made is not
// there, and keeps nobody else out.
func Personas(ctx context.Context, db *store.DB, district string) (out []Persona, err error) {
	err = db.Read(ctx, access.System(district, "personas"), func(ctx context.Context, tx *store.Tx) error {
		out = nil
		for _, p := range cast {
			if p.key == "" {
				continue
			}
			a, err := (account.Store{}).ByEmail(ctx, tx, p.email+"@haverdale.example")
			if errs.Is(err, errs.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			org, err := (account.Store{}).OrgOf(ctx, tx, string(a.ID))
			if err != nil {
				return err
			}
			names, err := (directory.Store{}).Names(ctx, tx, org)
			if err != nil {
				return err
			}
			out = append(out, Persona{Key: p.key, Name: p.name, Role: p.title, Organisation: names[org].Name, Account: string(a.ID), Group: p.group, Does: p.does})
		}
		return nil
	})
	return out, err
}

// as is one of the cast, acting with everything their posts give them.
func (m *maker) as(email string) access.Viewer {
	v := access.Viewer{Account: m.accounts[email], District: m.district, Strength: access.SteppedUp, Roles: map[access.Role][]string{}}
	for _, p := range cast {
		if p.email == email {
			org := m.others[p.org]
			if p.org < len(m.schools) {
				org = m.schools[p.org]
			}
			v.Roles[p.role] = []string{org}
			v.Roles[access.Member] = []string{org}
		}
	}
	return v
}

// at moves the clock to a day before today, at an hour of the clock in Haverdale.
func (m *maker) at(today clock.Day, daysAgo, hour, minute int) {
	day := today.Add(-daysAgo)
	for !m.cal.IsSchoolDay(day) {
		day = day.Add(-1)
	}
	m.clock.Set(day.At(hour, minute))
}
