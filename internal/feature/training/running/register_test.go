package running_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kith/internal/feature/training"
	"kith/internal/feature/training/running"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

var linkTo = regexp.MustCompile(`/training/days/([A-Za-z0-9_-]+)`)

// TRN-2: on a two-day run, whoever is marked on both days has attended, and nobody else; a closed register gives certificates, and tells the
// manager of whoever was absent.
func TestRegisterByDay(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		r := w.run(training.TwoDay, "mill", "2027-01-14")
		grace := w.book(r, "Grace Ito", func(q *training.Request) { q.ManagerMail = "manager@example.org" })
		amina := w.book(r, "Amina Sesay", nil)
		gone := w.book(r, "Gail Moss", nil)
		w.post()
		refused(t, w.tick(w.admin, r, 0, running.Present, grace), "opens on that day")
		w.at("2027-01-14", 9, 0)
		for name, v := range map[string]access.Viewer{"the head": w.head, "another organiser": w.other, "a teacher": w.grace} {
			if err := w.tick(v, r, 0, running.Present, grace); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s keeps the register: %v", name, err)
			}
		}
		testkit.OK(t, w.tick(w.admin, r, 0, running.Present, grace, amina, gone))
		testkit.OK(t, w.tick(w.admin, r, 0, running.Present, grace, amina, gone)) // a phone sends what it kept
		left, err := w.f.Tick(t.Context(), w.admin, r.ID, 0, []running.Tick{{Booking: grace, Kind: running.Absent}})
		if testkit.OK(t, err); !slices.Equal(left, []training.BookingID{grace}) {
			t.Errorf("an old page overwrote a mark: %v", left)
		}
		missing(t, w.tick(w.admin, r, 0, running.Present, "01890000-0000-7000-8000-000000000001"))
		_, err = w.f.Tick(t.Context(), w.admin, r.ID, 1, nil)
		refused(t, err, "opens on that day")
		refused(t, w.f.Close(t.Context(), w.admin, r.ID, true), "last day has not begun")
		if got := w.attended(w.admin, r); got != nil {
			t.Errorf("after one day of two %v have attended", got)
		}

		w.at("2027-01-15", 15, 0)
		testkit.OK(t, w.tick(w.admin, r, 1, running.Late, grace))
		_, err = w.f.Tick(t.Context(), w.admin, r.ID, 1, []running.Tick{{Booking: amina, Kind: running.Substitute}})
		refused(t, err, "who came instead")
		testkit.OK(t, w.tick(w.admin, r, 1, running.Substitute, amina))
		refused(t, w.f.Close(t.Context(), w.admin, r.ID, false), "1 mark is missing")
		testkit.OK(t, w.f.Close(t.Context(), w.admin, r.ID, true))
		refused(t, w.f.Close(t.Context(), w.admin, r.ID, true), "closed already")
		if got := w.attended(w.admin, r); !slices.Equal(got, []string{"Grace Ito"}) {
			t.Errorf("%v have attended", got)
		}
		letters := w.post()
		subjects := ""
		for _, m := range letters {
			subjects += m.To + " " + m.Subject + "\n"
			if strings.HasPrefix(m.Subject, "Not there") && (!strings.Contains(m.Text, "Gail Moss") || !strings.Contains(m.Text, "Friday 15 January") || strings.Contains(m.Text, "Grace")) {
				t.Errorf("the manager reads:\n%s", m.Text)
			}
		}
		if subjects != "grace@haverdale.example Certificate: Lead training\nhelen@haverdale.example Not there: Lead training, 14 and 15 January\n" {
			t.Errorf("after closing:\n%s", subjects)
		}
		lines := w.lines(w.grace, "grace")
		if len(lines) != 1 || lines[0].Expires != "2029-01-14" || lines[0].Minutes != 720 || lines[0].From != "2027-01-14" || lines[0].Until != "2027-01-15" || lines[0].Issued.IsZero() {
			t.Errorf("the record is %+v", lines)
		}
		for name, x := range map[string]struct {
			v    access.Viewer
			want int
		}{"the lead": {w.lead, 1}, "the head": {w.head, 1}, "the organiser": {w.admin, 1}, "a colleague": {w.ellen, 0}, "another organiser": {w.other, 0}, "the lead of another school": {person("eve", "elm", access.DSL), 0}} {
			if got := len(w.lines(x.v, "grace")); got != x.want {
				t.Errorf("%s reads %d lines, want %d", name, got, x.want)
			}
		}

		// Put right after closing: the organiser only, and the certificate goes with the mark.
		testkit.OK(t, w.f.Keep(t.Context(), w.admin, running.Register{Run: r.ID, Before: -1, Remind: -1, Version: w.version(r)}, []string{"ros"}))
		refused(t, w.tick(w.trainer, r, 1, running.Present, gone), "closed")
		_, err = w.f.Tick(t.Context(), w.admin, r.ID, 1, []running.Tick{{Booking: gone, Kind: running.Present, Was: running.Absent}, {Booking: grace, Kind: running.Absent, Was: running.Late}})
		testkit.OK(t, err)
		if got := w.attended(w.admin, r); !slices.Equal(got, []string{"Gail Moss"}) || len(w.lines(w.grace, "grace")) != 0 {
			t.Errorf("put right, %v have attended", got)
		}
		_, err = w.f.Tick(t.Context(), w.admin, r.ID, 1, []running.Tick{{Booking: grace, Kind: running.Present, Was: running.Absent}})
		testkit.OK(t, err)
		if got := w.lines(w.grace, "grace"); len(got) != 1 || got[0].Hash != lines[0].Hash {
			t.Errorf("put right once more, the record is %+v", got)
		}
	})
}

// version is that of a run's register.
func (w *world) version(r training.Run) (n int64) {
	testkit.OK(w.T, w.DB.Read(w.T.Context(), w.System, func(ctx context.Context, tx *store.Tx) error {
		g, err := running.Store{}.Register(ctx, tx, r.ID)
		n = g.Version
		return err
	}))
	return n
}

// Somebody who came instead on every day has the line; somebody without a place is let in once.
func TestSubstitutesAndWalkIns(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		r := w.run(training.OneDay, "mill", "2027-02-10")
		k := w.book(r, "Grace Ito", nil)
		w.post()
		w.at("2027-02-10", 9, 0)
		testkit.OK(t, w.tick(w.admin, r, 0, running.Substitute, k))
		who := training.Booking{ID: training.BookingID(w.ID()), Name: "Amina Sesay", Title: "Lead", OrgName: "School oak"}
		refused(t, w.f.WalkIn(t.Context(), w.admin, r.ID, 0, training.Booking{ID: training.BookingID(w.ID()), Title: "Lead"}), "name")
		missing(t, w.f.WalkIn(t.Context(), w.head, r.ID, 0, who))
		testkit.OK(t, w.f.WalkIn(t.Context(), w.admin, r.ID, 0, who))
		testkit.OK(t, w.f.WalkIn(t.Context(), w.admin, r.ID, 0, who))
		w.at("2027-02-10", 10, 0)
		testkit.OK(t, w.f.Close(t.Context(), w.admin, r.ID, false))
		if got := w.attended(w.admin, r); !slices.Equal(got, []string{"Amina Sesay", "Ellen Booth"}) {
			t.Errorf("%v have attended", got)
		}
		if len(w.lines(w.ellen, "ellen")) != 1 || len(w.lines(w.lead, "amina")) != 1 || len(w.lines(w.grace, "grace")) != 0 {
			t.Error("the lines are not those of whoever was there")
		}
		ledger := func(name string) (came int) {
			testkit.OK(t, w.DB.Read(t.Context(), w.admin, func(ctx context.Context, tx *store.Tx) (err error) {
				came, err = store.Value[int](ctx, tx, store.SQL(`SELECT p.attended FROM training_place p JOIN training_booking k ON k.id = p.id JOIN access_record r ON r.id = k.id WHERE k.name = ?`, name).Visible("r", access.Training))
				return err
			}))
			return came
		}
		if a, b := ledger("Grace Ito"), ledger("Amina Sesay"); a != 2 || b != 1 {
			t.Errorf("the ledger has %d for whom somebody stood in, and %d for a walk-in", a, b)
		}
	})
}

// The code of the room marks whoever types it, with the link of their joining instructions or signed in; what the register says stands.
func TestCodeOfTheRoom(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		r := w.run(training.OneDay, "mill", "2027-02-10")
		grace := w.book(r, "Grace Ito", nil)
		ellen := w.book(r, "Ellen Booth", nil)
		w.post()
		w.at("2027-02-09", 9, 0)
		links := map[string]string{}
		for _, m := range w.post() {
			if found := linkTo.FindStringSubmatch(m.Text); found != nil {
				links[m.To] = found[1]
			}
		}
		secret, code := links["grace@haverdale.example"], w.f.Code(r.ID, 0)
		refused(t, w.f.HereByLink(t.Context(), district, secret, code), "on the day")
		w.at("2027-02-10", 9, 20)
		refused(t, w.f.HereByLink(t.Context(), district, secret, "000000"), "not the code")
		missing(t, w.f.HereByLink(t.Context(), district, "nothing", code))
		testkit.OK(t, w.f.HereByLink(t.Context(), district, secret, code[:3]+" "+code[3:]))
		testkit.OK(t, w.f.HereByLink(t.Context(), district, secret, code))
		missing(t, w.f.Here(t.Context(), w.grace, ellen, code))
		w.at("2027-02-10", 9, 31)
		testkit.OK(t, w.f.Here(t.Context(), w.ellen, ellen, code))
		if marks := w.marks(r); marks[grace] != running.Present || marks[ellen] != running.Late {
			t.Errorf("%v", marks)
		}
		_, err := w.f.Tick(t.Context(), w.admin, r.ID, 0, []running.Tick{{Booking: ellen, Kind: running.Absent, Was: running.Late}})
		testkit.OK(t, err)
		testkit.OK(t, w.f.Here(t.Context(), w.ellen, ellen, code))
		if marks := w.marks(r); marks[ellen] != running.Absent {
			t.Error("the code overwrote what the register says")
		}
	})
}

func (w *world) marks(r training.Run) map[training.BookingID]running.MarkKind {
	w.T.Helper()
	out := map[training.BookingID]running.MarkKind{}
	testkit.OK(w.T, w.DB.Read(w.T.Context(), w.System, func(ctx context.Context, tx *store.Tx) error {
		all, err := running.Store{}.Marks(ctx, tx, r.ID)
		for _, m := range all {
			out[m.Booking] = m.Kind
		}
		return err
	}))
	return out
}

// Where the board's rule says so, the certificate waits for what its holder thought of the course; the answers name nobody. The check by
// serial says name, course, dates and validity, and the credential verifies.
func TestEvaluationThenCertificate(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		r := w.run(training.OneDay, "mill", "2027-02-10")
		missing(t, w.f.SetAward(t.Context(), w.other, running.Award{Course: r.Course}))
		refused(t, w.f.SetAward(t.Context(), w.admin, running.Award{Course: r.Course, Duties: store.Keys{"flying"}}), "from the list")
		testkit.OK(t, w.f.SetAward(t.Context(), w.admin, running.Award{Course: r.Course, Evaluation: true, Duties: store.Keys{"staff_update"}}))
		if err := w.f.SetAward(t.Context(), w.admin, running.Award{Course: r.Course}); !errs.Is(err, errs.Conflict) {
			t.Errorf("saved over another's change: %v", err)
		}
		k := w.book(r, "Grace Ito", nil)
		w.post()
		thought := running.Evaluation{Useful: 5, SureBefore: 2, SureAfter: 4, WillDo: "Ask the child first"}
		w.at("2027-02-10", 9, 0)
		refused(t, w.f.Evaluate(t.Context(), w.grace, k, thought), "has begun")
		w.at("2027-02-10", 15, 0)
		refused(t, w.f.Evaluate(t.Context(), w.grace, k, thought), "nobody here")
		testkit.OK(t, w.tick(w.admin, r, 0, running.Present, k))
		testkit.OK(t, w.f.Close(t.Context(), w.admin, r.ID, false))
		ask := one(t, w.post())
		if len(ask.Files) > 0 || !strings.Contains(ask.Text, "The certificate follows") {
			t.Fatalf("%s\n%s", ask.Subject, ask.Text)
		}
		secret := linkTo.FindStringSubmatch(ask.Text)[1]
		refused(t, w.f.EvaluateByLink(t.Context(), district, secret, running.Evaluation{Useful: 6, SureBefore: 1, SureAfter: 1}), "three questions")
		testkit.OK(t, w.f.EvaluateByLink(t.Context(), district, secret, thought))
		testkit.OK(t, w.f.Evaluate(t.Context(), w.grace, k, running.Evaluation{Useful: 1, SureBefore: 1, SureAfter: 1})) // sent twice
		var all []running.Evaluation
		testkit.OK(t, w.DB.Read(t.Context(), w.admin, func(ctx context.Context, tx *store.Tx) (err error) {
			all, err = running.Store{}.Evaluations(ctx, tx, r.ID)
			return err
		}))
		if len(all) != 1 || all[0].Useful != 5 || strings.Contains(all[0].Key, string(k)) {
			t.Errorf("the answers are %+v", all)
		}
		m := one(t, w.post())
		if len(m.Files) != 2 || !strings.HasPrefix(string(m.Files[0].Body), "%PDF") {
			t.Fatalf("%s with %d files", m.Subject, len(m.Files))
		}
		serial := regexp.MustCompile(`/training/certificates/([0-9a-z]{26})`).FindStringSubmatch(m.Text)[1]
		for _, s := range []string{serial, running.Spaced(serial), strings.ToUpper(serial)} {
			c, err := w.f.Check(t.Context(), district, s)
			if testkit.OK(t, err); c != (running.Checked{Name: "Grace Ito", Course: "Lead training", Dates: "10 Feb 2027", Valid: "Until 9 Feb 2029", State: "valid"}) {
				t.Errorf("the check says %+v", c)
			}
		}
		_, err := w.f.Check(t.Context(), district, "x"+serial[1:])
		missing(t, err)
		_, err = w.f.Check(t.Context(), "elsewhere", serial)
		missing(t, err)
		_, err = w.f.Check(t.Context(), district, "")
		missing(t, err)
		line := w.lines(w.grace, "grace")[0]
		if strings.Contains(line.Hash, serial) || len(line.Duties) != 1 {
			t.Errorf("kept: %+v", line)
		}
		verified(t, w, m, serial)
		_, _, err = w.f.Certificate(t.Context(), w.ellen, line.ID)
		missing(t, err)
		w.at("2029-02-10", 9, 0)
		if c, err := w.f.Check(t.Context(), district, serial); err != nil || c.State != "expired" {
			t.Errorf("after its end: %+v, %v", c, err)
		}
		_, err = w.f.Tick(t.Context(), w.admin, r.ID, 0, []running.Tick{{Booking: k, Kind: running.Absent, Was: running.Present}})
		testkit.OK(t, err)
		if c, err := w.f.Check(t.Context(), district, serial); err != nil || c.State != "withdrawn" {
			t.Errorf("after it was put right: %+v, %v", c, err)
		}
		_, _, err = w.f.Certificate(t.Context(), w.grace, line.ID)
		missing(t, err)
	})
}

// verified verifies the credential in a letter as somebody does who has the published key and Open Badges 3.0, section 8.2: the signature, the
// header, the claims beside the credential, and what the credential needs to have.
func verified(t *testing.T, w *world, m mail.Message, serial string) {
	t.Helper()
	parts := strings.Split(string(m.Files[1].Body), ".")
	if len(parts) != 3 {
		t.Fatalf("no compact JWS: %q", m.Files[1].Body)
	}
	var head struct{ Alg, Typ, Kid string }
	var body struct {
		Context           []string `json:"@context"`
		ID                string
		Type              []string
		Name              string
		Issuer            struct{ ID, Name string }
		ValidFrom         string
		ValidUntil        string
		CredentialSubject struct {
			Type        []string
			Identifier  []struct{ Type, IdentityHash, IdentityType string }
			Achievement struct {
				ID, Name, Description string
				Type                  []string
				Criteria              struct{ Narrative string }
			}
		}
		Iss, Jti string
		Nbf, Exp int64
	}
	for i, into := range []any{&head, &body} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		testkit.OK(t, err)
		testkit.OK(t, json.Unmarshal(raw, into))
	}
	key := w.f.PublicKey()
	x, err := base64.RawURLEncoding.DecodeString(key["x"])
	testkit.OK(t, err)
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	testkit.OK(t, err)
	if head.Alg != "EdDSA" || head.Kid != key["kid"] || !ed25519.Verify(x, []byte(parts[0]+"."+parts[1]), signature) {
		t.Errorf("the signature does not verify: %+v", head)
	}
	if ed25519.Verify(x, []byte(parts[0]+"."+parts[1]+"x"), signature) {
		t.Error("anything verifies")
	}
	s := body.CredentialSubject
	at := "https://kith.example/training/certificates/" + serial
	if body.Context[0] != "https://www.w3.org/ns/credentials/v2" || !strings.HasPrefix(body.Context[1], "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0") || !slices.Equal(body.Type, []string{"VerifiableCredential", "OpenBadgeCredential"}) ||
		body.ID != at || body.Jti != at || body.Iss != body.Issuer.ID || body.ValidFrom == "" || body.ValidUntil != "2029-02-10T00:00:00Z" || body.Nbf == 0 || body.Exp == 0 ||
		!slices.Equal(s.Type, []string{"AchievementSubject"}) || len(s.Identifier) != 1 || s.Identifier[0].IdentityHash != "Grace Ito" || s.Achievement.ID == "" || s.Achievement.Criteria.Narrative == "" || s.Achievement.Name != "Lead training" || s.Achievement.Description == "" {
		t.Errorf("the credential is not one: %+v", body)
	}
}

// What a school writes into training records itself is theirs: led by its leads and head, once however often it is sent.
func TestLinesOfTheSchool(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		line := running.Line{ID: w.ID(), Org: oak, Duty: "staff_update", Title: "Update on the INSET day", On: "2026-09-02", Minutes: 90, People: []string{"grace", "ellen"}}
		missing(t, w.f.Enter(t.Context(), w.grace, line))
		missing(t, w.f.Enter(t.Context(), person("eve", "elm", access.DSL), line))
		stranger := line
		stranger.People = []string{"nobody"}
		missing(t, w.f.Enter(t.Context(), w.lead, stranger))
		late := line
		late.On = clock.DayOf(w.Clock.Now()).Add(1)
		refused(t, w.f.Enter(t.Context(), w.lead, late), "not come yet")
		testkit.OK(t, w.f.Enter(t.Context(), w.lead, line))
		testkit.OK(t, w.f.Enter(t.Context(), w.lead, line))
		got := w.lines(w.grace, "grace")
		if len(got) != 1 || got[0].Expires != "2027-09-01" || got[0].Title != line.Title || got[0].Hash != "" {
			t.Fatalf("the record is %+v", got)
		}
		missing(t, w.f.TakeOut(t.Context(), w.ellen, got[0].ID))
		missing(t, w.f.TakeOut(t.Context(), w.grace, got[0].ID)) // one's own is not one's own to change
		for range 2 {
			testkit.OK(t, w.f.TakeOut(t.Context(), w.head, got[0].ID))
		}
		if len(w.lines(w.grace, "grace")) != 0 || len(w.lines(w.ellen, "ellen")) != 1 {
			t.Error("the wrong line was taken out")
		}
	})
}
