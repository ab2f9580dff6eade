package running

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/term"
	"kith/internal/platform/document"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// dates names the days of a line: "14 Jan 2027", "14 Jan 2027 to 15 Jan 2027".
func (l Learnt) dates() string {
	if l.From == l.Until {
		return term.YearDate(l.From)
	}
	return term.YearDate(l.From) + " to " + term.YearDate(l.Until)
}

// valid says until when: "until 14 Jan 2029", "without an end".
func (l Learnt) valid() string {
	if l.Expires == "" {
		return "without an end"
	}
	return "until " + term.YearDate(l.Expires)
}

// HoursWords names a length: "6 hours", "1 hour 30 minutes", "" for none.
func HoursWords(minutes int64) string {
	var parts []string
	if h := minutes / 60; h > 0 {
		parts = append(parts, fmt.Sprintf("%d %s", h, map[bool]string{true: "hour", false: "hours"}[h == 1]))
	}
	if m := minutes % 60; m > 0 {
		parts = append(parts, fmt.Sprintf("%d minutes", m))
	}
	return strings.Join(parts, " ")
}

// paper is the certificate: the same whenever it is made.
func (f *Feature) paper(l Learnt) (d document.Document, err error) {
	serial, err := f.serial(l)
	if err != nil {
		return d, err
	}
	pairs := []document.Pair{{Key: "Name", Value: l.Name}, {Key: "Course", Value: l.Title}, {Key: "Attended", Value: l.dates()}}
	if l.Minutes > 0 {
		pairs = append(pairs, document.Pair{Key: "Length", Value: HoursWords(l.Minutes)})
	}
	pairs = append(pairs, document.Pair{Key: "Valid", Value: capital(l.valid())}, document.Pair{Key: "Serial", Value: Spaced(serial)})
	return document.Document{Title: "Certificate of attendance", Subtitle: f.Publisher, MadeBy: f.Publisher, MadeAt: l.Issued, Purpose: "Certificate of attendance",
		Blocks: []document.Block{document.KeyValues{Pairs: pairs},
			document.Paragraph{Text: "Whoever is shown this can check it, without signing in:\n" + f.PublicURL + "/training/certificates/" + serial + "\nThe check shows the name, the course, the dates and until when it is valid, and nothing else."}}}, nil
}

// Certificate returns a certificate as a paper. NotFound: no such line, not for this viewer, or it has no certificate.
func (f *Feature) Certificate(ctx context.Context, v access.Viewer, id LearntID) (l Learnt, d document.Document, err error) {
	err = f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if l, err = f.rows.Learnt(ctx, tx, id); err != nil {
			return err
		}
		if l.Issued.IsZero() || !l.Withdrawn.IsZero() {
			return errs.Missing()
		}
		if _, _, err := tx.Open(ctx, "training.certificate_opened", id.Ref()); err != nil {
			return err
		}
		d, err = f.paper(l)
		return err
	})
	return l, d, err
}

// Checked is all that the public check of a certificate says.
type Checked struct {
	Name, Course, Dates, Valid string
	State                      string // "valid", "expired" or "withdrawn"
}

// Check says what a certificate is by its serial, to anybody. NotFound: there is none.
func (f *Feature) Check(ctx context.Context, district, serial string) (c Checked, err error) {
	defer errs.Wrap(&err, "running.Check")
	err = f.DB.Read(ctx, access.System(district, "somebody checks a certificate"), func(ctx context.Context, tx *store.Tx) error {
		l, err := f.rows.certified(ctx, tx, id.Hash(Compact(serial)))
		if err != nil {
			return err
		}
		c = Checked{l.Name, l.Title, l.dates(), capital(l.valid()), "valid"}
		switch {
		case !l.Withdrawn.IsZero():
			c.State, c.Valid = "withdrawn", "No longer: withdrawn on "+term.YearDate(clock.DayOf(l.Withdrawn.Time()))
		case l.Expires != "" && l.Expires < clock.DayOf(tx.Now.Time()):
			c.State = "expired"
		}
		return nil
	})
	return c, err
}

// keyPath is where the public key of credentials is read.
const keyPath = "/training/certificates/key"

// PublicKey is the key by which credentials are verified, as a JWK (RFC 8037).
func (f *Feature) PublicKey() map[string]string {
	return map[string]string{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": f.PublicURL + keyPath, "x": base64.RawURLEncoding.EncodeToString(f.sign.Public().(ed25519.PublicKey))}
}

// credential is the certificate as an Open Badges 3.0 credential: a verifiable credential (data model 2.0) as a compact JWS whose payload is
// the credential itself, with the claims that its section 8.2 asks for. It says what the certificate says, and where its status is read.
func (f *Feature) credential(l Learnt, c training.Course, status map[string]any) (string, error) {
	serial, err := f.serial(l)
	if err != nil {
		return "", err
	}
	at := f.PublicURL + "/training/certificates/" + serial
	issuer := map[string]any{"id": f.PublicURL + "/training/certificates", "type": []string{"Profile"}, "name": f.Publisher, "url": f.PublicURL}
	achievement := map[string]any{"id": f.PublicURL + "/training/courses/" + string(c.ID), "type": []string{"Achievement"}, "achievementType": "Course", "name": l.Title,
		"description": orElse(c.Summary, l.Title), "criteria": map[string]any{"narrative": "Attended on every day of the course: " + l.dates() + "."}}
	p := map[string]any{
		"@context":  []string{"https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"},
		"id":        at,
		"type":      []string{"VerifiableCredential", "OpenBadgeCredential"},
		"name":      l.Title,
		"issuer":    issuer,
		"validFrom": l.Issued.Time().Format(time.RFC3339),
		"credentialSubject": map[string]any{"type": []string{"AchievementSubject"}, "activityStartDate": l.From.Start().Format(time.RFC3339), "activityEndDate": l.Until.Start().Format(time.RFC3339),
			"identifier": []map[string]any{{"type": "IdentityObject", "identityHash": l.Name, "identityType": "name", "hashed": false}}, "achievement": achievement},
		"iss": issuer["id"], "jti": at, "nbf": int64(l.Issued) / 1000,
	}
	if l.Minutes > 0 {
		p["credentialSubject"].(map[string]any)["creditsEarned"] = float64(l.Minutes) / 60
	}
	if l.Expires != "" {
		end := l.Expires.Add(1).Start()
		p["validUntil"], p["exp"] = end.UTC().Format(time.RFC3339), end.Unix()
	}
	if status != nil {
		p["credentialStatus"] = status
	}
	return f.signed("JWT", p)
}

// signed is a payload as a compact JWS of the type, signed with the key that is published.
func (f *Feature) signed(typ string, p map[string]any) (string, error) {
	head, err := json.Marshal(map[string]string{"alg": "EdDSA", "typ": typ, "kid": f.PublicURL + keyPath})
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	input := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	return input + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(f.sign, []byte(input))), nil
}

func orElse(s, or string) string {
	if strings.TrimSpace(s) == "" {
		return or
	}
	return s
}

// Badge returns the credential of a certificate. Errors as Certificate.
func (f *Feature) Badge(ctx context.Context, v access.Viewer, id LearntID) (token string, err error) {
	l, _, err := f.Certificate(ctx, v, id)
	if err != nil {
		return "", err
	}
	err = f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		r, err := f.Store.Run(ctx, tx, l.Run)
		if err != nil {
			return err
		}
		c, err := f.Store.Course(ctx, tx, r.Course)
		if err != nil {
			return err
		}
		status, err := f.status(ctx, tx, l.ID)
		if err != nil {
			return err
		}
		token, err = f.credential(l, c, status)
		return err
	})
	return token, err
}

// afterwards composes the letter with a certificate, or the one that asks what somebody thought first.
func (f *Feature) afterwards(ctx context.Context, tx *store.Tx, a Letter) (m mail.Message, err error) {
	l, err := f.rows.Learnt(ctx, tx, a.Learnt)
	if err != nil || !l.Withdrawn.IsZero() {
		return m, err
	}
	t, err := f.rows.told(ctx, tx, a.Booking)
	if err != nil || t.Email == "" {
		return m, err
	}
	x, err := f.load(ctx, tx, l.Run)
	if err != nil {
		return m, err
	}
	link, err := f.linkTo(ctx, tx, a.Booking, x.run)
	if err != nil {
		return m, err
	}
	m = mail.Message{To: t.Email, At: tx.Now, MessageID: mail.IDAt(f.PublicURL, string(l.ID)+"-"+a.What), Subject: "What did you think of it? " + l.Title,
		Text: fmt.Sprintf("%s attended %s, %s.\n\nThe certificate follows once you have said what you thought of the course. It takes two minutes, and no name is kept with the answers:\n%s\n\n%s\n", l.Name, l.Title, l.dates(), link, f.Publisher)}
	if a.What == toEvaluate {
		return m, nil
	}
	serial, err := f.serial(l)
	if err != nil {
		return m, err
	}
	paper, err := f.paper(l)
	if err != nil {
		return m, err
	}
	pdf, err := document.PDF(paper)
	if err != nil {
		return m, err
	}
	status, err := f.status(ctx, tx, l.ID)
	if err != nil {
		return m, err
	}
	badge, err := f.credential(l, x.course, status)
	if err != nil {
		return m, err
	}
	m.Files = []mail.File{{Name: "certificate.pdf", Type: "application/pdf", Body: pdf}, {Name: "certificate.jwt", Type: "application/jwt", Body: []byte(badge)}}
	m.Subject = "Certificate: " + l.Title
	m.Text = fmt.Sprintf("%s attended %s, %s. The certificate is attached, valid %s.\n\nWhoever is shown it can check it here:\n%s/training/certificates/%s\n\nThe second file is the same as an Open Badges credential, for those who collect them.\n\n",
		l.Name, l.Title, l.dates(), l.valid(), f.PublicURL, serial)
	if t.Evaluated.IsZero() {
		m.Text += "What did you think of it? Two minutes, and no name is kept with the answers:\n" + link + "\n\n"
	}
	m.Text += f.Publisher + "\n"
	return m, nil
}

// absence composes the letter to the manager of somebody who did not come: whoever the request names, else who asked for the place, else the
// head of the school. It names the person they sent and nobody else.
func (f *Feature) absence(ctx context.Context, tx *store.Tx, a Letter) (m mail.Message, err error) {
	k, err := f.Store.Booking(ctx, tx, a.Booking)
	if err != nil {
		return m, err
	}
	p, err := f.Store.Place(ctx, tx, a.Booking)
	if err != nil {
		return m, err
	}
	x, err := f.load(ctx, tx, p.Run)
	if err != nil {
		return m, err
	}
	marks, err := f.marksBy(ctx, tx, p.Run)
	if err != nil {
		return m, err
	}
	var days []string
	for n, d := range x.run.Days {
		if marks[k.ID][n].Kind == Absent {
			days = append(days, term.LongDate(d.On))
		}
	}
	to, err := f.managerOf(ctx, tx, k)
	if err != nil || to == "" || days == nil {
		return m, err
	}
	text := fmt.Sprintf("%s had a place on %s and was not there on %s.", k.Name, x.course.Title, strings.Join(days, " or "))
	if len(days) < len(x.run.Days) {
		text += " A certificate needs every day."
	}
	text += "\n\nSomebody in line could have had the place. If there was a reason, answer the organiser; if a colleague should come to another date, ask for a place here:\n" + f.PublicURL + "/training\n\n" + f.Publisher + "\n"
	return mail.Message{To: to, At: tx.Now, Subject: "Not there: " + x.course.Title + ", " + training.DayWords(x.run.Days), MessageID: mail.IDAt(f.PublicURL, string(k.ID)+"-absent-"+strings.Join(dayKeys(marks[k.ID]), "")), Text: text}, nil
}

// dayKeys are the numbers of the days on which somebody was absent.
func dayKeys(marks map[int]Mark) (out []string) {
	for n := range 16 {
		if marks[n].Kind == Absent {
			out = append(out, fmt.Sprint(n))
		}
	}
	return out
}

// managerOf is the address of whoever sent somebody, "" for nobody but the person.
func (f *Feature) managerOf(ctx context.Context, tx *store.Tx, k training.Booking) (string, error) {
	if k.ManagerMail != "" {
		return k.ManagerMail, nil
	}
	if k.SenderMail != "" && k.SenderMail != k.Email {
		return k.SenderMail, nil
	}
	asked := []string{}
	if k.Channel == "web" && k.By != k.Account {
		asked = append(asked, k.By)
	}
	if k.Org != "" {
		heads, err := f.Staff.Heads(ctx, tx, k.Org)
		if err != nil {
			return "", err
		}
		for _, h := range heads {
			if h.ID != k.Account {
				asked = append(asked, h.ID)
			}
		}
	}
	for _, account := range asked {
		a, err := f.People.Email(ctx, tx, account)
		if err == nil && a != "" || err != nil && !errs.Is(err, errs.NotFound) {
			return a, err
		}
	}
	return "", nil
}
