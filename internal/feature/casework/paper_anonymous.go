package casework

import (
	"context"
	"slices"
	"strings"

	"kith/internal/kernel/errs"
	"kith/internal/platform/document"
	"kith/internal/platform/store"
)

// review is what the maker of a paper without names looks over before it leaves: what was replaced, and what may be a name.
type review struct {
	Found []Found
	Looks []Look
	Typed string // the names that the maker added
}

// digest tells one paper from another by what stands in it, whenever and for whatever it was made.
func digest(d document.Document) string {
	d.MadeAt, d.Purpose = 0, ""
	return document.Hash(d).Full()
}

// withoutNames puts every text of a paper through a mask of everybody whom the record knows by name.
func (f *Feature) withoutNames(ctx context.Context, tx *store.Tx, x file, d document.Document, t telling, kept string) (document.Document, review, error) {
	typed := ""
	if kept != "" {
		var err error
		if typed, err = f.store.search(ctx, tx, kept); errs.Is(err, errs.NotFound) {
			return d, review{}, errs.Refuse("The names you added are kept for an hour, and that is over. Go back and add them again")
		} else if err != nil {
			return d, review{}, err
		}
	}
	people, err := f.knownBy(ctx, tx, x, t)
	if err != nil {
		return d, review{}, err
	}
	m := NewMask(append(people, Several(typed)...))
	d.MadeBy, _, _ = strings.Cut(d.MadeBy, ", ") // the post is what the name is replaced by
	d = d.Mapped(m.Text)
	return d, review{Found: m.Found(), Looks: m.Looks(), Typed: typed}, nil
}

// knownBy collects everybody whom the record of a child names: the child first, the family, the other children, the staff, and
// whoever wrote or decided. Only what the viewer may see is asked.
func (f *Feature) knownBy(ctx context.Context, tx *store.Tx, x file, t telling) ([]Known, error) {
	schools, err := f.Schools.Names(ctx, tx, x.child.Org)
	if err != nil {
		return nil, err
	}
	heads := make([]string, len(t.line))
	for i, e := range t.line {
		heads[i] = e.Head
	}
	slices.Sort(heads)
	named, err := f.Teller.People(ctx, tx, slices.Compact(heads)...)
	if err != nil {
		return nil, err
	}
	siblings, err := f.Children.Siblings(ctx, tx, x.child.ID)
	if err != nil {
		return nil, err
	}
	out, err := f.knownChildren(ctx, tx, x, siblings, named)
	if err != nil {
		return nil, err
	}
	staff, err := f.knownStaff(ctx, tx, x, named)
	if err != nil {
		return nil, err
	}
	out = append(out, staff...)
	for _, fl := range x.flags {
		if LooksLikeName(fl.Who) {
			out = append(out, Known{ID: "flag " + fl.Who, Names: []string{fl.Who}, As: "Professional", Lettered: true, Adult: true})
		}
	}
	school := schools[x.child.Org].Name
	out = append(out, Known{ID: "school", Names: []string{school, shortSchool(school)}, As: "the school", Whole: true})
	for _, c := range append([]Child{x.child}, siblings...) {
		if c.Class != "" && !plain[strings.ToLower(strings.Trim(c.Class, "0123456789 "))] {
			out = append(out, Known{ID: "class", Names: []string{c.Class}, As: "[class]", Whole: true})
		}
	}
	if street, _, _ := strings.Cut(x.detail.Address, ","); len(tokens(street)) > 1 {
		out = append(out, Known{ID: "address", Names: []string{street}, As: "[address]", Whole: true})
	}
	return out, nil
}

// knownChildren are the child, brothers and sisters, the other children of the concerns, and the adults around those of them
// whose files the viewer may see.
func (f *Feature) knownChildren(ctx context.Context, tx *store.Tx, x file, siblings []Child, named []Named) (out []Known, err error) {
	var ids []string
	for _, n := range named {
		if n.Child != "" && n.Child != x.child.ID {
			ids = append(ids, n.Child)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	others, err := f.Children.Cards(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	all := append([]Child{x.child}, siblings...)
	for _, id := range ids {
		if c, ok := others[id]; ok && !slices.ContainsFunc(siblings, func(s Child) bool { return s.ID == id }) {
			all = append(all, c)
		}
	}
	var files []string
	for _, c := range all {
		files = append(files, c.File)
	}
	called, err := f.Children.AlsoCalled(ctx, tx, files...)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		out = append(out, Known{ID: c.ID, Names: append([]string{c.Name()}, called[c.File]...), As: "Child", Lettered: true})
	}
	for _, n := range named { // as somebody wrote them in a field of their own
		switch {
		case n.Account != "":
		case n.Child != "":
			out = append(out, Known{ID: n.Child, Names: []string{n.Name}, As: "Child", Lettered: true})
		default:
			if name, part, _ := strings.Cut(n.Name, ","); LooksLikeName(name) { // "Sam Poole, supply teacher"
				if part == "" {
					part = "Person"
				}
				out = append(out, Known{ID: "written " + name, Names: []string{name}, As: relation(part), Lettered: true, Adult: true})
			}
		}
	}
	home := map[string]bool{}
	for i, c := range all {
		contacts, err := f.Children.Contacts(ctx, tx, c.File)
		if err != nil {
			return nil, err
		}
		for _, a := range contacts {
			k := Known{ID: "contact " + strings.ToLower(a.Name), Names: []string{a.Name}, As: relation(a.Relationship), Adult: true}
			if i > len(siblings) && !home[k.ID] {
				k.As, k.Lettered = "Adult of another family", true
			}
			home[k.ID] = true
			out = append(out, k)
		}
	}
	return out, nil
}

func relation(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return "Contact"
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// knownStaff are the people with posts at the school, and whoever wrote or decided something, by their posts.
func (f *Feature) knownStaff(ctx context.Context, tx *store.Tx, x file, named []Named) (out []Known, err error) {
	viewers, err := f.People.Viewers(ctx, tx, x.child.Org)
	if err != nil {
		return nil, err
	}
	ids := []string{tx.Viewer.Account}
	for _, v := range viewers {
		ids = append(ids, v.Account)
	}
	for _, n := range named {
		if n.Account != "" {
			ids = append(ids, n.Account)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	names, err := f.People.Names(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		p, ok := names[id]
		if !ok {
			continue
		}
		k := Known{ID: id, Names: []string{p.Name}, As: p.Title, Lettered: true, Adult: true}
		if k.As == "" {
			k.As = "Member of staff"
		}
		out = append(out, k)
	}
	return out, nil
}

// shortSchool is a school's name without what every school is called: "Thornbeck" of Thornbeck Primary.
func shortSchool(name string) string {
	parts := strings.Fields(name)
	for len(parts) > 1 && generic[strings.ToLower(strings.Trim(parts[len(parts)-1], ",.()"))] {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, " ")
}

var generic = wordSet(`primary secondary school academy college high infant infants junior juniors nursery community church of england catholic ce rc c.e. special and the grammar free centre first middle all-through voluntary aided controlled`)
