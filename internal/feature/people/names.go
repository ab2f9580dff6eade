package people

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
)

// nameLike finds two words in a row that each begin with a capital, as a full name does.
var nameLike = regexp.MustCompile(`\p{Lu}[\p{L}’'-]+`)

// InFull returns the index of the first text that holds the full name of a child on a roll of the organisations, -1 when none
// does. The viewer is the program, for a check that shows no name to anybody.
func (Store) InFull(ctx context.Context, tx *store.Tx, orgs []string, texts []string) (int, error) {
	for i, text := range texts {
		words := nameLike.FindAllString(text, -1)
		for j := 0; j+1 < len(words); j++ {
			given, family := words[j], words[j+1]
			if !strings.Contains(text, given+" "+family) {
				continue
			}
			a, b := fold.Tokens(given), fold.Tokens(family)
			if len(a) == 0 || len(b) == 0 {
				continue
			}
			rows, err := store.All[Child](ctx, tx, store.SQL(`SELECT `+cardColumns+` FROM search_name n JOIN people_child c ON c.id = n.record_id JOIN access_record r ON r.id = c.id WHERE n.district_id = ? AND `, tx.Viewer.District).
				In("n.scope", orgs).Add(`AND n.token = ? AND EXISTS (SELECT 1 FROM search_name m WHERE m.district_id = n.district_id AND m.scope = n.scope AND m.record_id = n.record_id AND m.token = ?)`, a[0], b[0]).
				Visible("r", access.Child).Add(`LIMIT 50`))
			if err != nil {
				return -1, err
			}
			for _, c := range rows {
				if fold.Key(c.Name()) == fold.Key(given+" "+family) {
					return i, nil
				}
			}
		}
	}
	return -1, nil
}

// Roll returns a page of the children on the rolls of the schools, by family name.
func (Store) Roll(ctx context.Context, tx *store.Tx, orgs []string, cursor string) (store.Page[Child], error) {
	return store.PageOf[Child](ctx, tx, store.SQL(`SELECT `+cardColumns+` FROM people_child c JOIN access_record r ON r.id = c.id WHERE c.state = 'on_roll' AND `).In("c.org_id", orgs).Visible("r", access.Child),
		store.By[Child]{Columns: []string{"c.family", "c.given", "c.id"}, Of: func(c Child) []any { return []any{c.Family, c.Given, c.ID} }}, cursor)
}

// Born returns the district's children born on a day. The viewer is the program: break-glass asks for a child by name and date
// of birth.
func (Store) Born(ctx context.Context, tx *store.Tx, day clock.Day) ([]Child, error) {
	return store.All[Child](ctx, tx, store.SQL(`SELECT `+cardColumns+` FROM people_detail d JOIN people_child c ON c.id = d.child_id JOIN access_record r ON r.id = c.id WHERE d.district_id = ? AND d.born_on = ?`, tx.Viewer.District, string(day)).
		Visible("r", access.Child).Add(`ORDER BY c.family, c.given, c.id`))
}

// called is every name that the roll has for one child.
type called struct {
	file                                                                       string
	given, family, legalGiven, legalFamily, middle, prefGiven, prefFam, former string
}

func (c *called) Dest() []any {
	return []any{&c.file, &c.given, &c.family, &c.legalGiven, &c.legalFamily, &c.middle, &c.prefGiven, &c.prefFam, &c.former}
}

// AlsoCalled returns the full names that the roll has for the children of those files that the viewer may see, by file: in use,
// legal, preferred, former, and with the middle names.
func (Store) AlsoCalled(ctx context.Context, tx *store.Tx, files ...string) (map[string][]string, error) {
	out := map[string][]string{}
	if len(files) == 0 {
		return out, nil
	}
	rows, err := store.All[called](ctx, tx, store.SQL(`SELECT d.id, c.given, c.family, d.legal_given, d.legal_family, d.middle, d.preferred_given, d.preferred_family, d.former_family
		FROM people_detail d JOIN people_child c ON c.id = d.child_id JOIN access_record r ON r.id = d.id WHERE `).In("d.id", files).Visible("r", access.Child))
	for _, c := range rows {
		names := out[c.file]
		for _, n := range []string{c.given + " " + c.family, c.given + " " + c.middle + " " + c.family, c.legalGiven + " " + c.middle + " " + c.legalFamily, c.prefGiven + " " + c.prefFam, c.given + " " + c.former} {
			if n = strings.Join(strings.Fields(n), " "); n != "" && !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
		out[c.file] = names
	}
	return out, err
}
