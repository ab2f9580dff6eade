package log_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"kith/internal/kernel/text"
	"kith/internal/platform/log"
)

const canary = "Ivy Marsden"

type row struct{ ID, Name string }

func (r row) String() string { return r.Name }

// SEC-16
func TestLinesHoldIdsAndNoNames(t *testing.T) {
	var out bytes.Buffer
	l := log.New(&out, slog.LevelDebug)
	hidden := text.Redact(canary)
	for _, key := range []string{"name", "Name", "child_name", "child.name", "name-of-child", "email", "e_mail", "text", "phone", "title", "body"} {
		l.Info("read", key, canary, "id", "42")
		l.With(key, canary).WithGroup("g").Info("read", key, canary, "id", "42")
		l.WithGroup(key).Info("read", "first", canary)
	}
	l.Info("read", "child", row{"42", canary}, "rows", []row{{"42", canary}}, "map", map[string]string{"name": canary}, "pointer", &row{"42", canary})
	l.Info("read", "hidden", hidden, "error", fmt.Errorf("child %s: %w", hidden, errors.New("no such child")))
	l.Info("read", slog.Group("child", "name", canary, "id", "42", slog.Group("text", "inner", canary)))
	log.Request(t.Context(), l, "GET", "/children/{id}", "r-1", 200, 512, 3*time.Millisecond)
	if s := out.String(); strings.Contains(s, "Ivy") || strings.Contains(s, "Marsden") {
		t.Errorf("a name is in the log:\n%s", s)
	}
	for _, want := range []string{`"id":"42"`, `"hidden":"[redacted]"`, `"error":"child [redacted]: no such child"`, `"route":"/children/{id}"`, `"micros":3000`, `"child":"[log_test.row]"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, &out)
		}
	}
}

func TestAllowedKeysStay(t *testing.T) {
	var out bytes.Buffer
	log.New(&out, slog.LevelInfo, "host_name").Info("listening", "host_name", "localhost", "child_name", canary, "none", nil)
	if s := out.String(); !strings.Contains(s, `"host_name":"localhost"`) || strings.Contains(s, canary) || !strings.Contains(s, `"none":null`) {
		t.Error(s)
	}
}

// ASVS 16.2.2 and 16.4.1
func TestEachEventIsOneLineInUTC(t *testing.T) {
	var out bytes.Buffer
	l := log.New(&out, slog.LevelInfo)
	l.Debug("left out")
	l.Info("one\n{\"level\":\"ERROR\"}", "route", "a\r\nb\u2028c")
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 1 {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil {
		t.Fatal(err)
	}
	if at, _ := line["time"].(string); !strings.HasSuffix(at, "Z") || line["level"] != "INFO" {
		t.Errorf("%v", line)
	}
}
