package auditing

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// lookBack is how many days the counts and the list reach back when no day is asked for.
const lookBack = 30

// stripDays is how many days of copies the first page shows.
const stripDays = 14

var toOverview = &ui.Link{Text: "The audit log", Href: "/audit"}

func page(title string, crumb *ui.Link) web.Page {
	return web.Page{Title: title, Class: "p-audit", At: "/audit", Crumb: crumb}
}

// overviewView is the first page.
type overviewView struct {
	Wide     bool
	Rule     string
	Entries  string
	State    audit.State
	NoteWhen string
	Root     string
	Late     string
	Days     []dayView
	Copies   string // in a sentence: what left the machine last
	Overdue  []string
	Missed   string
	To       []string
	Restores []restoreView
	Actions  []actionView
	Done     string
	Signed   bool // checkpoints are made at all
}

type dayView struct {
	Letter, Date, Words string
	State               string // sent, missed, none
}

type restoreView struct{ When, Lost, Reason, Seq string }

type actionView struct {
	Words, Href string
	Times       string
	Share       float64 // of the greatest
}

func (f *Feature) overview(w http.ResponseWriter, r *http.Request) error {
	state, err := f.Log.State(r.Context())
	if err != nil {
		return err
	}
	restores, err := f.Log.Restores(r.Context())
	if err != nil {
		return err
	}
	var v overviewView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		l, err := f.allowed(ctx, tx)
		if err != nil {
			return err
		}
		v = overviewView{Wide: l.wide, State: state, Signed: f.Key != "", Entries: text.Plural(int(state.Size), "entry", "entries"), NoteWhen: term.DateTime(state.NoteAt, tx.Now), Root: rootOf(state.Note)}
		if state.Late > 0 {
			v.Late = text.Plural(int(state.Late), "entry has", "entries have") + " waited for more than five seconds"
		}
		for _, x := range restores {
			v.Restores = append(v.Restores, restoreView{When: stamp(x.At), Lost: x.Lost, Reason: x.Reason, Seq: number(x.Seq)})
		}
		if err := f.copiesOn(ctx, tx, &v); err != nil {
			return err
		}
		l.From = clock.Of(clock.DayOf(tx.Now.Time()).Add(-lookBack).Start())
		done, err := audit.Actions(ctx, tx, l.Filter)
		if err != nil {
			return err
		}
		v.Actions, v.Done = actionsOf(done)
		tx.SawList("audit.looked", l.org, map[string]any{"rule": l.rule})
		return nil
	})
	if err != nil {
		return err
	}
	p := page("The audit log", nil)
	p.Body = overviewPage(v)
	return web.Show(w, r, p)
}

// copiesOn says what left the machine.
func (f *Feature) copiesOn(ctx context.Context, tx *store.Tx, v *overviewView) error {
	today := clock.DayOf(tx.Now.Time())
	from := today.Add(1 - stripDays)
	all, err := f.store.recipients(ctx, tx, clock.Of(from.Start()))
	if err != nil {
		return err
	}
	copies, err := f.store.copies(ctx, tx, from)
	if err != nil {
		return err
	}
	var last Recipient
	for _, x := range all {
		if x.LastSent > last.LastSent {
			last = x
		}
		if x.EndedAt == 0 {
			v.To = append(v.To, x.Name)
		}
		if Overdue(x, tx.Now) {
			v.Overdue = append(v.Overdue, x.Name)
		}
	}
	if last.LastSent != 0 {
		v.Copies = term.DateTime(last.LastSent, tx.Now)
	}
	var missed []string
	for _, d := range Days(all, copies, tx.Now, stripDays) {
		view := dayView{Letter: d.Day.Start().Format("Mon"), Date: d.Day.Start().Format("2"), State: "none", Words: "nobody was due a copy"}
		switch {
		case d.Missed():
			view.State, view.Words = "missed", text.Plural(d.Of-d.Sent, "copy", "copies")+" of "+number(int64(d.Of))+" did not leave"
			missed = append(missed, term.ShortDate(d.Day))
		case d.Sent > 0:
			view.State, view.Words = "sent", text.Plural(d.Sent, "copy", "copies")+" left"
		}
		v.Days = append(v.Days, view)
	}
	if len(missed) > 0 {
		v.Missed = text.Join(missed)
	}
	return nil
}

// actionsOf turns counts into rows and a sentence with their sum. Beyond the twelve most frequent the rest is one row.
func actionsOf(done []audit.Done) (rows []actionView, sum string) {
	const most = 12
	var total, rest int64
	for i, d := range done {
		total += d.Times
		if i >= most {
			rest += d.Times
			continue
		}
		rows = append(rows, actionView{Words: ActionWords(d.Action), Href: "/audit/entries?action=" + d.Action, Times: number(d.Times), Share: float64(d.Times) / float64(done[0].Times)})
	}
	if rest > 0 {
		rows = append(rows, actionView{Words: text.Plural(len(done)-most, "other kind", "other kinds"), Times: number(rest), Share: min(1, float64(rest)/float64(done[0].Times))})
	}
	return rows, text.Plural(int(total), "entry", "entries")
}

// number writes a number as people read it.
func number(n int64) string {
	s, _, _ := strings.Cut(text.Plural(int(n), "x", "x"), " ")
	return s
}

// stamp is an instant to the second, with its day.
func stamp(at clock.Millis) string { return at.London().Format("Mon 2 Jan 2006, 15:04:05") }

// rootOf returns the root out of a checkpoint.
func rootOf(note string) string {
	for l := range strings.Lines(note) {
		if root, ok := strings.CutPrefix(strings.TrimSpace(l), "root "); ok {
			return root
		}
	}
	return ""
}

// checkpoint gives the newest one as a file.
func (f *Feature) checkpoint(w http.ResponseWriter, r *http.Request) error {
	state, err := f.Log.State(r.Context())
	if err != nil {
		return err
	}
	if state.Note == "" {
		return errs.Refuse("There is no checkpoint yet. One is made within a minute of the first entry.")
	}
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		l, err := f.allowed(ctx, tx)
		tx.SawList("audit.checkpoint_taken", l.org, map[string]any{"size": state.NoteSize})
		return err
	}); err != nil {
		return err
	}
	return attach(w, "kith-checkpoint-"+state.NoteAt.London().Format("2006-01-02")+".txt", "text/plain; charset=utf-8", []byte(state.Note))
}

// key gives the public key. It proves nothing that comes with it: whoever can change the log could change this page.
func (f *Feature) key(w http.ResponseWriter, _ *http.Request) error {
	if f.Key == "" {
		return errs.Refuse("No checkpoints are made here: there is no key to sign them with. Ask whoever looks after Kith.")
	}
	return attach(w, "kith-public-key.txt", "text/plain; charset=utf-8", []byte(f.Key+"\n"))
}

func attach(w http.ResponseWriter, name, kind string, body []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, err := w.Write(body)
	return err
}

// verify says how to prove the log on another machine.
func (f *Feature) verify(w http.ResponseWriter, r *http.Request) error {
	p := page("Prove it yourself", toOverview)
	p.Body = verifyPage(f.Key)
	return web.Show(w, r, p)
}

// recipientsView is who is mailed, with the form that adds somebody.
type recipientsView struct {
	Rows []recipientRowView
	Form *recipientForm
}

type recipientRowView struct {
	Name, Email, Since, Last, Post string
	Overdue                        bool
}

func (f *Feature) recipients(w http.ResponseWriter, r *http.Request) error {
	form := newRecipientForm()
	form.ID = web.NewID(r)
	p, err := f.recipientsPage(r, form)
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

func (f *Feature) recipientsPage(r *http.Request, form *recipientForm) (web.Page, error) {
	v := recipientsView{Form: form}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		v.Rows = nil
		if err := f.keeps(ctx, tx); err != nil {
			return err
		}
		all, err := f.store.recipients(ctx, tx, 0)
		for _, x := range all {
			row := recipientRowView{Name: x.Name, Email: x.Email, Since: "Since " + term.YearDate(clock.DayOf(x.AddedAt.Time())), Post: "/audit/recipients/" + x.ID + "/end", Overdue: Overdue(x, tx.Now),
				Last: "Nothing was sent yet. The first goes at 06:00, or at once when that is over"}
			if x.LastSent != 0 {
				row.Last = "Last sent " + term.DateTime(x.LastSent, tx.Now)
			}
			v.Rows = append(v.Rows, row)
		}
		tx.SawList("audit.recipients_listed", "", map[string]any{"count": len(all)})
		return err
	})
	p := page("Who keeps the checkpoints", toOverview)
	p.Body = recipientsPage(v)
	return p, err
}

func (f *Feature) addRecipient(w http.ResponseWriter, r *http.Request) error {
	form := newRecipientForm()
	ok := form.parse(r)
	if form.ID == "" {
		form.ID = web.NewID(r)
	}
	var err error
	if ok {
		err = f.Add(r.Context(), web.Viewer(r), Recipient{ID: form.ID, Name: form.Name.Value, Email: form.Email.Value})
	}
	if ok && err == nil {
		return web.Redirect(w, r, "/audit/recipients", "Added. A checkpoint is mailed to that address each day from now on.")
	}
	if err != nil && !errs.Is(err, errs.Rule) {
		return err
	}
	if err != nil {
		form.Email.Problem = errs.Sentence(err)
	}
	p, err := f.recipientsPage(r, form)
	if err != nil {
		return err
	}
	return web.Invalid(w, r, p)
}

func (f *Feature) endRecipient(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := f.End(r.Context(), web.Viewer(r), id); err != nil {
		return err
	}
	return web.Redirect(w, r, "/audit/recipients", "Ended. Nothing more is mailed to that address; what it was sent stays there.")
}

func joined(names []string) string { return text.Join(names) }

// sortedNames orders options by what people read.
func sortedNames(names map[string]string) []string {
	ids := make([]string, 0, len(names))
	for id := range names {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return strings.Compare(names[a]+a, names[b]+b) })
	return ids
}
