package people

import (
	"encoding/json"
	"net/url"
	"strconv"

	"kith/internal/feature/people/roll"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web/forms"
)

type indexView struct {
	ID      string
	File    *forms.FileForm
	Schools []ref.Organisation
	Rows    []importLine
}

func newRollForm() *forms.FileForm {
	f := forms.NewFileForm("The school’s roll", "", "")
	f.File.Hint("A CSV export of any system, a OneRoster zip, or a Common Transfer File. Up to 24 MB. Nothing is changed before you have seen what would be.")
	return f
}

type importLine struct {
	Import
	School string
}

func (i Import) chip() ui.Chip {
	switch i.State {
	case Uploading:
		return ui.Chip{Text: "cut short", Tone: ui.ToneLine}
	case Uploaded:
		return ui.Chip{Text: "columns to choose", Tone: ui.ToneLamp}
	case Compared:
		return ui.Chip{Text: "to decide", Tone: ui.TonePlum}
	case Applying:
		return ui.Chip{Text: "being taken over", Tone: ui.ToneSky}
	case Done:
		return ui.Chip{Text: "taken over", Tone: ui.ToneLeaf}
	}
	return ui.Chip{Text: "given up", Tone: ui.ToneLine}
}

func (i Import) counted() string {
	s := text.Plural(int(i.Created), "child added", "children added") + ", " + strconv.FormatInt(i.Updated, 10) + " changed, " + strconv.FormatInt(i.Gone, 10) + " left the roll"
	if i.Unchanged > 0 {
		s += ", " + strconv.FormatInt(i.Unchanged, 10) + " already as the file says"
	}
	return s
}

func (i Import) steps() []ui.Step {
	at := map[string]int{Uploading: 0, Uploaded: 1, Compared: 2, Applying: 3, Done: 4, Dropped: 4}[i.State]
	var out []ui.Step
	for n, name := range []string{"File sent", "Columns", "Difference", "Taken over"} {
		s := ui.Step{Text: name, State: ui.StepNext}
		switch {
		case n < at:
			s.State = ui.StepDone
		case n == at:
			s.State = ui.StepAt
		}
		out = append(out, s)
	}
	return out
}

type mappingView struct {
	Import
	Problem string
	Guessed string // whose headings they look like
	Chosen  string
	Presets []preset
	Header  []string
	Sample  [][]string
	answers []string
	numbers int // how many contacts can be chosen
}

var systems = map[string]string{"sims": "SIMS", "arbor": "Arbor", "bromcom": "Bromcom", "wonde": "Wonde"}

// set shows a mapping.
func (v *mappingView) set(m roll.Mapping) {
	v.answers, v.numbers = make([]string, len(v.Header)), 2
	for _, c := range m.Columns {
		v.numbers = max(v.numbers, c.Contact+1)
		for i, h := range v.Header {
			if h == c.Heading || roll.SameHeading(h, c.Heading) {
				v.answers[i] = answerOf(c.Field, c.Contact)
			}
		}
	}
	v.numbers = min(v.numbers, 9)
}

func answerOf(f roll.Field, contact int) string {
	if f.OfContact() {
		return f.String() + ":" + strconv.Itoa(contact)
	}
	return f.String()
}

// samples are the first values of a column.
func (v *mappingView) samples(i int) string {
	out := ""
	for _, row := range v.Sample {
		if i < len(row) && row[i] != "" {
			if out != "" {
				out += " · "
			}
			out += text.FirstWords(row[i], 24)
		}
	}
	return out
}

func (v *mappingView) input(i int) ui.Select {
	items := []ui.SelectItem{{Text: "Leave out", HasValue: true}}
	for _, f := range roll.Fields() {
		if !f.OfContact() {
			items = append(items, ui.SelectItem{Text: f.Label(), Value: f.String()})
		}
	}
	for n := 1; n <= v.numbers; n++ {
		for _, f := range roll.Fields() {
			if f.OfContact() {
				items = append(items, ui.SelectItem{Text: strconv.Itoa(n) + ". " + f.Label(), Value: answerOf(f, n)})
			}
		}
	}
	name := "column-" + strconv.Itoa(i)
	return ui.Select{ID: name, Name: name, Value: v.answers[i], Items: items, Label: ui.Label{Text: "What " + v.Header[i] + " holds", Classes: "govuk-visually-hidden"}}
}

type differenceView struct {
	Import
	School string
	Bundle []roll.Org
	Counts map[string]verdictCount
	Show   string
	Page   store.Page[importRow]
}

// verdictWords are the names of the sections and what happens with their rows.
var verdictWords = map[string][2]string{
	VerdictNew:        {"New children", "are added to the roll"},
	VerdictChanged:    {"Changed children", "become what the file says"},
	VerdictLeaver:     {"Proposed leavers", "stay on the roll unless you say that they have left; nothing is deleted"},
	VerdictSuggestion: {"Possibly the same child", "wait for you: one child or two?"},
	VerdictClash:      {"Numbers that do not agree", "wait for you: which child is it?"},
	VerdictRejected:   {"Rejected rows", "are left out; put them right at the source and send the file again"},
	VerdictWarning:    {"Values to look at", "were kept as given, or left out where they could not be read"},
}

// waits is how many rows a person has not decided.
func (v differenceView) waits() int64 {
	var n int64
	for _, verdict := range []string{VerdictSuggestion, VerdictClash} {
		n += v.Counts[verdict].N - v.Counts[verdict].Act
	}
	return n
}

func (v differenceView) acts() int64 {
	var n int64
	for _, c := range v.Counts {
		n += c.Act
	}
	return n
}

func (v differenceView) href(show string) string { return at(v.ID) + "?show=" + show }

func (v differenceView) cursor(c string) string {
	if c == "" {
		return ""
	}
	return v.href(v.Show) + "&at=" + c
}

func (r importRow) choices() (out []choice) {
	if r.Choices != "" {
		_ = json.Unmarshal([]byte(r.Choices), &out) // written by rows
	}
	return out
}

func (r importRow) changed() (out []roll.Change) {
	if r.Changes != "" {
		_ = json.Unmarshal([]byte(r.Changes), &out) // written by rows
	}
	return out
}

func (r importRow) line() string {
	if r.Line == 0 {
		return ""
	}
	return strconv.FormatInt(r.Line, 10)
}

// answer is what was decided, as the form sends it.
func (r importRow) answer() string {
	switch r.Act {
	case actLeave:
		return "left"
	case actAdd:
		return "different"
	}
	return r.Child
}

// radios ask who the child of a row is.
func (r importRow) radios() ui.Radios {
	name := "row-" + strconv.FormatInt(r.N, 10)
	p := ui.Radios{Name: name, Value: r.answer(), Hint: ui.Hint{Text: "Row " + r.line() + ". " + r.Reason}, Fieldset: ui.Fieldset{Legend: ui.Legend{Text: r.Name}}}
	for _, c := range r.choices() {
		p.Items = append(p.Items, ui.Choice{Value: c.ID, Text: "The same child as " + c.Name})
	}
	p.Items = append(p.Items, ui.Choice{Value: "different", Text: "A different child: add to the roll"}, ui.Choice{Value: "", Text: "Leave this row out for now", Checked: r.Act == ""})
	return p
}

// box asks whether a child has left.
func (r importRow) box() ui.Checkboxes {
	name := "row-" + strconv.FormatInt(r.N, 10)
	return ui.Checkboxes{Name: name, Items: []ui.Choice{{Value: "left", Text: r.Name + " has left", Hint: ui.Hint{Text: r.Reason}, Checked: r.Act == actLeave}}}
}

func quoted(s string) string {
	if s == "" {
		return "nothing"
	}
	return "“" + text.FirstWords(s, 60) + "”"
}

func (i Import) day() clock.Day   { return clock.DayOf(i.MadeAt.Time()) }
func (i Import) ended() clock.Day { return clock.DayOf(i.EndedAt.Time()) }

func urlQuery(s string) string { return url.QueryEscape(s) }

func schoolChoices(orgs []roll.Org) []ui.Choice {
	var out []ui.Choice
	for _, o := range orgs {
		name := o.Name
		if o.Identifier != "" {
			name += " (" + o.Identifier + ")"
		}
		out = append(out, ui.Choice{Value: o.SourceID, Text: name})
	}
	return out
}
