package ui

import (
	"context"
	"io"
	"strconv"

	"github.com/a-h/templ"
)

// SummaryText is a key or a value of a summary list.
type SummaryText struct {
	Text    string
	HTML    templ.Component
	Classes string
}

// SummaryAction is a link beside a row or in the head of a card. VisuallyHiddenText says what it changes.
type SummaryAction struct {
	Text               string
	HTML               templ.Component
	Href               string
	VisuallyHiddenText string
	Classes            string
	Attributes         templ.Attributes
}

// SummaryActions are the links of one row or card.
type SummaryActions struct {
	Items   []SummaryAction
	Classes string
}

// SummaryRow is one key with its value.
type SummaryRow struct {
	Key     SummaryText
	Value   SummaryText
	Actions SummaryActions
	Classes string
}

// SummaryTitle is the heading of a summary card.
type SummaryTitle struct {
	Text         string
	HeadingLevel int // 0 is 2
	Classes      string
}

// SummaryCard frames a summary list and gives it a heading.
type SummaryCard struct {
	Title      SummaryTitle
	Actions    SummaryActions
	Classes    string
	Attributes templ.Attributes
}

// hidden is what only a reader who hears the link is told: what it changes, and on which card.
func (a SummaryAction) hidden(card SummaryTitle) string {
	return when(a.VisuallyHiddenText != "", " "+a.VisuallyHiddenText) + when(card.Text != "", " ("+card.Text+")")
}

// SummaryList shows keys with their values, and where each can be changed.
type SummaryList struct {
	Rows       []SummaryRow
	Card       *SummaryCard
	Classes    string
	Attributes templ.Attributes
}

func (p SummaryList) Render(ctx context.Context, w io.Writer) error {
	return summaryList(p).Render(ctx, w)
}

func (p SummaryList) title() SummaryTitle {
	if p.Card == nil {
		return SummaryTitle{}
	}
	return p.Card.Title
}

func (p SummaryList) rowClass(r SummaryRow) string {
	any := false
	for _, row := range p.Rows {
		any = any || len(row.Actions.Items) > 0
	}
	return classes("govuk-summary-list__row", when(any && len(r.Actions.Items) == 0, "govuk-summary-list__row--no-actions"), r.Classes)
}

// TableCell is one cell of a head or a row.
type TableCell struct {
	Text             string
	HTML             templ.Component
	Format           string // "numeric" sets figures to the right
	Classes          string
	Colspan, Rowspan int
	Attributes       templ.Attributes
}

func (c TableCell) attributes() templ.Attributes {
	a := templ.Attributes{}
	if c.Colspan > 0 {
		a["colspan"] = strconv.Itoa(c.Colspan)
	}
	if c.Rowspan > 0 {
		a["rowspan"] = strconv.Itoa(c.Rowspan)
	}
	for name, value := range checked(c.Attributes) {
		a[name] = value
	}
	return a
}

// Table shows rows under a head. A table always has a caption; the class govuk-visually-hidden keeps it for readers
// who hear it.
type Table struct {
	Caption           string
	CaptionClasses    string
	Head              []TableCell
	Rows              [][]TableCell
	FirstCellIsHeader bool
	Classes           string
	Attributes        templ.Attributes
}

func (p Table) Render(ctx context.Context, w io.Writer) error { return table(p).Render(ctx, w) }

// TaskTitle is the name of a task.
type TaskTitle struct {
	Text    string
	HTML    templ.Component
	Classes string
}

// TaskStatus is how far a task is, in a word or a tag.
type TaskStatus struct {
	Text    string
	HTML    templ.Component
	Tag     Tag
	Classes string
}

// Task is one line of a task list. Without Href it cannot be started yet.
type Task struct {
	Title   TaskTitle
	Hint    Hint
	Status  TaskStatus
	Href    string
	Classes string
}

// TaskList is work in parts, each with its state.
type TaskList struct {
	Items      []Task
	IDPrefix   string // "" is "task-list"
	Classes    string
	Attributes templ.Attributes
}

func (p TaskList) Render(ctx context.Context, w io.Writer) error { return taskList(p).Render(ctx, w) }

func (p TaskList) id(i int, what string) string {
	return or(p.IDPrefix, "task-list") + "-" + strconv.Itoa(i+1) + "-" + what
}

// TabPanel is what one tab shows.
type TabPanel struct {
	Text       string
	HTML       templ.Component
	Attributes templ.Attributes
}

// TabItem is one tab.
type TabItem struct {
	Label      string
	ID         string
	Panel      TabPanel
	Attributes templ.Attributes
}

// Tabs show one panel at a time; without scripts they are a list of links to panels that all show.
type Tabs struct {
	ID         string
	IDPrefix   string
	Title      string // "" is "Contents"
	Items      []TabItem
	Classes    string
	Attributes templ.Attributes
}

func (p Tabs) Render(ctx context.Context, w io.Writer) error { return tabs(p).Render(ctx, w) }

func (p Tabs) id(i int) string { return or(p.Items[i].ID, p.IDPrefix+"-"+strconv.Itoa(i+1)) }
