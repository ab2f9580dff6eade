// Package mailsink is a real mail server for tests: Mailpit, built once from the pinned module into the ignored .cache
// folder and started on loopback. It keeps what it is sent and shows it to the test; nothing leaves the machine.
package mailsink

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Sink is a running mail server. Host and Port are its SMTP address.
type Sink struct {
	Host string
	Port int
	api  string
}

// Attachment is a file that came with a message.
type Attachment struct {
	Name, Type string
	Body       []byte
}

// Message is a message as the server took it. Text and HTML are decoded; Raw is every byte.
type Message struct {
	From, To, Subject, MessageID string
	Text, HTML, Raw              string
	Header                       mail.Header
	Attachments                  []Attachment
}

// Start runs a mail server of its own until the test ends. It takes about half a second, and half a minute more when
// Mailpit has not been built on this machine.
func Start(t testing.TB) *Sink {
	t.Helper()
	exe, err := build()
	if err != nil {
		t.Fatal(err)
	}
	var last string
	for range 3 { // a port found free may be taken by somebody else before Mailpit has it
		s, why := run(t, exe)
		if s != nil {
			return s
		}
		last = why
	}
	t.Fatalf("mailsink: Mailpit does not start:\n%s", last)
	return nil
}

func run(t testing.TB, exe string) (*Sink, string) {
	t.Helper()
	smtp, web := freePort(t), freePort(t)
	var log bytes.Buffer
	cmd := exec.Command(exe, "--smtp", fmt.Sprintf("127.0.0.1:%d", smtp), "--listen", fmt.Sprintf("127.0.0.1:%d", web),
		"--database", filepath.Join(t.TempDir(), "mail.db"), "--disable-version-check", "--smtp-disable-rdns", "--enable-chaos", "--quiet")
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")} // no MP_ variable of the developer's
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatalf("mailsink: %v", err)
	}
	gone := make(chan struct{})
	go func() { _ = cmd.Wait(); close(gone) }()
	stop := func() { _ = cmd.Process.Kill(); <-gone }
	s := &Sink{Host: "127.0.0.1", Port: smtp, api: fmt.Sprintf("http://127.0.0.1:%d", web)}
	for range 300 {
		select {
		case <-gone:
			return nil, log.String()
		case <-time.After(50 * time.Millisecond):
		}
		if s.up() {
			t.Cleanup(stop)
			return s, ""
		}
	}
	stop()
	return nil, log.String()
}

// up says whether both ports answer.
func (s *Sink) up() bool {
	res, err := http.Get(s.api + "/readyz")
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	c, err := net.DialTimeout("tcp", fmt.Sprintf("%s:%d", s.Host, s.Port), time.Second)
	if err != nil {
		return false
	}
	_ = c.Close()
	return res.StatusCode == http.StatusOK
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// build returns Mailpit's program, built from the module that go.mod pins. The version is in the file's name, so that a
// new pin is built anew; it is renamed into place, so that two test programs may build at once.
var build = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/axllent/mailpit").Output()
	if err != nil {
		return "", fmt.Errorf("mailsink: Mailpit is not in go.mod: %w", err)
	}
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("mailsink: %w", err)
	}
	cache := filepath.Join(filepath.Dir(strings.TrimSpace(string(mod))), ".cache")
	exe := filepath.Join(cache, "mailpit-"+strings.TrimSpace(string(out)))
	if _, err := os.Stat(exe); err == nil {
		return exe, nil
	}
	if err := os.MkdirAll(cache, 0o750); err != nil {
		return "", fmt.Errorf("mailsink: %w", err)
	}
	fresh := fmt.Sprintf("%s.%d", exe, os.Getpid())
	if out, err := exec.Command("go", "build", "-o", fresh, "github.com/axllent/mailpit").CombinedOutput(); err != nil {
		return "", fmt.Errorf("mailsink: building Mailpit: %w\n%s", err, out)
	}
	return exe, os.Rename(fresh, exe)
})

// Messages returns what has arrived, oldest first.
func (s *Sink) Messages(t testing.TB) []Message {
	t.Helper()
	var list struct{ Messages []struct{ ID string } }
	s.get(t, "/api/v1/messages?limit=10000", &list)
	out := make([]Message, 0, len(list.Messages))
	for i := len(list.Messages) - 1; i >= 0; i-- {
		out = append(out, s.message(t, list.Messages[i].ID))
	}
	return out
}

func (s *Sink) message(t testing.TB, id string) Message {
	t.Helper()
	var m struct {
		From               mail.Address
		To                 []mail.Address
		Subject, MessageID string
		Text, HTML         string
		Attachments        []struct{ PartID, FileName, ContentType string }
	}
	s.get(t, "/api/v1/message/"+id, &m)
	raw := string(s.body(t, "/api/v1/message/"+id+"/raw"))
	parsed, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatalf("mailsink: %v", err)
	}
	out := Message{From: m.From.Address, Subject: m.Subject, MessageID: m.MessageID, Text: m.Text, HTML: m.HTML, Raw: raw, Header: parsed.Header}
	if len(m.To) > 0 {
		out.To = m.To[0].Address
	}
	for _, a := range m.Attachments {
		out.Attachments = append(out.Attachments, Attachment{a.FileName, a.ContentType, s.body(t, "/api/v1/message/"+id+"/part/"+a.PartID)})
	}
	return out
}

// RefuseRecipients makes the server answer code (400 to 599) to every recipient until called with 0.
func (s *Sink) RefuseRecipients(t testing.TB, code int) {
	t.Helper()
	body := "{}"
	if code != 0 {
		body = fmt.Sprintf(`{"Recipient":{"ErrorCode":%d,"Probability":100}}`, code)
	}
	req, err := http.NewRequest(http.MethodPut, s.api+"/api/v1/chaos", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("mailsink: chaos: %s", res.Status)
	}
}

func (s *Sink) get(t testing.TB, path string, to any) {
	t.Helper()
	if err := json.Unmarshal(s.body(t, path), to); err != nil {
		t.Fatalf("mailsink: %s: %v", path, err)
	}
}

func (s *Sink) body(t testing.TB, path string) []byte {
	t.Helper()
	res, err := http.Get(s.api + path)
	if err != nil {
		t.Fatalf("mailsink: %v", err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("mailsink: %s: %s %v", path, res.Status, err)
	}
	return b
}
