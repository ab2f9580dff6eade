package demo

import (
	"context"
	"fmt"
	"time"

	"kith/internal/feature/newsletters"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/mail"
)

// quietMail takes letters of the past and sends them nowhere: the district's readers are invented.
type quietMail struct{}

func (quietMail) Send(context.Context, mail.Message) error { return nil }

// Quiet is the mailer with which the district's past is made.
func Quiet() interface {
	Send(context.Context, mail.Message) error
} {
	return quietMail{}
}

// letters gives the partnership's newsletter its readers, two issues that went out, a briefing, and one being written.
func (m *maker) letters(ctx context.Context, today clock.Day) error {
	f := m.parts.Newsletters
	dele, ruth := m.as("dele.adeyemi"), m.as("ruth.ansell")
	m.at(today, 60, 9, 0)
	for i := range 34 {
		if err := f.Enter(ctx, dele, fmt.Sprintf("reader%d@haverdale.example", i+1), "signed up on paper at the autumn learning event"); err != nil {
			return err
		}
	}
	issues := []struct {
		daysAgo int
		sent    bool
		content newsletters.Content
	}{
		{55, true, newsletters.Content{Kind: newsletters.Newsletter, Title: "Autumn begins: who to ring, and what we learned", Opening: "A short letter for everybody who looks out for children in Haverdale.",
			Items: []newsletters.Item{
				{Heading: "One number for early help", Text: "The front door answers 01632 960 300 from 08:00 to 18:00. You do not need to know which service you want: say what worries you."},
				{Heading: "What a review taught us", Text: "Three agencies each knew a part. Nobody had put the parts side by side. Ask early: what do others know?"},
				{Heading: "Learning event: neglect seen early", Text: "For anybody who meets families. Tea from 15:00.", On: today.Add(9), Starts: "15:30", Place: "St George’s Hall, Haverdale", Extra: true},
			}}},
		{20, true, newsletters.Content{Kind: newsletters.Newsletter, Title: "Dark evenings", Opening: "Clocks have gone back. Three things that help.",
			Items: []newsletters.Item{
				{Heading: "Walking home", Text: "Talk with children about their way home and where they could knock. Libraries are open until 19:00."},
				{Heading: "Online over half term", Text: "Ask what they play, with whom, and what they would do if a stranger asked for a picture."},
				{Heading: "Safeguarding week", Text: "More than sixty sessions, most of them free.", On: today.Add(21), Place: "All over Haverdale"},
			}}},
		{13, true, newsletters.Content{Kind: newsletters.Briefing, Roles: newsletters.Roles{access.Head, access.Chair}, Title: "For heads and chairs: the autumn return", Opening: "Your yearly return is open. It asks what you already know.",
			Items: []newsletters.Item{{Heading: "By the end of term", Text: "One form for each school. Your safeguarding group’s minutes answer most of it."}}}},
		{1, false, newsletters.Content{Kind: newsletters.Newsletter, Title: "Before the holidays", Opening: "Who is there when schools are closed.",
			Items: []newsletters.Item{{Heading: "Help over Christmas", Text: "Family hubs and food banks with their hours."}}}},
	}
	for _, i := range issues {
		m.at(today, i.daysAgo, 10, 0)
		id := newsletters.ID(m.db.IDs().New(clock.Of(m.clock.Now())))
		if err := f.Write(ctx, dele, id, i.content); err != nil {
			return err
		}
		if !i.sent {
			continue
		}
		if err := f.SendForReview(ctx, dele, id); err != nil {
			return err
		}
		m.clock.Add(time.Hour)
		if err := f.Approve(ctx, ruth, id, 1, 0); err != nil {
			return err
		}
		if _, err := m.parts.Queue.Drain(ctx); err != nil {
			return err
		}
	}
	// Ruth has written one that waits for somebody else to read it.
	m.at(today, 1, 15, 20)
	id := newsletters.ID(m.db.IDs().New(clock.Of(m.clock.Now())))
	if err := f.Write(ctx, ruth, id, newsletters.Content{Kind: newsletters.Briefing, Roles: newsletters.Roles{access.Head}, Title: "Roads in the snow: who decides, who tells", Opening: "Last winter two schools closed and three families heard nothing.",
		Items: []newsletters.Item{{Heading: "Before it snows", Text: "Say who decides by 06:30, who tells the families without a telephone, and who rings those on a plan."}}}); err != nil {
		return err
	}
	return f.SendForReview(ctx, ruth, id)
}
