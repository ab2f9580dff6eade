package demo

import (
	"context"
	"time"

	"kith/internal/feature/concerns"
	"kith/internal/feature/referrals"
	"kith/internal/kernel/clock"
)

// told is one concern as it was written, and what the leads made of it.
type told struct {
	daysAgo, hour, minute int
	by                    string // e-mail name of the writer
	source                concerns.Source
	kid                   string
	others                map[string]concerns.Role
	words, place          string
	late                  int // days between the event and the writing
	inPerson, urgent      bool
	title                 string
	level                 int
	codes                 []string
	outcome               concerns.Outcome
	reasons               string
	review                int // days after the decision
	parents               string
	feedback              string
	further               string
	marks                 []concerns.Mark
	sibling, heard        string // a brother or sister whom the lead links, and what there is of them
	silent                bool   // whoever wrote it has heard nothing yet
}

// lives are the months of Thornbeck Primary, oldest first.
var lives = []told{
	{daysAgo: 420, hour: 10, minute: 5, by: "grace.ito", kid: "ivy", words: "Ivy had no coat again and said she was used to being cold.", place: "Playground", level: 1, codes: []string{"neglect"}, outcome: concerns.Watch, reasons: "First entry. Spoke with her teacher. Watch through the winter.", review: 40, title: "No coat in the cold", parents: "I will bring one in"},
	{daysAgo: 352, hour: 13, minute: 20, by: "ellen.booth", kid: "ivy", words: "She ate two lunches and put bread into her pocket. She said it was for Rowan.", place: "Dining hall", level: 2, codes: []string{"neglect"}, outcome: concerns.EarlyHelp, reasons: "Second sign of hunger in a term. Threshold for early help met; Mum agreed to a meeting.", review: 60, title: "Bread in a pocket", parents: "Money is short until the end of the month", feedback: "Thank you, we are acting on this"},
	{daysAgo: 190, hour: 9, minute: 15, by: "grace.ito", kid: "ivy", words: "Ivy was asleep at her table for most of the first lesson. She said the television was on all night.", place: "4 Harrier", level: 1, codes: []string{"neglect"}, outcome: concerns.NotRefer, reasons: "Support in school: quiet start each morning.", review: 30, title: "Asleep at her table"},
	{daysAgo: 167, hour: 8, minute: 2, by: "amina.sesay", source: concerns.Police, kid: "ivy", words: "Verbal argument at the address on Saturday night, both children present, no injuries seen.", level: 2, codes: []string{"domestic"}, outcome: concerns.Refer, reasons: "First police notice, both children present. Level 3 of the district’s threshold. Asked the duty team.", review: 14, title: "Police notice: argument at home", parents: "She knew the police had been and was ashamed", sibling: "rowan", heard: "Was in his room with the door shut, and said nothing about it."},
	{daysAgo: 68, hour: 9, minute: 10, by: "grace.ito", kid: "ivy", words: "Asleep at her table again before the register was finished.", place: "4 Harrier", level: 1, codes: []string{"neglect"}, outcome: concerns.NotRefer, reasons: "Known and on a plan; told the social worker.", review: 20, title: "Asleep again", feedback: "Please keep watching and write again"},
	{daysAgo: 45, hour: 8, minute: 40, late: 6, by: "joan.okafor", kid: "ivy", words: "A neighbour says she saw Ivy alone at the skate park after dark on Saturday.", place: "Skate park", level: 2, codes: []string{"neglect"}, outcome: concerns.NotRefer, reasons: "Shared with the plan’s lead. Nobody else saw it.", review: 20, title: "Seen alone after dark"},
	{daysAgo: 17, hour: 12, minute: 0, by: "grace.ito", kid: "ivy", words: "No coat, third time in two weeks. She said it was in Mum’s friend’s car.", place: "Playground", level: 1, codes: []string{"neglect"}, outcome: concerns.NotRefer, reasons: "Rang Mum. Coat from the school store.", review: 20, title: "No coat, third time in two weeks", parents: "Work has been mad. I’ll sort it.", feedback: "Thank you, we are acting on this"},
	{daysAgo: 30, hour: 11, minute: 30, by: "grace.ito", kid: "noor", words: "Noor cried when it was time to go home and would not say why.", place: "2 Wren", level: 1, codes: []string{"emotional"}, outcome: concerns.NotRefer, reasons: "Below the threshold. Nothing else known. Asked Grace to keep an eye on home time.", review: 3, title: "Cried at home time", parents: "New baby, everybody is tired"},
	{daysAgo: 80, hour: 14, minute: 0, by: "tom.hartley", kid: "declan", words: "Declan swore at a lunchtime supervisor and hid under a table.", place: "Hall", level: 1, codes: []string{"mental-health"}, outcome: concerns.Watch, reasons: "Third time this term. Watch with his key adult.", review: 60, title: "Hid under a table"},
	{daysAgo: 60, hour: 10, minute: 0, by: "grace.ito", kid: "declan", words: "Declan said nobody at home listens.", place: "5 Heron", level: 1, codes: []string{"emotional"}, outcome: concerns.NotRefer, reasons: "Key adult talks with him weekly.", review: 40, title: "Nobody listens"},
	{daysAgo: 41, hour: 13, minute: 10, by: "ellen.booth", kid: "declan", others: map[string]concerns.Role{"kacper": concerns.Harmed}, words: "Declan pushed Kacper off the bench. Kacper’s knee was grazed. Declan said Kacper had laughed at him.", place: "Playground", level: 1, codes: []string{"child-physical"}, outcome: concerns.NoAction, reasons: "Behaviour policy. Both spoken to, both sets of parents told.", title: "Pushed off the bench", parents: "Both families told the same day"},
	{daysAgo: 20, hour: 9, minute: 45, by: "grace.ito", kid: "zofia", words: "Zofia told the class that they sleep four in one room since the ceiling came down.", place: "3 Robin", level: 2, codes: []string{"homeless"}, outcome: concerns.EarlyHelp, reasons: "Housing. Family asked for help; early help agreed.", review: 6, title: "Four in one room", parents: "Relieved that somebody asked", feedback: "Thank you, we are acting on this"},
	{daysAgo: 6, hour: 15, minute: 5, by: "ellen.booth", kid: "rowena", words: "Rowena had the same bruise on her shin as last week, it looked yellow. She plays football.", place: "Playground", level: 1, codes: []string{"physical"}, outcome: concerns.Watch, reasons: "Consistent with play. Watch.", review: 6, title: "Bruise on the shin", inPerson: true, silent: true, marks: []concerns.Mark{{Zone: "front-left-lower-leg", Note: "Yellow, 2 cm"}}},
}

// waiting are what nobody has taken yet.
var waiting = []told{
	{daysAgo: 3, hour: 16, minute: 52, by: "tom.hartley", kid: "rowan", words: "He asked if he could stay in school for the weekend. I asked what made him want that. He shrugged and said “it’s quieter”.", place: "6 Kestrel", inPerson: true},
}

// live tells the district's months, and what lies unread today.
func (m *maker) live(ctx context.Context, now time.Time) error {
	m.today = clock.DayOf(now)
	today := m.today
	for _, t := range lives {
		m.at(today, t.daysAgo, t.hour, t.minute)
		if err := m.tell(ctx, t); err != nil {
			return err
		}
	}
	for i, t := range fillers(m) {
		m.at(today, 160-4*i, 9+i%6, (i*7)%60)
		if err := m.tell(ctx, t); err != nil {
			return err
		}
	}
	if err := m.refer(ctx); err != nil {
		return err
	}
	if err := m.rota(ctx, today); err != nil {
		return err
	}
	for _, t := range waiting {
		m.at(today, t.daysAgo, t.hour, t.minute)
		if err := m.tell(ctx, t); err != nil {
			return err
		}
	}
	m.clock.Set(now.Add(-95 * time.Minute))
	if err := m.tell(ctx, told{by: "joan.okafor", source: concerns.Police, kid: "ivy", words: "Domestic incident at the address on Sunday at 22:10. A child was upstairs, not hurt."}); err != nil {
		return err
	}
	m.clock.Set(now.Add(-52 * time.Minute))
	if err := m.tell(ctx, told{by: "ellen.booth", source: concerns.Gate, words: "She is worried about a boy in our street who is outside until late. She did not want to say the name at the gate."}); err != nil {
		return err
	}
	if err := m.asks(ctx, now); err != nil {
		return err
	}
	m.clock.Set(now.Add(-24 * time.Minute))
	return m.tell(ctx, told{by: "ellen.booth", kid: "ivy", urgent: true, place: "Dining hall",
		words:   "At the lunch table Ivy was holding her arm in. I asked if she was all right. She said “it was the door again.” I asked which door and she said “I’m not meant to say about the door.”\nThere is a mark above her left wrist, yellow, about as long as my thumb.",
		marks:   []concerns.Mark{{Zone: "front-left-forearm", Note: "Yellow, 5 cm"}, {Zone: "front-left-upper-arm", Note: "Small, red, round"}},
		further: "I forgot to write that she did not want her coat taken off in the morning."})
}

// tell writes a concern as its writer and decides it as the lead, through the same actions as everybody.
func (m *maker) tell(ctx context.Context, t told) error {
	f, lead := m.parts.Concerns, m.as("amina.sesay")
	writer := m.as(t.by)
	now := m.clock.Now()
	day := clock.DayOf(now).Add(-t.late)
	d := concerns.Draft{ID: concerns.ID(m.db.IDs().New(clock.Of(now))), Org: m.schools[0], Source: t.source, Words: t.words, Place: t.place, Told: t.inPerson, Urgent: t.urgent, Marks: t.marks,
		When: concerns.When{Mode: "day", Day: day}}
	if d.Source == "" {
		d.Source = concerns.Seen
	}
	if t.late == 0 {
		local := now.In(clock.London)
		d.When.Hour, d.When.Minute, d.When.Timed = local.Hour(), max(local.Minute()-8, 0), true
	}
	if d.Source == concerns.Gate {
		d.SaidBy, d.Reply = "A grandparent", true
	}
	if k, ok := m.kids[t.kid]; ok {
		d.Children = append(d.Children, concerns.DraftChild{Child: k.ID, Name: k.Name(), Role: concerns.Harmed})
		for key, role := range t.others {
			d.Children[0].Role = concerns.Alleged
			d.Children = append(d.Children, concerns.DraftChild{Child: m.kids[key].ID, Role: role})
		}
	}
	id, err := f.Send(ctx, writer, d)
	if err != nil {
		return err
	}
	if t.further != "" {
		m.clock.Add(9 * time.Minute)
		if err := f.AddAccount(ctx, writer, id, m.db.IDs().New(clock.Of(m.clock.Now())), t.further); err != nil {
			return err
		}
	}
	if t.level == 0 {
		return nil
	}
	m.clock.Add(35 * time.Minute)
	if err := f.Take(ctx, lead, id); err != nil {
		return err
	}
	version := int64(1) // each thing a lead does raises it by one
	if t.sibling != "" {
		version++
		if err := f.LinkChild(ctx, lead, id, concerns.DraftChild{Child: m.kids[t.sibling].ID, Role: concerns.Sibling, Words: t.heard}); err != nil {
			return err
		}
	}
	if t.parents != "" || t.outcome == concerns.NoAction {
		version++
		p := concerns.Parent{Informed: t.parents != "", Words: t.parents}
		if !p.Informed {
			p.Words = "Nothing that concerns them"
		}
		if err := f.RecordParents(ctx, lead, id, p); err != nil {
			return err
		}
	}
	m.clock.Add(20 * time.Minute)
	first := concerns.Choice{Outcome: t.outcome, Level: t.level, Reasons: t.reasons, Threshold: "District threshold, level " + string(rune('1'+t.level)), Consulted: "Tom Hartley", Codes: t.codes}
	if t.review > 0 {
		first.ReviewOn = clock.DayOf(m.clock.Now()).Add(t.review)
	}
	if err := m.decide(ctx, id, version, t.title, first); err != nil {
		return err
	}
	version++
	if t.feedback == "" && !t.silent && (t.by == "ellen.booth" || t.by == "grace.ito") {
		t.feedback = "Thank you, we are acting on this"
	}
	if t.feedback != "" {
		version++
		if err := f.GiveFeedback(ctx, lead, id, t.feedback); err != nil {
			return err
		}
	}
	if t.outcome == concerns.Refer && first.ReviewOn < m.today { // long ago: sent, taken, answered
		r, err := m.send(ctx, "")
		if err != nil {
			return err
		}
		m.clock.Add(time.Hour)
		if err := m.parts.Referrals.Receive(ctx, m.as("priya.nair"), r, ""); err != nil {
			return err
		}
		m.clock.Add(20 * time.Hour)
		if err := m.parts.Referrals.Decide(ctx, m.as("priya.nair"), r, referrals.Answer{Outcome: "assessment", Words: "Both children were present; we will see the family this week.", Feedback: "Sana Malik will ring you on Thursday. Mum knows."}); err != nil {
			return err
		}
	}
	if t.review == 0 || first.ReviewOn.Add(12) > m.today {
		return nil
	}
	// It came back on its day, was looked at again and closed; the line keeps it.
	m.clock.Set(first.ReviewOn.At(10, 20))
	if t.parents == "" {
		version++
		if err := f.RecordParents(ctx, lead, id, concerns.Parent{Informed: true, Words: "Spoke at the door, nothing to add"}); err != nil {
			return err
		}
	}
	return m.decide(ctx, id, version, t.title, concerns.Choice{Outcome: concerns.NoAction, Level: t.level, Reasons: "Looked at again on its day. Nothing new from this one; it stays on the line.", Codes: t.codes})
}

// decide records a decision as the lead.
func (m *maker) decide(ctx context.Context, id concerns.ID, version int64, title string, c concerns.Choice) error {
	m.decided = m.id()
	return m.parts.Concerns.Decide(ctx, m.as("amina.sesay"), id, concerns.Judgement{Decision: m.decided, Title: title, Version: version, Choice: c})
}

// fillers are the many small things of a term, about children nobody else speaks of.
func fillers(m *maker) []told {
	said := []string{
		"Said he had no breakfast and was hungry by nine.", "Would not change for PE and kept a jumper on.", "Was collected twenty minutes late by somebody I did not know; the office rang home.",
		"Told a friend that her dad is not allowed to come round any more.", "Came in upset after a message in a group chat last night.", "Has been very quiet since the holidays.",
		"Said his brother takes his phone and reads it.", "Wore the same shirt all week and it smells.", "Said she looks after the baby when Mum sleeps.", "Was found crying in the cloakroom and said it was nothing.",
		"Drew a picture of a house with nobody in it and said that is ours.", "Asked whether police can take somebody’s mum.",
	}
	var out []told
	for i := range 36 {
		t := told{by: "grace.ito", words: said[i%len(said)], level: 1 + i%7/6, codes: []string{[]string{"neglect", "emotional", "online", "carer", "parent-behaviour"}[i%5]}, outcome: concerns.NoAction,
			reasons: "Spoke with the teacher and with home. Nothing further known.", title: "A quiet word", kid: m.extra(i), parents: "Thankful for the call"}
		if i%4 == 1 {
			t.outcome, t.review, t.title = concerns.Watch, 200, "To be watched"
		}
		out = append(out, t)
	}
	return out
}

// rota puts the leads on duty for four weeks, with one gap in the coming week.
func (m *maker) rota(ctx context.Context, today clock.Day) error {
	f, lead := m.parts.Concerns, m.as("amina.sesay")
	m.clock.Set(today.Start())
	for i := range 28 {
		day := today.Add(i)
		if !m.cal.IsSchoolDay(day) {
			continue
		}
		am, pm := "amina.sesay", "tom.hartley"
		if i%5 == 1 {
			am, pm = "joan.okafor", "joan.okafor"
		}
		until := 16*60 + 30
		if i > 0 && i < 8 && day.Weekday() == time.Wednesday {
			until = 15 * 60
		}
		for _, d := range []concerns.Duty{{Account: m.accounts[am], From: 7*60 + 30, Until: 12*60 + 30}, {Account: m.accounts[pm], From: 12*60 + 30, Until: until}} {
			d.Org, d.Day = m.schools[0], day
			d.Place, d.Phone = "office by the hall", "01632 960 101"
			if d.Account == m.accounts["tom.hartley"] {
				d.Place, d.Phone = "Room 4", "01632 960 104"
			}
			if d.Account == m.accounts["joan.okafor"] {
				d.Place, d.Phone = "library", "01632 960 105"
			}
			if err := f.PutOnDuty(ctx, lead, d); err != nil {
				return err
			}
		}
	}
	return nil
}
