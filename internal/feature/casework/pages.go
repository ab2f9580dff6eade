package casework

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// Export is asked for by what leaves Kith: a second factor given just now.
var Export = access.Permission{Name: "export", Words: "Whoever may read records, with a second factor given just now; each record decides for itself",
	Roles: []access.Role{access.Member}, Strength: access.SteppedUp}

// Routes are the pages of this slice.
func (f *Feature) Routes() []web.Route {
	return []web.Route{
		web.Get("/children", access.Lead, f.list),
		web.Post("/children/search", access.Lead, f.find),
		web.Get("/children/search/{id}", access.Lead, f.found),
		web.Get("/children/{id}", access.RecordRead, f.line),
		web.Get("/children/{id}/{page}", access.RecordRead, f.page), // people, family, opened, print
		web.Get("/children/{id}/entries/{entry}", access.RecordRead, f.entry),
		web.Post("/children/{id}/entries/{entry}/significant", access.RecordRead, f.mark),
		web.Post("/children/{id}/siblings", access.RecordRead, f.sayTie),
		web.Post("/children/{id}/siblings/end", access.RecordRead, f.endTie),
		web.Get("/children/{id}/print/pdf", Export, f.askPDF),
		web.Post("/children/{id}/print/names", access.RecordRead, f.addNames),
		web.Post("/children/{id}/chronology.pdf", Export, f.pdf),
		web.Get("/documents/check", Check, f.askCheck),
		web.Post("/documents/check", Check, f.check),
		web.Upload("/documents/check/file", Check, checkAtMost, f.checkFile),
		web.Get("/records/{id}/why", access.RecordRead, f.why),
		web.Get("/break-glass", access.Emergency, f.askEmergency),
		web.Post("/break-glass", access.Emergency, f.emergency),
		web.Get("/break-glass/review", access.Lead, f.review),
		web.Post("/break-glass/{id}/sign-off", access.Lead, f.signOff),
	}
}

// page is one of the other pages of a file. They share a route because the router would take /children/search/{id} for one of
// them otherwise.
func (f *Feature) page(w http.ResponseWriter, r *http.Request) error {
	switch r.PathValue("page") {
	case "people":
		return f.people(w, r)
	case "family":
		return f.family(w, r)
	case "opened":
		return f.openings(w, r)
	case "print":
		return f.print(w, r)
	}
	return errs.Missing()
}

// file is a child's file as it was opened for the viewer of the transaction.
type file struct {
	child    Child
	detail   Detail
	flags    []Flag
	contacts []Contact
	rule     string        // by which the viewer reads it
	answers  bool          // the viewer leads safeguarding at the school that keeps it
	cal      term.Calendar // of the school that keeps it
	family   bool          // the viewer sees brothers or sisters
	now      clock.Millis
}

// open opens a child's file and writes the opening down. NotFound: no such child, or not for this viewer.
func (f *Feature) open(ctx context.Context, tx *store.Tx, child, action string) (x file, err error) {
	if x.child, err = f.Children.Card(ctx, tx, child); err != nil {
		return x, err
	}
	if _, x.rule, err = tx.Open(ctx, action, ref.To(access.Child, x.child.File)); err != nil {
		return x, err
	}
	if x.detail, err = f.Children.Detail(ctx, tx, x.child.File); err != nil {
		return x, err
	}
	if x.flags, err = f.Children.Flags(ctx, tx, x.child.File); err != nil {
		return x, err
	}
	if x.contacts, err = f.Children.Contacts(ctx, tx, x.child.File); err != nil {
		return x, err
	}
	cals, err := f.Calendars.Calendars(ctx, tx)
	if err != nil {
		return x, err
	}
	x.cal = cals.Of(x.child.Org)
	siblings, err := f.Children.Siblings(ctx, tx, child)
	x.family = len(siblings) > 0
	x.answers, x.now = slices.Contains(leadsAt(tx.Viewer), x.child.Org), tx.Now
	return x, err
}

// headView is the head of each page of a file.
type headView struct {
	Name, Facts string
	Chips       []ui.Chip
	Order       bool // a court order stands before any telephone number
	Contacts    []contactView
	Tabs        []tab
	Print       string
	Write       string
}

type contactView struct {
	Name, Detail, Phone string
	Order               bool
}

type tab struct {
	ui.Link
	Here bool
}

const contactsInHead = 2

// head makes the head of a page of the file. day is the day the facts are of.
func (f *Feature) head(x file, here string, day clock.Day) headView {
	base := "/children/" + x.child.ID
	h := headView{Name: x.child.Name(), Facts: facts(x, day), Print: base + "/print", Write: f.Write}
	for _, fl := range FlagsAt(x.flags, day) {
		if fl.Live(day) {
			h.Chips = append(h.Chips, ui.Chip{Text: fl.Kind + " " + fl.Since(), Tone: ui.ToneSky})
		}
	}
	if x.child.Left {
		h.Chips = append(h.Chips, ui.Chip{Text: "No longer on the roll", Tone: ui.ToneLine})
	}
	for i, c := range x.contacts {
		h.Order = h.Order || c.CourtOrder
		if i < contactsInHead {
			h.Contacts = append(h.Contacts, contact(c))
		}
	}
	tabs := []ui.Link{{Text: "Chronology", Href: base}, {Text: "People", Href: base + "/people"}}
	if x.family || here == "Family" {
		tabs = slices.Insert(tabs, 1, ui.Link{Text: "Family", Href: base + "/family"})
	}
	if x.answers {
		tabs = append(tabs, ui.Link{Text: "Who opened this", Href: base + "/opened"})
	}
	for _, t := range tabs {
		h.Tabs = append(h.Tabs, tab{t, t.Text == here})
	}
	return h
}

func contact(c Contact) contactView {
	v := contactView{Name: c.Name, Phone: c.Phone, Order: c.CourtOrder}
	parts := []string{}
	if c.Relationship != "" {
		parts = append(parts, c.Relationship)
	}
	if c.Parental {
		parts = append(parts, "parental responsibility")
	}
	if c.CourtOrder {
		parts = append(parts, "court order")
	}
	v.Detail = strings.Join(parts, ", ")
	return v
}

func facts(x file, day clock.Day) string {
	var parts []string
	if age := term.Age(x.detail.Born, day); age >= 0 {
		parts = append(parts, strconv.Itoa(age)+" years")
	}
	if x.child.Class != "" {
		parts = append(parts, x.child.Class)
	}
	if x.detail.Born != "" {
		parts = append(parts, "born "+x.detail.Born.Start().Format("2 January 2006"))
	}
	return strings.Join(parts, ", ")
}

func (f *Feature) show(w http.ResponseWriter, r *http.Request, title, class string, body ui.Page) error {
	p := web.Page{Title: title, Class: class, At: "/children", Body: body.Body}
	if v := web.Viewer(r); v.Holds(access.DSL) || v.Holds(access.Head) {
		p.Crumb = &ui.Link{Text: "Children", Href: "/children"}
	}
	return web.Show(w, r, p)
}

// who names the people of ids, "You" for the viewer, and somebody whose account is gone by a word.
func (f *Feature) who(ctx context.Context, tx *store.Tx, ids ...string) (func(id string) string, error) {
	slices.Sort(ids)
	names, err := f.People.Names(ctx, tx, slices.Compact(ids)...)
	return func(id string) string {
		if id == tx.Viewer.Account {
			return "You"
		}
		if p, ok := names[id]; ok {
			return p.Name
		}
		return "Somebody who has left"
	}, err
}

// openedBy returns the last three people who opened the file, each once.
func (f *Feature) openedBy(ctx context.Context, tx *store.Tx, file string) ([]string, error) {
	all, err := audit.Openings(ctx, tx, []string{file}, 60)
	if err != nil {
		return nil, err
	}
	var last []audit.Opening
	for _, o := range all {
		if len(last) < 3 && !slices.ContainsFunc(last, func(x audit.Opening) bool { return x.Actor == o.Actor }) {
			last = append(last, o)
		}
	}
	ids := make([]string, len(last))
	for i, o := range last {
		ids[i] = o.Actor
	}
	name, err := f.who(ctx, tx, slices.Clone(ids)...)
	var out []string
	for _, o := range last {
		words := name(o.Actor) + ", " + term.DateTime(o.At, tx.Now)
		if strings.HasPrefix(o.Rule, "break-glass") {
			words += ", in an emergency"
		}
		out = append(out, words)
	}
	return out, err
}
