package demo

import (
	"context"
	"time"

	"kith/internal/feature/concerns"
	"kith/internal/feature/referrals"
	"kith/internal/kernel/clock"
)

// referred are the concerns of Thornbeck Primary that stand with children's social care today: one sent on Friday that nobody
// there has taken yet, one whose answer is past due, and one that was refused and goes up the ladder.
var referred = []told{
	{daysAgo: 7, hour: 9, minute: 20, by: "grace.ito", words: "She said she and her brother sleep in their clothes because they might have to leave in the night. She said it has happened twice.", place: "Reading corner", level: 3, codes: []string{"domestic"},
		outcome: concerns.Refer, reasons: "Two children leave home at night. Level 4 of the district’s threshold. Asked the duty team on the telephone first.", review: 21, title: "Sleeps in her clothes", feedback: "Thank you, we are acting on this"},
	{daysAgo: 5, hour: 10, minute: 40, by: "ellen.booth", words: "He would not eat and said his stomach hurts since the weekend. When I asked what happened he said “Dad was angry” and stopped.", place: "Dining hall", level: 3, codes: []string{"physical"},
		outcome: concerns.Refer, reasons: "Pain after an adult at home was angry, and he is afraid to say more. Level 4.", review: 20, title: "Stomach hurts, and afraid", silent: true},
	{daysAgo: 3, hour: 13, minute: 5, by: "ellen.booth", kid: "kacper", words: "Kacper held his arm out to show a friend. He said “that is where he grabs me when I spill things”. He means Mum’s partner. There are two round marks above the elbow.", place: "Playground", level: 3, codes: []string{"physical"},
		outcome: concerns.Refer, reasons: "Marks and a named adult at home. Level 4 of the district’s threshold. Not told at home: asked the front door first.", review: 18, title: "Marks above the elbow", inPerson: true,
		marks: []concerns.Mark{{Zone: "front-right-upper-arm", Note: "Two, round, brown"}}, feedback: "Thank you, we are acting on this"},
}

// refer sends what has been decided and lives through what children's social care makes of it.
func (m *maker) refer(ctx context.Context) error {
	lead, officer, f := m.as("amina.sesay"), m.as("priya.nair"), m.parts.Referrals
	for i, t := range referred {
		m.at(m.today, t.daysAgo, t.hour, t.minute)
		if t.kid == "" {
			t.kid = m.extra(40 + i)
		}
		if err := m.tell(ctx, t); err != nil {
			return err
		}
		id, err := m.send(ctx, "Tell us today whether somebody will see the child before home time, and what we may say at home.")
		if err != nil {
			return err
		}
		switch i {
		case 0:
			m.clock.Add(40 * time.Minute)
			if err := f.Receive(ctx, officer, id, ""); err != nil {
				return err
			}
			m.at(m.today, t.daysAgo-1, 11, 15)
			if err := f.Decide(ctx, officer, id, referrals.Answer{Outcome: "none", Words: "Mum says they visited her sister twice. Nothing else is known to us at this address.", Feedback: "Write to us again if she says more. Mum knows that the school was worried."}); err != nil {
				return err
			}
			m.clock.Add(70 * time.Minute)
			first := referrals.Climb{Record: m.id(), Words: "A child who sleeps in her clothes to be ready to leave is not explained by two visits. We ask that a social worker speaks with her alone.",
				Safety: "Both children stay for after-school club this week; Grace Ito speaks with her each morning."}
			if err := f.Disagree(ctx, lead, id, first, "yes"); err != nil {
				return err
			}
			m.at(m.today, 4, 15, 30)
			if err := f.Step(ctx, lead, id, referrals.Climb{ID: m.id(), Kind: "next", Who: "Priya Nair", Words: "She understands the worry; her manager has to decide on a visit.", Safety: "As before. Tom Hartley rings home on Friday."}, "yes"); err != nil {
				return err
			}
		case 1:
			m.clock.Add(2 * time.Hour)
			if err := f.Receive(ctx, officer, id, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// send sends the decision that was recorded last, as its lead.
func (m *maker) send(ctx context.Context, asks string) (referrals.ID, error) {
	m.clock.Add(6 * time.Minute)
	id := referrals.ID(m.id())
	return id, m.parts.Referrals.Send(ctx, m.as("amina.sesay"), referrals.Sending{ID: id, Decision: m.decided, Way: referrals.InKith, To: m.others[atSocialCare], Asks: asks})
}

// id is a new id at the district's present instant.
func (m *maker) id() string { return m.db.IDs().New(clock.Of(m.clock.Now())) }
