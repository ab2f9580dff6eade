package e2e

import (
	"context"
	"io"
	"mime/quotedprintable"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"kith/internal/feature/newsletters"
	"kith/internal/kernel/access"
	"kith/internal/testkit"
)

var confirmLink = regexp.MustCompile(`/newsletters/confirm/[A-Za-z0-9_-]+`)

// Journey 10: somebody signs up, one person writes, another approves, and the newsletter goes out by itself.
func TestTheNewsletterGoesOut(t *testing.T) {
	both(t, func(t *testing.T, d *district, at device) {
		reader := at(t, d)
		reader.open("/newsletters")
		reader.Fill("Your e-mail address", "reader@example.com")
		reader.press("Sign up")
		link := confirmLink.FindString(plain(t, d.mails()))
		if link == "" {
			t.Fatal("no mail asks to confirm")
		}
		reader.open(link)
		reader.press("Yes, send me the newsletter")
		reader.See("You are on the list")

		dele := at(t, d)
		dele.signIn(d, "partnership-manager")
		dele.open("/newsletters/issues")
		dele.Click("link", "Before the holidays")
		dele.See("A second person reads it")
		dele.Check(t)
		dele.press("Send for review")
		dele.See("Waiting for approval")

		// Ruth Ansell, the second person, has no one-click way in: she approves by the same action as the page.
		id := d.value(`SELECT id FROM newsletters_issue WHERE title = 'Before the holidays'`)
		version, err := strconv.ParseInt(d.value(`SELECT version FROM newsletters_issue WHERE id = ?`, id), 10, 64)
		testkit.OK(t, err)
		ruth := access.Viewer{Account: d.value(`SELECT id FROM account WHERE name = 'Ruth Ansell'`), District: d.value(`SELECT id FROM directory_district`), Strength: access.SecondFactor,
			Roles: map[access.Role][]string{access.Partnership: {d.value(`SELECT id FROM directory_organisation WHERE kind = 'partnership'`)}}}
		testkit.OK(t, d.Newsletters.Approve(context.Background(), ruth, newsletters.ID(id), version, 0))
		if mails := plain(t, d.mails()); !strings.Contains(mails, "To: <reader@example.com>") || !strings.Contains(mails, "Help over Christmas") {
			t.Error("the newsletter did not go out to somebody who had signed up")
		}
		reader.open("/newsletters")
		reader.See("Before the holidays")
		dele.open("/newsletters/issues/" + id)
		dele.See("Letters")
	})
}

// plain is mails with their long lines whole again.
func plain(t *testing.T, mails string) string {
	t.Helper()
	b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(mails)))
	if err != nil {
		return strings.ReplaceAll(mails, "=\r\n", "")
	}
	return string(b)
}
