package demo

import (
	"context"

	"kith/internal/feature/concerns"
	"kith/internal/feature/people"
	"kith/internal/feature/sharing"
	"kith/internal/feature/sharing/lists"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// atMillrace is the second school of the list.
const atMillrace = 1

// sharings are who else reads, and what the district says it may be for: a concern that touches a colleague's family, locked to the lead and the head; a file that Millrace
// Primary shares with Thornbeck, because two brothers go to the two schools; and Oakbank Academy, which lets Thornbeck know that there
// is something to ask for about Declan's sister.
func (m *maker) sharings(ctx context.Context, today clock.Day) error {
	for _, step := range []func(context.Context, clock.Day) error{m.worded, m.locked, m.shared, m.letKnow} {
		if err := step(ctx, today); err != nil {
			return err
		}
	}
	return nil
}

// worded is what the district made of the lists that ship: a purpose of its own, and one that will be said otherwise next term.
func (m *maker) worded(ctx context.Context, today clock.Day) error {
	m.at(today, 40, 11, 30)
	give := func(seen, entry, words, hint, agreed string, from clock.Day) error {
		return m.parts.Sharing.Lists.Give(ctx, m.as("alison.grady"), lists.Wording{ID: m.db.IDs().New(clock.Of(m.clock.Now())), List: lists.Purpose, Entry: entry, Words: words, Hint: hint, From: from, Reason: agreed}, seen)
	}
	if err := give("", "", "The child is on the roll of both schools", "Dual registration, or a place in alternative provision", "The heads’ forum, with the data protection officer", clock.DayOf(m.clock.Now())); err != nil {
		return err
	}
	m.at(today, 6, 15, 10)
	return give("moving", "moving", "The child is to change school", "Before the move is certain, too. The file itself moves later as a transfer", "The partnership’s policy group", today.Add(35))
}

// locked is a concern that only Amina Sesay and the headteacher read.
func (m *maker) locked(ctx context.Context, today clock.Day) error {
	f, amina := m.parts.Concerns, m.as("amina.sesay")
	m.at(today, 8, 14, 10)
	child := m.kids["rowena"]
	id, err := f.Send(ctx, m.as("ellen.booth"), concerns.Draft{ID: concerns.ID(m.db.IDs().New(clock.Of(m.clock.Now()))), Org: m.schools[atThornbeck], Source: concerns.Seen, Place: "Gate", Told: true,
		When:     concerns.When{Mode: "day", Day: clock.DayOf(m.clock.Now())},
		Words:    "Rowena said that she does not like it when her uncle picks her up, and would not say more. Her uncle helps here as a football coach on Thursdays.",
		Children: []concerns.DraftChild{{Child: child.ID, Name: child.Name(), Role: concerns.Harmed}}})
	if err != nil {
		return err
	}
	m.at(today, 8, 15, 0)
	if err := f.Take(ctx, amina, id); err != nil {
		return err
	}
	m.at(today, 8, 15, 20)
	return m.change(ctx, amina, sharing.Change{Kind: sharing.Lock, Record: string(id), Named: []string{m.accounts["amina.sesay"], m.accounts["helen.brandt"]},
		Reason: "Her uncle coaches here and knows several of us. Only Helen and I need this until we have asked the front door."})
}

// shared is a file of Millrace Primary that Thornbeck's leads read until the end of term.
func (m *maker) shared(ctx context.Context, today clock.Day) error {
	m.at(today, 30, 9, 0)
	lead, teacher := m.staff("staff2.1", atMillrace, access.DSL), m.staff("staff2.4", atMillrace, access.Member)
	child, err := m.pupil(ctx, atMillrace, people.Child{Given: "Jakub", Family: "Nowicki", Year: "2", Class: "2 Otter"}, people.Detail{Born: "2019-09-14", Source: "M-jakub"})
	if err != nil {
		return err
	}
	id, err := m.parts.Concerns.Send(ctx, teacher, concerns.Draft{ID: concerns.ID(m.db.IDs().New(clock.Of(m.clock.Now()))), Org: m.schools[atMillrace], Source: concerns.Seen, Place: "2 Otter",
		When: concerns.When{Mode: "day", Day: clock.DayOf(m.clock.Now())}, Words: "Jakub said that Kacper hides him in the wardrobe when the shouting starts, and that it is their secret place.",
		Children: []concerns.DraftChild{{Child: child.ID, Name: child.Name(), Role: concerns.Harmed}}})
	if err != nil {
		return err
	}
	m.at(today, 29, 10, 0)
	if err := m.parts.Concerns.Take(ctx, lead, id); err != nil {
		return err
	}
	if err := m.parts.Concerns.Decide(ctx, lead, id, concerns.Judgement{Decision: m.db.IDs().New(clock.Of(m.clock.Now())), Title: "A secret place", Version: 1,
		Choice: concerns.Choice{Outcome: concerns.EarlyHelp, Level: 2, Codes: []string{"domestic"}, Reasons: "His brother is at Thornbeck. Both schools should hold one picture. Early help agreed with Mum.", Threshold: "District threshold, level 2", Consulted: "The front door", ReviewOn: clock.DayOf(m.clock.Now()).Add(50)}}); err != nil {
		return err
	}
	m.at(today, 4, 11, 0)
	return m.change(ctx, lead, sharing.Change{Kind: sharing.Share, Record: child.File, To: m.schools[atThornbeck], Purpose: "siblings", Ground: "public-task", Until: today.Add(25),
		Reason: "Kacper is at Thornbeck. Amina and I agreed by telephone to plan together before the holidays."})
}

// letKnow is the line that Thornbeck's leads see on Declan.
func (m *maker) letKnow(ctx context.Context, today clock.Day) error {
	const atOakbank = 2
	m.at(today, 12, 9, 30)
	child, err := m.pupil(ctx, atOakbank, people.Child{Given: "Shannon", Family: "Ashby", Year: "9", Class: "9 North"}, people.Detail{Born: "2012-12-03", Source: "O-shannon"})
	if err != nil {
		return err
	}
	return m.parts.Sharing.LetKnow(ctx, m.staff("staff3.1", atOakbank, access.DSL), m.db.IDs().New(clock.Of(m.clock.Now())), sharing.Change{Record: child.File, To: m.schools[atThornbeck],
		Sibling: m.kids["declan"].ID, Typed: "Declan Ashby", Reason: "She speaks of her brother at primary school. Whoever leads there should know whom to ring."})
}

// change shows a step's readers and takes it, as a person does.
func (m *maker) change(ctx context.Context, v access.Viewer, c sharing.Change) error {
	shown, err := m.parts.Sharing.Preview(ctx, v, c)
	if err != nil {
		return err
	}
	return m.parts.Sharing.Make(ctx, v, m.db.IDs().New(clock.Of(m.clock.Now())), c, shown)
}

// staff is somebody of another school, acting with what their post gives them.
func (m *maker) staff(email string, school int, role access.Role) access.Viewer {
	org := []string{m.schools[school]}
	return access.Viewer{Account: m.accounts[email], District: m.district, Now: clock.Of(m.clock.Now()), Strength: access.SteppedUp, Roles: map[access.Role][]string{role: org, access.Member: org}}
}

// pupil puts one child on a school's roll.
func (m *maker) pupil(ctx context.Context, school int, c people.Child, d people.Detail) (people.Child, error) {
	var out people.Child
	err := m.write(ctx, func(ctx context.Context, tx *store.Tx) error {
		x, y := c, d
		x.Org, y.Entered = m.schools[school], "2022-09-05"
		if err := m.people.Insert(ctx, tx, &x, &y); err != nil {
			return err
		}
		out = x
		return audit.Record(ctx, tx, "roll.begun", ref.To("organisation", x.Org))
	})
	return out, err
}
