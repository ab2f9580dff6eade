package running_test

import (
	"slices"
	"strings"
	"testing"

	"kith/internal/feature/training"
	"kith/internal/feature/training/running"
	"kith/internal/kernel/access"
	"kith/internal/platform/mail"
	"kith/internal/testkit"
)

func TestWhoIsWrittenDownFromOutside(t *testing.T) {
	got, err := running.ReadOutside("Jo Bell, jo.bell@example.org\n\n  Dr Ann Lee   <Ann.Lee@Example.org>\nJo Bell,jo.bell@example.org\n")
	if err != nil || !slices.Equal(got, []running.Outside{{Name: "Jo Bell", Email: "jo.bell@example.org"}, {Name: "Dr Ann Lee", Email: "ann.lee@example.org"}}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"Jo Bell", "jo.bell@example.org", "Jo Bell, example.org", ", jo@example.org"} {
		_, err := running.ReadOutside(bad)
		refused(t, err, "a name and an e-mail address a line")
	}
}

// Whoever stands in front of a run hears of it once, of what changes, of how many come and that it is off; a letter on its way is waited for.
func TestWhatATrainerHears(t *testing.T) {
	told := running.Front{Sequence: 0, Sent: 0, Mark: "m"}
	for name, x := range map[string]struct {
		front   running.Front
		on      bool
		joining bool
		want    string
	}{
		"for the first time":         {running.Front{Sequence: -1, Sent: -1}, true, false, "place"},
		"nothing new":                {told, true, false, ""},
		"another venue":              {running.Front{Mark: "other"}, true, false, "place"},
		"how many come":              {told, true, true, "numbers"},
		"told how many":              {running.Front{Mark: "m", Numbers: true}, true, true, ""},
		"called off":                 {told, false, false, "off"},
		"no longer":                  {running.Front{Mark: "m", Gone: true}, true, false, "off"},
		"called off and told":        {running.Front{Mark: "m", Off: true}, false, false, ""},
		"never told and called off":  {running.Front{Sequence: -1, Sent: -1}, false, false, ""},
		"again":                      {running.Front{Mark: "m", Off: true}, true, false, "place"},
		"the last one is on its way": {running.Front{Mark: "other", Sequence: 1, Sent: 0, At: 1}, true, false, ""},
	} {
		if got := x.front.Hears(x.on, "m", 1000, x.joining, 2); got != x.want {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
	if told.Mark = "other"; told.Hears(true, "m", 1000, true, 1000) != "" {
		t.Error("a letter goes when it has begun")
	}
}

// Somebody of another organisation who has an account keeps the register; somebody from outside gets letters with numbers and no names, and
// does not. Both hear once, of changes, and that they no longer stand there.
func TestTrainersFromElsewhere(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		r := w.run(training.OneDay, "mill", "2027-02-10")
		k := w.book(r, "Grace Ito", func(q *training.Request) { q.Diet = "Vegetarian" })
		w.post()
		jo, amina := running.Outside{Name: "Jo Bell", Email: "jo.bell@example.org"}, running.Outside{Name: "Amina", Email: "amina@haverdale.example"}
		missing(t, w.tick(w.lead, r, 0, running.Present, k))
		keep := func(version int64, trainers []string, outside ...running.Outside) {
			t.Helper()
			testkit.OK(t, w.f.Keep(t.Context(), w.admin, running.Register{Run: r.ID, Before: -1, Remind: 0, Version: version}, trainers, outside...))
		}
		keep(0, []string{"ros"}, jo, amina)
		letters := func(want string, to ...string) (out []mail.Message) {
			t.Helper()
			var got []string
			for _, m := range w.post() {
				if strings.HasPrefix(m.Subject, want) {
					got, out = append(got, m.To), append(out, m)
				}
				if strings.Contains(m.Subject+m.Text, "Grace Ito") && m.To == jo.Email || strings.Contains(m.Text, "Vegetarian") {
					t.Errorf("a letter to %s names who is booked: %s", m.To, m.Text)
				}
			}
			if slices.Sort(got); !slices.Equal(got, to) {
				t.Errorf("%q goes to %v, want %v", want, got, to)
			}
			return out
		}
		for _, m := range letters("You give", "amina@haverdale.example", "jo.bell@example.org", "ros@haverdale.example") {
			outside := m.To == jo.Email
			if len(m.Files) != 1 || !strings.Contains(m.Text, "Places taken: 1") || strings.Contains(m.Text, "/training/registers/") == outside || strings.Contains(m.Text, "You have no account here") != outside {
				t.Errorf("%d files with %s", len(m.Files), m.Text)
			}
		}
		letters("")
		if got := len(w.needs(w.lead, r)); got != 1 {
			t.Errorf("whoever keeps the register reads %d needs", got)
		}
		testkit.OK(t, w.Training.SetVenue(t.Context(), w.admin, r.ID, training.Venue{Name: "Haver Hall"}))
		if all := letters("Changed", "amina@haverdale.example", "grace@haverdale.example", "jo.bell@example.org", "ros@haverdale.example"); len(all) > 0 && !strings.Contains(string(all[0].Files[0].Body), "SEQUENCE:1") {
			t.Errorf("%s", all[0].Files[0].Body)
		}
		keep(1, nil, amina)
		letters("Off", "jo.bell@example.org", "ros@haverdale.example")
		other := w.run(training.OneDay, "mill", "2027-02-17")
		testkit.OK(t, w.f.Keep(t.Context(), w.admin, running.Register{Run: other.ID, Before: -1, Remind: 0}, nil, jo))
		letters("You give", "jo.bell@example.org")
		testkit.OK(t, w.Training.CancelRun(t.Context(), w.admin, other.ID))
		letters("Off", "jo.bell@example.org")
		w.at("2027-02-10", 10, 30)
		testkit.OK(t, w.tick(w.lead, r, 0, running.Present, k))
		missing(t, w.tick(person("jo", "elsewhere", access.Member), r, 0, running.Present, k))
	})
}
