package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// ErrorItem is one line of the summary, leading to the field it is about.
type ErrorItem struct {
	Text       string
	HTML       templ.Component
	Href       string // "#place"
	Attributes templ.Attributes
}

// ErrorSummary stands on top of a page whose form was refused, and takes the focus.
type ErrorSummary struct {
	TitleText       string // "" is "There is a problem"
	TitleHTML       templ.Component
	DescriptionText string
	DescriptionHTML templ.Component
	ErrorList       []ErrorItem
	Classes         string
	Attributes      templ.Attributes
}

func (p ErrorSummary) Render(ctx context.Context, w io.Writer) error {
	return errorSummary(p).Render(ctx, w)
}

// Details hides what few readers need behind its summary.
type Details struct {
	SummaryText string
	SummaryHTML templ.Component
	Text        string
	HTML        templ.Component
	ID          string
	Open        bool
	Classes     string
	Attributes  templ.Attributes
}

func (p Details) Render(ctx context.Context, w io.Writer) error { return details(p).Render(ctx, w) }

// InsetText sets words apart from those around them.
type InsetText struct {
	Text       string
	HTML       templ.Component
	ID         string
	Classes    string
	Attributes templ.Attributes
}

func (p InsetText) Render(ctx context.Context, w io.Writer) error { return insetText(p).Render(ctx, w) }

// WarningText says what must not be overlooked.
type WarningText struct {
	Text             string
	HTML             templ.Component
	IconFallbackText string // "" is "Warning"
	Classes          string
	Attributes       templ.Attributes
}

func (p WarningText) Render(ctx context.Context, w io.Writer) error {
	return warningText(p).Render(ctx, w)
}

// NotificationBanner tells something that is not about this page, or with Type "success" what was just done.
type NotificationBanner struct {
	TitleText         string
	TitleHTML         templ.Component
	TitleHeadingLevel int // 0 is 2
	TitleID           string
	Text              string
	HTML              templ.Component
	Type              string // "" or "success"
	Role              string
	Classes           string
	Attributes        templ.Attributes
}

func (p NotificationBanner) Render(ctx context.Context, w io.Writer) error {
	return notificationBanner(p).Render(ctx, w)
}

func (p NotificationBanner) success() bool { return p.Type == "success" }

func (p NotificationBanner) role() string {
	return or(p.Role, when(p.success(), "alert"), "region")
}

func (p NotificationBanner) title() string {
	return or(p.TitleText, when(p.success(), "Success"), "Important")
}

func (p NotificationBanner) titleID() string { return or(p.TitleID, "govuk-notification-banner-title") }

// Panel is the head of a receipt: what was sent, in large letters.
type Panel struct {
	TitleText    string
	TitleHTML    templ.Component
	HeadingLevel int // 0 is 1
	Text         string
	HTML         templ.Component
	Classes      string
	Attributes   templ.Attributes
}

func (p Panel) Render(ctx context.Context, w io.Writer) error { return panel(p).Render(ctx, w) }

// Tag is a state in a word. Colours by class: govuk-tag--green and so on.
type Tag struct {
	Text       string
	HTML       templ.Component
	Classes    string
	Attributes templ.Attributes
}

func (p Tag) Render(ctx context.Context, w io.Writer) error { return tag(p).Render(ctx, w) }

func (p Tag) classed(class string) Tag { p.Classes = classes(class, p.Classes); return p }

func (p Tag) there() bool { return said(p.Text, p.HTML) }

// PhaseBanner says that what follows is not the finished or not the real thing.
type PhaseBanner struct {
	Tag        Tag
	Text       string
	HTML       templ.Component
	Classes    string
	Attributes templ.Attributes
}

func (p PhaseBanner) Render(ctx context.Context, w io.Writer) error {
	return phaseBanner(p).Render(ctx, w)
}
