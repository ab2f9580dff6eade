package auditing_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"kith/internal/feature/auditing"
	"kith/internal/kernel/access"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/testkit"
)

const here = "haverdale"

// office is the slice mounted alone: an authority and two schools, with an auditor at each of two of them.
type office struct {
	*testing.T
	w      *testkit.World
	f      *auditing.Feature
	queue  *jobs.Queue
	as     access.Viewer
	sent   []mail.Message
	away   error // what the mail server says
	verify note.Verifier
	log    *audit.Log
	site   http.Handler
}

func someone(account string, role access.Role, orgs ...string) access.Viewer {
	return access.Viewer{Account: account, District: here, Strength: access.SteppedUp, Roles: map[access.Role][]string{access.Member: orgs, role: orgs}}
}

var (
	carys = someone("01990000-0000-7000-8000-00000000ca15", access.Auditor, "council")
	olive = someone("01990000-0000-7000-8000-00000000011e", access.Auditor, "oak")
	amina = someone("01990000-0000-7000-8000-0000000a314a", access.DSL, "oak")
)

type orgs struct{}

func (orgs) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	all := map[string]ref.Organisation{"council": {ID: "council", Name: "Haverdale Council", Kind: "authority"}, "oak": {ID: "oak", Name: "Oak Primary", Kind: "school"}, "elm": {ID: "elm", Name: "Elm Primary", Kind: "school"}}
	out := map[string]ref.Organisation{}
	for _, id := range ids {
		if o, ok := all[id]; ok {
			out[id] = o
		}
	}
	return out, nil
}

func inOffice(t *testing.T, fn func(o *office)) {
	testkit.DBs(t, []store.Slice{auditing.Migrations}, func(t *testing.T, w *testkit.World) { fn(newOffice(t, w)) })
}

func newOffice(t *testing.T, w *testkit.World) *office {
	secret, public, err := note.GenerateKey(rand.Reader, "kith.test")
	testkit.OK(t, err)
	signer, err := note.NewSigner(secret)
	testkit.OK(t, err)
	o := &office{T: t, w: w, as: carys}
	o.verify, err = note.NewVerifier(public)
	testkit.OK(t, err)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	o.queue, o.log = jobs.New(w.DB, log), audit.New(w.DB, signer)
	o.f = auditing.New(auditing.Deps{DB: w.DB, Queue: o.queue, URL: "https://kith.example", Log: o.log, Key: public, Sign: o.sign, Organisations: orgs{},
		Role: func(r access.Role) string { return "Role " + string(r) }, Mail: o})
	o.site = web.New(web.Config{Log: log, Clock: w.Clock, IDs: id.Random(), Sessions: o, District: func(string) string { return here },
		Frame: func(context.Context, access.Viewer, string) (ui.Page, error) { return ui.Page{SignedIn: true}, nil }}, o.f.Routes())
	return o
}

func (o *office) sign(ctx context.Context) ([]byte, error) {
	if err := o.log.SequenceAll(ctx); err != nil {
		return nil, err
	}
	return o.log.Checkpoint(ctx)
}

// Viewer makes the office its own sign-in.
func (o *office) Viewer(context.Context, *http.Request, string) (access.Viewer, error) {
	v := o.as
	v.Now = o.w.DB.Now()
	return v, nil
}

func (o *office) Send(_ context.Context, m mail.Message) error {
	if o.away == nil {
		o.sent = append(o.sent, m)
	}
	return o.away
}

var errAway = errors.New("the mail server is away")

func (o *office) browser() *testkit.Browser {
	return testkit.NewBrowser(o.T, o.site, "kith.example", o.as.Account)
}

// happened writes entries at a school, by a lead.
func (o *office) happened(org, action string, n int) {
	o.Helper()
	v := amina
	v.Now = o.w.DB.Now()
	testkit.OK(o.T, o.w.DB.Write(o.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		for i := range n {
			if err := audit.Record(ctx, tx, action, ref.To("concern", fmt.Sprintf("01990000-0000-7000-8000-%012x", i)), audit.Org(org), audit.Detail("Ivy Marsden cried")); err != nil {
				return err
			}
		}
		return nil
	}))
	testkit.OK(o.T, o.log.SequenceAll(o.Context()))
}

func (o *office) add(name, email string) {
	o.Helper()
	testkit.OK(o.T, o.f.Add(o.Context(), carys, auditing.Recipient{ID: o.w.DB.IDs().New(o.w.DB.Now()), Name: name, Email: email}))
}

func (o *office) sweep() error {
	o.Helper()
	testkit.OK(o.T, o.f.Sweep(o.Context(), access.System(here, "test")))
	_, err := o.queue.Drain(o.Context())
	return err
}
