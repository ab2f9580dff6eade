package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"kith/internal/kernel/errs"
	"kith/internal/platform/mail"
)

// mailFlags say by which server mail goes out.
type mailFlags struct {
	SMTPHost         string `name:"smtp-host" help:"Mail server. Without one, mail waits in the queue."`
	SMTPPort         int    `name:"smtp-port" default:"587" help:"Its port."`
	SMTPUser         string `name:"smtp-user" help:"Whom to sign in to it as."`
	SMTPPasswordFile string `name:"smtp-password-file" type:"path" help:"File of the password; or the systemd credential kith-smtp."`
	SMTPTLS          string `name:"smtp-tls" default:"starttls" enum:"starttls,implicit,none" help:"How the connection is protected. none: to this machine only."`
	MailFrom         string `help:"Address that mail is from."`
	MailFromName     string `default:"Kith" help:"Name that mail is from."`
}

// sender returns the mail server, nil where none is set up.
func (m mailFlags) sender() (*mail.Sender, error) {
	if m.SMTPHost == "" {
		return nil, nil
	}
	password, err := m.password()
	if err != nil {
		return nil, err
	}
	s, err := mail.NewSender(mail.Config{Host: m.SMTPHost, Port: m.SMTPPort, User: m.SMTPUser, Password: password, TLS: mail.TLS(m.SMTPTLS),
		FromName: m.MailFromName, FromAddress: m.MailFrom, Outbound: []string{m.SMTPHost}})
	if err != nil {
		return nil, errs.Of(errs.Rule, err, "The mail server cannot be used as it is set up: "+strings.TrimPrefix(err.Error(), "mail: ")+".")
	}
	return s, nil
}

func (m mailFlags) password() (string, error) {
	file := credential(m.SMTPPasswordFile, "kith-smtp")
	if file == "" {
		return "", nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", errs.Of(errs.Rule, err, "The password of the mail server cannot be read from "+file+".")
	}
	return strings.TrimSpace(string(b)), nil
}

// credential returns the file that a flag names or, without one, the systemd credential of that name; "" where neither is.
func credential(file, name string) string {
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); file == "" && dir != "" {
		if at := filepath.Join(dir, name); exists(at) {
			return at
		}
	}
	return file
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

func (m mailFlags) mailer() (Mailer, error) {
	s, err := m.sender()
	if err != nil {
		return nil, err
	}
	if s == nil {
		return noMail{}, nil
	}
	return s, nil
}

// noMail keeps mail in the queue, which tries again later, until a server is set up.
type noMail struct{}

func (noMail) Send(context.Context, mail.Message) error { return errNoMail }

var errNoMail = errors.New("no mail server is set up (--smtp-host); the message waits")
