package ui

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Choice is one item of Radios or Checkboxes. With Divider it is only that word between two others ("or").
type Choice struct {
	Text        string
	HTML        templ.Component
	Value       string
	ID          string // "" is the group's, with its number from the second on
	Name        string // checkboxes only: another name than the group's
	Hint        Hint
	Label       Label // classes and attributes of the label; its words are Text
	Checked     bool
	Disabled    bool
	Divider     string
	Behaviour   string          // checkboxes only: "exclusive" clears the others
	Conditional templ.Component // shown below while this is chosen; without scripts always shown
	Attributes  templ.Attributes
}

func (c Choice) id(prefix string, i int) string {
	if c.ID != "" {
		return c.ID
	}
	if i == 0 {
		return prefix
	}
	return prefix + "-" + strconv.Itoa(i+1)
}

func (c Choice) hintID(id string) string { return when(c.Hint.there(), id+"-item-hint") }

func (c Choice) label(kind, id string) Label {
	return Label{Text: c.Text, HTML: c.HTML, Classes: classes(kind+"__label", c.Label.Classes), Attributes: c.Label.Attributes, For: id}
}

// Radios is one choice from a few. Nothing is chosen beforehand unless Value or Checked says so.
type Radios struct {
	Name         string
	IDPrefix     string // "" is Name
	Value        string // the value that is chosen
	Items        []Choice
	Fieldset     Fieldset
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	Inline       bool // side by side: for two short words
	Small        bool
	FormGroup    FormGroup
	Attributes   templ.Attributes
}

func (p Radios) Render(ctx context.Context, w io.Writer) error { return radios(p).Render(ctx, w) }

func (p Radios) field() field {
	return field{p.FormGroup, Label{}, p.Hint, p.ErrorMessage, or(p.IDPrefix, p.Name)}
}

func (p Radios) chosen(c Choice) bool { return c.Checked || p.Value != "" && c.Value == p.Value }

// Checkboxes is any number of choices.
type Checkboxes struct {
	Name         string
	IDPrefix     string   // "" is Name
	Values       []string // the values that are chosen
	Items        []Choice
	Fieldset     Fieldset
	Hint         Hint
	ErrorMessage ErrorMessage
	DescribedBy  string
	Classes      string
	Small        bool
	FormGroup    FormGroup
	Attributes   templ.Attributes
}

func (p Checkboxes) Render(ctx context.Context, w io.Writer) error {
	return checkboxes(p).Render(ctx, w)
}

func (p Checkboxes) field() field {
	return field{p.FormGroup, Label{}, p.Hint, p.ErrorMessage, or(p.IDPrefix, p.Name)}
}

func (p Checkboxes) chosen(c Choice) bool { return c.Checked || slices.Contains(p.Values, c.Value) }

// set is the fieldset, which takes over the description of the whole.
func (p Checkboxes) set() Fieldset {
	fs := p.Fieldset
	if fs.there() {
		fs.DescribedBy = or(fs.DescribedBy, p.DescribedBy)
	}
	return fs
}

// itemDescribed: without a fieldset each box carries the description of the whole.
func (p Checkboxes) itemDescribed(c Choice, id string) string {
	if p.Fieldset.there() {
		return c.hintID(id)
	}
	f := p.field()
	return described(p.DescribedBy, f.hintID(), f.errorID(), c.hintID(id))
}

// DatePart is one field of a date.
type DatePart struct {
	Name         string // "day", "month", "year" or another
	Label        string // "" is the name with a capital
	Value        string
	ID           string
	Classes      string
	Inputmode    string // "" is "numeric"
	Autocomplete string
	Pattern      string
	Error        bool // this part is wrong; without any such, a message marks all parts
	Attributes   templ.Attributes
}

// DateInput is a date typed as day, month and year. Values holds what was typed by the parts' full names, so that wrong
// input is shown again as it was.
type DateInput struct {
	ID           string
	NamePrefix   string // "when" gives the names "when-day", "when-month", "when-year"
	Values       map[string]string
	Day          DatePart // what differs from the usual part: a label, a value, Error
	Month        DatePart
	Year         DatePart
	Items        []DatePart // other parts than day, month and year: only two of them for a birthday
	Fieldset     Fieldset
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	FormGroup    FormGroup
	Attributes   templ.Attributes
}

func (p DateInput) Render(ctx context.Context, w io.Writer) error { return dateInput(p).Render(ctx, w) }

func (p DateInput) field() field {
	return field{p.FormGroup, Label{}, p.Hint, p.ErrorMessage, p.ID}
}

func (p DateInput) parts() []DatePart {
	if len(p.Items) > 0 {
		return p.Items
	}
	day, month, year := p.usual()
	return []DatePart{day, month, year}
}

func (p DateInput) usual() (day, month, year DatePart) {
	day, month, year = p.Day, p.Month, p.Year
	day.Name, month.Name, year.Name = or(day.Name, "day"), or(month.Name, "month"), or(year.Name, "year")
	return day, month, year
}

func (d DatePart) wrong() bool { return d.Error || strings.Contains(d.Classes, "govuk-input--error") }

// input is the text field of one part.
func (p DateInput) input(d DatePart) Input {
	day, month, year := p.usual()
	width, given := "govuk-input--width-2", ""
	switch d.Name {
	case "day", day.Name:
		given = day.Value
	case "month", month.Name:
		given = month.Value
	case "year", year.Name:
		width, given = "govuk-input--width-4", year.Value
	}
	wrong := d.wrong() || p.ErrorMessage.there() && !slices.ContainsFunc(p.parts(), DatePart.wrong)
	name := d.Name
	if p.NamePrefix != "" {
		name = p.NamePrefix + "-" + d.Name
	}
	words := d.Label
	if words == "" && d.Name != "" {
		words = strings.ToUpper(d.Name[:1]) + strings.ToLower(d.Name[1:])
	}
	return Input{
		ID: or(d.ID, p.ID+"-"+d.Name), Name: name, Value: or(d.Value, given, p.Values[name], p.Values[d.Name]),
		Label: Label{Text: words, Classes: "govuk-date-input__label"},
		Classes: classes("govuk-date-input__input",
			when(wrong && !strings.Contains(d.Classes, "govuk-input--error"), "govuk-input--error"),
			when(!strings.Contains(d.Classes, "govuk-input--width-"), width), d.Classes),
		Inputmode: or(d.Inputmode, "numeric"), Autocomplete: d.Autocomplete, Pattern: d.Pattern, Attributes: d.Attributes,
	}
}
