package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kith/internal/feature/concerns"
	"kith/internal/feature/directory"
	"kith/internal/feature/people"
	"kith/internal/feature/referrals"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
)

// whole is how many children a district has at most whose lives are all lived through the program's own actions. A larger one
// has a past beside them that is brought in by the bulk paths.
const whole = 20_000

// The reference district: what it has beside its children, for each of them. At 140,000 children it is 250 schools, 12,000 staff,
// 500,000 concerns, about 2,000,000 entries of the chronology and 5,000,000 of the audit log.
const (
	referenceChildren = 140_000
	referenceConcerns = 500_000
	referenceAudit    = 5_000_000
	referenceLives    = 2_000 // children at the schools of the cast, whose lives are lived through the actions
	referenceSchools  = 243   // besides those of the cast
	staffPerSchool    = 12_000 / 250
	schoolsPerTrust   = 25
	officers          = 20
	pastYears         = 3
)

// Rows of the database in one closure: nobody else uses a district that is being made.
const (
	childrenAtOnce = 400
	concernsAtOnce = 100
	entriesAtOnce  = 5_000
	heldAtMost     = 400_000 // entries of the chronology held in memory until they are brought in child by child
)

// Accounts of the reference district that stand for a role: a school's lead, a trust's lead, an officer of the authority.
const (
	ReferenceLead    = "lead1@haverdale.example"
	ReferenceTrust   = "trust1@haverdale.example"
	ReferenceOfficer = "officer1@haverdale.example"
)

// bigSchool is a school of the reference district.
type bigSchool struct {
	id       string
	leads    []string // accounts; the first is the designated lead
	head     string
	staff    []string
	children []pastChild
}

type pastChild struct{ id, file, name string }

// reference is the maker of the past.
type reference struct {
	*maker
	now      time.Time
	edition  string
	children int // of the whole district
	left     int // of them, to be put on the rolls of the schools here
	schools  []*bigSchool
	lines    map[*pastChild][]story.Entry
	held     int
}

// Reference fills an empty database with the reference district in the proportions of its full size, whatever its size: the
// lives of Make, and around them schools with three years behind them. The same seed gives the same district.
func Reference(ctx context.Context, db *store.DB, clk *clock.Manual, parts Parts, children int, now time.Time) error {
	lives := share(children, referenceLives)
	m, err := makeLives(ctx, db, clk, parts, lives, now)
	if err != nil {
		return err
	}
	r := &reference{maker: m, now: now, children: children, left: children - lives, lines: map[*pastChild][]story.Entry{}}
	for _, step := range []func(context.Context) error{r.found, r.enrol, r.past} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// share is what of n at the reference size belongs to a district of so many children.
func share(children, n int) int { return int(int64(children) * int64(n) / referenceChildren) }

// found makes the schools, their trusts, and everybody who works there.
func (r *reference) found(ctx context.Context) error {
	trust := ""
	for i := range max(1, share(r.children, referenceSchools)) {
		s := &bigSchool{}
		if err := r.write(ctx, func(ctx context.Context, tx *store.Tx) error {
			*s = bigSchool{id: tx.NewID()}
			o := directory.Organisation{ID: s.id, Kind: directory.School, Name: fmt.Sprintf("%s %s School", familyNames[i%len(familyNames)], []string{"Lane", "Road", "Park", "Moor"}[i/len(familyNames)%4]), URN: fmt.Sprint(910001 + i), Phase: []string{"Primary", "Primary", "Primary", "Secondary"}[i%4], Phone: fmt.Sprintf("01632 96%04d", i)}
			if err := (directory.Store{}).Insert(ctx, tx, o); err != nil {
				return err
			}
			if i%schoolsPerTrust == 0 {
				trust = tx.NewID()
				if err := (directory.Store{}).Insert(ctx, tx, directory.Organisation{ID: trust, Kind: directory.Trust, Name: fmt.Sprintf("Haverdale Trust %d", 1+i/schoolsPerTrust)}); err != nil {
					return err
				}
				if err := r.hire(ctx, tx, person{name: r.adultName(), email: fmt.Sprintf("trust%d", 1+i/schoolsPerTrust), role: access.TrustLead, title: "Trust safeguarding lead"}, trust, 0); err != nil {
					return err
				}
			}
			if err := (directory.Store{}).Join(ctx, tx, trust, s.id, "member", "2022-09-01"); err != nil {
				return err
			}
			return r.staff(ctx, tx, s, i)
		}); err != nil {
			return err
		}
		r.schools = append(r.schools, s)
	}
	return r.write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for i := range officers {
			if err := r.hire(ctx, tx, person{name: r.adultName(), email: fmt.Sprintf("officer%d", i+1), role: access.LAOfficer, title: "Social worker"}, r.others[atAuthority], i); err != nil {
				return err
			}
		}
		list, err := concerns.Store{}.Categories(ctx, tx, clock.DayOf(r.now))
		if err != nil {
			return err
		}
		r.edition = list[0].Edition
		return audit.Record(ctx, tx, "district.staffed", ref.To("district", r.district))
	})
}

func (r *reference) staff(ctx context.Context, tx *store.Tx, s *bigSchool, i int) error {
	for j := range staffPerSchool {
		p := person{name: r.adultName(), email: fmt.Sprintf("staff%d.%d", 1000+i, j), role: access.Member, title: "Teacher"}
		switch {
		case j == 0:
			p.role, p.title, p.email = access.DSL, "Designated safeguarding lead", fmt.Sprintf("lead%d", i+1)
		case j < 3:
			p.role, p.title = access.DSL, "Deputy safeguarding lead"
		case j == 3:
			p.role, p.title = access.Head, "Headteacher"
		case j == 4:
			p.role, p.title = access.Admin, "School business manager"
		}
		if err := r.hire(ctx, tx, p, s.id, j); err != nil {
			return err
		}
		id := r.accounts[p.email]
		switch {
		case j < 3:
			s.leads = append(s.leads, id)
		case j == 3:
			s.head = id
		case j > 4:
			s.staff = append(s.staff, id)
		}
	}
	today := clock.DayOf(r.now)
	for day := range 14 {
		for half := range 2 {
			d := concerns.Duty{Org: s.id, Day: today.Add(day), Account: s.leads[half], From: 450 + half*300, Until: 750 + half*240, Place: "office by the hall", Phone: "01632 960 101"}
			if err := (concerns.Store{}).SetDuty(ctx, tx, d); err != nil {
				return err
			}
		}
	}
	return audit.Record(ctx, tx, "school.staffed", ref.To("organisation", s.id), audit.Org(s.id))
}

// enrol puts the children on the rolls.
func (r *reference) enrol(ctx context.Context) error {
	for i, s := range r.schools {
		n := r.left / (len(r.schools) - i)
		r.left -= n
		for n > 0 {
			arrivals := make([]*people.Arrival, min(n, childrenAtOnce))
			for j := range arrivals {
				year := 1 + r.rand.IntN(11)
				a := &people.Arrival{Child: people.Child{Org: s.id, Given: r.pick(givenNames), Family: r.pick(familyNames), Year: fmt.Sprint(year), Class: fmt.Sprint(year, " ", r.pick(classes))}}
				a.Born, a.Entered = clock.Day(fmt.Sprintf("%d-%02d-%02d", r.now.Year()-5-year, 1+r.rand.IntN(12), 1+r.rand.IntN(28))), "2022-09-05"
				a.Contacts = []people.RollContact{{Contact: people.Contact{Name: r.pick(givenNames) + " " + a.Family, Relationship: "Mother", Phone: fmt.Sprintf("07700 90%04d", r.rand.IntN(10000)), Priority: 1, Parental: true}}}
				arrivals[j] = a
			}
			n -= len(arrivals)
			if err := r.write(ctx, func(ctx context.Context, tx *store.Tx) error {
				if err := r.people.BulkInsert(ctx, tx, arrivals); err != nil {
					return err
				}
				return audit.Record(ctx, tx, "roll.filled", ref.To("organisation", s.id), audit.Org(s.id))
			}); err != nil {
				return err
			}
			for _, a := range arrivals {
				s.children = append(s.children, pastChild{a.Child.ID, a.Child.File, a.Child.Name()})
			}
		}
	}
	return nil
}

// past brings in the concerns of three years in the order in which they came, all schools mixed as in life, each with its
// entries of the audit log.
func (r *reference) past(ctx context.Context) error {
	n := share(r.children, referenceConcerns)
	days := r.schoolDays()
	for done := 0; done < n; {
		var batch []*concerns.Past
		var about []*bigSchool
		var kids []*pastChild
		for ; done < n && len(batch) < concernsAtOnce; done++ {
			at := float64(done) * float64(len(days)) / float64(n)
			day := days[int(at)]
			came := clock.Of(day.At(8, 30)).Add(time.Duration((at - float64(int(at))) * float64(7*time.Hour)))
			s := r.schools[r.rand.IntN(len(r.schools))]
			u := r.rand.Float64()
			k := &s.children[int(u*u*float64(len(s.children)))] // a few children have most of it
			batch, about, kids = append(batch, r.concern(s, k, came)), append(about, s), append(kids, k)
		}
		if err := r.again(ctx, func(ctx context.Context, tx *store.Tx) error {
			if err := (concerns.Store{}).BulkInsert(ctx, tx, batch); err != nil {
				return err
			}
			if err := (referrals.Store{}).BulkInsert(ctx, tx, r.referred(batch)); err != nil {
				return err
			}
			var entries []audit.Past
			for i, p := range batch {
				entries = append(entries, r.audited(p, about[i], kids[i])...)
			}
			slices.SortStableFunc(entries, func(a, b audit.Past) int { return int(a.At - b.At) })
			return audit.Bulk(ctx, tx, entries)
		}); err != nil {
			return err
		}
		for i, p := range batch {
			entries := line(p)
			r.lines[kids[i]], r.held = append(r.lines[kids[i]], entries...), r.held+len(entries)
		}
		if r.held >= heldAtMost || done == n {
			if err := r.tell(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// referred are the referrals that came of concerns: told on the telephone, and answered within two days.
func (r *reference) referred(batch []*concerns.Past) (out []*referrals.Referral) {
	for _, p := range batch {
		for _, d := range p.Decisions {
			if d.Kind != concerns.Refer {
				continue
			}
			x := &referrals.Referral{Org: p.Concern.Org, Concern: string(p.Concern.ID), Decision: d.ID, Way: referrals.Telephone, ToName: "Children’s social care", By: d.By, At: d.At, ExpectedAt: d.ExpectedAt,
				State: referrals.Received, ReceivedAt: d.At, ReceivedBy: "The duty team"}
			if answered := d.At.Add(40 * time.Hour); answered < clock.Of(r.now) {
				x.State, x.Outcome, x.DecidedAt = referrals.Decided, "assessment", answered
			}
			out = append(out, x)
		}
	}
	return out
}

// again writes, and tries some times more when the disk is so busy that a closure is stopped for taking too long.
func (r *reference) again(ctx context.Context, fn func(context.Context, *store.Tx) error) (err error) {
	for range 5 {
		if err = r.write(ctx, fn); !errs.Is(err, errs.Unavailable) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// schoolDays are the school days of the past years, the last of them one that is over or has begun two hours ago.
func (r *reference) schoolDays() (days []clock.Day) {
	last := clock.DayOf(r.now.Add(-18 * time.Hour))
	for day := last.Add(-365 * pastYears); day <= last; day = day.Add(1) {
		if r.cal.IsSchoolDay(day) {
			days = append(days, day)
		}
	}
	return days
}

var pastWords = [][]string{
	{"Said at registration that", "Told a friend in class that", "Told me at the end of the day that", "I overheard that", "Mum said at the gate that", "Wrote in a book that"},
	{"nobody had made breakfast", "the heating is off at home", "an uncle shouts at night", "there was a fight on Sunday", "a phone was taken and read", "the baby cries and nobody comes", "somebody online asked for a picture", "a bruise came from the stairs"},
	{"and then went quiet.", "and laughed it off.", "and asked me not to tell.", "and was tearful for a while.", "and went out to play.", "and would not say more."},
	{"It is the second time this month.", "I had not noticed anything before.", "Attendance has dropped as well.", "The sibling said the same.", "I thanked them for telling me.", "I wrote this down at once."},
}

// concern is one of the past, as far as it has come by now.
func (r *reference) concern(s *bigSchool, k *pastChild, came clock.Millis) *concerns.Past {
	words := ""
	for i, part := range pastWords {
		if i > 0 {
			words += " "
		}
		words += r.pick(part)
	}
	reporter, lead := s.staff[r.rand.IntN(len(s.staff))], s.leads[r.rand.IntN(len(s.leads))]
	p := &concerns.Past{Edition: r.edition, Alerted: s.leads[:1]}
	p.Concern = concerns.Concern{Org: s.id, Source: concerns.Seen, Reporter: reporter, RecordedAt: came, HappenedAt: came.Add(-20 * time.Minute), Precision: story.Minute, Place: r.pick(classes), State: concerns.Sent}
	p.Account = concerns.Account{AuthorID: reporter, Words: words, At: came}
	p.Children = []concerns.Child{{Child: k.id, Name: k.name, Role: concerns.Harmed, By: reporter, At: came}}
	age := clock.Of(r.now) - came
	const day = clock.Millis(24 * 60 * 60 * 1000)
	luck := r.rand.IntN(100)
	if age < 3*day && luck < 20 {
		p.Watch = clock.Of(r.now.Add(24 * time.Hour))
		return p
	}
	took := came.Add(time.Duration(10+r.rand.IntN(90)) * time.Minute)
	p.State, p.ReadAt, p.TakenAt, p.TakenBy, p.Version = concerns.Deciding, took, took, lead, 1
	p.Opened, p.OpenedAt = lead, took
	if age < 3*day && luck < 40 {
		return p
	}
	r.decide(p, lead, took.Add(time.Duration(1+r.rand.IntN(5))*time.Hour))
	return p
}

// decide gives a concern its level, its decision and what followed from it until now.
func (r *reference) decide(p *concerns.Past, lead string, at clock.Millis) {
	today := clock.DayOf(r.now)
	outcome := []concerns.Outcome{concerns.NoAction, concerns.NoAction, concerns.NoAction, concerns.NoAction, concerns.NoAction, concerns.NoAction, concerns.NoAction, concerns.Watch, concerns.NotRefer, concerns.EarlyHelp}[r.rand.IntN(10)]
	if r.rand.IntN(30) == 0 {
		outcome = concerns.Refer
	}
	level := 1 + r.rand.IntN(6)/5
	if outcome == concerns.Refer {
		level = 3
	}
	codes := []string{"physical", "emotional", "neglect", "online", "homeless"}
	p.Codes = codes[r.rand.IntN(len(codes)):][:1]
	p.Levels = []concerns.Level{{Level: level, Reason: "Set with the decision", By: lead, At: at}}
	p.Parents = []concerns.Parent{{Informed: r.rand.IntN(5) > 0, Words: "Spoke at the door, thankful for the call", By: lead, At: at.Add(-10 * time.Minute)}}
	d := concerns.Decision{Kind: outcome, Threshold: "District threshold, level " + fmt.Sprint(level+1), Consulted: "The deputy lead", Reasons: "Spoke with the teacher and with home. Nothing further known.", By: lead, At: at}
	if outcome == concerns.Watch || outcome == concerns.NotRefer || outcome == concerns.EarlyHelp {
		d.ReviewOn = clock.DayOf(at.Time()).Add(42)
	}
	if outcome == concerns.Refer {
		d.To, d.ExpectedAt = "Children’s social care", at.Add(24*time.Hour)
		p.Actions = []concerns.Action{{What: "Ring the social worker", Owner: lead, DueAt: at.Add(24 * time.Hour), DoneAt: at.Add(20 * time.Hour)}}
	}
	p.Decisions = []concerns.Decision{d}
	over := d.ReviewOn.Add(7)
	if outcome == concerns.Refer {
		over = clock.DayOf(at.Time()).Add(90)
	}
	if outcome != concerns.NoAction && over <= today {
		closed := over.At(10, 20)
		p.Decisions = append(p.Decisions, concerns.Decision{Kind: concerns.NoAction, Reasons: "Looked at again. Nothing new.", By: lead, At: clock.Of(closed)})
		outcome, d.ReviewOn = concerns.NoAction, ""
	}
	p.State, p.Version = concerns.After(outcome), int64(3+len(p.Decisions))
	p.Triage = concerns.Triage{Title: "A quiet word", Level: level, Decision: outcome, ReviewOn: d.ReviewOn}
	if r.rand.IntN(10) < 9 {
		p.Feedback = []concerns.Feedback{{Words: "Thank you. We have looked into it and are keeping an eye.", By: lead, At: at.Add(time.Hour)}}
	}
}

// line is what a concern leaves in the chronology of its child.
func line(p *concerns.Past) []story.Entry {
	k := p.Children[0]
	title, voice := concerns.Line(k.Role, "", p.Account.Words)
	out := []story.Entry{{Child: k.Child, At: p.HappenedAt, RecordedAt: p.RecordedAt, Record: k.ID, Kind: story.Concern, Line: title, Voice: voice, Level: p.Triage.Level}}
	for _, l := range p.Levels {
		out = append(out, story.Entry{Child: k.Child, At: l.At, RecordedAt: l.At, Record: p.Triage.ID, Kind: story.Decision, Line: "Level set to low", Detail: l.Reason, Level: l.Level})
	}
	for _, x := range p.Parents {
		if x.Informed {
			out = append(out, story.Entry{Child: k.Child, At: x.At, RecordedAt: x.At, Record: p.Triage.ID, Kind: story.Contact, Line: "Parents told", Voice: x.Words})
		}
	}
	for _, d := range p.Decisions {
		e := story.Entry{Child: k.Child, At: d.At, RecordedAt: d.At, Record: d.ID, Kind: story.Decision, Line: "Decided", Detail: text.FirstWords(d.Reasons, 160), Level: p.Triage.Level}
		if d.Kind == concerns.Refer {
			e.Significant = "referred to " + d.To
		}
		out = append(out, e)
	}
	return out
}

// audited is what a concern leaves in the audit log: what was done, and that it and the child's file were opened.
func (r *reference) audited(p *concerns.Past, s *bigSchool, k *pastChild) []audit.Past {
	const each = referenceAudit / referenceConcerns
	out := make([]audit.Past, 0, each)
	add := func(at clock.Millis, actor, acting, rule, action, kind, record string, detail any) {
		out = append(out, audit.Past{Entry: audit.Entry{Org: s.id, At: at, Actor: actor, Acting: acting, Rule: rule, Action: action, Kind: kind, Record: record}, Detail: detail})
	}
	id := string(p.ID)
	add(p.RecordedAt, p.Reporter, "", "", "concern.sent", access.Concern, id, map[string]any{"source": p.Source, "children": 1})
	for _, x := range p.Parents {
		add(x.At, x.By, "dsl", "", "concern.parents", access.Concern, id, nil)
	}
	for _, d := range p.Decisions {
		add(d.At, d.By, "dsl", "", "concern.decided", access.Concern, id, nil)
	}
	for _, x := range p.Feedback {
		add(x.At, x.By, "dsl", "", "concern.feedback", access.Concern, id, nil)
	}
	for i := 0; len(out) < each; i++ {
		reader, at := s.leads[i%len(s.leads)], p.RecordedAt.Add(time.Duration(15+11*i)*time.Minute)
		if i%3 == 2 {
			add(at, reader, "dsl", "dsl-file", "casework.opened", access.Child, k.file, nil)
		} else {
			add(at, reader, "dsl", "dsl", "concern.opened", access.Concern, id, nil)
		}
	}
	return out
}

// tell brings in what is held of the chronologies, child by child, as they lie in the database.
func (r *reference) tell(ctx context.Context) error {
	var held []story.Entry
	defer func() { r.lines, r.held = map[*pastChild][]story.Entry{}, 0 }()
	flush := func() error {
		err := r.again(ctx, func(ctx context.Context, tx *store.Tx) error {
			if err := story.Bulk(ctx, tx, held); err != nil {
				return err
			}
			return audit.Record(ctx, tx, "story.told", ref.To("district", r.district))
		})
		held = held[:0]
		return err
	}
	for _, s := range r.schools {
		for i := range s.children {
			entries := r.lines[&s.children[i]]
			slices.SortStableFunc(entries, func(a, b story.Entry) int { return int(a.At - b.At) })
			if held = append(held, entries...); len(held) >= entriesAtOnce {
				if err := flush(); err != nil {
					return err
				}
			}
		}
	}
	return flush()
}
