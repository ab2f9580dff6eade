package programme

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/bulk"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/sheet"
	"kith/internal/platform/store"
	"kith/internal/platform/tabular"
)

// limit is how long a file may be.
const limit = 2 << 20

// unlisted are the ways in which lists write kinds of partner, a part of the word each.
var unlisted = []struct{ part, kind string }{
	{"nursery", "early_years"}, {"playgroup", "early_years"}, {"childmind", "early_years"}, {"pre-school", "early_years"}, {"preschool", "early_years"}, {"early", "early_years"}, {"gp", "health"}, {"surgery", "health"},
	{"health", "health"}, {"hospital", "health"}, {"nhs", "health"}, {"practice", "health"}, {"police", "police"}, {"council", "council"}, {"authority", "council"}, {"church", "faith"}, {"mosque", "faith"}, {"faith", "faith"},
	{"gurdwara", "faith"}, {"temple", "faith"}, {"synagogue", "faith"}, {"madras", "faith"}, {"supplementary", "faith"}, {"club", "club"}, {"youth", "club"}, {"sport", "club"}, {"scout", "club"}, {"charity", "voluntary"},
	{"voluntary", "voluntary"}, {"community", "voluntary"}, {"vcs", "voluntary"}, {"school", "school"}, {"college", "school"},
}

// KindOf reads the kind of a partner from what a list says.
func KindOf(s string) string {
	low := strings.ToLower(strings.TrimSpace(s))
	for _, k := range PartnerKinds {
		if low == k.Key || low == strings.ToLower(k.Words) {
			return k.Key
		}
	}
	for _, u := range unlisted {
		if low != "" && strings.Contains(low, u.part) {
			return u.kind
		}
	}
	return "other"
}

// table opens a CSV file or the first sheet of a workbook. Rule: it is neither.
func table(ctx context.Context, in io.Reader) (*tabular.Reader, error) {
	body, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, err
	}
	if len(body) > limit {
		return nil, errs.Refuse("This file is larger than 2 MB. Split it and load the parts one after the other.")
	}
	if bytes.HasPrefix(body, []byte("PK\x03\x04")) {
		if body, err = sheet.CSVOf(body); err != nil {
			return nil, errs.Of(errs.Rule, err, "This workbook cannot be read. Open it and save it as CSV.")
		}
	}
	t, err := tabular.NewReader(ctx, bytes.NewReader(body), tabular.Options{})
	if err != nil {
		return nil, errs.Of(errs.Rule, err, "This file cannot be read: "+err.Error()+".")
	}
	return t, nil
}

// each calls row for every row of a table, and reports those that cannot be read or that row refuses.
func each(t *tabular.Reader, res *tabular.Report, row func(tabular.Row) (field, reason string)) error {
	for {
		r, err := t.Next()
		var bad *tabular.LineError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &bad):
			res.Read++
			res.Reject(tabular.Rejection{Row: bad.Line, Reason: bad.Reason})
			continue
		case err != nil:
			return errs.Of(errs.Rule, err, "This file cannot be read: "+err.Error()+".")
		}
		res.Read++
		if field, reason := row(r); reason != "" {
			res.Reject(tabular.Rejection{Row: r.Line, Field: field, Reason: reason})
			continue
		}
		res.Kept++
	}
}

// TakePartners takes agencies and settings that no school register lists from a file: name, kind, who answers, e-mail, postcode. They are
// known at once and stand in the directory. A second loading changes nothing but a contact that is another now. Rule: it is no such list.
// (TRN-20)
func (f *Feature) TakePartners(ctx context.Context, v access.Viewer, org string, in io.Reader) (res bulk.Result, err error) {
	defer errs.Wrap(&err, "programme.TakePartners")
	if err := runs(v, org); err != nil {
		return res, err
	}
	t, err := table(ctx, in)
	if err != nil {
		return res, err
	}
	name, kind, contact, email, postcode := t.Column("name", "organisation", "agency", "setting"), t.Column("kind", "type"), t.Column("contact", "contact name", "who"), t.Column("email", "e-mail", "contact email", "mail"), t.Column("postcode")
	if name < 0 || email < 0 {
		return res, errs.Refuse("This is no list of partners: it needs a column for the name of the organisation and one for an e-mail address.")
	}
	var rows []entry
	var rep tabular.Report
	seen := tabular.Seen{}
	if err := each(t, &rep, func(r tabular.Row) (string, string) {
		x := entry{Partner{Org: org, Name: r.Get(name), Kind: KindOf(r.Get(kind)), Postcode: r.Get(postcode), Source: "file", State: Known}, Contact{Name: r.Get(contact), Email: r.Get(email)}}
		if x.c.Name == "" {
			x.c.Name = x.p.Name
		}
		if err := CheckPartner(x.p, x.c); err != nil {
			return "name", errs.Sentence(err)
		}
		if again, is := seen.Again(fold.Key(x.p.Name), "This organisation", r.Line); is {
			return "name", strings.Replace(again, fold.Key(x.p.Name)+" ", "", 1)
		}
		rows = append(rows, x)
		return "", ""
	}); err != nil {
		return res, err
	}
	w := bulk.Writer[entry]{Pace: bulk.Pace{DB: f.DB, Viewer: v, Cost: 4}, Put: func(ctx context.Context, tx *store.Tx, rows []entry) (bulk.Tally, error) {
		return f.putPartners(ctx, tx, org, rows)
	}}
	for _, x := range rows {
		if err := w.Add(ctx, x); err != nil {
			return res, err
		}
	}
	err = w.Flush(ctx)
	res.Took(rep, w.Tally)
	return res, err
}

// entry is one row of a list of partners.
type entry struct {
	p Partner
	c Contact
}

func (f *Feature) putPartners(ctx context.Context, tx *store.Tx, org string, rows []entry) (n bulk.Tally, err error) {
	for _, x := range rows {
		made, changed, err := f.takePartner(ctx, tx, x.p, x.c)
		if err != nil {
			return n, err
		}
		n.Count(made, changed)
	}
	if n.Created+n.Updated == 0 {
		tx.Unaudited("nothing was changed")
		return n, nil
	}
	return n, audit.Record(ctx, tx, "training.partners_loaded", ref.To("training_partners", org), audit.Org(org), audit.Detail(n))
}

func (f *Feature) takePartner(ctx context.Context, tx *store.Tx, p Partner, c Contact) (made, changed bool, err error) {
	same, err := f.store.partnersNamed(ctx, tx, p.Org, p.Name)
	if err != nil {
		return false, false, err
	}
	if len(same) == 0 {
		p.ID = PartnerID(tx.NewID())
		if p.Listed, err = f.Listing.PutAgency(ctx, tx, p.Name, p.Postcode); err != nil {
			return false, false, err
		}
		return true, false, f.store.insertPartner(ctx, tx, p, c)
	}
	have := same[0]
	if have.EndsOn != "" {
		return false, false, nil // its part has ended, or is to: a list does not admit it again, the organiser does
	}
	c.ID = have.ID
	was, err := f.store.Contact(ctx, tx, have.ID)
	if err != nil {
		return false, false, err
	}
	if was != c {
		changed = true
		if err := f.store.updateContact(ctx, tx, c); err != nil {
			return false, false, err
		}
	}
	if have.State != Known || have.Kind != p.Kind || have.Postcode != p.Postcode {
		changed = true
		if have.Listed, err = f.Listing.PutAgency(ctx, tx, have.Name, p.Postcode); err != nil {
			return false, false, err
		}
		have.State, have.Kind, have.Postcode = Known, p.Kind, p.Postcode
		if err := f.store.updatePartner(ctx, tx, have); err != nil {
			return false, false, err
		}
	}
	return false, changed, nil
}

// TakeSessions takes the sessions of a programme from a file, one row each: title, date, weekday, starts, ends, venue, board, partner,
// audience, places, booking. Each is accepted at once. A weekday that is not the date's is reported (TRN-10), as is whatever the form would
// refuse. A second loading adds nothing. Rule: it is no list of sessions.
func (f *Feature) TakeSessions(ctx context.Context, v access.Viewer, i ID, in io.Reader) (res bulk.Result, err error) {
	defer errs.Wrap(&err, "programme.TakeSessions(%s)", i)
	t, err := table(ctx, in)
	if err != nil {
		return res, err
	}
	col := func(names ...string) int { return t.Column(names...) }
	title, date, weekday, starts, ends := col("title", "session"), col("date", "day"), col("weekday"), col("starts", "start", "from"), col("ends", "end", "until")
	venue, address, postcode, audience, board := col("venue", "place"), col("address"), col("postcode"), col("audience", "open to"), col("board")
	by, places, booking, summary, speaker := col("partner", "by", "organisation"), col("places", "capacity"), col("booking", "book at"), col("summary", "description"), col("speaker", "trainer")
	if title < 0 || date < 0 || starts < 0 || ends < 0 {
		return res, errs.Refuse("This is no list of sessions: it needs columns for title, date, starts and ends.")
	}
	var p Programme
	if err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		p, err = f.own(ctx, tx, i)
		return err
	}); err != nil {
		return res, err
	}
	var rows []Session
	var rep tabular.Report
	seen := tabular.Seen{}
	if err := each(t, &rep, func(r tabular.Row) (string, string) {
		s := Session{Programme: i, By: r.Get(by), Title: r.Get(title), Summary: r.Get(summary), Speaker: r.Get(speaker), Board: r.Get(board), OpenTo: r.Get(audience), Venue: r.Get(venue), Address: r.Get(address),
			Postcode: r.Get(postcode), Starts: hour(r.Get(starts)), Ends: hour(r.Get(ends)), State: Accepted}
		on, err := tabular.Day(r.Get(date))
		if err != nil {
			return "date", err.Error()
		}
		s.On = clock.Day(on)
		if err := training.CheckWeekday(s.On, r.Get(weekday)); err != nil {
			return "weekday", errs.Sentence(err)
		}
		if x := r.Get(places); x != "" {
			if s.Places, err = strconv.ParseInt(x, 10, 32); err != nil {
				return "places", strconv.Quote(x) + " is no number of places"
			}
		}
		s.Booking, s.To = bookingOf(r.Get(booking))
		s.fill(p, f.Publisher)
		if err := CheckSession(p, s); err != nil {
			return "session", errs.Sentence(err)
		}
		s.Source = strings.Join([]string{fold.Key(s.Title), string(s.On), s.Starts, fold.Key(s.By)}, "|")
		if again, is := seen.Again(s.Source, "This session", r.Line); is {
			return "title", strings.Replace(again, s.Source+" ", "", 1)
		}
		rows = append(rows, s)
		return "", ""
	}); err != nil {
		return res, err
	}
	var n bulk.Tally
	err = f.inProgramme(ctx, v, i, func(ctx context.Context, tx *store.Tx, p Programme) error {
		n = bulk.Tally{}
		for _, s := range rows {
			_, err := f.store.sourced(ctx, tx, i, s.Source)
			switch {
			case err == nil:
				n.Unchanged++
				continue
			case !errs.Is(err, errs.NotFound):
				return err
			}
			s.ID = SessionID(tx.NewID())
			if err := f.add(ctx, tx, &p, s); err != nil {
				return err
			}
			n.Created++
		}
		tx.Unaudited("each session that was added is in the log")
		return nil
	})
	res.Took(rep, n)
	return res, err
}

// fill puts what a row leaves out: the only board, the organiser, online where it says so.
func (s *Session) fill(p Programme, organiser string) {
	if boards := p.BoardNames(); s.Board == "" && len(boards) == 1 {
		s.Board = boards[0]
	}
	if s.By == "" {
		s.By = organiser
	}
	switch fold.Key(s.Venue) {
	case "online", "byvideo", "video", "teams", "zoom":
		s.Online, s.Venue = true, ""
	}
}

// bookingOf reads how a place is had: an address, a link, nothing, or here.
func bookingOf(s string) (Booking, string) {
	switch {
	case strings.HasPrefix(s, "https://"), strings.HasPrefix(s, "http://"):
		return ByLink, s
	case strings.Contains(s, "@"):
		return ByEmail, s
	case strings.EqualFold(s, "none"), strings.EqualFold(s, "drop in"), strings.EqualFold(s, "no booking"):
		return JustGo, ""
	}
	return Own, ""
}

// hour reads a time of day, "" for none.
func hour(s string) string {
	t, err := time.Parse("15:04", strings.Replace(strings.TrimSpace(s), ".", ":", 1))
	if err != nil {
		return ""
	}
	return t.Format("15:04")
}
