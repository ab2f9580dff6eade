package text

import (
	"fmt"
	"io"
	"log/slog"
)

const hidden = "[redacted]"

// Redacted is text that must reach no log, error or crash report: a name, an account, a code (SEC-16). Printed in any
// way, logged, or encoded as JSON or text it is "[redacted]"; only Reveal gives the words. The zero value hides "".
//
// The words lie behind a pointer because fmt does not call methods on the unexported fields of a struct it prints; it
// shows an address there. So two Redacted are not compared by ==: compare what they reveal.
type Redacted struct{ words *string }

// Redact hides s.
func Redact(s string) Redacted { return Redacted{&s} }

// Reveal returns the words.
func (r Redacted) Reveal() string {
	if r.words == nil {
		return ""
	}
	return *r.words
}

// Format writes "[redacted]" for every verb and flag.
func (r Redacted) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// String returns "[redacted]".
func (r Redacted) String() string { return hidden }

// LogValue returns "[redacted]".
func (r Redacted) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText returns "[redacted]", also for JSON, XML and keys of maps.
func (r Redacted) MarshalText() ([]byte, error) { return []byte(hidden), nil }
