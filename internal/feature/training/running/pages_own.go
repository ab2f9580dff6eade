package running

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/document"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// ownView is somebody's own training: what comes, and what they have had.
type ownView struct {
	Places []placeView
	Lines  []lineView
	Total  string // hours of the last twelve months
}

// placeView is a course that somebody has a place on.
type placeView struct {
	ID           training.BookingID
	Title, When  string
	Where        string
	Href         string
	OpenVenue    bool
	Today, Is    bool   // there is a course today; they are marked already
	Thoughts     string // where they say what they thought of it; "" while they cannot, or have
	Code         *codeForm
	HerePath     string
	first, until clock.Day
}

// lineView is a line of a training record.
type lineView struct {
	Title, When, Hours, Certificate string
	TakeOut                         string
	Chip                            ui.Chip
	From                            string
}

// chip says whether a line is current.
func (l Learnt) chip(today clock.Day) ui.Chip {
	switch {
	case l.Expires == "":
		return ui.Chip{Text: "Valid without an end", Tone: ui.ToneLeaf}
	case l.Expires < today:
		return ui.Chip{Text: "Ended " + term.YearDate(l.Expires), Tone: ui.ToneBrick}
	case l.Expires < today.Add(Owed().SoonDays):
		return ui.Chip{Text: "Until " + term.YearDate(l.Expires), Tone: ui.ToneLamp}
	}
	return ui.Chip{Text: "Until " + term.YearDate(l.Expires), Tone: ui.ToneLeaf}
}

func (l Learnt) view(today clock.Day) lineView {
	v := lineView{Title: l.Title, When: l.dates(), Hours: HoursWords(l.Minutes), Chip: l.chip(today), From: "From a register"}
	if l.Booking == "" {
		v.From = "Written down by the school"
	}
	if !l.Issued.IsZero() {
		v.Certificate = "/training/record/lines/" + string(l.ID)
	}
	return v
}

// ownPlaces are the courses that the viewer has a place on, from two months ago on.
func (f *Feature) ownPlaces(ctx context.Context, tx *store.Tx) (out []placeView, seen []string, err error) {
	mine, err := f.Store.Mine(ctx, tx, nil)
	if err != nil {
		return nil, nil, err
	}
	today := clock.DayOf(tx.Now.Time())
	for _, b := range mine {
		if b.Account != tx.Viewer.Account {
			continue
		}
		p, err := f.Store.Place(ctx, tx, b.ID)
		if err != nil {
			return nil, nil, err
		}
		if p.State != training.Placed {
			continue
		}
		k, err := f.load(ctx, tx, p.Run)
		if err != nil {
			return nil, nil, err
		}
		if k.last().On < today.Add(-linkDays) {
			continue
		}
		v := placeView{ID: b.ID, Title: k.course.Title, When: training.DayWords(k.run.Days), Where: capital(k.where()), Href: "/training/requests/" + string(b.ID), OpenVenue: !known(k.run), HerePath: "/training/record/places/" + string(b.ID) + "/here",
			Code: newCodeForm(), first: k.run.First, until: k.last().On}
		marks, err := f.marksBy(ctx, tx, p.Run)
		if err != nil {
			return nil, nil, err
		}
		if n, ok := DayOfRun(k.run.Days, today); ok {
			v.Today, v.Is = true, marks[b.ID][n].Kind != ""
		}
		if CanEvaluate(k.last(), marks[b.ID], tx.Now) == nil {
			at, err := f.rows.evaluatedAt(ctx, tx, b.ID)
			if err != nil {
				return nil, nil, err
			}
			if at.IsZero() {
				v.Thoughts = "/training/record/places/" + string(b.ID) + "/thoughts"
			}
		}
		if v.until < today && v.Thoughts == "" {
			continue
		}
		seen = append(seen, string(b.ID))
		out = append(out, v)
	}
	slices.SortFunc(out, func(x, y placeView) int { return cmp.Or(cmp.Compare(x.first, y.first), cmp.Compare(x.ID, y.ID)) })
	return out, seen, nil
}

func (f *Feature) ownView(r *http.Request) (v ownView, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		places, seen, err := f.ownPlaces(ctx, tx)
		if err != nil {
			return err
		}
		v = ownView{Places: places}
		lines, err := f.rows.LearntBy(ctx, tx, tx.Viewer.Account)
		if err != nil {
			return err
		}
		today := clock.DayOf(tx.Now.Time())
		var minutes int64
		for _, l := range lines {
			seen = append(seen, string(l.ID))
			v.Lines = append(v.Lines, l.view(today))
			if l.Until > addMonths(today, -12) {
				minutes += l.Minutes
			}
		}
		v.Total = HoursWords(minutes)
		if seen != nil {
			tx.SawList("training.own_record_seen", "", seen)
		}
		return nil
	})
	return v, err
}

func ownShown(v ownView) web.Page {
	return working("Your training", "/training", web.Page{Body: ownBody(v)})
}

func (f *Feature) ownPage(w http.ResponseWriter, r *http.Request) error {
	v, err := f.ownView(r)
	if err != nil {
		return err
	}
	return web.Show(w, r, ownShown(v))
}

func pathBooking(r *http.Request) (training.BookingID, error) {
	s, err := web.PathID(r, "booking")
	return training.BookingID(s), err
}

func (f *Feature) ownHere(w http.ResponseWriter, r *http.Request) error {
	id, err := pathBooking(r)
	if err != nil {
		return err
	}
	if err := f.ownPlace(r.Context(), web.Viewer(r), id); err != nil {
		return err
	}
	form := newCodeForm()
	if form.Parse(r) {
		err = f.Here(r.Context(), web.Viewer(r), id, form.Code.Value)
		if err == nil {
			return web.Redirect(w, r, "/training/record", "You are on the register.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		form.Code.Problem = errs.Sentence(err)
	}
	v, err := f.ownView(r)
	if err != nil {
		return err
	}
	for i := range v.Places {
		if v.Places[i].ID == id {
			v.Places[i].Code = form
		}
	}
	return web.Invalid(w, r, ownShown(v))
}

type ownThoughtsView struct {
	Form        *thoughtsForm
	Title, When string
	Action      string
}

func (f *Feature) ownThoughtsView(r *http.Request) (v ownThoughtsView, id training.BookingID, err error) {
	if id, err = pathBooking(r); err != nil {
		return v, id, err
	}
	if err := f.ownPlace(r.Context(), web.Viewer(r), id); err != nil {
		return v, id, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		_, k, err := f.placed(ctx, tx, id)
		if err != nil {
			return err
		}
		v = ownThoughtsView{Form: newThoughtsForm(), Title: k.course.Title, When: training.DayWords(k.run.Days), Action: "/training/record/places/" + string(id) + "/thoughts"}
		return nil
	})
	return v, id, err
}

func ownThoughtsShown(v ownThoughtsView) web.Page {
	return working("What did you think of it?", "/training", web.Page{Crumb: &ui.Link{Text: "Your training", Href: "/training/record"}, Body: ownThoughtsBody(v)})
}

func (f *Feature) beginOwnThoughts(w http.ResponseWriter, r *http.Request) error {
	v, _, err := f.ownThoughtsView(r)
	if err != nil {
		return err
	}
	return web.Show(w, r, ownThoughtsShown(v))
}

func (f *Feature) ownThoughts(w http.ResponseWriter, r *http.Request) error {
	v, id, err := f.ownThoughtsView(r)
	if err != nil {
		return err
	}
	if v.Form.Parse(r) {
		err = f.Evaluate(r.Context(), web.Viewer(r), id, v.Form.evaluation())
		if err == nil {
			return web.Redirect(w, r, "/training/record", "Sent, without your name.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		v.Form.Refuse(err)
	}
	return web.Invalid(w, r, ownThoughtsShown(v))
}

func pathLine(r *http.Request) (LearntID, error) {
	s, err := web.PathID(r, "line")
	return LearntID(s), err
}

type certificateView struct {
	Paper       document.Document
	Path, Check string
	Credential  bool
}

func (f *Feature) certificatePage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathLine(r)
	if err != nil {
		return err
	}
	l, d, err := f.Certificate(r.Context(), web.Viewer(r), id)
	if err != nil {
		return err
	}
	serial, err := f.serial(l)
	if err != nil {
		return err
	}
	p := working("A certificate", "/training", web.Page{Crumb: backFrom(web.Viewer(r), l), Body: certificateBody(certificateView{d, "/training/record/lines/" + string(l.ID), "/training/certificates/" + serial, l.Booking != ""})})
	p.Class += " p-paper"
	return web.Show(w, r, p)
}

// backFrom leads from a certificate to where its reader came from: their own training, a colleague's record, the register.
func backFrom(v access.Viewer, l Learnt) *ui.Link {
	switch {
	case l.Account == v.Account:
		return &ui.Link{Text: "Your training", Href: "/training/record"}
	case l.Account != "" && slices.Contains(schools(v), l.Org):
		return &ui.Link{Text: "The training record", Href: "/training/staff/people/" + l.Account}
	case l.Run != "":
		return &ui.Link{Text: "The register", Href: registerPath(l.Run)}
	}
	return &ui.Link{Text: "Training", Href: "/training"}
}

func (f *Feature) certificatePDF(w http.ResponseWriter, r *http.Request) error {
	id, err := pathLine(r)
	if err != nil {
		return err
	}
	_, d, err := f.Certificate(r.Context(), web.Viewer(r), id)
	if err != nil {
		return err
	}
	pdf, err := document.PDF(d)
	if err != nil {
		return err
	}
	return sent(w, "application/pdf", "certificate.pdf", pdf)
}

func (f *Feature) certificateBadge(w http.ResponseWriter, r *http.Request) error {
	id, err := pathLine(r)
	if err != nil {
		return err
	}
	token, err := f.Badge(r.Context(), web.Viewer(r), id)
	if err != nil {
		return err
	}
	return sent(w, "application/jwt", "certificate.jwt", []byte(token))
}

// sent sends a file that a reader keeps.
func sent(w http.ResponseWriter, kind, name string, body []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, err := w.Write(body) // #nosec G705 -- sent as an attachment with its own type
	return err
}

// checkView is the public check of a certificate.
type checkView struct {
	Serial  string
	Found   *Checked
	Missing bool
	Problem string // what is wrong with the serial as it was typed
}

// chip says in a word how a certificate stands.
func (c Checked) chip() ui.Chip {
	switch c.State {
	case "valid":
		return ui.Chip{Text: "Valid", Tone: ui.ToneLeaf}
	case "expired":
		return ui.Chip{Text: "Ended", Tone: ui.ToneLamp}
	}
	return ui.Chip{Text: "Withdrawn", Tone: ui.ToneBrick}
}

func checkShown(v checkView) web.Page {
	mast := ui.Mast{Heading: "Check a certificate", Text: "Type the serial that stands on it. You see the name, the course, the dates and until when it is valid."}
	if v.Found != nil {
		mast.Text = "The serial is " + v.Serial + "."
	}
	return public("Check a certificate", mast, web.Page{Body: checkBody(v)})
}

// beginCheck asks for a serial, and goes on to its page.
func (f *Feature) beginCheck(w http.ResponseWriter, r *http.Request) error {
	if s := Compact(r.URL.Query().Get("serial")); s != "" {
		return web.Redirect(w, r, "/training/certificates/"+url.PathEscape(s), "")
	}
	var v checkView
	if r.URL.Query().Has("serial") {
		v.Problem = SerialProblem("")
	}
	return web.Show(w, r, checkShown(v))
}

func (f *Feature) check(w http.ResponseWriter, r *http.Request) error {
	serial := r.PathValue("token")
	c, err := f.Check(r.Context(), web.Viewer(r).District, serial)
	if errs.Is(err, errs.NotFound) {
		v := checkView{Serial: serial, Problem: SerialProblem(serial)}
		v.Missing = v.Problem == ""
		return web.Show(w, r, checkShown(v))
	}
	if err != nil {
		return err
	}
	return web.Show(w, r, checkShown(checkView{Serial: Spaced(Compact(serial)), Found: &c}))
}

// publicKey answers with the key by which credentials are verified.
func (f *Feature) publicKey(w http.ResponseWriter, _ *http.Request) error {
	body, err := json.Marshal(f.PublicKey())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/jwk+json")
	_, err = w.Write(body) // #nosec G705 -- JSON of our own key
	return err
}
