package casework

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/document"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
)

// paper sets a chronology out, the oldest entry first, as whoever reads it for the first time needs it. at is when it was made.
func (f *Feature) paper(ctx context.Context, tx *store.Tx, x file, o order, at clock.Millis) (document.Document, review, error) {
	by, err := f.maker(ctx, tx)
	if err != nil {
		return document.Document{}, review{}, err
	}
	d := document.Document{Title: "Chronology", Subtitle: x.child.Name(), Classification: "Confidential: safeguarding", MadeBy: by, MadeAt: at, Purpose: o.Purpose}
	if o.View == Family {
		return d, review{}, f.familyPaper(ctx, tx, x, &d)
	}
	line, err := f.read(ctx, tx, x, asked{})
	if err != nil {
		return d, review{}, err
	}
	slices.Reverse(line)
	t := telling{cal: x.cal, line: line, words: map[string][]Words{}}
	if o.View != Summary {
		if t.words, err = f.Teller.Full(ctx, tx, t.records()...); err != nil {
			return d, review{}, err
		}
	}
	if o.View == Evidential {
		if err := f.evidence(ctx, tx, x, &t); err != nil {
			return d, review{}, err
		}
	}
	pairs, err := f.about(ctx, tx, x, o.View, clock.DayOf(at.Time()))
	if err != nil {
		return d, review{}, err
	}
	d.Blocks = append(append(d.Blocks, document.KeyValues{Pairs: pairs}), f.entryBlocks(t, o.View)...)
	if o.View == Anonymised {
		return f.withoutNames(ctx, tx, x, d, t, o.Names)
	}
	return d, review{}, nil
}

// telling is what a paper is made from.
type telling struct {
	cal   term.Calendar // of the school that keeps the file
	line  []story.Seen  // the oldest first
	words map[string][]Words
	marks []Mark
	who   func(account string) string
}

// records are those of the entries, each once.
func (t telling) records() []string {
	records := make([]string, len(t.line))
	for i, e := range t.line {
		records[i] = e.Record
	}
	slices.Sort(records)
	return slices.Compact(records)
}

// behind takes the words that stand behind an entry. Words stand once: at the entry that they were written down with, or at the
// first entry of their record.
func (t telling) behind(e story.Seen) (out []Words) {
	t.words[e.Record] = slices.DeleteFunc(t.words[e.Record], func(w Words) bool {
		mine := !w.Exactly || w.At == e.RecordedAt
		if mine {
			out = append(out, w)
		}
		return mine
	})
	return out
}

// maker is the viewer as the foot of a paper names them.
func (f *Feature) maker(ctx context.Context, tx *store.Tx) (string, error) {
	names, err := f.People.Names(ctx, tx, tx.Viewer.Account)
	me := names[tx.Viewer.Account]
	return strings.TrimSuffix(me.Name+", "+me.Title, ", "), err
}

// whatThisIs says of a view what it holds.
var whatThisIs = map[string]string{
	Summary:    "A line for each event that the maker may see, the oldest first.",
	Full:       "Each event that the maker may see, the oldest first, with the accounts behind it, exactly as they were written.",
	Evidential: "Each event that the maker may see, in the order in which they happened. Originals and later accounts stand whole, as they were written, each with its writer and when it was written down. A title is the lead’s; nothing else is shortened. Files are listed with the SHA-256 of their content. Posts are those of the day this was made.",
	Anonymised: "Each event that the maker may see, the oldest first, with the accounts behind it. People stand by their part in place of their names; the same words mean the same person throughout. Whoever has to know can find out by the check code who made this.",
	Family:     "A line for each event of these brothers and sisters that the maker may see, the oldest first.",
}

// about heads a paper: whose it is and what it is.
func (f *Feature) about(ctx context.Context, tx *store.Tx, x file, view string, day clock.Day) ([]document.Pair, error) {
	schools, err := f.Schools.Names(ctx, tx, x.child.Org)
	if err != nil {
		return nil, err
	}
	who := x.child.Name() + ", " + facts(x, day)
	if view == Anonymised { // a date of birth and a class name a child as surely as a name
		who = x.child.Name()
		if age := term.Age(x.detail.Born, day); age >= 0 {
			who += ", " + strconv.Itoa(age) + " years"
		}
	}
	pairs := []document.Pair{{Key: "School", Value: schools[x.child.Org].Name}, {Key: "Child", Value: who}}
	for _, fl := range x.flags {
		pairs = append(pairs, document.Pair{Key: fl.Kind, Value: strings.TrimSuffix(fl.Since()+", "+fl.Who, ", ")})
	}
	return append(pairs, document.Pair{Key: "What this is", Value: whatThisIs[view]}), nil
}

// entryBlocks are the events, with the school year they fall into and the silences between them.
func (f *Feature) entryBlocks(t telling, view string) (out []document.Block) {
	if len(t.line) == 0 {
		return []document.Block{document.Paragraph{Text: "There are no entries."}}
	}
	if view == Evidential {
		out = append(out, document.Paragraph{Text: text.Plural(len(t.line), "entry", "entries") + ", numbered in this copy."})
	}
	year, before := term.Year(0), clock.Day("")
	for i, e := range t.line {
		on := clock.DayOf(e.At.Time())
		if y := term.AcademicYear(on); y != year {
			year = y
			out = append(out, document.Heading{Level: 1, Text: "School year " + y.String()})
		}
		if gap := Gap(t.cal, before, on, false); before != "" && gap != "" {
			out = append(out, document.Paragraph{Text: gap + "."})
		}
		before = on
		if view == Evidential {
			out = append(out, f.exhibit(i+1, e, t)...)
			continue
		}
		words := t.behind(e)
		out = append(out, f.paperEntry(t.cal, withoutExcerpt(e, words)))
		for _, w := range words {
			out = append(out, document.Voice{Text: w.Text, By: w.By + ", written down " + onDay(w.At)})
		}
	}
	return out
}

// withoutExcerpt is an entry without the first words of what stands whole below it.
func withoutExcerpt(e story.Seen, words []Words) story.Seen {
	for _, w := range words {
		for _, s := range []*string{&e.Voice, &e.Detail} {
			if begin := strings.TrimRight(strings.TrimSuffix(*s, "…"), " .,;:"); strings.HasPrefix(strings.Join(strings.Fields(w.Text), " "), begin) {
				*s = ""
			}
		}
	}
	return e
}

// onDay says an instant on paper, where today is another day.
func onDay(at clock.Millis) string {
	return term.YearDate(clock.DayOf(at.Time())) + " " + term.Time(at)
}

var levels = []string{"", "Low", "Medium", "High"}

// titled is an entry's title with its kind in front, unless it says so itself, and its level behind.
func titled(e story.Seen) string {
	title := e.Line
	if word := picture.Kind(e.Kind).Word(); !strings.HasPrefix(strings.ToLower(e.Line), strings.ToLower(word)) {
		title = word + ": " + e.Line
	}
	if e.Level > 0 && e.Level < len(levels) {
		title += " (" + levels[e.Level] + ")"
	}
	return title
}

func (f *Feature) paperEntry(cal term.Calendar, e story.Seen) document.Entry {
	out := document.Entry{Time: happened(e.Entry), Title: titled(e)}
	for _, s := range []string{quoted(e.Voice), e.Detail, prefixed("Significant: ", e.Significant), Late(cal, e.Entry)} {
		if s != "" {
			out.Text += s + "\n"
		}
	}
	return out
}

// quoted sets a person's words in quotation marks, unless they quote somebody themselves: two pairs would be misread.
func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, "“”\"") {
		return s
	}
	return "“" + s + "”"
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// evidence reads what only the evidential view needs: the marks, and who made them.
func (f *Feature) evidence(ctx context.Context, tx *store.Tx, x file, t *telling) (err error) {
	if t.marks, err = f.store.marks(ctx, tx, x.child.ID); err != nil {
		return err
	}
	var ids []string
	for _, m := range t.marks {
		ids = append(ids, m.By)
	}
	names, err := f.People.Names(ctx, tx, ids...)
	t.who = func(id string) string {
		if p, ok := names[id]; ok {
			return p.Name
		}
		return "Somebody who has left"
	}
	return err
}

// exhibit sets one event out as evidence: nothing is shortened, and each thing says who wrote it and when.
func (f *Feature) exhibit(n int, e story.Seen, t telling) []document.Block {
	pairs := []document.Pair{{Key: "Happened", Value: happened(e.Entry) + sureness(e.Precision)}, {Key: "Written down", Value: onDay(e.RecordedAt)}}
	if late := Late(t.cal, e.Entry); late != "" {
		pairs = append(pairs, document.Pair{Key: "Late", Value: late})
	}
	words := t.behind(e)
	if len(words) == 0 { // the entry itself is all that was written
		for _, s := range []string{quoted(e.Voice), e.Detail} {
			if s != "" {
				pairs = append(pairs, document.Pair{Key: "Says", Value: s})
			}
		}
	}
	for _, m := range t.marks {
		if m.Entry == e.ID {
			key := "Marked significant"
			if !m.Marked {
				key = "Mark taken away"
			}
			pairs = append(pairs, document.Pair{Key: key, Value: m.Reason + " (" + t.who(m.By) + ", " + onDay(m.At) + ")"})
		}
	}
	if e.Significant != "" && !slices.ContainsFunc(t.marks, func(m Mark) bool { return m.Entry == e.ID }) {
		pairs = append(pairs, document.Pair{Key: "Significant", Value: e.Significant})
	}
	out := []document.Block{document.Heading{Level: 2, Text: strconv.Itoa(n) + ". " + titled(e)}, document.KeyValues{Pairs: pairs}}
	for _, w := range words {
		by := w.What + ", written down by " + w.By
		if w.Post != "" {
			by += " (" + w.Post + ")"
		}
		out = append(out, document.Voice{Text: w.Text, By: by + ", " + onDay(w.At)})
		var more []document.Pair
		for _, x := range w.Facts {
			more = append(more, document.Pair{Key: x.Name, Value: x.Words})
		}
		for _, x := range w.Files {
			more = append(more, document.Pair{Key: "File", Value: x.Name + ", " + x.Facts + "\nSHA-256 " + x.SHA256})
		}
		if len(more) > 0 {
			out = append(out, document.KeyValues{Pairs: more})
		}
	}
	return out
}

// sureness says how surely the time of an event is known (CON-3).
func sureness(p story.Precision) string {
	switch p {
	case story.Day:
		return " (known to the day)"
	case story.Week:
		return " (known to the week)"
	case story.Around:
		return " (about then)"
	}
	return ""
}
