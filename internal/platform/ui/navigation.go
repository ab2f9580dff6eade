package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// BackLink leads to the page before this one in a series of questions.
type BackLink struct {
	Text       string // "" is "Back"
	HTML       templ.Component
	Href       string // "" is "#"
	Classes    string
	Attributes templ.Attributes
}

func (p BackLink) Render(ctx context.Context, w io.Writer) error { return backLink(p).Render(ctx, w) }

// Crumb is one step of Breadcrumbs. Without Href it is this page.
type Crumb struct {
	Text       string
	HTML       templ.Component
	Href       string
	Attributes templ.Attributes
}

// Breadcrumbs lead up from this page.
type Breadcrumbs struct {
	Items            []Crumb
	LabelText        string // "" is "Breadcrumb"
	CollapseOnMobile bool
	Classes          string
	Attributes       templ.Attributes
}

func (p Breadcrumbs) Render(ctx context.Context, w io.Writer) error {
	return breadcrumbs(p).Render(ctx, w)
}

// PageStep is the link to the page before or after. Text "" is "Previous page" or "Next page".
type PageStep struct {
	Text       string
	HTML       templ.Component
	LabelText  string // what that page is, shown when there are no numbers
	Href       string
	Attributes templ.Attributes
}

// PageNumber is one numbered page, or with Ellipsis the ones left out.
type PageNumber struct {
	Number             string
	Href               string
	Current            bool
	Ellipsis           bool
	VisuallyHiddenText string // "" is "Page 3"
	Attributes         templ.Attributes
}

// Pagination leads through a long list page by page.
type Pagination struct {
	Previous, Next PageStep
	Items          []PageNumber
	LandmarkLabel  string // "" is "Pagination"
	Classes        string
	Attributes     templ.Attributes
}

func (p Pagination) Render(ctx context.Context, w io.Writer) error {
	return pagination(p).Render(ctx, w)
}

// block: two links without numbers stand one above the other.
func (p Pagination) block() bool {
	return len(p.Items) == 0 && (p.Next.Href != "" || p.Previous.Href != "")
}

// SkipLink leads past the header. Page has its own; this is for a page with a second thing to skip.
type SkipLink struct {
	Text       string
	HTML       templ.Component
	Href       string // "" is "#content"
	Classes    string
	Attributes templ.Attributes
}

func (p SkipLink) Render(ctx context.Context, w io.Writer) error { return skipLink(p).Render(ctx, w) }
