package ui

import (
	"context"
	"io"
	"strconv"

	"github.com/a-h/templ"
)

// Button sends a form, or with Href is a link that looks like a button. It cannot send a form anywhere but to the
// form's own action.
type Button struct {
	Text               string
	HTML               templ.Component
	Href               string
	Type               string // "" is "submit"
	Name, Value        string
	ID                 string
	Classes            string
	Secondary          bool // beside the one solid button of a screen
	Warning            bool // takes away or stops something
	IsStartButton      bool
	Disabled           bool
	PreventDoubleClick bool // a second press within a second does nothing
	Attributes         templ.Attributes
}

func (p Button) Render(ctx context.Context, w io.Writer) error { return button(p).Render(ctx, w) }

func (p Button) class() string {
	return classes("govuk-button", when(p.Secondary, "govuk-button--secondary"), when(p.Warning, "govuk-button--warning"), p.Classes, when(p.IsStartButton, "govuk-button--start"))
}

// Affix stands before or after what is typed: "£", "days".
type Affix struct {
	Text       string
	HTML       templ.Component
	Classes    string
	Attributes templ.Attributes
}

func (a Affix) there() bool { return said(a.Text, a.HTML) }

// Input is one line of text.
type Input struct {
	ID             string // "" is Name
	Name           string
	Type           string // "" is "text"
	Value          string
	Label          Label
	Hint           Hint
	ErrorMessage   ErrorMessage
	Prefix, Suffix Affix
	Classes        string // "govuk-input--width-4" for example
	Autocomplete   string
	Autocapitalize string
	Inputmode      string
	Pattern        string
	Spellcheck     string // "true", "false" or "" for the browser's choice
	DescribedBy    string
	Disabled       bool
	FormGroup      FormGroup
	InputWrapper   FormGroup
	Attributes     templ.Attributes

	after templ.Component // what stands in the wrapper after the control: the button of PasswordInput
}

func (p Input) Render(ctx context.Context, w io.Writer) error { return input(p).Render(ctx, w) }

func (p Input) field() field {
	return field{p.FormGroup, p.Label, p.Hint, p.ErrorMessage, or(p.ID, p.Name)}
}

func (p Input) attributes() templ.Attributes {
	f := p.field()
	a := templ.Attributes{}
	for name, value := range map[string]string{
		"spellcheck": p.Spellcheck, "value": p.Value, "aria-describedby": described(p.DescribedBy, f.hintID(), f.errorID()),
		"autocomplete": p.Autocomplete, "autocapitalize": p.Autocapitalize, "pattern": p.Pattern, "inputmode": p.Inputmode,
	} {
		if value != "" {
			a[name] = value
		}
	}
	return a
}

func (p Input) wrapped() bool { return p.Prefix.there() || p.Suffix.there() || p.after != nil }

// Textarea is text of several lines. The class "voice" sets it in the face of accounts.
type Textarea struct {
	ID           string
	Name         string
	Value        string
	Rows         int // 0 is 5
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	Autocomplete string
	Spellcheck   string
	DescribedBy  string
	Disabled     bool
	FormGroup    FormGroup
	Attributes   templ.Attributes

	after templ.Component
}

func (p Textarea) Render(ctx context.Context, w io.Writer) error { return textarea(p).Render(ctx, w) }

func (p Textarea) field() field {
	return field{p.FormGroup, p.Label, p.Hint, p.ErrorMessage, or(p.ID, p.Name)}
}

func (p Textarea) rows() string {
	if p.Rows == 0 {
		return "5"
	}
	return strconv.Itoa(p.Rows)
}

// CharacterCount is a Textarea that says how many characters or words are left. It never cuts the text off.
type CharacterCount struct {
	Textarea
	Maxlength int // characters; or
	Maxwords  int // words
	Threshold int // per cent of the limit from which the count shows; 0 is always
}

func (p CharacterCount) Render(ctx context.Context, w io.Writer) error {
	t := p.Textarea
	id := or(t.ID, t.Name)
	limit, unit := p.Maxlength, "characters"
	data := templ.Attributes{"data-module": "govuk-character-count"}
	if p.Maxlength > 0 {
		data["data-maxlength"] = strconv.Itoa(p.Maxlength)
	}
	if p.Maxwords > 0 {
		limit, unit = p.Maxwords, "words"
		data["data-maxwords"], data["data-count-type"] = strconv.Itoa(p.Maxwords), "words"
	}
	if p.Threshold > 0 {
		data["data-threshold"] = strconv.Itoa(p.Threshold)
	}
	for name, value := range t.FormGroup.Attributes {
		data[name] = value
	}
	t.FormGroup = FormGroup{classes("govuk-character-count", t.FormGroup.Classes), data}
	t.Classes = classes("govuk-js-character-count", t.Classes)
	t.DescribedBy = id + "-info"
	t.after = Hint{ID: id + "-info", Classes: "govuk-character-count__message", Text: when(limit > 0, "You can enter up to "+strconv.Itoa(limit)+" "+unit)}
	return t.Render(ctx, w)
}

// PasswordInput is a password with a button that shows what was typed.
type PasswordInput struct {
	ID           string
	Name         string
	Value        string
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	Autocomplete string // "" is "current-password"
	DescribedBy  string
	Disabled     bool
	FormGroup    FormGroup
	Attributes   templ.Attributes
}

func (p PasswordInput) Render(ctx context.Context, w io.Writer) error {
	id := or(p.ID, p.Name)
	data := templ.Attributes{"data-module": "govuk-password-input"}
	for name, value := range p.FormGroup.Attributes {
		data[name] = value
	}
	return Input{
		ID: id, Name: p.Name, Type: "password", Value: p.Value, Label: p.Label, Hint: p.Hint, ErrorMessage: p.ErrorMessage,
		Classes: classes("govuk-password-input__input govuk-js-password-input-input", p.Classes), Spellcheck: "false",
		Autocapitalize: "none", Autocomplete: or(p.Autocomplete, "current-password"), DescribedBy: p.DescribedBy, Disabled: p.Disabled,
		FormGroup:    FormGroup{classes("govuk-password-input", p.FormGroup.Classes), data},
		InputWrapper: FormGroup{Classes: "govuk-password-input__wrapper"},
		Attributes:   p.Attributes,
		after: Button{Type: "button", Text: "Show", Secondary: true, Classes: "govuk-password-input__toggle govuk-js-password-input-toggle",
			Attributes: templ.Attributes{"aria-controls": id, "aria-label": "Show password", "hidden": true}},
	}.Render(ctx, w)
}

// SelectItem is one option. Value "" with HasValue makes the option that means nothing was chosen.
type SelectItem struct {
	Text       string
	Value      string
	HasValue   bool // an empty Value is meant, not missing
	Selected   bool
	Disabled   bool
	Attributes templ.Attributes
}

func (i SelectItem) hasValue() bool { return i.HasValue || i.Value != "" }

func (i SelectItem) chosen(value string) bool {
	own := i.Text
	if i.hasValue() {
		own = i.Value
	}
	return i.Selected || value != "" && own == value
}

// Select is one choice from a long list, in the browser's own control.
type Select struct {
	ID           string
	Name         string
	Value        string // the value that is chosen
	Items        []SelectItem
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	DescribedBy  string
	Disabled     bool
	FormGroup    FormGroup
	Attributes   templ.Attributes
}

func (p Select) Render(ctx context.Context, w io.Writer) error { return selectList(p).Render(ctx, w) }

func (p Select) field() field {
	return field{p.FormGroup, p.Label, p.Hint, p.ErrorMessage, or(p.ID, p.Name)}
}

// FileUpload takes files. GOV.UK's drop area is not used: the browser's own control says what it takes.
type FileUpload struct {
	ID           string
	Name         string
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	Accept       string // "image/*,.pdf"
	Multiple     bool
	DescribedBy  string
	Disabled     bool
	FormGroup    FormGroup
	Attributes   templ.Attributes
}

func (p FileUpload) Render(ctx context.Context, w io.Writer) error {
	return fileUpload(p).Render(ctx, w)
}

func (p FileUpload) field() field {
	return field{p.FormGroup, p.Label, p.Hint, p.ErrorMessage, or(p.ID, p.Name)}
}
