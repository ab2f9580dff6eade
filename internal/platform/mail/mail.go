// Package mail sends one message to one person: over SMTP (Sender), or, where no mail server is configured, into a folder
// as .eml files that whoever runs the program can open (Outbox).
//
// A message has one recipient, so that no address is shown to another. Nothing in an error, and hence nothing in a log,
// names the recipient or the text (SEC-16); those stand in the caller's delivery row.
package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	netmail "net/mail"
	"net/textproto"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"kith/internal/kernel/clock"
)

// Message is what is to be sent.
type Message struct {
	To        string            // one bare address
	Subject   string            // at most 200 letters
	Text      string            // always given, also beside HTML
	HTML      string            // optional
	Headers   map[string]string // List-Unsubscribe and the like; those that the program sets itself are refused
	MessageID string            // "id@host" without brackets; the same again when a message is sent again
	At        clock.Millis      // the Date of the message
	ICS       []byte            // optional calendar file, attached as event.ics
	Files     []File            // optional, attached
}

// Waiting says that something waits, and nothing of what it is or of whom (CON-9, SEC-16): one sentence, without its full stop, and
// where to read more. at is when it came.
func Waiting(to, sentence, link string, at clock.Millis, id string) Message {
	return Message{To: to, Subject: "Kith: something is waiting for you", At: at, MessageID: id,
		Text: sentence + ".\n\nRead it here:\n" + link + "\n\nThis message says nothing about anybody. Do not answer it.\n"}
}

// File is attached to a message.
type File struct {
	Name, Type string
	Body       []byte
}

// RefusedError says that a message was not even offered to a server, because it is not fit to be sent; sending it again
// is of no use.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return "mail: refused: " + e.Reason }

// PermanentError says that the server refused this message for good (an SMTP answer of 500 to 599).
type PermanentError struct{ Code int }

func (e *PermanentError) Error() string {
	return fmt.Sprintf("mail: the mail server refused the message for good (%d)", e.Code)
}

// TemporaryError says that the message can be tried again later: the server is away, busy, or did not accept our
// connection. Code is the SMTP answer, 0 if there was none.
type TemporaryError struct {
	Code             int
	MayHaveArrived   bool // the connection broke after the whole message was given: sending again may make two
	During           string
	contextCancelled error
}

func (e *TemporaryError) Error() string {
	s := "mail: the mail server did not take the message while " + e.During
	if e.Code != 0 {
		s += fmt.Sprintf(" (%d)", e.Code)
	}
	if e.MayHaveArrived {
		s += "; it may have arrived"
	}
	return s
}

// Unwrap gives the context's error when the caller's deadline ended the attempt.
func (e *TemporaryError) Unwrap() error { return e.contextCancelled }

// own are the headers that only this package writes.
var own = []string{"From", "To", "Cc", "Bcc", "Sender", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type",
	"Content-Transfer-Encoding", "Content-Disposition", "Return-Path", "Received", "Auto-Submitted"}

// oneLine refuses what could begin a header of its own (ASVS 1.3.11).
func oneLine(what, s string, limit int) error {
	switch {
	case !utf8.ValidString(s):
		return &RefusedError{what + " is not text"}
	case utf8.RuneCountInString(s) > limit:
		return &RefusedError{fmt.Sprintf("%s is longer than %d letters", what, limit)}
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }):
		return &RefusedError{what + " holds a line break or a control character"}
	}
	return nil
}

func bareAddress(what, s string) error {
	if err := oneLine(what, s, 254); err != nil {
		return err
	}
	a, err := netmail.ParseAddress(s)
	if err != nil || a.Address != s {
		return &RefusedError{what + " is not one e-mail address"}
	}
	return nil
}

// IsAddress says whether s is one bare e-mail address to which a message can be sent.
func IsAddress(s string) bool { return bareAddress("", s) == nil }

func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' })
}

// check returns a *RefusedError unless m may be sent.
func (m Message) check() error {
	if err := bareAddress("the recipient", m.To); err != nil {
		return err
	}
	if err := oneLine("the subject", m.Subject, 200); err != nil {
		return err
	}
	if err := bareAddress("the message id", m.MessageID); err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(m.Subject) == "":
		return &RefusedError{"there is no subject"}
	case strings.TrimSpace(m.Text) == "":
		return &RefusedError{"there is no text"}
	case m.At.IsZero():
		return &RefusedError{"there is no date"}
	}
	for _, f := range m.Files {
		if err := errors.Join(oneLine("a file's name", f.Name, 100), oneLine("a file's type", f.Type, 100)); err != nil {
			return err
		}
	}
	for name, value := range m.Headers {
		if !isToken(name) {
			return &RefusedError{"a header's name is not one word"}
		}
		if slices.Contains(own, textproto.CanonicalMIMEHeaderKey(name)) {
			return &RefusedError{"header " + name + " is not the caller's to set"}
		}
		if err := oneLine("header "+name, value, 900); err != nil {
			return err
		}
	}
	return nil
}

// compose returns m as it goes over the wire.
func compose(m Message, fromName, from string) (*gomail.Msg, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	g := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP))
	if err := errors.Join(g.FromFormat(fromName, from), g.EnvelopeFrom(from), g.To(m.To)); err != nil {
		return nil, &RefusedError{"an address is not valid"}
	}
	g.Subject(m.Subject)
	g.SetMessageIDWithValue(m.MessageID)
	g.SetDateWithValue(m.At.Time())
	g.SetGenHeader("Auto-Submitted", "auto-generated") // asks holiday replies to stay away (RFC 3834)
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		g.SetGenHeader(gomail.Header(textproto.CanonicalMIMEHeaderKey(name)), m.Headers[name])
	}
	g.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		g.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	if len(m.ICS) > 0 {
		err := g.AttachReader("event.ics", bytes.NewReader(m.ICS), gomail.WithFileContentType("text/calendar; charset=utf-8"))
		if err != nil {
			return nil, fmt.Errorf("mail: %w", err)
		}
	}
	for _, f := range m.Files {
		if err := g.AttachReader(f.Name, bytes.NewReader(f.Body), gomail.WithFileContentType(gomail.ContentType(f.Type))); err != nil {
			return nil, fmt.Errorf("mail: %w", err)
		}
	}
	return g, nil
}

func bytesOf(g *gomail.Msg) ([]byte, error) {
	var b bytes.Buffer
	if _, err := io.Copy(&b, g.NewReader()); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return b.Bytes(), nil
}
