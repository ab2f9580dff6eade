// Package forms is the one way to do forms. A field is one object that carries its name, its label, what was typed, the parsed
// value and what is wrong with it, so that the summary, the red border and the words typed cannot disagree.
//
// Parse reads only the fields that the form declares: anything else that is posted changes nothing (SEC-9). The page of a new
// record carries the record's id (Form.ID), so a form that is sent twice makes one record; the page of an edit carries the
// version it was made from.
package forms

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/text"
	"kith/internal/platform/ui"
)

// Field is one question of a form. A slice may have fields of its own, such as a list of children.
type Field interface {
	// Read takes the field's values, and no others, and finds out what is wrong with them.
	Read(url.Values)
	// Wrong says what is wrong, in words for the person, and where on the page; "" when nothing is.
	Wrong() (anchor, words string)
}

// Form is the fields with what belongs to all of them.
type Form struct {
	ID      string // the new record's id; "" on an edit
	Version int64  // the version an edit was made from
	fields  []Field
	refusal string
}

// Fields declares the fields, in the order of the page.
func (f *Form) Fields(fs ...Field) { f.fields = append(f.fields, fs...) }

// Parse reads what was posted and says whether every field is right.
func (f *Form) Parse(r *http.Request) bool {
	if err := r.ParseMultipartForm(1 << 20); err != nil && err != http.ErrNotMultipart { // #nosec G120 -- the site bounds every body before a handler sees it
		f.refusal = "What you sent could not be read. " + tooLarge(err)
		return false
	}
	ok := f.Fill(r.PostForm)
	for _, x := range f.fields {
		if file, is := x.(*File); is {
			file.receive(r)
			ok = ok && file.Problem == ""
		}
	}
	return ok
}

// Fill reads values, of a post or of a draft, and says whether every field is right.
func (f *Form) Fill(values url.Values) bool {
	if v := values.Get("id"); id.Valid(v) {
		f.ID = v
	}
	if n, err := strconv.ParseInt(values.Get("version"), 10, 64); err == nil {
		f.Version = n
	}
	ok := true
	for _, x := range f.fields {
		x.Read(values)
		if _, words := x.Wrong(); words != "" {
			ok = false
		}
	}
	return ok
}

// Refuse puts a rule's sentence above the form; what was typed stays.
func (f *Form) Refuse(err error) { f.refusal = errs.Sentence(err) }

// Wrong says whether anything is wrong.
func (f *Form) Wrong() bool { return len(f.Problems()) > 0 }

// Problems lists what is wrong, each with a link to its field.
func (f *Form) Problems() []ui.ErrorItem {
	var out []ui.ErrorItem
	if f.refusal != "" {
		out = append(out, ui.ErrorItem{Text: f.refusal})
	}
	for _, x := range f.fields {
		if anchor, words := x.Wrong(); words != "" {
			out = append(out, ui.ErrorItem{Text: words, Href: "#" + anchor})
		}
	}
	return out
}

// Summary is the error summary, or nothing.
func (f *Form) Summary() templ.Component {
	if !f.Wrong() {
		return templ.NopComponent
	}
	return ui.ErrorSummary{ErrorList: f.Problems()}
}

// base is what all fields have.
type base struct {
	Name, Label string
	HintText    string
	required    string // the words when it is left empty; "" when it may be
	Problem     string // what is wrong; set by read, or by the action that knows more
}

// Wrong says what is wrong.
func (b *base) Wrong() (string, string) { return b.Name, b.Problem }

// Text is one line.
type Text struct {
	base
	Value   string
	max     int
	kind    string
	classes string
	auto    string
}

// NewText declares a line of at most 200 characters.
func NewText(name, label string) *Text { return &Text{base: base{Name: name, Label: label}, max: 200} }

// Required says that it must be answered, and what to say if it is not.
func (t *Text) Required(words string) *Text { t.required = words; return t }

// Max sets the greatest number of characters.
func (t *Text) Max(n int) *Text { t.max = n; return t }

// Hint explains the field.
func (t *Text) Hint(words string) *Text { t.HintText = words; return t }

// Kind sets the type of the browser's control: email, tel, password, time, date.
func (t *Text) Kind(kind, autocomplete string) *Text { t.kind, t.auto = kind, autocomplete; return t }

// Class adds a class, such as a width.
func (t *Text) Class(c string) *Text { t.classes = c; return t }

// Read takes what was typed.
func (t *Text) Read(v url.Values) {
	t.Value = strings.TrimSpace(text.Clean(v.Get(t.Name)))
	if t.kind == "password" {
		t.Value = v.Get(t.Name)
	}
	t.Problem = ""
	switch n := utf8.RuneCountInString(t.Value); {
	case n == 0 && t.required != "":
		t.Problem = t.required
	case n > t.max:
		t.Problem = t.Label + " may have " + strconv.Itoa(t.max) + " characters; this has " + strconv.Itoa(n)
	}
}

// Input is the field on the page.
func (t *Text) Input() ui.Input {
	value := t.Value
	if t.kind == "password" {
		value = ""
	}
	return ui.Input{ID: t.Name, Name: t.Name, Type: t.kind, Value: value, Label: ui.Label{Text: t.Label}, Hint: ui.Hint{Text: t.HintText},
		ErrorMessage: ui.ErrorMessage{Text: t.Problem}, Classes: t.classes, Autocomplete: t.auto}
}

// Number is a whole number, not negative.
type Number struct {
	base
	Value int
	unit  string
	typed string
}

// NewNumber declares a whole number of something: minutes, school days.
func NewNumber(name, label, unit string) *Number {
	return &Number{base: base{Name: name, Label: label}, unit: unit}
}

// Hint explains the field.
func (n *Number) Hint(words string) *Number { n.HintText = words; return n }

// Set shows a number before anything was typed.
func (n *Number) Set(v int) { n.Read(url.Values{n.Name: {strconv.Itoa(v)}}) }

// Read takes what was typed. Nothing is no number.
func (n *Number) Read(v url.Values) {
	n.typed, n.Problem = strings.TrimSpace(text.Clean(v.Get(n.Name))), ""
	var err error
	if n.Value, err = strconv.Atoi(n.typed); err != nil || n.Value < 0 || n.Value > 1_000_000 {
		n.Value, n.Problem = 0, n.Label+": write a whole number of "+n.unit
	}
}

// Input is the field on the page.
func (n *Number) Input() ui.Input {
	return ui.Input{ID: n.Name, Name: n.Name, Value: n.typed, Label: ui.Label{Text: n.Label}, Hint: ui.Hint{Text: n.HintText}, ErrorMessage: ui.ErrorMessage{Text: n.Problem},
		Classes: "govuk-input--width-4", Inputmode: "numeric", Suffix: ui.Affix{Text: n.unit}}
}

// Lines is running text: a person's words.
type Lines struct {
	base
	Value string
	max   int
}

// NewLines declares running text of at most 20,000 characters.
func NewLines(name, label string) *Lines {
	return &Lines{base: base{Name: name, Label: label}, max: 20_000}
}

// Required says that it must be answered, and what to say if it is not.
func (t *Lines) Required(words string) *Lines { t.required = words; return t }

// Max sets the greatest number of characters.
func (t *Lines) Max(n int) *Lines { t.max = n; return t }

// Hint explains the field.
func (t *Lines) Hint(words string) *Lines { t.HintText = words; return t }

// Read takes what was typed.
func (t *Lines) Read(v url.Values) {
	t.Value = strings.TrimSpace(text.Clean(v.Get(t.Name)))
	t.Problem = ""
	switch n := utf8.RuneCountInString(t.Value); {
	case n == 0 && t.required != "":
		t.Problem = t.required
	case n > t.max:
		t.Problem = t.Label + " may have " + strconv.Itoa(t.max) + " characters; this has " + strconv.Itoa(n)
	}
}

// Textarea is the field on the page, in the face of a person's words.
func (t *Lines) Textarea(rows int) ui.Textarea {
	return ui.Textarea{ID: t.Name, Name: t.Name, Value: t.Value, Rows: rows, Label: ui.Label{Text: t.Label}, Hint: ui.Hint{Text: t.HintText},
		ErrorMessage: ui.ErrorMessage{Text: t.Problem}}
}

// Option is one answer of a choice.
type Option struct{ Value, Text, Hint string }

// Choice is one of a few answers.
type Choice struct {
	base
	Value   string
	Options []Option
}

// NewChoice declares a choice.
func NewChoice(name, label string, options ...Option) *Choice {
	return &Choice{base: base{Name: name, Label: label}, Options: options}
}

// Required says that it must be answered, and what to say if it is not.
func (c *Choice) Required(words string) *Choice { c.required = words; return c }

// Hint explains the field.
func (c *Choice) Hint(words string) *Choice { c.HintText = words; return c }

// Read takes what was typed.
func (c *Choice) Read(v url.Values) {
	c.Value, c.Problem = "", ""
	got := v.Get(c.Name)
	if slices.ContainsFunc(c.Options, func(o Option) bool { return o.Value == got }) {
		c.Value = got
	}
	if c.Value == "" && (c.required != "" && got == "") {
		c.Problem = c.required
	} else if got != "" && c.Value == "" {
		c.Problem = "Choose one of the answers shown"
	}
}

// Radios is the field on the page, every answer in sight.
func (c *Choice) Radios() ui.Radios {
	items := make([]ui.Choice, len(c.Options))
	for i, o := range c.Options {
		items[i] = ui.Choice{Value: o.Value, Text: o.Text, Hint: ui.Hint{Text: o.Hint}}
	}
	return ui.Radios{Name: c.Name, Value: c.Value, Items: items, Hint: ui.Hint{Text: c.HintText}, ErrorMessage: ui.ErrorMessage{Text: c.Problem},
		Fieldset: ui.Fieldset{Legend: ui.Legend{Text: c.Label}}}
}

// Select is the field on the page, for a long list.
func (c *Choice) Select(first string) ui.Select {
	items := []ui.SelectItem{{Text: first, HasValue: true}}
	for _, o := range c.Options {
		items = append(items, ui.SelectItem{Value: o.Value, Text: o.Text})
	}
	return ui.Select{ID: c.Name, Name: c.Name, Value: c.Value, Items: items, Label: ui.Label{Text: c.Label}, Hint: ui.Hint{Text: c.HintText}, ErrorMessage: ui.ErrorMessage{Text: c.Problem}}
}

// Many is any of a few answers.
type Many struct {
	base
	Values  []string
	Options []Option
}

// NewMany declares a set of answers, any of which may be ticked.
func NewMany(name, label string, options ...Option) *Many {
	return &Many{base: base{Name: name, Label: label}, Options: options}
}

// Required says that at least one must be ticked, and what to say if none is.
func (m *Many) Required(words string) *Many { m.required = words; return m }

// Hint explains the field.
func (m *Many) Hint(words string) *Many { m.HintText = words; return m }

// Read takes what was typed.
func (m *Many) Read(v url.Values) {
	m.Values, m.Problem = nil, ""
	for _, got := range v[m.Name] {
		if slices.ContainsFunc(m.Options, func(o Option) bool { return o.Value == got }) && !slices.Contains(m.Values, got) {
			m.Values = append(m.Values, got)
		}
	}
	if len(m.Values) == 0 && m.required != "" {
		m.Problem = m.required
	}
}

// Has says whether the answer is ticked.
func (m *Many) Has(value string) bool { return slices.Contains(m.Values, value) }

// Checkboxes is the field on the page.
func (m *Many) Checkboxes() ui.Checkboxes {
	items := make([]ui.Choice, len(m.Options))
	for i, o := range m.Options {
		items[i] = ui.Choice{Value: o.Value, Text: o.Text, Hint: ui.Hint{Text: o.Hint}}
	}
	return ui.Checkboxes{Name: m.Name, Values: m.Values, Items: items, Hint: ui.Hint{Text: m.HintText}, ErrorMessage: ui.ErrorMessage{Text: m.Problem},
		Fieldset: ui.Fieldset{Legend: ui.Legend{Text: m.Label}}}
}

// Day is a date, in the browser's own control or typed as 23/11/2026.
type Day struct {
	base
	Value clock.Day
	typed string
}

// NewDay declares a date.
func NewDay(name, label string) *Day { return &Day{base: base{Name: name, Label: label}} }

// Required says that it must be answered, and what to say if it is not.
func (d *Day) Required(words string) *Day { d.required = words; return d }

// Hint explains the field.
func (d *Day) Hint(words string) *Day { d.HintText = words; return d }

// Read takes what was typed.
func (d *Day) Read(v url.Values) {
	d.typed, d.Value, d.Problem = strings.TrimSpace(text.Clean(v.Get(d.Name))), "", ""
	if d.typed == "" {
		d.Problem = d.required
		return
	}
	s := d.typed
	if p := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '.' || r == ' ' || r == '-' }); len(p) == 3 && len(p[2]) == 4 {
		s = p[2] + "-" + pad(p[1]) + "-" + pad(p[0])
	}
	day, err := clock.ParseDay(s)
	if err != nil {
		d.Problem = "Write the date as day, month and year, for example 23/11/2026"
		return
	}
	d.Value = day
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// Input is the field on the page.
func (d *Day) Input() ui.Input {
	value := string(d.Value)
	if value == "" {
		value = d.typed
	}
	return ui.Input{ID: d.Name, Name: d.Name, Type: "date", Value: value, Label: ui.Label{Text: d.Label}, Hint: ui.Hint{Text: d.HintText}, ErrorMessage: ui.ErrorMessage{Text: d.Problem}}
}

// Time is a time of day, 12:20, in Europe/London.
type Time struct {
	base
	Hour, Minute int
	Given        bool
	typed        string
}

// NewTime declares a time of day.
func NewTime(name, label string) *Time { return &Time{base: base{Name: name, Label: label}} }

// Read takes what was typed.
func (t *Time) Read(v url.Values) {
	t.typed, t.Given, t.Problem = strings.TrimSpace(text.Clean(v.Get(t.Name))), false, ""
	if t.typed == "" {
		t.Problem = t.required
		return
	}
	h, m, ok := strings.Cut(strings.NewReplacer(".", ":", " ", "").Replace(t.typed), ":")
	hour, err1 := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	if !ok || err1 != nil || err2 != nil || hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		t.Problem = "Write the time as 12:20"
		return
	}
	t.Hour, t.Minute, t.Given = hour, minute, true
}

// Input is the field on the page.
func (t *Time) Input() ui.Input {
	return ui.Input{ID: t.Name, Name: t.Name, Type: "time", Value: t.typed, Label: ui.Label{Text: t.Label}, ErrorMessage: ui.ErrorMessage{Text: t.Problem}}
}

// Set shows a time before anything was typed.
func (t *Time) Set(s string) { t.Read(url.Values{t.Name: {s}}) }

// Resume fills the form with what was kept of it as a draft, without judging it.
func (f *Form) Resume(id string, values url.Values) {
	f.Fill(values)
	f.ID = id
	f.Clear()
}

// Clear forgets what is wrong, for a form that was filled from a draft or is not finished yet: nobody is blamed for what they
// have not sent.
func (f *Form) Clear() {
	f.refusal = ""
	for _, x := range f.fields {
		if c, ok := x.(interface{ clear() }); ok {
			c.clear()
		}
		if c, ok := x.(interface{ Clear() }); ok {
			c.Clear()
		}
	}
}

func (b *base) clear() { b.Problem = "" }
