package casework

import (
	"context"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/document"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
)

// lane is one child of a family with the line that the viewer may see.
type lane struct {
	child Child
	cal   term.Calendar // of the school that keeps the file
	line  []story.Seen  // newest first
}

// lanes returns the child and those brothers and sisters whose files the viewer may open, each opening written down. One whose
// file is not for this viewer has no lane, as if nobody knew of them (CHR-3).
func (f *Feature) lanes(ctx context.Context, tx *store.Tx, x file) ([]lane, error) {
	siblings, err := f.Children.Siblings(ctx, tx, x.child.ID)
	if err != nil {
		return nil, err
	}
	cals, err := f.Calendars.Calendars(ctx, tx)
	if err != nil {
		return nil, err
	}
	all := []lane{{child: x.child, cal: x.cal}}
	for _, s := range siblings {
		_, _, err := tx.Open(ctx, "casework.family_opened", ref.To(access.Child, s.File))
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, lane{child: s, cal: cals.Of(s.Org)})
	}
	for i := range all {
		if all[i].line, err = story.Line(ctx, tx, all[i].child.ID, 0); err != nil {
			return nil, err
		}
		ids := make([]string, len(all[i].line))
		for j, e := range all[i].line {
			ids[j] = e.ID
		}
		tx.SawList("casework.family", all[i].child.Org, map[string]any{"file": all[i].child.File, "count": len(ids), "entries": ids})
	}
	return all, nil
}

// together is one event of a family: what stands of it in the line of each child whom it concerns.
type together struct {
	at    clock.Millis
	id    string // of its first entry
	cells []cell
}

type cell struct {
	lane int
	story.Seen
}

// woven weaves the lines of several children into one, the newest first. What one record says of several children at the same
// time is one event.
func woven(lanes []lane) (out []together) {
	type event struct {
		head string
		at   clock.Millis
		kind story.Kind
	}
	index := map[event]int{}
	for i, l := range lanes {
		once := map[event]bool{}
		for _, e := range l.line {
			k := event{e.Head, e.At, e.Kind}
			j, known := index[k]
			if !known || once[k] {
				j = len(out)
				out = append(out, together{at: e.At, id: e.ID})
				index[k] = j
			}
			once[k] = true
			out[j].cells = append(out[j].cells, cell{i, e})
		}
	}
	slices.SortStableFunc(out, func(a, b together) int {
		switch {
		case a.at != b.at:
			return int(max(-1, min(1, b.at-a.at)))
		case a.id < b.id:
			return 1
		}
		return -1
	})
	return out
}

// tableLanes is how many children stand side by side on a page of A4. More stand below one another, by name.
const tableLanes = 4

// familyPaper sets the lines of brothers and sisters out as one, the oldest first, with a column for each child.
func (f *Feature) familyPaper(ctx context.Context, tx *store.Tx, x file, d *document.Document) error {
	lanes, err := f.lanes(ctx, tx, x)
	if err != nil {
		return err
	}
	schools, err := f.Schools.Names(ctx, tx, x.child.Org)
	if err != nil {
		return err
	}
	var names []string
	for _, l := range lanes {
		names = append(names, l.child.Name())
	}
	d.Title, d.Subtitle = "Chronology of brothers and sisters", text.Join(names)
	d.Blocks = append(d.Blocks, document.KeyValues{Pairs: []document.Pair{{Key: "School", Value: schools[x.child.Org].Name}, {Key: "Children", Value: text.Join(names)}, {Key: "What this is", Value: whatThisIs[Family]}}})
	events := woven(lanes)
	slices.Reverse(events)
	switch {
	case len(events) == 0:
		d.Blocks = append(d.Blocks, document.Paragraph{Text: "There are no entries."})
	case len(lanes) <= tableLanes:
		t := document.Table{Caption: "Events, the oldest first", Head: []string{"When"}}
		for _, l := range lanes {
			t.Head = append(t.Head, l.child.Given)
		}
		for _, e := range events {
			row := make([]string, 1+len(lanes))
			row[0] = happened(e.cells[0].Entry)
			for _, c := range e.cells {
				row[1+c.lane] = f.inOne(lanes[c.lane].cal, c.Seen)
			}
			t.Rows = append(t.Rows, row)
		}
		d.Blocks = append(d.Blocks, t)
	default:
		for _, e := range events {
			for _, c := range e.cells {
				p := f.paperEntry(lanes[c.lane].cal, c.Seen)
				p.Title = lanes[c.lane].child.Given + ". " + p.Title
				d.Blocks = append(d.Blocks, p)
			}
		}
	}
	return nil
}

// inOne is an entry as one text, for a cell of a table.
func (f *Feature) inOne(cal term.Calendar, e story.Seen) string {
	p := f.paperEntry(cal, e)
	if p.Text == "" {
		return p.Title
	}
	return p.Title + "\n" + p.Text
}
