package talk

import (
	"embed"

	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

//go:embed migrations
var migrations embed.FS

// Migrations makes the tables of this slice.
var Migrations = store.Slice{Name: "talk", Files: migrations}

// Box is the code of one school's box.
type Box struct {
	ID, Org string
	key     []byte // the school's own key: the code and the words to come back are kept under it
	hash    []byte
	By      string
	At      clock.Millis
}

// Dest is where a row of the query goes.
func (b *Box) Dest() []any { return []any{&b.ID, &b.Org, &b.key, &b.hash, &b.By, (*int64)(&b.At)} }

// Asking is one pupil who asked.
type Asking struct {
	ID    string // the concern's
	Org   string
	At    clock.Millis
	Until clock.Millis // until when the pupil can look
}

// Dest is where a row of the query goes.
func (a *Asking) Dest() []any {
	return []any{&a.ID, &a.Org, (*int64)(&a.At), (*int64)(&a.Until)}
}

// Answer is what an adult wrote for the pupil to find.
type Answer struct {
	Words, By string
	At        clock.Millis
}

// Dest is where a row of the query goes.
func (a *Answer) Dest() []any { return []any{&a.Words, &a.By, (*int64)(&a.At)} }

// Message is what a pupil sends. Every part may be left out but the code.
type Message struct {
	ID    string // made by the page
	Code  string
	Name  string
	Class string
	To    string // whom they want to talk to
	Find  string // how to find them
	Words string
	Safe  string // yes, no, unsure or ""
}

// Draft is a message as the leads get it.
type Draft struct {
	ID, Org, Author, Name, Words string
	Urgent                       bool
}

// Standing is where an asking stands.
type Standing struct {
	ReadAt clock.Millis
	ReadBy string // the name; "" where it was read by somebody who is not named
}
