package adults

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/platform/web"
)

// Draft is a worry about an adult about to be sent.
type Draft struct {
	ID       ID
	Org      string
	When     story.When
	Place    string
	Activity string
	Words    string
	About    string // an account of the school; "" where the adult has none
	Name     string // as written, where About is ""
	Works    Works
	Employer string
	Self     bool     // it is about the writer
	Close    []string // recipients who are the person or close to them, as the writer says
	Harm     bool
	Children []DraftChild
	// Readers is the digest of who the page said would read it; a way that has changed since is shown before it is gone (CON-10).
	Readers string
	// Claim binds the files of the form to the account's record; nil when there are none.
	Claim func(ctx context.Context, tx *store.Tx, record ref.Ref, org string) error
}

// DraftChild is a child who may have been harmed, and what the child said and was done for them; "" makes no entry yet.
type DraftChild struct{ Child, Name, Words string }

// refTo names a worry about an adult for the audit log.
func refTo(id ID) ref.Ref { return ref.To(access.Adult, string(id)) }

// errWay says that it would go another way than the page has shown.
var errWay = errs.New(errs.Conflict, "Look again at who will read this: it has changed with your answers. Then send it")

// Send records a worry about an adult and tells whoever receives it. A form that is sent twice makes one.
// Rule: nothing was written, nobody is named, or nobody in Kith could read it. Conflict: the way is not the one shown (errWay).
// NotFound: the id is somebody else's.
func (f *Feature) Send(ctx context.Context, v access.Viewer, d Draft) (ID, error) {
	if err := CanSend(d); err != nil {
		return "", err
	}
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error { return f.send(ctx, tx, d) })
	if store.IsDuplicate(err) {
		return d.ID, f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			c, err := f.store.Concern(ctx, tx, d.ID)
			if err == nil && c.Reporter != v.Account {
				return errs.Missing()
			}
			return err
		})
	}
	return d.ID, err
}

// CanSend says whether what was written can be sent.
func CanSend(d Draft) error {
	switch {
	case utf8.RuneCountInString(strings.TrimSpace(d.Words)) < 3:
		return errs.Refuse("Write what you saw or heard")
	case !d.Self && d.About == "" && strings.TrimSpace(d.Name) == "":
		return errs.Refuse("Say who it is about. If you do not know the name, say what you know")
	case !d.Self && d.About == "" && d.Works == Unsaid:
		return errs.Refuse("Say how the adult is at the school")
	}
	for _, k := range d.Children {
		if k.Words != "" {
			if err := CanEnter(k.Words, d.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// way works out where a draft goes, and who stands in.
func (f *Feature) way(ctx context.Context, tx *store.Tx, d Draft) (s School, w Way, in Stand, err error) {
	if s, err = f.school(ctx, tx, d.Org); err != nil {
		return s, w, in, err
	}
	a := d.about(tx.Viewer.Account)
	w = s.Way(a, d.Harm)
	return s, w, s.StandIn(w, a), nil
}

func (d Draft) about(me string) About {
	a := About{Account: d.About, Close: d.Close}
	if d.Self {
		a.Account = me
	}
	return a
}

// digest is what the page keeps of who it said would read it.
func digest(w Way, in Stand, away bool) string {
	all := append([]string{string(w.Office), w.Org, w.First, in.Account, string(in.Then.Office)}, w.People...)
	if away {
		all = append(all, "away")
	}
	sum := sha256.Sum256([]byte(strings.Join(all, " ")))
	return hex.EncodeToString(sum[:6])
}

func (f *Feature) send(ctx context.Context, tx *store.Tx, d Draft) error {
	at, precision, err := story.Happened(d.When, tx.Now)
	if err != nil {
		return err
	}
	set, err := f.store.Settings(ctx, tx)
	if err != nil {
		return err
	}
	s, w, in, err := f.way(ctx, tx, d)
	if err != nil {
		return err
	}
	away := s.Away(w, clock.DayOf(tx.Now.Time()))
	switch {
	case w.Office == Nobody:
		return errs.Refusef("Nobody in Kith could read this. Ring %s, now. What you wrote is kept for you as a draft", set.Ring())
	case d.Readers != "" && d.Readers != digest(w, in, away):
		return errWay
	}
	c := Concern{ID: d.ID, Org: d.Org, Number: drawn(tx), Reporter: tx.Viewer.Account, RecordedAt: tx.Now, HappenedAt: at, Precision: precision, Place: d.Place, Activity: d.Activity,
		About: d.about(tx.Viewer.Account).Account, Name: strings.TrimSpace(d.Name), Works: d.Works, Employer: d.Employer, Self: d.Self, Harm: d.Harm, Office: w.Office, State: Sent}
	if c.About != "" {
		if !slices.Contains(s.Present, c.About) {
			return errs.Missing()
		}
		names, err := f.People.Names(ctx, tx, c.About)
		if err != nil {
			return err
		}
		c.Name, c.Works = names[c.About].Name, Staff
	}
	account := Account{ID: tx.NewID(), AuthorID: tx.Viewer.Account, Words: d.Words, At: tx.Now}
	part, err := f.insert(ctx, tx, c, "", account)
	if err != nil {
		return err
	}
	if d.Claim != nil {
		if err := d.Claim(ctx, tx, ref.To(access.Adult, account.ID), c.Org); err != nil {
			return err
		}
	}
	records := []string{string(c.ID)}
	for _, k := range d.Children {
		card, at, err := f.Children.Child(ctx, tx, k.Child)
		if err != nil {
			return err
		}
		if at != c.Org {
			return errs.Missing()
		}
		row := Child{ID: tx.NewID(), Child: k.Child, Name: card.Name}
		if strings.TrimSpace(k.Words) != "" {
			if err := CanEnter(k.Words, c.Name); err != nil {
				return err
			}
			row.Harm = tx.NewID()
			if err := f.enter(ctx, tx, c, Entry{ID: row.Harm, Child: k.Child, Words: strings.TrimSpace(k.Words), By: tx.Viewer.Account, At: tx.Now}); err != nil {
				return err
			}
			records = append(records, row.Harm)
		}
		if err := f.store.insertChild(ctx, tx, string(c.ID), row); err != nil {
			return err
		}
	}
	if err := f.begin(ctx, tx, c, part, begun{school: s, way: w, in: in, away: away, about: d.about(tx.Viewer.Account), settings: set, records: records}); err != nil {
		return err
	}
	if err := web.DropDraft(ctx, tx, string(d.ID)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "adult.sent", refTo(c.ID), audit.Org(c.Org), audit.Detail(map[string]any{"office": w.Office, "harm": c.Harm, "people": w.People}))
}

// insert writes the header, the first account and the decision maker's part, whose id it returns.
func (f *Feature) insert(ctx context.Context, tx *store.Tx, c Concern, from string, accounts ...Account) (part string, err error) {
	if err := f.store.insertConcern(ctx, tx, c, from); err != nil {
		return "", err
	}
	for _, a := range accounts {
		if err := f.store.insertAccount(ctx, tx, c, a); err != nil {
			return "", err
		}
	}
	part = tx.NewID()
	return part, f.store.insertCase(ctx, tx, c, part)
}

// begun is what is known when a worry begins its way.
type begun struct {
	school   School
	way      Way
	in       Stand
	away     bool
	about    About
	settings Settings
	records  []string // the header, and the entries of children
}

// begin opens the records to those of the way and to nobody else, tells them and starts the clocks (LLC-1, LLC-2, LLC-3).
func (f *Feature) begin(ctx context.Context, tx *store.Tx, c Concern, part string, b begun) error {
	for _, x := range b.school.Barred(b.about) {
		if err := f.grant(ctx, tx, access.Excluded, x, b.records...); err != nil {
			return err
		}
	}
	if err := f.grant(ctx, tx, receives[b.way.Office], b.way.Org, b.records...); err != nil {
		return err
	}
	to := b.way.People
	if b.way.First != "" {
		if err := f.grant(ctx, tx, access.FirstReads, b.way.First, string(c.ID)); err != nil {
			return err
		}
		to = append(slices.Clone(to), b.way.First)
	}
	cal, err := f.calendar(ctx, tx, c.Org)
	if err != nil {
		return err
	}
	w := watch{Concern: c.ID, DueAt: StandInDue(cal, b.settings, c.Harm, tx.Now)}
	if b.away {
		more, err := f.stand(ctx, tx, b.in, b.records)
		if err != nil {
			return err
		}
		to, w.Step = append(slices.Clone(to), more...), 1
	}
	if err := f.tell(ctx, tx, c.ID, w.Step, to...); err != nil {
		return err
	}
	if c.Harm {
		if err := f.store.setCase(ctx, tx, Case{ID: part, DueAt: OfficerDue(cal, true, tx.Now, 0)}); err != nil {
			return err
		}
	}
	return f.store.setWatch(ctx, tx, w)
}

// receives are the relations by which an office reads.
var receives = map[Office]string{Head: access.HeadReceives, Chair: access.ChairReceives, Trust: access.TrustReceives, Officer: access.Referral}

func (f *Feature) grant(ctx context.Context, tx *store.Tx, kind, to string, records ...string) error {
	for _, r := range records {
		if err := tx.AddGrant(ctx, store.Grant{Record: r, Kind: kind, To: to, From: tx.Now, Until: clock.ForEver}); err != nil {
			return err
		}
	}
	return nil
}

// stand opens the records to who stands in, and returns whom to tell.
func (f *Feature) stand(ctx context.Context, tx *store.Tx, in Stand, records []string) ([]string, error) {
	if in.Account != "" {
		return []string{in.Account}, f.grant(ctx, tx, access.StandsIn, in.Account, records...)
	}
	if in.Then.Office == Nobody {
		return nil, nil
	}
	return in.Then.People, f.grant(ctx, tx, receives[in.Then.Office], in.Then.Org, records...)
}

// enter writes what happened to a child into the child's file, with the adult by reference only (LLC-4).
func (f *Feature) enter(ctx context.Context, tx *store.Tx, c Concern, e Entry) error {
	e.Reference = reference(e.ID)
	if err := f.store.insertEntry(ctx, tx, c, e); err != nil {
		return err
	}
	_, err := story.Add(ctx, tx, story.Entry{Child: e.Child, At: c.HappenedAt, Precision: c.Precision, Record: e.ID, Kind: story.Concern, Line: "May have been harmed by an adult",
		Detail: "The adult by reference only: " + e.Reference, Voice: text.FirstWords(e.Words, 120)})
	return err
}

// drawn is the number of a worry. It is drawn, not counted: a next number would tell of those one may not see (SEC-3).
func drawn(tx *store.Tx) string {
	return "A-" + tx.Now.London().Format("0601") + "-" + tail(tx.NewID())
}

// reference is by what a child's entry knows an adult: it is drawn with the entry and is found in the adult's record alone.
func reference(entry string) string { return "adult " + tail(entry) }

// tail is the last six digits of an id: of its part that is drawn.
func tail(id string) string {
	id = strings.ToUpper(strings.ReplaceAll(id, "-", ""))
	return id[max(0, len(id)-6):]
}

// AddAccount adds a further account: a later thought of the writer, or what a decision maker heard. What was sent stays as it is.
func (f *Feature) AddAccount(ctx context.Context, v access.Viewer, id ID, account, words string) error {
	if strings.TrimSpace(words) == "" {
		return errs.Refuse("Write what you want to add")
	}
	return sentBefore(f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		c, err := f.store.Concern(ctx, tx, id)
		if err != nil {
			return err
		}
		if v.Strength < access.SecondFactor && c.Reporter != v.Account {
			return errs.New(errs.StepUp, "Confirm that it is you") // one factor is enough for one's own words alone (SEC-25)
		}
		if err := f.store.insertAccount(ctx, tx, c, Account{ID: account, AuthorID: v.Account, Words: words, Later: true, At: tx.Now}); err != nil {
			return err
		}
		if c.Reporter == v.Account {
			s, err := f.school(ctx, tx, c.Org)
			if err != nil {
				return err
			}
			barred, err := f.store.closeTo(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := f.tell(ctx, tx, id, 0, s.holding(c.Office, About{Account: c.About, Close: barred}).People...); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, "adult.account-added", refTo(id), audit.Org(c.Org))
	}))
}

// sentBefore makes a form that was sent twice no fault: the first sending stands (SEC-15).
func sentBefore(err error) error {
	if store.IsDuplicate(err) {
		return nil
	}
	return err
}

// SentOn is a concern about a child that turned out to be about an adult (CON-17).
type SentOn struct {
	From       string // the concern
	Org        string
	Reporter   string // "" where the writer has no account
	RecordedAt clock.Millis
	HappenedAt clock.Millis
	Precision  story.Precision
	Place      string
	Harm       bool
	AboutHead  bool // it is about the head, or whoever sends it on cannot say
	Accounts   []SentWords
	Children   []DraftChild
}

// SentWords is one account of it, with the record that its files are bound to.
type SentWords struct {
	Record, AuthorID, Author, Words string
	Later                           bool
	At                              clock.Millis
}

// Receive takes a concern that was sent on, in the transaction of whoever sends it on and who learns nothing by it but that it has
// gone. It says which office it went to. Rule: nobody in Kith could read it.
func (f *Feature) Receive(ctx context.Context, tx *store.Tx, d SentOn) (office string, err error) {
	set, err := f.store.Settings(ctx, tx)
	if err != nil {
		return "", err
	}
	s, err := f.school(ctx, tx, d.Org)
	if err != nil {
		return "", err
	}
	a := About{Head: d.AboutHead}
	w := s.Way(a, d.Harm)
	w.First = "" // whom it is about is not known: no lead reads it first
	if w.Office == Nobody {
		return "", errs.Refusef("Nobody in Kith could read it. Ring %s", set.Ring())
	}
	c := Concern{ID: ID(tx.NewID()), Org: d.Org, Number: drawn(tx), Reporter: d.Reporter, RecordedAt: d.RecordedAt, HappenedAt: d.HappenedAt, Precision: d.Precision, Place: d.Place, Harm: d.Harm, Office: w.Office, State: Sent}
	var accounts []Account
	for _, x := range d.Accounts {
		n := Account{ID: tx.NewID(), AuthorID: x.AuthorID, Author: x.Author, Words: x.Words, Later: x.Later, At: x.At}
		accounts = append(accounts, n)
		if err := f.Files.Move(ctx, tx, x.Record, n.ID); err != nil {
			return "", err
		}
	}
	part, err := f.insert(ctx, tx, c, d.From, accounts...)
	if err != nil {
		return "", err
	}
	for _, k := range d.Children {
		if err := f.store.insertChild(ctx, tx, string(c.ID), Child{ID: tx.NewID(), Child: k.Child, Name: k.Name}); err != nil {
			return "", err
		}
	}
	away := s.Away(w, clock.DayOf(tx.Now.Time()))
	if err := f.begin(ctx, tx, c, part, begun{school: s, way: w, in: s.StandIn(w, a), away: away, about: a, settings: set, records: []string{string(c.ID)}}); err != nil {
		return "", err
	}
	return w.Office.Words(), audit.Record(ctx, tx, "adult.received", refTo(c.ID), audit.Org(c.Org))
}

// Found returns where the viewer finds what a concern became that was sent on. NotFound: nowhere, for them.
func (f *Feature) Found(ctx context.Context, tx *store.Tx, concern string) (string, error) {
	c, err := f.store.From(ctx, tx, concern)
	return "/adults/" + string(c.ID), err
}
