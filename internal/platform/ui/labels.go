package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Label names one control. HTML takes the place of Text where the label holds markup.
type Label struct {
	Text          string
	HTML          templ.Component
	For           string // id of the control; a component that owns its label fills this in
	Classes       string // "govuk-label--m" for example
	IsPageHeading bool   // the label is the page's h1
	Attributes    templ.Attributes
}

func (p Label) Render(ctx context.Context, w io.Writer) error { return label(p).Render(ctx, w) }

func (p Label) of(id string) Label { p.For = id; return p }

// Hint is help that stays readable while the control is filled in. Empty hints are not shown.
type Hint struct {
	Text       string
	HTML       templ.Component
	ID         string
	Classes    string
	Attributes templ.Attributes
}

func (p Hint) Render(ctx context.Context, w io.Writer) error { return hint(p).Render(ctx, w) }

func (p Hint) of(id string) Hint { p.ID = id; return p }

func (p Hint) classed(class string) Hint { p.Classes = classes(class, p.Classes); return p }

func (p Hint) there() bool { return said(p.Text, p.HTML) }

// ErrorMessage says above a control what to do about it. One without words is not shown, so a page may always write
// ErrorMessage{Text: errors["place"]}.
type ErrorMessage struct {
	Text               string
	HTML               templ.Component
	ID                 string
	Classes            string
	VisuallyHiddenText string // "" is "Error"
	Attributes         templ.Attributes
}

func (p ErrorMessage) Render(ctx context.Context, w io.Writer) error {
	return errorMessage(p).Render(ctx, w)
}

func (p ErrorMessage) of(id string) ErrorMessage { p.ID = id; return p }

func (p ErrorMessage) there() bool { return said(p.Text, p.HTML) }

// Legend names a group of controls.
type Legend struct {
	Text          string
	HTML          templ.Component
	Classes       string
	IsPageHeading bool
}

// Fieldset groups controls under a legend. HTML is what stands in it.
type Fieldset struct {
	Legend      Legend
	DescribedBy string
	Classes     string
	Role        string
	Attributes  templ.Attributes
	HTML        templ.Component
}

func (p Fieldset) Render(ctx context.Context, w io.Writer) error { return fieldset(p).Render(ctx, w) }

func (p Fieldset) there() bool {
	return said(p.Legend.Text, p.Legend.HTML) || p.DescribedBy != "" || p.Classes != "" || len(p.Attributes) > 0
}

// around is the fieldset with the given inside, described by the given ids after its own.
func (p Fieldset) around(inside templ.Component, role string, ids ...string) Fieldset {
	p.HTML, p.Role = inside, role
	p.DescribedBy = described(append([]string{p.DescribedBy}, ids...)...)
	return p
}

// FormGroup is the box around a control with its label and messages.
type FormGroup struct {
	Classes    string
	Attributes templ.Attributes
}

// field is what the controls share: a group holding a label, a hint, a message and the control.
type field struct {
	group   FormGroup
	label   Label
	hint    Hint
	message ErrorMessage
	id      string
}

func (f field) hintID() string  { return when(f.hint.there(), f.id+"-hint") }
func (f field) errorID() string { return when(f.message.there(), f.id+"-error") }

func (f field) groupClass() string {
	return classes("govuk-form-group", when(f.message.there(), "govuk-form-group--error"), f.group.Classes)
}
