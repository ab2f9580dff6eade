package casework

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// SayTie says that two children are brother or sister, from now on seen from both. Said twice it is said once. NotFound: not
// children whose files the viewer may change.
func (f *Feature) SayTie(ctx context.Context, v access.Viewer, child, other string) error {
	return f.tie(ctx, v, child, other, "casework.siblings_tied", nil, func(ctx context.Context, tx *store.Tx) (bool, error) { return f.Children.Tie(ctx, tx, child, other) })
}

// EndTie says that two children are not brother or sister after all, with a reason. NotFound: as SayTie. Rule: no reason.
func (f *Feature) EndTie(ctx context.Context, v access.Viewer, child, other, why string) error {
	why = strings.TrimSpace(why)
	if why == "" {
		return errs.Refuse("Say why they are not brother or sister")
	}
	return f.tie(ctx, v, child, other, "casework.siblings_parted", why, func(ctx context.Context, tx *store.Tx) (bool, error) {
		return f.Children.Untie(ctx, tx, child, other, why)
	})
}

// tie changes what stands between two children and writes it down for both files.
func (f *Feature) tie(ctx context.Context, v access.Viewer, child, other, action string, detail any, change func(context.Context, *store.Tx) (bool, error)) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		var both []Child
		for _, id := range []string{child, other} {
			c, err := f.Children.Card(ctx, tx, id)
			if err != nil {
				return err
			}
			mine, err := f.store.changeable(ctx, tx, c.File)
			if err != nil {
				return err
			}
			if !mine || child == other {
				return errs.Missing()
			}
			both = append(both, c)
		}
		fresh, err := change(ctx, tx)
		if err != nil {
			return err
		}
		if !fresh {
			tx.Unaudited("it was said before: the first is in the log")
			return nil
		}
		for i, c := range both {
			if err := audit.Record(ctx, tx, action, ref.To(access.Child, c.File), audit.Org(c.Org), audit.Detail(map[string]any{"other": both[1-i].File, "why": detail})); err != nil {
				return err
			}
		}
		return nil
	})
}

// siblingsView is who is a brother or sister, and the ways to say so.
type siblingsView struct {
	Rows   []siblingRow
	Likely []siblingRow
	Found  []siblingRow
	Asked  bool // a name was looked for
	May    bool // the viewer may say so
	Post   string
	End    string
	Find   *forms.Text
	Family string // the page of the family; "" when nobody has a line beside the child's
}

type siblingRow struct {
	ID, Name, Sub, Href string
	Problem             string // with the reason of its end
}

// picksAtMost is how many children the picker shows.
const picksAtMost = 5

// siblings fills in who is a brother or sister of the file's child. typed is what was looked for, "" for nothing.
func (f *Feature) siblings(ctx context.Context, tx *store.Tx, x file, typed string) (v siblingsView, err error) {
	base := "/children/" + x.child.ID
	v = siblingsView{Post: base + "/siblings", End: base + "/siblings/end", Find: forms.NewText("find", "Look for a child by name").Hint("Of your school: three letters are enough").Max(100)}
	v.Find.Value = typed
	if v.May, err = f.store.changeable(ctx, tx, x.child.File); err != nil {
		return v, err
	}
	all, err := f.Children.Siblings(ctx, tx, x.child.ID)
	if err != nil {
		return v, err
	}
	ties, err := f.Children.Ties(ctx, tx, x.child.ID)
	if err != nil {
		return v, err
	}
	who := make([]string, 0, len(ties))
	for _, t := range ties {
		who = append(who, t.By)
	}
	name, err := f.who(ctx, tx, who...)
	if err != nil {
		return v, err
	}
	for _, s := range all {
		row := siblingRow{ID: s.ID, Name: strings.TrimSuffix(s.Name()+", "+s.Class, ", "), Href: "/children/" + s.ID}
		if i := slices.IndexFunc(ties, func(t Tie) bool { return t.Other == s.ID && t.At != 0 && t.By != "" }); i >= 0 {
			row.Sub = "Said by " + lowerYou(name(ties[i].By)) + ", " + term.YearDate(clock.DayOf(ties[i].At.Time()))
		}
		v.Rows = append(v.Rows, row)
	}
	if len(all) > 0 {
		v.Family = base + "/family"
	}
	if !v.May {
		return v, nil
	}
	likely, err := f.Children.LikelySiblings(ctx, tx, x.child)
	if err != nil {
		return v, err
	}
	for _, l := range likely {
		row := siblingRow{ID: l.ID, Name: strings.TrimSuffix(l.Name()+", "+l.Class, ", "), Sub: "An adult with the same telephone number"}
		if l.SameAddress {
			row.Sub = "The same address"
		}
		v.Likely = append(v.Likely, row)
	}
	if typed = strings.TrimSpace(typed); typed == "" {
		return v, nil
	}
	v.Asked = true
	found, err := search.Names(ctx, tx, []string{x.child.Org}, typed, picksAtMost+1+len(all), access.Child)
	if err != nil {
		return v, err
	}
	cards, err := f.Children.Cards(ctx, tx, found...)
	for _, id := range found {
		c, ok := cards[id]
		if !ok || id == x.child.ID || len(v.Found) == picksAtMost || slices.ContainsFunc(all, func(s Child) bool { return s.ID == id }) {
			continue
		}
		v.Found = append(v.Found, siblingRow{ID: id, Name: strings.TrimSuffix(c.Name()+", "+c.Class, ", ")})
	}
	return v, err
}

func lowerYou(name string) string {
	if name == "You" {
		return "you"
	}
	return name
}

// sayTie looks for a child by name, or says that one is a brother or sister.
func (f *Feature) sayTie(w http.ResponseWriter, r *http.Request) error {
	child, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	other := r.PostFormValue("other")
	if other != "" {
		if err := f.SayTie(r.Context(), web.Viewer(r), child, other); err != nil {
			return err
		}
		return web.Redirect(w, r, "/children/"+child+"/people", "They are brother or sister now, on both pages.")
	}
	v, err := f.peopleView(r, child, r.PostFormValue("find"))
	if err != nil {
		return err
	}
	if !v.Siblings.May {
		return errs.Missing()
	}
	form := forms.Form{}
	form.Fields(v.Siblings.Find)
	if !form.Parse(r) || len([]rune(strings.TrimSpace(v.Siblings.Find.Value))) < 3 {
		v.Siblings.Find.Problem, v.Siblings.Asked = "Write at least three letters of the name", false
		return web.Invalid(w, r, web.Page{Title: "People around a child", Class: "p-file", At: "/children", Body: peoplePage(v)})
	}
	return f.show(w, r, "People around a child", "p-file", ui.Page{Body: peoplePage(v)})
}

// endTie says that two children are not brother or sister.
func (f *Feature) endTie(w http.ResponseWriter, r *http.Request) error {
	child, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	other := r.PostFormValue("other")
	err = f.EndTie(r.Context(), web.Viewer(r), child, other, r.PostFormValue("why"))
	if errs.Is(err, errs.Rule) {
		v, ask := f.peopleView(r, child, "")
		if ask != nil {
			return ask
		}
		if !v.Siblings.May {
			return errs.Missing()
		}
		for i, row := range v.Siblings.Rows {
			if row.ID == other {
				v.Siblings.Rows[i].Problem = errs.Sentence(err)
			}
		}
		return web.Invalid(w, r, web.Page{Title: "People around a child", Class: "p-file", At: "/children", Body: peoplePage(v)})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/children/"+child+"/people", "They are not brother or sister any more. That it was said, and why it ended, is kept.")
}
