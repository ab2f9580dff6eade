// Package log makes the program's logger: one JSON object a line, times in UTC, ids and never names (SEC-16, ASVS 16.2.5).
// Only the slog functions that take attributes are used with it; what a person wrote is never put into a message.
package log

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// personal are the words that, anywhere in an attribute's key, say that its value is about a person.
var personal = []string{"name", "names", "email", "mail", "phone", "address", "postcode", "text", "words", "body", "title", "upn", "born", "given", "family"}

// New returns a logger that writes to w from level on. An attribute whose key speaks of a person is left out unless its key
// is in allowed. Values other than text, figures, times and errors show their type only, since a record printed whole would
// show names; text.Redacted shows itself as redacted.
func New(w io.Writer, level slog.Leveler, allowed ...string) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		switch {
		case len(groups) == 0 && a.Key == slog.TimeKey:
			return slog.Time(a.Key, a.Value.Time().UTC())
		case len(groups) == 0 && (a.Key == slog.LevelKey || a.Key == slog.MessageKey):
			return a
		case !slices.Contains(allowed, a.Key) && slices.ContainsFunc(append(slices.Clone(groups), a.Key), isPersonal):
			return slog.Attr{}
		}
		if err, ok := a.Value.Any().(error); ok {
			return slog.String(a.Key, err.Error())
		}
		if a.Value.Kind() == slog.KindAny && a.Value.Any() != nil {
			return slog.String(a.Key, fmt.Sprintf("[%T]", a.Value.Any()))
		}
		return a
	}}))
}

func isPersonal(key string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(key), func(r rune) bool { return r < 'a' || r > 'z' }),
		func(word string) bool { return slices.Contains(personal, word) })
}

// Request writes the line of one answered request. route is the pattern, never the address, which may hold a secret.
func Request(ctx context.Context, l *slog.Logger, method, route, request string, status, bytes int, took time.Duration) {
	l.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("method", method), slog.String("route", route), slog.String("request", request),
		slog.Int("status", status), slog.Int("bytes", bytes), slog.Int64("micros", took.Microseconds()))
}
