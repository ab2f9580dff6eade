package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Mode tells the three kinds of page apart at a glance: who reads it decides size, ground and frame.
type Mode int

const (
	Working Mode = iota // leads, gateway, groups, authority: header with menu and search, duty strip
	Public              // catalogue, sign-up, sign-in, learning: larger type on white, no search, no duty strip
	Family              // parents, young people, network: one column, Leave this page on top, no menu, no name of the service
)

func (m Mode) class() string {
	switch m {
	case Public:
		return "mode-public"
	case Family:
		return "mode-family"
	}
	return "mode-working"
}

// Link is an address and the words that lead to it.
type Link struct{ Text, Href string }

// NavItem is one entry of the main menu. Current marks the part of the program this page belongs to.
type NavItem struct {
	Text, Href string
	Current    bool
}

// Duty says who can be spoken to. Now is the person on duty, NowPlace where to find them ("office by the hall"), Until
// their last minute ("12:30"); Then and ThenPlace the next. Clocks says when deadlines run. Gap names an uncovered
// time; with no Now it stands in its place, in brick, and should hold the telephone numbers to ring.
type Duty struct{ Now, NowPlace, Until, Then, ThenPlace, Clocks, Gap string }

// Mast is the pine head of a public page: its heading and a sentence.
type Mast struct {
	Heading, Text string
	Ties          bool // with the ornament of the partners around a light
}

// roomForPlace is beside how many entries of the menu the name of the place still fits on a desk of 1280 pixels.
const roomForPlace = 6

// Page is a whole HTML document. Title is neutral: titles show in tabs, histories and shared screens, so they hold no
// name, initial or category of anyone's record.
type Page struct {
	Mode      Mode
	Title     string // "Today" gives "Today - Kith"; on family pages the name of the service is left out
	PageClass string // the class that scopes the styles of one screen, such as "p-today"
	Place     string // the school or body this person is working for
	Person    string // the name of who is signed in
	Own       string // where they look after their own account
	SignedIn  bool
	Nav       []NavItem
	Tabs      []NavItem // pages that share one entry of the menu, above each of them
	TabsLabel string    // what they are together
	Duty      *Duty
	Find      bool // a search field that posts q to /children/search, so that no name stands in an address
	Demo      bool // the loud strip saying that everything is invented
	Flash     string
	Crumb     *Link
	Back      *Link
	Mast      *Mast
	Wide      bool // the body lays out its own width: no wrap around it
	Alone     bool // neither header nor footer, and the body brings its own main#main: sign-in

	Body        templ.Component
	FooterLinks []Link // in place of Accessibility and Who can see what
	SignOutPath string // "" is /sign-out
	LeaveHref   string // where Leave this page goes; "" is the weather
}

// Render writes the document.
func (p Page) Render(ctx context.Context, w io.Writer) error { return document(p).Render(ctx, w) }

func (p Page) title() string {
	if p.Mode == Family {
		return p.Title
	}
	return p.Title + " - Kith"
}

func (p Page) signOut() string {
	if p.SignOutPath == "" {
		return "/sign-out"
	}
	return p.SignOutPath
}

func (p Page) leave() string {
	if p.LeaveHref == "" {
		return "https://www.bbc.co.uk/weather"
	}
	return p.LeaveHref
}

func (p Page) footer() []Link {
	if p.FooterLinks != nil {
		return p.FooterLinks
	}
	links := []Link{{"Accessibility", "/accessibility"}}
	if p.Mode != Family {
		links = append(links, Link{"Who can see what", "/access"})
	}
	return links
}

// hasMenu: without an entry, a search or a way out there is nothing to open.
func (p Page) hasMenu() bool { return len(p.Nav) > 0 || p.Find || p.SignedIn }

func current(item NavItem) templ.Attributes {
	if item.Current {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

func (d Duty) whereUntil() string {
	s := ""
	if d.NowPlace != "" {
		s += ", " + d.NowPlace
	}
	if d.Until != "" {
		s += ", until " + d.Until
	}
	return s
}

func (d Duty) next() string {
	if d.ThenPlace == "" {
		return d.Then
	}
	return d.Then + ", " + d.ThenPlace
}
