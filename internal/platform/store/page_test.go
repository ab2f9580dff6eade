package store_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

type item struct {
	ID, Name string
	At       int64
}

func (i *item) Dest() []any { return []any{&i.ID, &i.Name, &i.At} }

var (
	byName = store.By[item]{Columns: []string{"i.name", "i.id"}, Of: func(i item) []any { return []any{i.Name, i.ID} }}
	newest = store.By[item]{Columns: []string{"i.at", "i.id"}, Newest: true, Of: func(i item) []any { return []any{i.At, i.ID} }}
	anItem = rapid.Custom(func(t *rapid.T) item {
		return item{"", rapid.SampledFrom([]string{"", "Ada", "ada", "Zoë", "Ægir", "日"}).Draw(t, "name"), rapid.Int64Range(-2, 2).Draw(t, "at") + 1<<60}
	})
	ascends = map[bool]func(a, b item) bool{
		false: func(a, b item) bool { return a.Name < b.Name || a.Name == b.Name && a.ID < b.ID },
		true:  func(a, b item) bool { return a.At > b.At || a.At == b.At && a.ID > b.ID },
	}
)

// addItems adds all in one statement: a property that walks lists of seventy rows a hundred times asks for little else.
func addItems(ctx context.Context, tx *store.Tx, list string, items []item) ([]string, error) {
	if len(items) == 0 {
		return nil, nil
	}
	var ids []string
	all := store.SQL(`INSERT INTO trial_item (id, list, name, at) VALUES`)
	for n, i := range items {
		ids = append(ids, tx.NewID())
		all.If(n > 0, `,`).Add(`(?, ?, ?, ?)`, ids[n], list, i.Name, i.At)
	}
	_, err := tx.Exec(ctx, all)
	return ids, err
}

func pageOf(w *testkit.World, list string, by store.By[item], cursor string) (page store.Page[item], err error) {
	err = w.DB.Read(context.Background(), tester, func(ctx context.Context, tx *store.Tx) (err error) {
		page, err = store.PageOf(ctx, tx, store.SQL(`SELECT i.id, i.name, i.at FROM trial_item i WHERE i.list = ?`, list), by, cursor)
		return err
	})
	return page, err
}

// Walking to the end and back again shows each row that was there from the beginning once in each direction, and no row
// twice, while rows are added before, between and behind.
func TestWalkingAListShowsEachRowOnceWhileRowsAreAdded(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		lists := 0
		rapid.Check(t, func(t *rapid.T) {
			lists++
			list, by := fmt.Sprint(lists), rapid.SampledFrom([]store.By[item]{byName, newest}).Draw(t, "order")
			add := func(sizes ...int) (ids []string) {
				n := rapid.SampledFrom(sizes).Draw(t, "how many")
				items := rapid.SliceOfN(anItem, n, n).Draw(t, "rows")
				if err := write(w, func(ctx context.Context, tx *store.Tx) (err error) {
					ids, err = addItems(ctx, tx, list, items)
					return err
				}); err != nil {
					t.Fatal(err)
				}
				return ids
			}
			there := add(0, 1, 24, 25, 26, 50, 51, 70)
			cursor := ""
			for _, forward := range []bool{true, false} {
				var walked []item
				for {
					page, err := pageOf(w, list, by, cursor)
					if err != nil {
						t.Fatal(err)
					}
					if len(page.Items) > store.PageSize || page.Next != "" && forward && len(page.Items) < store.PageSize {
						t.Fatalf("a page of %d rows", len(page.Items))
					}
					if forward {
						walked = append(walked, page.Items...)
						cursor = page.Next
					} else {
						walked = append(slices.Clone(page.Items), walked...)
						cursor = page.Previous
					}
					if cursor == "" {
						cursor = page.Previous
						if !forward {
							break
						}
						if cursor != "" { // the walk back begins on the page before the last
							there = slices.DeleteFunc(there, func(id string) bool { return slices.ContainsFunc(page.Items, func(i item) bool { return i.ID == id }) })
						}
						walkedForward(t, walked, by.Newest, there, page.Items)
						break
					}
					add(0, 1, 4)
				}
				if !forward {
					walkedForward(t, walked, by.Newest, there, nil)
				}
				if cursor == "" {
					return // one page only: there is no way back to walk
				}
			}
		})
	})
}

// walkedForward checks that the rows are in order, none twice, and hold all of those that were there.
func walkedForward(t *rapid.T, walked []item, newest bool, there []string, last []item) {
	t.Helper()
	for i := 1; i < len(walked); i++ {
		if !ascends[newest](walked[i-1], walked[i]) {
			t.Fatalf("row %d comes after row %d out of order or twice: %v %v", i, i-1, walked[i-1], walked[i])
		}
	}
	for _, id := range there {
		if !slices.ContainsFunc(walked, func(i item) bool { return i.ID == id }) {
			t.Fatalf("row %s was left out", id)
		}
	}
	for _, i := range last {
		if !slices.Contains(walked, i) {
			t.Fatalf("row %s of the last page was left out", i.ID)
		}
	}
}

// The rows that a cursor led to may be gone when somebody follows it: the list's nearest end is shown, not an empty page.
func TestCursorWhoseRowsAreGoneLeadsToTheNearestEnd(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		items := make([]item, 60)
		for i := range items {
			items[i] = item{Name: fmt.Sprintf("%02d", i)}
		}
		remove := func(where string) {
			testkit.OK(t, write(w, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, store.SQL(`DELETE FROM trial_item WHERE `+where))
				return err
			}))
		}
		at := func(cursor string) store.Page[item] {
			page, err := pageOf(w, "l", byName, cursor)
			testkit.OK(t, err)
			return page
		}
		testkit.OK(t, write(w, func(ctx context.Context, tx *store.Tx) error { _, err := addItems(ctx, tx, "l", items); return err }))
		first := at("")
		second := at(first.Next)
		third := at(second.Next)
		if third.Next != "" || first.Previous != "" || len(third.Items) != 10 {
			t.Fatalf("pages of %d, %d and %d rows", len(first.Items), len(second.Items), len(third.Items))
		}
		remove(`name >= '50'`)
		if p := at(second.Next); !slices.Equal(p.Items, second.Items) || p.Next != "" || p.Previous == "" {
			t.Errorf("beyond the end: %v", p)
		}
		remove(`name < '25'`)
		if p := at(second.Previous); !slices.Equal(p.Items, second.Items) || p.Next != "" || p.Previous != "" {
			t.Errorf("before the beginning: %v", p)
		}
		remove(`1=1`)
		if p := at(first.Next); len(p.Items) != 0 || p.Next != "" || p.Previous != "" {
			t.Errorf("an empty list: %v", p)
		}
	})
}

// SEC-16: what a list is ordered by may be a name, and the cursor stands in a URL. SEC-9: a cursor is made here or refused.
func TestCursorSaysNothingAndCannotBeMade(t *testing.T) {
	w := sqlite(t)
	items := make([]item, 30)
	for i := range items {
		items[i].Name = "canary"
	}
	testkit.OK(t, write(w, func(ctx context.Context, tx *store.Tx) error { _, err := addItems(ctx, tx, "l", items); return err }))
	page, err := pageOf(w, "l", byName, "")
	testkit.OK(t, err)
	plain, err := base64.RawURLEncoding.DecodeString(page.Next)
	testkit.OK(t, err)
	if strings.Contains(string(plain), "canary") || strings.Contains(page.Next, "canary") {
		t.Error("the name can be read in the cursor")
	}
	for _, c := range []string{"x", page.Next[1:], page.Next + "AA", strings.Repeat("A", 80), base64.RawURLEncoding.EncodeToString([]byte(`{"Back":false,"Edge":["a","b"]}`))} {
		if _, err := pageOf(w, "l", byName, c); !errs.Is(err, errs.Invalid) {
			t.Errorf("cursor %q: %v", c, err)
		}
	}
	if _, err := pageOf(w, "l", newest, page.Next); !errs.Is(err, errs.Invalid) {
		t.Errorf("a cursor of another order: %v", err)
	}
}

type recordID struct{ ID string }

func (r *recordID) Dest() []any { return []any{&r.ID} }

// SEC-3: records that the viewer may not see change no row and no cursor of a page, wherever they stand.
func TestHiddenRecordsChangeNothingOfAPage(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		add := func(n int, restricted bool) {
			testkit.OK(t, write(w, func(ctx context.Context, tx *store.Tx) error {
				for i := range n {
					id := fmt.Sprintf("%02d-%v", i, restricted)
					if err := tx.AddRecord(ctx, access.Record{ID: id, Kind: access.Concern, Part: access.PartHeader, Org: "oak", Restricted: restricted}); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		walk := func() (pages []store.Page[recordID]) {
			by := store.By[recordID]{Columns: []string{"r.id"}, Of: func(r recordID) []any { return []any{r.ID} }}
			for cursor := ""; ; cursor = pages[len(pages)-1].Next {
				testkit.OK(t, w.DB.Read(t.Context(), lead(), func(ctx context.Context, tx *store.Tx) error {
					page, err := store.PageOf(ctx, tx, store.SQL(`SELECT r.id FROM access_record r WHERE 1=1`).Visible("r"), by, cursor)
					pages = append(pages, page)
					return err
				}))
				if pages[len(pages)-1].Next == "" {
					return pages
				}
			}
		}
		add(60, false)
		before := walk()
		add(60, true)
		if after := walk(); !reflect.DeepEqual(before, after) || len(after) != 3 {
			t.Errorf("the pages changed:\n%v\n%v", before, after)
		}
	})
}
