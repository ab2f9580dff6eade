package ui

import "github.com/a-h/templ"

// TodayPanel is one part of the page after sign-in, as a slice gives it.
type TodayPanel struct {
	Order   int // the smaller comes first
	Head    HeadCount
	Rows    []RowItem
	Body    templ.Component
	None    string    // what it says when it is empty
	Waiting int       // how many things wait for this reader
	Day     []DayItem // what it puts on the day line
	Rail    bool      // in the rail, as lines
	Lines   []templ.Component
	Write   string // where this reader writes a concern; "" where nobody would read one
}

// Beside is what a slice shows on the page of another slice's record: with the evidence, with the judgement, or neither.
type Beside struct{ Evidence, Judgement templ.Component }
