package concerns

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// Settings are what a district sets for its concerns.
type Settings struct {
	Service  Service
	Urgent   int // minutes unread, at any hour, until the rota's next person is told (CON-11)
	Normal   int // the same for what is not urgent, in minutes of school time (CON-11)
	High     int // minutes after a high level was set without an action (CON-11)
	Reply    int // school days to answer whoever told us (CON-19)
	Box      int // school days until somebody has talked with a pupil who asked (CON-19)
	Silent   int // read, and nothing said to the reporter after this many school days (CON-22)
	Together int // low-level entries in 90 days before triage asks what they say together (CHR-8)
	Version  int64
}

// Shipped are the settings of a district that has set nothing.
var Shipped = Settings{Service: Service{"children’s social care", "101 out of hours"}, Urgent: 15, Normal: 120, High: 120, Reply: 2, Box: 1, Silent: 2, Together: 5}

// Dest says where a row goes.
func (s *Settings) Dest() []any {
	return []any{&s.Service.Name, &s.Service.Phone, &s.Urgent, &s.Normal, &s.High, &s.Reply, &s.Box, &s.Silent, &s.Together, &s.Version}
}

// UrgentStep is Urgent as a length of time.
func (s Settings) UrgentStep() time.Duration { return time.Duration(s.Urgent) * time.Minute }

// Words says the settings in a line.
func (s Settings) Words() string {
	return fmt.Sprintf("%s, %s; %d and %d minutes unread, %d high; %d, %d and %d school days; %d entries.", s.Service.Name, s.Service.Phone, s.Urgent, s.Normal, s.High, s.Reply, s.Box, s.Silent, s.Together)
}

// CanSet says whether a district may work by these settings. The limits keep a clock from being switched off by a large number, or
// from ringing so often that nobody hears it.
func CanSet(s Settings) error {
	if strings.TrimSpace(s.Service.Name) == "" || strings.TrimSpace(s.Service.Phone) == "" {
		return errs.Refuse("Say whom to ring before the family is told, and the number")
	}
	for _, l := range []struct {
		what           string
		n, least, most int
		unit           string
	}{
		{"Urgent and unread", s.Urgent, 5, 60, "minutes"},
		{"Not urgent and unread", s.Normal, 30, 480, "minutes of school time"},
		{"High without an action", s.High, 15, 480, "minutes"},
		{"An answer to whoever told you", s.Reply, 1, 10, "school days"},
		{"A talk with a pupil who asked", s.Box, 1, 3, "school days"},
		{"Read and nothing said", s.Silent, 1, 10, "school days"},
		{"Seen together", s.Together, 2, 20, "entries"},
	} {
		if l.n < l.least || l.n > l.most {
			return errs.Refusef("%s: %d to %d %s", l.what, l.least, l.most, l.unit)
		}
	}
	return nil
}

// Settings returns what the district has set, or what is shipped.
func (Store) Settings(ctx context.Context, tx *store.Tx) (Settings, error) {
	s, err := store.One[Settings](ctx, tx, store.SQL(`SELECT name, phone, urgent, normal, high, reply, box, silent, together, version FROM concerns_settings WHERE district_id = ?`, tx.Viewer.District))
	if errs.Is(err, errs.NotFound) {
		return Shipped, nil
	}
	return s, err
}

func (Store) setSettings(ctx context.Context, tx *store.Tx, s Settings) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO concerns_settings (district_id, name, phone, urgent, normal, high, reply, box, silent, together, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (district_id) DO UPDATE SET name = excluded.name, phone = excluded.phone, urgent = excluded.urgent, normal = excluded.normal, high = excluded.high, reply = excluded.reply,
		box = excluded.box, silent = excluded.silent, together = excluded.together, version = excluded.version`,
		tx.Viewer.District, s.Service.Name, s.Service.Phone, s.Urgent, s.Normal, s.High, s.Reply, s.Box, s.Silent, s.Together, s.Version))
}

// Set changes what the district works by. Clocks that run are counted anew from when they began. s.Version is the version that was
// looked at. Not found: whoever keeps no district. Rule: CanSet says no. Conflict: somebody else set them in between.
func (f *Feature) Set(ctx context.Context, v access.Viewer, s Settings) (err error) {
	defer errs.Wrap(&err, "concerns.Set")
	if err := CanSet(s); err != nil {
		return err
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := f.Schools.KeepsDistrict(ctx, tx); err != nil {
			return err
		}
		was, err := f.store.Settings(ctx, tx)
		if err != nil {
			return err
		}
		if was.Version != s.Version {
			return errs.New(errs.Conflict, "Somebody else has changed these settings since you opened them. What you wrote is still here")
		}
		if was == s {
			tx.Unaudited("nothing was changed")
			return nil
		}
		s.Version++
		if err := f.store.setSettings(ctx, tx, s); err != nil {
			return err
		}
		if err := f.Recount(ctx, tx, ""); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "concerns.set", ref.To("district", tx.Viewer.District), audit.Detail(changed(was, s)))
	})
}

// changed says what was set from what to what, for the audit log. Nothing in it is about anybody.
func changed(was, is Settings) map[string]string {
	out := map[string]string{}
	for _, x := range []struct {
		name    string
		was, is any
	}{
		{"service", was.Service.Name, is.Service.Name}, {"phone", was.Service.Phone, is.Service.Phone}, {"urgent", was.Urgent, is.Urgent}, {"normal", was.Normal, is.Normal}, {"high", was.High, is.High},
		{"reply", was.Reply, is.Reply}, {"box", was.Box, is.Box}, {"silent", was.Silent, is.Silent}, {"together", was.Together, is.Together},
	} {
		if x.was != x.is {
			out[x.name] = fmt.Sprintf("%v → %v", x.was, x.is)
		}
	}
	return out
}
