package cascade

import (
	"context"
	"net/http"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

func pathSession(r *http.Request) (SessionID, error) {
	id, err := web.PathID(r, "session")
	return SessionID(id), err
}

type cameRow struct{ ID, Name, Title, When, How string }

type sessionView struct {
	Path, Title, When, Door string
	Chip                    ui.Chip
	Came                    []cameRow
	CameWords               string
	Open                    bool // phones may sign in now
	CanOpen, CanList        bool
	CanClose, CanCancel     bool
	Code, Link              string
	Square                  picture.Square
	Form                    *listForm
	Problem                 string
}

func (f *Feature) sessionPage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathSession(r)
	if err != nil {
		return err
	}
	p, err := f.sessionView(r, id, nil)
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

// sessionView is a session for whoever keeps its list. refused says why something could not be done.
func (f *Feature) sessionView(r *http.Request, id SessionID, refused error) (web.Page, error) {
	var v sessionView
	var of Plan
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		s, err := f.store.Session(ctx, tx, id)
		if err != nil {
			return err
		}
		if of, err = f.store.changeable(ctx, tx, s.Cascade); err != nil {
			return err
		}
		today := clock.DayOf(tx.Now.Time())
		v = sessionView{Path: sessionPath(id), Title: of.Title, When: whenWords(s), Chip: sessionChip(s, today), Door: web.PublicURL(r, home+"/in")}
		if s.Place != "" {
			v.When += ", " + s.Place
		}
		if _, address, ok := strings.Cut(v.Door, "://"); ok {
			v.Door = address
		}
		if refused != nil {
			v.Problem = errs.Sentence(refused)
		}
		came, _, err := f.store.counted(ctx, tx, id)
		if err != nil {
			return err
		}
		v.CameWords = text.Plural(came, "colleague", "colleagues")
		v.Open = s.State == SessionOpen && s.On == today
		v.CanOpen = s.State == SessionPlanned && CanOpen(of, s, today) == nil
		v.CanList, v.CanClose, v.CanCancel = CanList(of, s, today) == nil, CanClose(of, s, came, today) == nil, CanCancel(of, s, came) == nil
		if v.Open {
			code, link := secrets(f.Key, s.ID, s.OpenedAt)
			v.Code, v.Link = code, web.PublicURL(r, linkPath(link))
			if v.Square, err = picture.QR(v.Link); err != nil {
				return err
			}
		}
		return f.list(ctx, tx, &v, of, s)
	})
	return page("A session", web.Page{Crumb: &ui.Link{Text: "The cascade", Href: planPath(of.ID)}, Body: sessionPage(v)}), err
}

// list fills in who came, and who of the staff could be ticked.
func (f *Feature) list(ctx context.Context, tx *store.Tx, v *sessionView, p Plan, s Session) error {
	signIns, err := f.store.SignIns(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	on := map[string]bool{}
	ids := []string{}
	for _, i := range signIns {
		on[i.Mark] = true
		ids = append(ids, i.ID)
		v.Came = append(v.Came, cameRow{ID: i.ID, Name: i.Name, Title: i.Title, When: term.Time(i.At), How: map[string]string{ByPhone: "on their phone", ByName: "wrote their name", ByList: "ticked"}[i.How]})
	}
	tx.SawList("cascade.list_seen", p.Org, ids)
	staff, err := f.People.TitlesAt(ctx, tx, p.Org)
	if err != nil {
		return err
	}
	var left []forms.Option
	for _, m := range staff {
		if mark := Mark(m.ID, m.Name, p.Org); !on[mark] && mark != p.LeadMark {
			left = append(left, forms.Option{Value: m.ID, Text: m.Name + ", " + m.Title})
		}
	}
	v.Form = newListForm(left)
	return nil
}

// button is the handler of a form that is one button.
func (f *Feature) button(action func(context.Context, access.Viewer, SessionID) error, said string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := pathSession(r)
		if err != nil {
			return err
		}
		return f.again(w, r, id, action(r.Context(), web.Viewer(r), id), said)
	}
}

// again goes to the session, or shows it with why something was refused.
func (f *Feature) again(w http.ResponseWriter, r *http.Request, id SessionID, err error, said string) error {
	again := func(no error) (web.Page, error) { return f.sessionView(r, id, no) }
	return web.Done(w, r, err, again, sessionPath(id), said)
}

func (f *Feature) putList(w http.ResponseWriter, r *http.Request) error {
	id, err := pathSession(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Of(errs.Invalid, err, "What you sent could not be read")
	}
	n, err := f.List(r.Context(), web.Viewer(r), id, r.PostForm["came"], strings.Split(r.PostForm.Get("names"), "\n"))
	said := text.Plural(n, "colleague was put", "colleagues were put") + " on the list."
	if n == 0 {
		said = "They were on the list already."
	}
	return f.again(w, r, id, err, said)
}

func (f *Feature) putOff(w http.ResponseWriter, r *http.Request) error {
	id, err := pathSession(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Of(errs.Invalid, err, "What you sent could not be read")
	}
	return f.again(w, r, id, f.TakeOff(r.Context(), web.Viewer(r), id, r.PostForm.Get("sign_in")), "Taken off the list.")
}

// public is a page at the door: for anybody, with nothing around it that is not needed.
func public(title string, p web.Page) web.Page {
	p.Title, p.Class, p.Mode = title, "p-cascade p-door", ui.Public
	return p
}

func (f *Feature) codePage(w http.ResponseWriter, r *http.Request) error {
	return web.Show(w, r, public("Sign in to a session", web.Page{Body: codePage(newCodeForm())}))
}

func (f *Feature) findCode(w http.ResponseWriter, r *http.Request) error {
	form := newCodeForm()
	if !form.Parse(r) {
		return web.Invalid(w, r, public("Sign in to a session", web.Page{Body: codePage(form)}))
	}
	link, err := f.Find(r.Context(), web.Viewer(r), f.Limits.Address(r), form.Code.Value)
	switch errs.KindOf(err) {
	case errs.NotFound:
		form.Code.Problem = "This is not the code of a session today. Compare it with the wall, or ask whoever holds the session"
	case errs.Rule:
		form.Code.Problem = errs.Sentence(err)
	default:
		if err != nil {
			return err
		}
		return web.Redirect(w, r, linkPath(link), "")
	}
	return web.Invalid(w, r, public("Sign in to a session", web.Page{Body: codePage(form)}))
}

type doorView struct {
	Path, Title, Where, When string
	Me                       string // name of whoever has signed in to the program, "" for nobody
	Already, Done            bool
	Closed                   string // why they cannot sign in
	List                     string // where the list is, for whoever passes it on
	Form                     *nameForm
	Answer                   *answerForm
	Unasked                  string // why it cannot be answered; "" where it can
	Thanks                   bool
}

// doorView is a session as whoever stands at the door sees it. NotFound: no such link.
func (f *Feature) doorView(r *http.Request) (v doorView, err error) {
	link := r.PathValue("token")
	viewer := web.Viewer(r)
	err = f.DB.Read(r.Context(), door(viewer), func(ctx context.Context, tx *store.Tx) error {
		s, err := f.store.opened(ctx, tx, "", recognised(f.Key, "link", link))
		if err != nil {
			return err
		}
		p, err := f.store.ledger(ctx, tx, s.Cascade)
		if err != nil {
			return err
		}
		names, err := f.Places.Names(ctx, tx, p.Org)
		if err != nil {
			return err
		}
		today := clock.DayOf(tx.Now.Time())
		v = doorView{Path: linkPath(link), Title: p.Title, Where: names[p.Org].Name, When: whenWords(s), Form: newNameForm(viewer.Account != ""), Answer: newAnswerForm()}
		mark := ""
		if viewer.Account != "" {
			i, _, err := f.self(ctx, tx, SignIn{})
			if err != nil {
				return err
			}
			v.Me, mark = i.Name, Mark(i.Account, "", "")
			mine, err := f.store.Mine(ctx, tx)
			if err != nil {
				return err
			}
			for _, x := range mine {
				if x.Session == s.ID {
					v.Already = true
					tx.Saw("cascade.own_seen", x.Ref(), p.Org, "cascade-own")
				}
			}
		}
		if err := CanSignIn(p, s, mark, today); err != nil {
			v.Closed = errs.Sentence(err)
		}
		if mark == p.LeadMark {
			v.List = sessionPath(s.ID)
		}
		came, answered, err := f.store.counted(ctx, tx, s.ID)
		if err != nil {
			return err
		}
		if err := CanAnswer(s, came, answered, today); err != nil {
			v.Unasked = errs.Sentence(err)
		}
		return nil
	})
	v.Answer = newAnswerForm()
	v.Answer.ID = web.NewID(r)
	return v, err
}

func doorPages(v doorView) web.Page { return public("A session", web.Page{Body: doorPage(v)}) }

// lost shows whoever holds a link that opens nothing the question for the code, which the room may show anew.
func lost(w http.ResponseWriter, r *http.Request, err error) error {
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	form := newCodeForm()
	form.Code.Problem = "That link opens no session. Write the code that the room shows, or ask whoever holds the session"
	return web.Invalid(w, r, public("Sign in to a session", web.Page{Body: codePage(form)}))
}

func (f *Feature) doorPage(w http.ResponseWriter, r *http.Request) error {
	v, err := f.doorView(r)
	if err != nil {
		return lost(w, r, err)
	}
	return web.Show(w, r, doorPages(v))
}

func (f *Feature) signInForm(w http.ResponseWriter, r *http.Request) error {
	form := newNameForm(web.Viewer(r).Account != "")
	ok := form.Parse(r)
	var err error
	if ok {
		err = f.SignIn(r.Context(), web.Viewer(r), f.Limits.Address(r), r.PathValue("token"), form.Name.Value, form.Title.Value)
		if err != nil && !errs.Is(err, errs.Rule) {
			return lost(w, r, err)
		}
	}
	v, e := f.doorView(r)
	if e != nil {
		return lost(w, r, e)
	}
	if !ok || err != nil {
		v.Form = form
		if err != nil {
			form.Refuse(err)
		}
		return web.Invalid(w, r, doorPages(v))
	}
	v.Done = true
	return web.Show(w, r, doorPages(v))
}

func (f *Feature) afterPage(w http.ResponseWriter, r *http.Request) error {
	v, err := f.doorView(r)
	if err != nil {
		return lost(w, r, err)
	}
	return web.Show(w, r, public("After a session", web.Page{Body: afterPage(v)}))
}

func (f *Feature) answerForm(w http.ResponseWriter, r *http.Request) error {
	form := newAnswerForm()
	ok := form.Parse(r) && form.ID != ""
	var err error
	if ok {
		err = f.Answer(r.Context(), web.Viewer(r).District, f.Limits.Address(r), r.PathValue("token"), form.ID, form.Rating.Value, form.Said.Value)
		if err != nil && !errs.Is(err, errs.Rule) {
			return lost(w, r, err)
		}
	}
	v, e := f.doorView(r)
	if e != nil {
		return lost(w, r, e)
	}
	if !ok || err != nil {
		if form.ID == "" {
			form.ID = web.NewID(r)
		}
		if err != nil {
			form.Refuse(err)
		}
		v.Answer, v.Unasked = form, ""
		return web.Invalid(w, r, public("After a session", web.Page{Body: afterPage(v)}))
	}
	v.Thanks = true
	return web.Show(w, r, public("After a session", web.Page{Body: afterPage(v)}))
}
