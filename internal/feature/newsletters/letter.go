package newsletters

import (
	"context"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/platform/mail"
)

// letter is an issue as mail for one reader: text and plain HTML, no pictures, nothing that reports who opened it.
func (f *Feature) letter(i Issue, d Delivery, secret string, now clock.Millis) mail.Message {
	l := f.letterView(i, d, secret, now)
	m := mail.Message{To: d.Email, Subject: i.Title, MessageID: mail.IDAt(f.PublicURL, d.ID), At: now, Text: l.text(), HTML: l.html()}
	if l.Stop != "" {
		m.Headers = map[string]string{"List-Unsubscribe": "<" + l.Stop + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
	}
	return m
}

// letterView says what stands in the letter of a delivery; secret opens its unsubscribe page.
func (f *Feature) letterView(i Issue, d Delivery, secret string, now clock.Millis) letterView {
	l := letterView{Title: i.Title, From: f.Publisher, Opening: paragraphs(i.Opening)}
	for _, x := range i.Items {
		l.Items = append(l.Items, viewItem(x, f.PublicURL))
	}
	for _, x := range Coming(i.Items, clock.DayOf(now.Time())) {
		l.Coming = append(l.Coming, viewItem(x, f.PublicURL))
	}
	if d.Post.Role != "" {
		l.Foot = "Sent to you as " + strings.ToLower(roleWords(d.Post.Role)) + ", " + d.Post.OrgName + "."
		return l
	}
	l.Web, l.Stop, l.Foot = f.PublicURL+publicPath(i.ID), f.PublicURL+stopPath(secret), "You get this because you signed up for it."
	return l
}

// letterView is what a letter says.
type letterView struct {
	Title, From, Foot string
	Opening           []string
	Items, Coming     []itemView
	Web, Stop         string // whole addresses; "" for a briefing
}

func (l letterView) text() string {
	var b strings.Builder
	line := func(words ...string) { b.WriteString(strings.Join(words, "") + "\n") }
	line(l.Title)
	line(l.From)
	for _, p := range l.Opening {
		line("\n", p)
	}
	if len(l.Coming) > 0 {
		line("\nComing dates")
		for _, e := range l.Coming {
			line("- ", e.When, ": ", e.Heading, e.extraWords())
		}
	}
	for _, x := range l.Items {
		line("\n", strings.ToUpper(x.Heading))
		if x.When != "" {
			line(x.whenWhere(), x.extraWords())
		}
		for _, p := range x.Paragraphs {
			line("\n", p)
		}
		if x.Href != "" {
			line("\n", x.LinkText, ": ", x.Href)
		}
	}
	line("\n-- ")
	line(l.Foot)
	if l.Web != "" {
		line("Read or pass on: ", l.Web)
		line("Stop getting it: ", l.Stop)
	}
	return b.String()
}

func (l letterView) html() string {
	var b strings.Builder
	if err := letterPage(l).Render(context.Background(), &b); err != nil {
		panic(err) // a strings.Builder takes everything
	}
	return b.String()
}

// signUpLetter is the answer to somebody who typed the address into the sign-up form. It never says what an issue says.
func (f *Feature) signUpLetter(s Subscriber, secret string) mail.Message {
	if s.State == Confirmed {
		return mail.Message{To: s.Email, Subject: "You already get the newsletter", Text: "Somebody, most likely you, asked for the newsletter of " + f.Publisher +
			" with this address.\n\nIt is on the list already, so there is nothing to do.\n\nTo stop getting it: " + f.PublicURL + stopPath(secret) + "\n"}
	}
	return mail.Message{To: s.Email, Subject: "Confirm that you want the newsletter", Text: "Somebody, most likely you, asked for the newsletter of " + f.Publisher +
		" with this address.\n\nTo get it, open this page and press the button there, within seven days:\n\n" + f.PublicURL + confirmPath(secret) +
		"\n\nIf it was not you, there is nothing to do: no newsletter comes, and the link lapses.\n"}
}
