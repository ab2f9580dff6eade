package mail_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kith/internal/kernel/clock"
	"kith/internal/platform/mail"
	"kith/internal/testkit/mailsink"
)

var at = clock.Of(time.Date(2026, 11, 23, 7, 50, 0, 0, time.UTC))

func message() mail.Message {
	return mail.Message{To: "ola.zielinska@school.example", Subject: "Something for you to read", MessageID: "0190-1@kith.example", At: at,
		Text: "Łukasz asked you to look at something.\n.\nSign in to read it: https://kith.example/today"}
}

func config(host string, port int) mail.Config {
	return mail.Config{Host: host, Port: port, TLS: mail.None, FromName: "Haverdale safeguarding", FromAddress: "kith@haverdale.example",
		Timeout: 3 * time.Second, Outbound: []string{host}}
}

func sender(t *testing.T, cfg mail.Config) *mail.Sender {
	t.Helper()
	s, err := mail.NewSender(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMessageArrivesWhole(t *testing.T) {
	sink := mailsink.Start(t)
	s := sender(t, config(sink.Host, sink.Port))
	m := message()
	m.HTML = "<p>Łukasz asked you</p>"
	m.ICS = []byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
	m.Headers = map[string]string{"List-Unsubscribe": "<https://kith.example/u/abc>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := sink.Messages(t)
	if len(got) != 1 {
		t.Fatalf("%d messages arrived", len(got))
	}
	g := got[0]
	if g.To != m.To || g.From != "kith@haverdale.example" || g.Subject != m.Subject || g.MessageID != m.MessageID {
		t.Errorf("arrived as %+v", g)
	}
	if strings.TrimSpace(strings.ReplaceAll(g.Text, "\r\n", "\n")) != m.Text || strings.TrimSpace(g.HTML) != m.HTML {
		t.Errorf("text %q html %q", g.Text, g.HTML)
	}
	if len(g.Attachments) != 1 || g.Attachments[0].Name != "event.ics" || !bytes.Equal(g.Attachments[0].Body, m.ICS) {
		t.Errorf("attachments %+v", g.Attachments)
	}
	for name, want := range map[string]string{"List-Unsubscribe": "<https://kith.example/u/abc>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Auto-Submitted": "auto-generated", "Date": "Mon, 23 Nov 2026 07:50:00 +0000", "User-Agent": "", "X-Mailer": ""} {
		if g.Header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, g.Header.Get(name), want)
		}
	}
	if host, err := os.Hostname(); err == nil && len(host) > 3 && strings.Contains(g.Raw, host) {
		t.Error("the message names this machine")
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// ASVS 1.3.11
func TestHeaderInjectionIsRefused(t *testing.T) {
	sink := mailsink.Start(t)
	s := sender(t, config(sink.Host, sink.Port))
	for _, evil := range []string{"\r\nBcc: x@evil.example", "\nBcc: x@evil.example", "\rX", "a\x00b", "\u2028Bcc: x", "\x85", "\xff"} {
		for name, change := range map[string]func(*mail.Message){
			"recipient":    func(m *mail.Message) { m.To += evil },
			"subject":      func(m *mail.Message) { m.Subject += evil },
			"message id":   func(m *mail.Message) { m.MessageID += evil },
			"header value": func(m *mail.Message) { m.Headers = map[string]string{"List-Id": "a" + evil} },
			"header name":  func(m *mail.Message) { m.Headers = map[string]string{"X" + evil: "a"} },
		} {
			m := message()
			change(&m)
			var refused *mail.RefusedError
			if err := s.Send(t.Context(), m); !errors.As(err, &refused) {
				t.Errorf("%q in the %s: %v", evil, name, err)
			}
		}
		cfg := config(sink.Host, sink.Port)
		cfg.FromName += evil
		if _, err := mail.NewSender(cfg); err == nil {
			t.Errorf("%q in the sender's name is taken", evil)
		}
	}
	if n := len(sink.Messages(t)); n != 0 {
		t.Errorf("%d messages got out", n)
	}
}

func TestOnlyOneBareRecipientAndOwnHeadersAreOurs(t *testing.T) {
	box := mail.Outbox{Dir: t.TempDir(), FromAddress: "kith@haverdale.example"}
	for name, change := range map[string]func(*mail.Message){
		"two recipients":   func(m *mail.Message) { m.To = "a@x.example, b@x.example" },
		"a name":           func(m *mail.Message) { m.To = "Ola <a@x.example>" },
		"no recipient":     func(m *mail.Message) { m.To = "" },
		"no subject":       func(m *mail.Message) { m.Subject = " " },
		"no text":          func(m *mail.Message) { m.Text = "" },
		"no id":            func(m *mail.Message) { m.MessageID = "" },
		"no date":          func(m *mail.Message) { m.At = 0 },
		"a long subject":   func(m *mail.Message) { m.Subject = strings.Repeat("x", 201) },
		"a Bcc header":     func(m *mail.Message) { m.Headers = map[string]string{"bcc": "a@x.example"} },
		"a second subject": func(m *mail.Message) { m.Headers = map[string]string{"SUBJECT": "other"} },
	} {
		m := message()
		change(&m)
		var refused *mail.RefusedError
		if err := box.Send(t.Context(), m); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := box.Send(t.Context(), message()); err != nil {
		t.Errorf("the message without a fault: %v", err)
	}
}

// SEC-16
func TestServerAnswersBecomeQuietErrors(t *testing.T) {
	sink := mailsink.Start(t)
	s := sender(t, config(sink.Host, sink.Port))
	quiet := func(err error) {
		t.Helper()
		if strings.Contains(err.Error(), "zielinska") || strings.Contains(err.Error(), "Something") {
			t.Errorf("the error names the recipient or the subject: %v", err)
		}
	}
	sink.RefuseRecipients(t, 451)
	var later *mail.TemporaryError
	err := s.Send(t.Context(), message())
	if !errors.As(err, &later) || later.Code != 451 || later.MayHaveArrived {
		t.Errorf("451: %#v", err)
	}
	quiet(err)
	sink.RefuseRecipients(t, 550)
	var never *mail.PermanentError
	if err = s.Send(t.Context(), message()); !errors.As(err, &never) || never.Code != 550 {
		t.Errorf("550: %#v", err)
	}
	quiet(err)
	sink.RefuseRecipients(t, 0)
	if err = s.Send(t.Context(), message()); err != nil {
		t.Error(err)
	}
	if n := len(sink.Messages(t)); n != 1 {
		t.Errorf("%d messages arrived, want 1", n)
	}

	cfg := config(sink.Host, sink.Port)
	cfg.TLS = mail.StartTLS // Mailpit offers none, and a message must not go without it
	if err := sender(t, cfg).Send(t.Context(), message()); !errors.As(err, &later) {
		t.Errorf("no STARTTLS offered: %v", err)
	}
	if n := len(sink.Messages(t)); n != 1 {
		t.Error("a message went without the TLS that was asked for")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	if err := sender(t, config("127.0.0.1", port)).Send(t.Context(), message()); !errors.As(err, &later) {
		t.Errorf("nobody listening: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Send(ctx, message()); !errors.As(err, &later) || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A server that takes the whole message and then falls silent may have kept it.
func TestBrokenAfterTheEndMayHaveArrived(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		buf := make([]byte, 64<<10)
		say := func(s string) { _, _ = c.Write([]byte(s + "\r\n")) }
		say("220 here")
		for {
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			switch cmd := string(buf[:n]); {
			case strings.HasPrefix(cmd, "EHLO"), strings.HasPrefix(cmd, "MAIL"), strings.HasPrefix(cmd, "RCPT"):
				say("250 yes")
			case strings.HasPrefix(cmd, "DATA"):
				say("354 go on")
			case strings.HasSuffix(cmd, "\r\n.\r\n"):
				return
			}
		}
	}()
	err = sender(t, config("127.0.0.1", l.Addr().(*net.TCPAddr).Port)).Send(t.Context(), message())
	var later *mail.TemporaryError
	if !errors.As(err, &later) || !later.MayHaveArrived {
		t.Fatalf("%#v", err)
	}
}

func TestConfigIsRefusedWithASentence(t *testing.T) {
	for want, change := range map[string]func(*mail.Config){
		"is not on the list of hosts":   func(c *mail.Config) { c.Outbound = []string{"other.example"} },
		"would not be encrypted":        func(c *mail.Config) { c.Host, c.Outbound = "smtp.example", []string{"smtp.example"} },
		"host and a port":               func(c *mail.Config) { c.Port = 0 },
		"both a user and a password":    func(c *mail.Config) { c.User = "u" },
		"is not one e-mail address":     func(c *mail.Config) { c.FromAddress = "nobody" },
		"no way of protecting":          func(c *mail.Config) { c.TLS = "maybe" },
		"line break or a control chara": func(c *mail.Config) { c.FromName = "a\nb" },
	} {
		cfg := config("127.0.0.1", 25)
		change(&cfg)
		if _, err := mail.NewSender(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestOutboxKeepsReadableFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	box := mail.Outbox{Dir: dir, FromName: "Kith", FromAddress: "kith@haverdale.example"}
	for range 2 { // the same message again stays one file
		if err := box.Send(t.Context(), message()); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%v %v", files, err)
	}
	info, _ := files[0].Info()
	folder, _ := os.Stat(dir)
	if info.Mode().Perm() != 0o600 || folder.Mode().Perm() != 0o700 {
		t.Errorf("modes %v %v", info.Mode(), folder.Mode())
	}
	if !strings.HasPrefix(files[0].Name(), "20261123-075000-") || !strings.HasSuffix(files[0].Name(), ".eml") {
		t.Error(files[0].Name())
	}
	f, err := os.Open(filepath.Join(dir, files[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := netmail.ReadMessage(f)
	if err != nil || m.Header.Get("Message-ID") != "<0190-1@kith.example>" || m.Header.Get("Subject") != "Something for you to read" {
		t.Errorf("%v %v", m.Header, err)
	}
}

// ASVS 1.3.11: whatever subject and header value are taken, the header of the message has the same names.
func TestNoTextAddsAHeader(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		m := message()
		m.Subject = rapid.String().Draw(t, "subject")
		m.Headers = map[string]string{"List-Id": rapid.String().Draw(t, "value")}
		sub, err := os.MkdirTemp(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		var refused *mail.RefusedError
		if err := (mail.Outbox{Dir: sub, FromAddress: "kith@haverdale.example"}).Send(context.Background(), m); errors.As(err, &refused) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(sub, "*.eml"))
		raw, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		got, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Header) > 11 || len(got.Header["Bcc"]) > 0 {
			t.Fatalf("headers %v", got.Header)
		}
		for name := range got.Header {
			switch name {
			case "From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type", "Content-Transfer-Encoding", "Auto-Submitted", "List-Id":
			default:
				t.Fatalf("a header %q came out of subject %q", name, m.Subject)
			}
		}
	})
}
