package casework

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/readers"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// listView is the children of the viewer's schools.
type listView struct {
	Rows           []childRow
	Schools        bool // more than one school: each row says which
	Next, Previous string
	Search         searchView
}

type childRow struct{ Name, Href, Class, School, Tally, Last string }

// searchView is the search box with what it found.
type searchView struct {
	Typed   string
	Asked   bool // something was typed: say so where nothing was found
	Schools bool // more than one school: each row says which
	Rows    []childRow
	Records []Numbered
}

func (f *Feature) list(w http.ResponseWriter, r *http.Request) error {
	cursor := r.URL.Query().Get("page")
	var v listView
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		orgs := leadsAt(tx.Viewer)
		page, err := f.Children.Roll(ctx, tx, orgs, cursor)
		if err != nil {
			return err
		}
		v = listView{Next: page.Next, Previous: page.Previous, Schools: len(orgs) > 1}
		v.Rows, err = f.rows(ctx, tx, page.Items)
		tx.SawList("casework.listed", "", map[string]any{"count": len(page.Items), "children": ids(page.Items)})
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "Children", Class: "p-children", At: "/children", Body: childrenPage(v)})
}

func ids(all []Child) []string {
	out := make([]string, len(all))
	for i, c := range all {
		out[i] = c.ID
	}
	return out
}

// rows shows children with how many entries each has that the viewer may see.
func (f *Feature) rows(ctx context.Context, tx *store.Tx, all []Child) ([]childRow, error) {
	tallies, err := story.Tallies(ctx, tx, tx.Now, ids(all)...)
	if err != nil {
		return nil, err
	}
	orgs := make([]string, len(all))
	for i, c := range all {
		orgs[i] = c.Org
	}
	slices.Sort(orgs)
	schools, err := f.Schools.Names(ctx, tx, slices.Compact(orgs)...)
	rows := make([]childRow, len(all))
	for i, c := range all {
		rows[i] = childRow{Name: c.Given + " " + c.Family, Href: "/children/" + c.ID, Class: c.Class, School: schools[c.Org].Name}
		if t, ok := tallies[c.ID]; ok {
			rows[i].Tally, rows[i].Last = lowerFirst(TallyWords(t.Ninety, t.Year)), term.DateTime(t.Last, tx.Now)
		}
	}
	return rows, err
}

// find takes what was typed. As somebody types it answers with what it found; sent as a form it keeps the words for an hour and
// leads to an address that does not hold them.
func (f *Feature) find(w http.ResponseWriter, r *http.Request) error {
	typed := text.FirstWords(text.Clean(r.PostFormValue("q")), 200)
	if !web.Partial(r) {
		id, err := f.keepSearch(r.Context(), web.Viewer(r), typed)
		if err != nil {
			return err
		}
		return web.Redirect(w, r, "/children/search/"+id, "")
	}
	var v searchView
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		v, err = f.search(ctx, tx, typed)
		return err
	})
	if err != nil {
		return err
	}
	return web.Fragment(w, r, searchResults(v))
}

func (f *Feature) found(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	var v searchView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		typed, err := f.store.search(ctx, tx, id)
		if err != nil {
			return err
		}
		v, err = f.search(ctx, tx, typed)
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "Search", Class: "p-children", At: "/children", Crumb: &ui.Link{Text: "Children", Href: "/children"}, Body: searchPage(v)})
}

// search finds children by name and concerns by their words at the viewer's schools: at most search.Limit in all, and no count.
func (f *Feature) search(ctx context.Context, tx *store.Tx, typed string) (searchView, error) {
	scopes := leadsAt(tx.Viewer)
	v := searchView{Typed: typed, Asked: typed != "", Schools: len(scopes) > 1}
	children, err := search.Names(ctx, tx, scopes, typed, search.Limit, access.Child)
	if err != nil {
		return v, err
	}
	cards, err := f.Children.Cards(ctx, tx, children...)
	if err != nil {
		return v, err
	}
	var all []Child
	for _, c := range cards {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Child) int {
		return strings.Compare(a.Family+"\x00"+a.Given+"\x00"+a.ID, b.Family+"\x00"+b.Given+"\x00"+b.ID)
	})
	if v.Rows, err = f.rows(ctx, tx, all); err != nil {
		return v, err
	}
	records, err := search.Texts(ctx, tx, scopes, typed, access.Concern)
	if err != nil {
		return v, err
	}
	slices.Sort(records)
	if v.Records, err = f.Teller.Numbers(ctx, tx, records...); err != nil {
		return v, err
	}
	v.Records = v.Records[:min(len(v.Records), max(search.Limit-len(all), 0))]
	tx.SawList("casework.searched", "", map[string]any{"typed": typed, "children": ids(all), "records": records})
	return v, nil
}

// why says by which rule the viewer reads a record, and to the leads of its school who else does.
func (f *Feature) why(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	var v whyView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		rec, err := tx.Record(ctx, id)
		if err != nil {
			return err
		}
		rec, rule, err := tx.Open(ctx, "casework.why", ref.To(rec.Kind, id))
		if err != nil {
			return err
		}
		v = whyView{Mine: ruleWords(rule)}
		if slices.Contains(leadsAt(tx.Viewer), rec.Org) {
			v.Everybody = true
			all, err := readers.Of(ctx, tx, f.People, rec)
			if err != nil {
				return err
			}
			for _, x := range all {
				row := ui.Reader{Who: x.Name, Why: ruleWords(x.Rule)}
				if x.Account == tx.Viewer.Account {
					row.Who = "You"
				}
				v.Readers = append(v.Readers, row)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "Why you can see this", Class: "p-children", At: "/children", Body: whyPage(v)})
}

type whyView struct {
	Mine      string
	Everybody bool
	Readers   []ui.Reader
}

// ruleWords returns what a rule says, as it reads aloud.
func ruleWords(name string) string {
	if r, ok := access.Rules.Rule(name); ok {
		return r.Words
	}
	return name
}
