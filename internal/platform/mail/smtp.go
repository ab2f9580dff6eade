package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// TLS is how the connection to the mail server is protected (ASVS 12.3.1). All but None check the server's certificate.
type TLS string

// The ways of protecting the connection.
const (
	StartTLS TLS = "starttls" // begin in the clear, refuse to go on without TLS; usual on port 587
	Implicit TLS = "implicit" // TLS from the first byte; usual on port 465
	None     TLS = "none"     // no protection; only to a server on this machine
)

// Config says which mail server is used and as whom.
type Config struct {
	Host           string
	Port           int
	User, Password string // empty: no sign-in
	TLS            TLS    // empty: StartTLS
	FromName       string
	FromAddress    string
	Timeout        time.Duration // for each step of the conversation; zero: 15 s
	Outbound       []string      // the hosts the program may call (ASVS 13.2.4); Host must be one of them
}

// Sender sends over SMTP, one connection a message. Safe for concurrent use.
type Sender struct{ cfg Config }

// NewSender returns a sender, or a sentence that says what is wrong with cfg. It does not connect.
func NewSender(cfg Config) (*Sender, error) {
	if cfg.TLS == "" {
		cfg.TLS = StartTLS
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 15 * time.Second
	}
	if err := errors.Join(oneLine("the sender's name", cfg.FromName, 100), bareAddress("the sender's address", cfg.FromAddress)); err != nil {
		return nil, err
	}
	switch {
	case cfg.Host == "" || cfg.Port < 1 || cfg.Port > 65535:
		return nil, errors.New("mail: the mail server needs a host and a port from 1 to 65535")
	case !slices.Contains(cfg.Outbound, cfg.Host):
		return nil, fmt.Errorf("mail: %s is not on the list of hosts that this program may call", cfg.Host)
	case cfg.TLS != StartTLS && cfg.TLS != Implicit && cfg.TLS != None:
		return nil, fmt.Errorf("mail: %q is no way of protecting the connection: use starttls, implicit or none", string(cfg.TLS))
	case cfg.TLS == None && !loopback(cfg.Host):
		return nil, fmt.Errorf("mail: the connection to %s would not be encrypted; that is allowed only to a mail server on this machine", cfg.Host)
	case (cfg.User == "") != (cfg.Password == ""):
		return nil, errors.New("mail: signing in to the mail server needs both a user and a password")
	}
	return &Sender{cfg}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// client makes a new one for each message: go-mail's keeps its connection, and two jobs must not share it.
func (s *Sender) client() (*gomail.Client, error) {
	_, domain, _ := strings.Cut(s.cfg.FromAddress, "@")
	opts := []gomail.Option{
		gomail.WithPort(s.cfg.Port), gomail.WithTimeout(s.cfg.Timeout), gomail.WithHELO(domain), // not the machine's name
		gomail.WithTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12, ServerName: s.cfg.Host}),
		gomail.WithoutNoop(),
		gomail.WithoutRset(), // a reset that fails after the message was taken would look like a failure to send
	}
	switch s.cfg.TLS {
	case StartTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case Implicit:
		opts = append(opts, gomail.WithSSL())
	case None:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.cfg.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.cfg.User), gomail.WithPassword(s.cfg.Password))
	}
	c, err := gomail.NewClient(s.cfg.Host, opts...)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return c, nil
}

// Send gives m to the mail server. Errors are *RefusedError, *PermanentError or *TemporaryError; after nil the server has
// the message.
func (s *Sender) Send(ctx context.Context, m Message) error {
	g, err := compose(m, s.cfg.FromName, s.cfg.FromAddress)
	if err != nil {
		return err
	}
	c, err := s.client()
	if err != nil {
		return err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return &TemporaryError{During: "connecting to it", contextCancelled: ctx.Err()}
	}
	err = c.Send(g)
	_ = c.Close() // what Close finds wrong comes after the message was taken or refused
	return sorted(err)
}

// Check connects, signs in and leaves, for the operator's check page. The error keeps the library's words, which name the
// server and never a recipient.
func (s *Sender) Check(ctx context.Context) error {
	c, err := s.client()
	if err != nil {
		return err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return fmt.Errorf("mail: %s:%d does not take mail from this program: %w", s.cfg.Host, s.cfg.Port, err)
	}
	return c.Close()
}

// sorted turns go-mail's error, which holds addresses, into one of ours, which does not.
func sorted(err error) error {
	if err == nil {
		return nil
	}
	var se *gomail.SendError
	if !errors.As(err, &se) {
		return &TemporaryError{During: "being given it"}
	}
	code := se.ErrorCode()
	switch {
	case code >= 500 && code <= 599:
		return &PermanentError{Code: code}
	case se.Reason == gomail.ErrSMTPDataClose && code == 0:
		return &TemporaryError{During: "being given its end", MayHaveArrived: true}
	}
	return &TemporaryError{Code: code, During: "being given it"}
}
