package app

import (
	"errors"
	"fmt"
	"log/slog"

	"kith/internal/feature/concerns"
	"kith/internal/feature/directory"
	"kith/internal/feature/people"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/search"
)

// sources are the records that are found by name or by words.
func sources() []search.Source {
	return []search.Source{{Name: "children", Batch: people.Store{}.Reindex}, {Name: "concerns", Batch: concerns.Store{}.Reindex}}
}

type reindexCmd struct{ placeFlags }

// Run makes the index of every district afresh, beside the server if one runs.
func (m reindexCmd) Run(c *console) (err error) {
	if err := m.named(); err != nil {
		return err
	}
	place := m.place()
	db, root, _, err := openPlace(c.ctx, place)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if m.Data != "" {
		release, _, err := holdFolder(m.Data, false)
		if err != nil {
			return err
		}
		defer release() //nolint:errcheck // the lock ends with the process
	}
	if todo, err := db.Pending(c.ctx); err != nil || len(todo) > 0 {
		return errors.Join(err, errs.Refuse("The database is older than this program. Run kith migrate up first, or start the server."))
	}
	a := &App{DB: db, Root: root, Log: audit.New(db, nil), settings: Settings{Place: place, Log: slog.New(slog.DiscardHandler)}}
	if a.districts, err = (directory.Store{}).Districts(c.ctx, db); err != nil {
		return err
	}
	for _, d := range a.districts {
		told, done := map[string]int64{}, map[string]int64{}
		if err := search.Remake(c.ctx, db, access.System(d.ID, "reindex by the operator"), sources(), func(source string, n int64) {
			if done[source] = n; n-told[source] >= 5000 {
				told[source] = n
				fmt.Fprintf(c.err, "%s, %s: %s so far\n", d.Name, source, text.Plural(int(n), "record", "records"))
			}
		}); err != nil {
			return err
		}
		for _, s := range sources() {
			fmt.Fprintf(c.out, "%s, %s: %s are found afresh\n", d.Name, s.Name, text.Plural(int(done[s.Name]), "record", "records"))
		}
	}
	return a.record(c.ctx, "reindex by the operator", "search.remade", "search", "all")
}
