package auditing_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// SEC-2: an auditor of a school is shown, counts and takes the entries of that school, and of no other; one of the authority
// those of the district, and of no other district; nobody else anything.
func TestAuditorSeesWhatTheTableSays(t *testing.T) {
	inOffice(t, func(o *office) {
		o.happened("oak", "concern.sent", 3)
		o.happened("elm", "concern.decided", 4)
		testkit.OK(o.T, o.w.DB.Write(o.Context(), access.System("overmoor", "test"), func(ctx context.Context, tx *store.Tx) error {
			return audit.Record(ctx, tx, "moor.secret", ref.To("thing", "all"), audit.Org("oak"))
		}))
		testkit.OK(o.T, o.log.SequenceAll(o.Context()))
		elms := o.browser().Get("/audit/entries?org=elm").Doc().Find(".logline .what a").AttrOr("href", "")

		o.browser().Get("/audit").Status(200).Has(".bars", "Concerns: sent", "Concerns: decided").HasNot("main", "Moor")
		if n := o.browser().Get("/audit/entries?action=concern.decided").Doc().Find(".logline li").Length(); n != 4 {
			o.Errorf("the authority's auditor finds %d of 4", n)
		}
		o.as = olive
		page := o.browser().Get("/audit").Status(200).Has(".bars", "Concerns: sent").HasNot("main", "Concerns: decided", "Add or end somebody")
		page.HasNot("main", "Elm")
		o.browser().Get("/audit/entries").Status(200).Has(".logline", "Concerns: sent").HasNot("main", "decided", "Elm Primary", "moor", "Moor")
		o.browser().Get("/audit/entries?org=elm").Status(422)
		o.browser().Get(elms).Status(404)
		o.browser().Get(elms + "/proof").Status(404)
		file := string(o.browser().Get("/audit/export").Form("form[action='/audit/export']").Submit().Status(200).Body)
		if strings.Contains(file, `"org":"elm"`) || strings.Contains(file, "overmoor") || strings.Count(file, "concern.sent") != 3 {
			o.Errorf("the school's file: %s", file)
		}
		o.as = amina
		for _, path := range []string{"/audit", "/audit/entries", elms, "/audit/checkpoint", "/audit/key", "/audit/verify", "/audit/export"} {
			o.browser().Get(path).Status(404)
		}
	})
}

// SEC-4, SEC-16: what a change said beyond its columns is on no page and in no file.
func TestNoWordOfARecordIsShown(t *testing.T) {
	inOffice(t, func(o *office) {
		o.happened("oak", "concern.sent", 2)
		_, err := o.sign(o.Context())
		testkit.OK(o.T, err)
		entry := o.browser().Get("/audit/entries?org=oak").Doc().Find(".logline .what a").AttrOr("href", "")
		for _, path := range []string{"/audit", "/audit/entries", entry, entry + "/proof", "/audit/checkpoint"} {
			if body := string(o.browser().Get(path).Status(200).Body); strings.Contains(body, "Ivy") || strings.Contains(body, "cried") {
				o.Errorf("%s holds a word of a record", path)
			}
		}
		if body := string(o.browser().Post("/audit/export", url.Values{"org": {"oak"}}).Status(200).Body); strings.Contains(body, "Ivy") || !strings.Contains(body, "concern.sent") {
			o.Errorf("the file: %s", body)
		}
	})
}

// Every look and every file taken is an entry, durable before it is shown (SEC-13).
func TestEachLookIsAnEntry(t *testing.T) {
	inOffice(t, func(o *office) {
		o.happened("oak", "concern.sent", 1)
		_, err := o.sign(o.Context())
		testkit.OK(o.T, err)
		entry := o.browser().Get("/audit/entries?org=oak").Doc().Find(".logline .what a").AttrOr("href", "")
		for _, x := range [][2]string{{"/audit", "audit.looked"}, {"/audit/entries", "audit.listed"}, {entry, "audit.entry_opened"}, {entry + "/proof", "audit.entry_taken"},
			{"/audit/checkpoint", "audit.checkpoint_taken"}, {"/audit/recipients", "audit.recipients_listed"}} {
			before := o.count(x[1])
			o.browser().Get(x[0]).Status(200)
			if n := o.count(x[1]) - before; n != 1 {
				o.Errorf("%s left %d entries %s", x[0], n, x[1])
			}
		}
		o.browser().Post("/audit/export", url.Values{}).Status(200)
		o.browser().Post("/audit/export", url.Values{"from": {"2026-11-23"}, "until": {"2026-11-22"}}).Status(422).Has(".govuk-error-summary", "before the first")
		if n := o.count("audit.exported"); n != 1 {
			o.Errorf("%d exports stand in the log", n)
		}
	})
}

func (o *office) count(action string) (n int64) {
	testkit.OK(o.T, o.w.DB.Read(o.Context(), access.System(here, "test"), func(ctx context.Context, tx *store.Tx) error {
		done, err := audit.Actions(ctx, tx, audit.Filter{Action: action})
		for _, d := range done {
			n = d.Times
		}
		return err
	}))
	return n
}

// SEC-12: what is taken from the pages is proved on another machine, against a checkpoint that was mailed: the school's own
// entries without a gap, and one entry alone.
func TestWhatIsTakenIsProvedElsewhere(t *testing.T) {
	inOffice(t, func(o *office) {
		o.add("Data protection officer", "dpo@haverdale.example")
		o.happened("oak", "concern.sent", 9)
		o.happened("elm", "concern.sent", 5)
		testkit.OK(o.T, o.sweep())
		kept, err := audit.ParseCheckpoint(o.sent[0].Files[0].Body, o.verify)
		testkit.OK(o.T, err)
		o.happened("oak", "concern.decided", 30)
		page := o.browser().Post("/audit/export", url.Values{"org": {"oak"}}).Status(200)
		if d := page.Header.Get("Content-Disposition"); !strings.HasPrefix(d, `attachment; filename="kith-audit-2026-11-23`) {
			o.Errorf("the file is called %s", d)
		}
		v, err := audit.Verify(strings.NewReader(string(page.Body)), kept)
		if err != nil || !v.OK || v.Proved != 9 || v.Shown != 39 || len(v.Runs) != 1 || !v.Runs[0].Whole || v.Runs[0].From != 0 {
			o.Errorf("%+v %v", v, err)
		}
		link := o.browser().Get("/audit/entries?org=elm").Doc().Find(".logline .what a").AttrOr("href", "")
		o.browser().Get(link).Status(200).Has("aside", "The checkpoint that was mailed on Monday 23 November speaks for it")
		one := o.browser().Get(link + "/proof").Status(200).Body
		if v, err := audit.Verify(strings.NewReader(string(one)), kept); err != nil || !v.OK || v.Shown != 1 || v.Proved != 1 {
			o.Errorf("%+v %v", v, err)
		}
		late := o.browser().Get("/audit/entries?action=concern.decided").Doc().Find(".logline .what a").AttrOr("href", "")
		o.browser().Get(late).Status(200).HasNot("aside", "was mailed on")
	})
}

// The list is narrowed by day, place, action and account, page by page, and a slip says what to do.
func TestEntriesAreNarrowed(t *testing.T) {
	inOffice(t, func(o *office) {
		o.happened("oak", "concern.sent", 30)
		o.w.Clock.Set(day.At(9, 0))
		o.happened("elm", "concern.decided", 2)
		rows := func(path string) int { return o.browser().Get(path).Status(200).Doc().Find(".logline li").Length() }
		if n := rows("/audit/entries?org=elm"); n != 2 {
			o.Errorf("%d at Elm", n)
		}
		if n := rows("/audit/entries?day=2026-11-23&action=concern.sent"); n != store.PageSize {
			o.Errorf("%d on the first page of the day", n)
		}
		next := o.browser().Get("/audit/entries?day=2026-11-23&action=concern.sent").Doc().Find("a[rel=next]").AttrOr("href", "")
		if n := rows(next); n != 5 || !strings.Contains(next, "day=2026-11-23") {
			o.Errorf("%d on the second page, %s", n, next)
		}
		if n := rows("/audit/entries?org=elm&actor=" + amina.Account[28:]); n != 2 {
			o.Errorf("%d by the lead at Elm", n)
		}
		o.browser().Get("/audit/entries?day=2026-11-20").Status(200).Has("main", "No entry like that")
		o.browser().Get("/audit/entries?actor=Ivy%25").Status(422).Has(".govuk-error-summary", "eight letters and digits").HasNot("main", "No entry like that")
		o.browser().Get("/audit/entries?page=nonsense").Status(400)
	})
}
