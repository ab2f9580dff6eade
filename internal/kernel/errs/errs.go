// Package errs gives every error three readers: a kind for the program, a sentence for the person, a cause for the
// operator. Only platform/web turns kinds into status codes and pages. An error never holds a person's name: ids only.
package errs

import (
	"errors"
	"fmt"
)

// Kind says what the program should do about an error.
type Kind int

const (
	Internal    Kind = iota // a fault of ours; people see a general page
	NotFound                // no such thing, or the viewer may not see it: the two are never told apart (SEC-1)
	Rule                    // a rule of the field says no; the sentence says why and what to do
	Invalid                 // what was sent cannot be read
	Conflict                // somebody else saved first (SEC-14)
	SignIn                  // nobody is signed in
	StepUp                  // signed in, but a fresh second factor is needed
	Unavailable             // cannot be stored or read just now; nothing was acknowledged (SEC-13, SEC-15)
	Busy                    // too many at once; try again
)

type failure struct {
	kind  Kind
	text  string
	cause error
}

func (f *failure) Error() string {
	switch {
	case f.cause == nil:
		return f.text
	case f.text == "":
		return f.cause.Error()
	}
	return f.text + ": " + f.cause.Error()
}

func (f *failure) Unwrap() error { return f.cause }

// New returns an error of a kind with the sentence that a person reads.
func New(kind Kind, sentence string) error { return &failure{kind: kind, text: sentence} }

// Of gives cause a kind and a sentence for the person; the cause stays for the operator.
func Of(kind Kind, cause error, sentence string) error {
	return &failure{kind: kind, text: sentence, cause: cause}
}

// Refuse returns a Rule error: a rule of the field says no, in these words.
func Refuse(sentence string) error { return New(Rule, sentence) }

// Refusef is Refuse with formatting. Arguments are figures, dates and titles of things, never a child's name.
func Refusef(format string, args ...any) error { return New(Rule, fmt.Sprintf(format, args...)) }

// Missing is the NotFound error. It has one text, so that a thing that exists and a thing that does not answer alike.
func Missing() error { return New(NotFound, "not found") }

// KindOf returns the kind of err: the outermost that has one, else Internal.
func KindOf(err error) Kind {
	var f *failure
	if errors.As(err, &f) {
		return f.kind
	}
	return Internal
}

// Is says whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Sentence returns the words for the person, "" when err has none fit to be shown.
func Sentence(err error) string {
	var f *failure
	if errors.As(err, &f) && f.kind != Internal {
		return f.text
	}
	return ""
}

// Wrap adds where an error happened for the operator; kind and sentence stay. Use it with defer and a named result.
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf(format+": %w", append(args, *err)...)
	}
}
