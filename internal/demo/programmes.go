package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/programme"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

const (
	boardChildren = "Haverdale Safeguarding Children Partnership"
	boardAdults   = "Haverdale Safeguarding Adults Board"
	boardAbuse    = "Domestic Abuse and Sexual Violence Board"
)

// house is where sessions of the week take place.
type house struct{ name, address, postcode string }

var houses = map[string]house{
	"haver": {haver.Name, haver.Address, haver.Postcode}, "mill": {millrace.Name, millrace.Address, millrace.Postcode}, "weavers": {weavers.Name, weavers.Address, weavers.Postcode},
	"oakbank": {oakbank.Name, oakbank.Address, oakbank.Postcode}, "library": {"Haverdale Central Library", "Library Walk", "HV1 2LB"}, "hub": {"Riverside Family Hub", "4 Wharf Street", "HV2 6RF"},
	"gurdwara": {"Haverdale Gurdwara", "17 Temple Row", "HV1 8GW"}, "fire": {"Northfield Fire Station", "Northfield Road", "HV3 1FS"}, "college": {"Calder College", "College Green", "HV1 5CC"}, "video": {},
}

// talks are the sessions of the week: day (0 Monday), hours, board, whom for, how booked, where, who, title, a sentence. A person who knows the
// trade reads them; so they say something.
var talks = strings.Split(strings.TrimSpace(`
0|09:00|09:45||none|haver|Haverdale Safeguarding Partnership|C|Opening: what children told us this year|Young people from four schools read what they wrote, and three chairs answer.
0|10:00|11:30|dsl,child_protection|own 30|mill|Haver Valley Surgery|C|Tired, late, hungry: what a surgery sees first|Signs that reach the practice before they reach the school, and whom to ring.
0|10:00|12:00|practitioner,manager|own 24|weavers|Bridge Housing|A|Through the front door: what repair teams notice|Cuckooing, hoarding and a child’s bed in the hall: what to ask, what to pass on.
0|11:00|12:30||link|video|The Loft Youth Project|C|Online at two in the morning|What young people do when nobody looks, in their own words.
0|12:30|13:15||none|library|Haverdale Library Service|C|Stories that start a conversation|Picture books for talking about bodies, secrets and trust.
0|13:00|14:30|teacher,support|own 40|oakbank|Oakbank Academy|C|A quiet boy at the back|Two form tutors on noticing those who never make a noise.
0|13:30|15:00|practitioner|own 20|hub|Riverside Family Hub|C|Crying babies, coping parents|Safer handling, and how to say it without frightening anybody.
0|14:00|16:00|practitioner,manager|link|mill|Haverdale Women’s Centre|D|Coercive control in plain words|What it looks like in a week, not in a law.
0|15:30|16:30|dsl|own 25|video|Haverdale Safeguarding Partnership|C|Leads’ hour: thresholds|Bring a case without names. Four leads think aloud.
0|16:00|17:00|governor|own 40|video|Haverdale Safeguarding Partnership|C|The ten questions a governor asks|One hour, ten questions, and what a good answer sounds like.
0|17:30|19:00|volunteer|none|gurdwara|Haverdale Gurdwara School|C|Safe in our classes|For everybody who teaches a child after school or on a Sunday.
0|18:30|20:00||link|college|Calder College|D|Consent, and how we teach it|Students show what they would have wanted to be taught.
1|09:00|10:30|early_years|own 24|hub|Little Acorns Nursery|C|Before they can tell you|What under-threes say without words.
1|09:30|11:00|dsl,head|own 30|mill|Haverdale Police, schools team|C|Operation Encompass, the call before the bell|What comes, when, and what a school may do with it.
1|10:00|11:00|practitioner|email|video|Moor Edge Dental Practice|C|Teeth tell|Dental neglect, what is ordinary and what is not.
1|10:00|12:00|practitioner,manager|own 24|weavers|Haverdale Council, adult social care|A|Self-neglect: the right to say no|Capacity, choice, and when to come back tomorrow.
1|11:30|12:30|teacher,support|own 60|oakbank|Ryburn High|C|Fights, phones and a film of it|What one school did in the first hour.
1|12:00|13:00||none|video|The Lark Centre|D|After: what helps, what does not|Counsellors on the first three sentences.
1|13:00|14:30|practitioner|link|college|Northfield Health Centre|A|Pressure sores are a safeguarding matter|Not always; when, and who decides.
1|13:30|15:00|head,governor|own 40|haver|Haverdale Council, education safeguarding|C|Safer recruitment in a small school|References, gaps, and the awkward question.
1|14:00|15:30|practitioner,manager|own 20|mill|Haverdale Young Carers|C|Who looks after whom|Finding the child who looks after everybody.
1|15:30|16:30|support|own 50|video|Thornbeck Primary|C|What lunchtime sees|For those who are in the hall, the yard and the cloakroom.
1|16:00|17:30|dsl|own 20|weavers|Haverdale Safeguarding Partnership|C|Writing it down so that it helps|Chronologies that somebody can read at midnight.
1|18:00|19:30||link|fire|Haverdale Fire and Rescue|A|Fire, hoarding and the person inside|What a home safety visit can do, and for whom.
2|09:00|10:30|practitioner,manager|own 30|haver|Haverdale Safeguarding Adults Board|A|Transitional safeguarding: eighteen is not a door|Young adults who fall between two services.
2|09:30|11:30|dsl,child_protection|own 24|mill|Haverdale Council, children’s social care|C|Inside the front door|How a referral is read, by the people who read it.
2|10:00|11:00||none|library|Homestart Haverdale|C|Somebody at the kitchen table|What a volunteer can do that nobody else can.
2|10:30|12:00|teacher|link|video|Calder Dance School|C|Touch, teaching and trust|Clear rules for activities where bodies matter.
2|11:00|12:30|practitioner|own 20|weavers|Haverdale Women’s Centre|D|Children live with it, too|Hearing the child in a house with abuse.
2|12:30|13:30|manager|own 30|video|Eastgate Medical Practice|A|Supervision that holds|Fifteen minutes a fortnight, and a page.
2|13:00|14:30|early_years,support|own 24|hub|Rowan Tree Nursery|C|Bruises on those who do not yet walk|Why it is always a referral, and how to say so.
2|13:30|15:30|practitioner,manager|own 24|mill|Haverdale Police, protecting vulnerable people|D|Stalking: the pattern, not the incident|Recognising, recording, and safe advice.
2|14:00|15:00|head|own 40|oakbank|Calder View School|C|A child who cannot speak, and was heard|Total communication in a disclosure.
2|15:30|17:00|dsl|own 24|weavers|Haverdale Safeguarding Partnership|C|Challenge that keeps the peace|Using the ladder without losing the telephone number.
2|16:00|17:00|volunteer|link|video|Haverdale Rugby Juniors|C|On the touchline|Shouting fathers, showers, lifts home: the club’s own rules.
2|18:00|19:30||none|gurdwara|Harvest Church Families|A|Faith, shame and asking for help|Four congregations, one table.
3|09:00|10:30|practitioner|own 20|hub|Park View Surgery|C|Perinatal mind|When a mother is not well, and the health visitor is the only one in the room.
3|09:30|11:00|dsl,child_protection|own 30|haver|Haverdale Council, children’s social care|C|Neglect, seen early|The graded profile, done together on one family.
3|10:00|11:30|practitioner,manager|own 24|mill|Bankfield Surgery|A|The carer who will not let you in|Home visits, doorsteps, and the second visit.
3|10:30|12:00|teacher,support|link|college|The Loft Youth Project|C|County lines begin with a new coat|Signs, and the first kind question.
3|11:30|12:30||none|video|Haverdale Foster Carers|C|What I wish my teacher had known|Three young people who grew up in care.
3|12:30|14:00|practitioner,manager|own 30|weavers|Haverdale Women’s Centre|D|Safe lives: a risk meeting from inside|What happens in the room, agency by agency.
3|13:00|14:30|head,governor|own 40|video|Haverdale Council, education safeguarding|C|Low-level is not no level|Keeping a culture in which small things are said.
3|14:00|15:30|practitioner|email|mill|Springwood Pre-school|C|Two languages, one worry|Working with interpreters when a child is the subject.
3|15:00|16:00|dsl|own 30|video|Hebble Lane Infants|C|The voice of a five-year-old|Drawings, bears and scales: what stands up later.
3|16:00|17:30|support,volunteer|own 40|oakbank|Haverdale Swimming Club|C|Changing rooms|A policy in ten sentences that parents sign with relief.
3|17:30|19:00||link|library|The Lark Centre|D|Men who were hurt|An evening for those who listen to them.
3|18:00|19:30|governor|own 40|haver|Haverdale Safeguarding Partnership|C|Chairs’ supper|Soup, and the year’s hardest question.
4|09:00|10:30|practitioner,manager|own 24|mill|Haverdale Council, adult social care|A|Money, keys and a new friend|Financial abuse on the doorstep.
4|09:30|11:00|dsl,teacher|own 30|weavers|St Aidan’s Primary|C|Attendance is a safeguarding word|What the register knew before we did.
4|10:00|11:00||none|fire|Haverdale Fire and Rescue|C|Fire-setting: the child behind the match|What we do on a visit, and what schools can ask us.
4|10:30|12:00|practitioner|link|video|Northfield Health Centre|D|Female genital mutilation: a duty and a person|What must be reported, by whom, and how to say it.
4|11:00|12:30|early_years|own 24|hub|Busy Bees Playgroup|C|Handing on|What goes with a child from nursery to school.
4|12:30|13:15|manager|own 60|video|Haverdale Safeguarding Adults Board|A|Learning from a death: seven minutes, six times|One review, told six ways.
4|13:00|14:30|practitioner,manager|own 24|haver|Haverdale Police, protecting vulnerable people|D|Evidence that a child does not have to give|Building a case without the child in the box.
4|13:30|15:00|teacher,support|own 40|oakbank|Millrace Primary|C|A curriculum that tells them they can tell|What is taught in which year, and what children made of it.
4|14:00|15:00||none|library|Haverdale Library Service|A|Scams: bring the letter|A drop-in with tea for anybody who had one.
0|09:30|10:30|volunteer|email|library|Haverdale Foster Carers|A|Grandparents who foster|Kinship care, money and the meetings nobody explains.
1|09:00|10:00|support|own 30|video|Calder View School|C|Intimate care, with dignity|What two adults agree before they help a child.
2|14:30|15:30|practitioner,manager|own 24|haver|Haverdale Council, adult social care|A|Think whole family|An adult’s worker and a child’s worker visit together.
3|09:00|10:00|head,dsl|own 30|video|Haverdale Council, education safeguarding|D|When a parent is the risk, and at the gate|Plans, photographs and who stands where.
4|09:00|10:00|teacher|own 40|college|Ryburn High|D|Sixth-formers and first relationships|A lesson you can take home.
4|15:15|16:15||own 120|haver|Haverdale Safeguarding Partnership|C|Closing: what we do on Monday|Each board takes three things from the week, and says them aloud.
`), "\n")

// stillAsked are proposed and not answered yet.
var stillAsked = strings.Split(strings.TrimSpace(`
2|14:00|15:30|practitioner|own 20|mill|Canal Side Scouts|C|Camps, tents and safe ratios|What a leader plans before the first night away.
3|10:00|11:00||email|library|Al-Noor Supplementary School|C|Our children, two schools|How a supplementary school and a day school tell one another.
`), "\n")

// programmes gives Haverdale its safeguarding week in three weeks: sixty sessions by invented partners under three boards, and two that wait for
// an answer; a learning event; and the annual gathering. One organisation has asked to take part.
func (m *maker) programmes(ctx context.Context, today clock.Day) error {
	t := &trainings{m: m, f: m.parts.Training, admin: m.as("nadia.rahman"), org: m.others[atPartners], today: today}
	f := m.parts.Programmes
	m.at(today, 30, 9, 0)
	monday := m.open(t.weekday(21, time.Monday), 5)
	week := programme.Programme{ID: programme.ID(t.id()), Org: t.org, Kind: programme.Week, Title: "Haverdale Safeguarding Week", First: monday, Last: monday.Add(4), Boards: boardChildren + "\n" + boardAdults + "\n" + boardAbuse,
		ProposeUntil: monday.Add(-6), Contact: "training@haverdale.example",
		Summary: "Five days in which everybody who keeps people safe here shows the others how they do it. Come to one session or to ten. Everything is free."}
	if err := f.Make(ctx, t.admin, week); err != nil {
		return err
	}
	if err := m.partners(ctx, t); err != nil {
		return err
	}
	m.at(today, 20, 9, 0)
	made := map[string]programme.SessionID{}
	for _, line := range talks {
		s := t.talk(week, line)
		if err := f.Add(ctx, t.admin, s); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
		made[s.Title] = s.ID
	}
	if err := f.Publish(ctx, t.admin, week.ID); err != nil {
		return err
	}
	m.at(today, 3, 11, 20)
	for _, line := range stillAsked {
		s := t.talk(week, line)
		secret, err := m.partnersLink(ctx, t, week.ID, s.By)
		if err != nil {
			return err
		}
		if err := f.Propose(ctx, m.district, secret, s); err != nil {
			return err
		}
	}
	for i, who := range []string{"Helen Brandt", "Amina Sesay", "Tom Hartley"} {
		s := made[[]string{"Safer recruitment in a small school", "Neglect, seen early", "Writing it down so that it helps"}[i]]
		if err := f.Book(ctx, t.head(0), "", programme.Attendee{ID: training.BookingID(t.id()), Session: s, Name: who, Title: []string{"Headteacher", "Designated safeguarding lead", "Deputy safeguarding lead"}[i], Org: schoolNames[0].name}); err != nil {
			return err
		}
	}
	if err := f.Register(ctx, m.district, "", programme.Partner{ID: programme.PartnerID(t.id()), Name: "Haverdale Chess Club", Kind: "club", AskedFor: week.ID, Offers: "How we keep an evening safe with sixty children and nine adults."},
		programme.Contact{Name: "Ruben Falk", Email: "chess@haverdale.example"}); err != nil {
		return err
	}
	if err := m.ended(ctx, t); err != nil {
		return err
	}
	m.at(today, 15, 10, 0)
	learning := m.open(t.weekday(16, time.Thursday), 1)
	if err := m.events(ctx, t, programme.Programme{Kind: programme.Learning, Title: "Learning from two reviews", First: learning, Last: learning, OpenTo: "frontline practitioners and their managers, from every agency and setting", Additional: true,
		Summary: "Two reviews were published this autumn. Their authors and the families’ representative say what has to change. " + learning.Start().Format("Monday 2 January") + ", one morning."},
		"|09:15|12:45||own 80|haver|Haverdale Safeguarding Partnership|What two children needed us to notice|Where the signs were, who had which, and why nobody had both."); err != nil {
		return err
	}
	gathering := m.open(t.weekday(65, time.Wednesday), 1)
	return m.events(ctx, t, programme.Programme{Kind: programme.Gathering, Title: "Annual Gathering", First: gathering, Last: gathering, Aims: programme.GatheringAims, OpenTo: "one or two people from each school, setting and agency",
		Summary: "Once a year the whole partnership meets in one room."},
		"|09:30|12:00||own 120|haver|Haverdale Safeguarding Partnership|The year in three rooms|Schools, health and police each show one thing that worked, and one that did not.",
		"|13:00|15:30||own 120|haver|Haverdale Safeguarding Partnership|The year to come|What we promised, what we did, and the vision for next year, at mixed tables.")
}

// ended ends the part of a partner, and withdraws a morning whose hall was lost.
func (m *maker) ended(ctx context.Context, t *trainings) error {
	f := m.parts.Programmes
	who, err := m.partnerNamed(ctx, t, "Victoria Park Juniors")
	if err != nil {
		return err
	}
	if err := f.End(ctx, t.admin, who, t.today, "The club joined Haverdale Rugby Juniors, which brings its sessions from now on.", false); err != nil {
		return err
	}
	on := m.open(t.weekday(12, time.Friday), 1)
	lost := programme.Programme{Kind: programme.Learning, Title: "A morning about online harm", First: on, Last: on, OpenTo: "everybody who works with young people", Summary: "What young people showed us, and what we did about it."}
	id, err := m.event(ctx, t, lost, "|09:30|12:00||own 60|mill|Haverdale Safeguarding Partnership|What they showed us|Six young people on a year of messages.")
	if err != nil {
		return err
	}
	return f.Withdraw(ctx, t.admin, id, "Millrace Centre is shut until February, and no other hall is free. The young people come to the Annual Gathering in its place.")
}

// open is the first of that day or the same weekday later on which schools are open, and on so many days from then.
func (m *maker) open(from clock.Day, days int) clock.Day {
	for range 10 {
		shut := false
		for i := range days {
			shut = shut || !m.cal.IsSchoolDay(from.Add(i))
		}
		if !shut {
			return from
		}
		from = from.Add(7)
	}
	return from
}

// events makes a published programme of a day.
func (m *maker) events(ctx context.Context, t *trainings, p programme.Programme, lines ...string) error {
	_, err := m.event(ctx, t, p, lines...)
	return err
}

// event is events, and says which programme it is.
func (m *maker) event(ctx context.Context, t *trainings, p programme.Programme, lines ...string) (programme.ID, error) {
	p.ID, p.Org, p.Contact = programme.ID(t.id()), t.org, "training@haverdale.example"
	if err := m.parts.Programmes.Make(ctx, t.admin, p); err != nil {
		return "", err
	}
	for _, line := range lines {
		s := t.talk(p, "0"+line)
		if err := m.parts.Programmes.Add(ctx, t.admin, s); err != nil {
			return "", fmt.Errorf("%s: %w", line, err)
		}
	}
	return p.ID, m.parts.Programmes.Publish(ctx, t.admin, p.ID)
}

// talk reads a line of talks.
func (t *trainings) talk(p programme.Programme, line string) programme.Session {
	x := strings.Split(line, "|")
	if len(x) == 9 { // an event stands under no board
		x = append(x[:7], append([]string{""}, x[7:]...)...)
	}
	h := houses[x[5]]
	s := programme.Session{ID: programme.SessionID(t.id()), Programme: p.ID, On: p.First.Add(int(x[0][0] - '0')), Starts: x[1], Ends: x[2], Audience: x[3], Online: x[5] == "video", Venue: h.name, Address: h.address, Postcode: h.postcode,
		By: x[6], Board: map[string]string{"C": boardChildren, "A": boardAdults, "D": boardAbuse}[x[7]], Title: x[8], Summary: x[9]}
	way, n, _ := strings.Cut(x[4], " ")
	s.Booking = programme.Booking(way)
	_, _ = fmt.Sscan(n, &s.Places)
	switch s.Booking {
	case programme.ByLink:
		s.To = "https://" + slug(s.By) + ".example/week"
	case programme.ByEmail:
		s.To = "places@" + slug(s.By) + ".example"
	}
	return s
}

// slug is a name as a host has it.
func slug(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r
		case r == ' ' || r == ',':
			return '-'
		}
		return -1
	}, strings.ToLower(name)), "-")
}

// partners are loaded from a list, as an office has one.
func (m *maker) partners(ctx context.Context, t *trainings) error {
	var list strings.Builder
	list.WriteString("name,kind,contact,email\n")
	for i, s := range settings {
		fmt.Fprintf(&list, "%q,%q,%q,partner%d@haverdale.example\n", s, s, m.adultName(), i+1)
	}
	_, err := m.parts.Programmes.TakePartners(ctx, t.admin, t.org, strings.NewReader(list.String()))
	return err
}

// partnersLink is a partner's link to propose, as the organiser hands it over.
func (m *maker) partnersLink(ctx context.Context, t *trainings, p programme.ID, name string) (string, error) {
	who, err := m.partnerNamed(ctx, t, name)
	if err != nil {
		return "", err
	}
	return m.parts.Programmes.HandOver(ctx, t.admin, p, who)
}

// partnerNamed is the partner of a name.
func (m *maker) partnerNamed(ctx context.Context, t *trainings, name string) (id programme.PartnerID, err error) {
	var all []programme.Partner
	if err := m.db.Read(ctx, t.admin, func(ctx context.Context, tx *store.Tx) error {
		all, err = m.parts.Programmes.Partners(ctx, tx, t.org)
		return err
	}); err != nil {
		return "", err
	}
	for _, x := range all {
		if x.Name == name {
			return x.ID, nil
		}
	}
	return "", fmt.Errorf("no partner is called %s", name)
}
