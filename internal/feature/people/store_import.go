package people

import (
	"context"

	"kith/internal/kernel/clock"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
)

// States of an import.
const (
	Uploading = "uploading"
	Uploaded  = "uploaded" // the file is here; a table waits for its columns
	Compared  = "compared" // the difference is shown and decided upon
	Applying  = "applying"
	Done      = "done"
	Dropped   = "dropped"
)

// Verdicts on a row of a file.
const (
	VerdictNew        = "new"
	VerdictChanged    = "changed"
	VerdictLeaver     = "leaver"
	VerdictSuggestion = "suggestion"
	VerdictClash      = "clash"
	VerdictRejected   = "rejected"
	VerdictWarning    = "warning"
)

const (
	stateWaiting = "waiting"
	stateDone    = "done"
)

// Import is a file of a school's roll on its way.
type Import struct {
	ID, Org, Account, Name, Source, State string
	Mapping                               string // JSON of roll.Mapping
	School                                string // which school of a bundle is meant, by the bundle's own id
	Confirm                               string // the sentence to confirm before it is applied; "" when there is none
	Problem                               string
	Read, Created, Updated, Unchanged     int64
	Gone                                  int64 // children taken off the roll by a person's decision
	Total, Done                           int64 // rows to take, and taken
	MadeAt, EndedAt                       clock.Millis
}

const importColumns = `i.id, i.org_id, i.account_id, i.name, i.source, i.state, i.mapping, i.school, i.confirm, i.problem, i.read, i.created, i.updated, i.unchanged, i.gone, i.total, i.done, i.made_at, i.ended_at`

func (i *Import) Dest() []any {
	return []any{&i.ID, &i.Org, &i.Account, &i.Name, &i.Source, &i.State, &i.Mapping, &i.School, &i.Confirm, &i.Problem, &i.Read, &i.Created, &i.Updated, &i.Unchanged,
		&i.Gone, &i.Total, &i.Done, (*int64)(&i.MadeAt), (*int64)(&i.EndedAt)}
}

func (Store) importOf(ctx context.Context, tx *store.Tx, id string) (Import, error) {
	return store.One[Import](ctx, tx, store.SQL(`SELECT `+importColumns+` FROM people_import i WHERE i.id = ? AND i.district_id = ?`, id, tx.Viewer.District))
}

// imports returns the newest imports of schools.
func (Store) imports(ctx context.Context, tx *store.Tx, orgs []string) ([]Import, error) {
	return store.All[Import](ctx, tx, store.SQL(`SELECT `+importColumns+` FROM people_import i WHERE i.district_id = ? AND `, tx.Viewer.District).In("i.org_id", orgs).
		Add(`ORDER BY i.made_at DESC, i.id DESC LIMIT 20`))
}

func (Store) insertImport(ctx context.Context, tx *store.Tx, i Import) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO people_import (id, district_id, org_id, account_id, name, source, state, mapping, school, read, created, updated, unchanged, made_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, i.ID, tx.Viewer.District, i.Org, i.Account, i.Name, i.Source, i.State, i.Mapping, i.School,
		i.Read, i.Created, i.Updated, i.Unchanged, int64(i.MadeAt)))
}

// importRow is one row of a difference.
type importRow struct {
	N                          int64
	Verdict, State, Act, Child string
	Name                       string
	Line                       int64
	Field, Reason              string
	Choices, Changes, Data     string
}

const rowColumns = `n, verdict, state, act, child_id, name, line, field, reason, choices, changes, data`

func (r *importRow) Dest() []any {
	return []any{&r.N, &r.Verdict, &r.State, &r.Act, &r.Child, &r.Name, &r.Line, &r.Field, &r.Reason, &r.Choices, &r.Changes, &r.Data}
}

func (Store) putRows(ctx context.Context, tx *store.Tx, id string, rows []importRow) error {
	var values []any
	for _, r := range rows {
		values = append(values, r.N, r.Verdict, r.State, r.Act, r.Child, r.Name, r.Line, r.Field, r.Reason, r.Choices, r.Changes, r.Data, id, tx.Viewer.District)
	}
	return bulk.Insert(ctx, tx, `INSERT INTO people_import_row (`+rowColumns+`, import_id, district_id) VALUES`, 14, values, "")
}

// waiting returns the next rows to be taken.
func (Store) waiting(ctx context.Context, tx *store.Tx, id string, limit int) ([]importRow, error) {
	return store.All[importRow](ctx, tx, store.SQL(`SELECT `+rowColumns+` FROM people_import_row WHERE import_id = ? AND district_id = ? AND state = 'waiting' AND act <> '' ORDER BY n LIMIT ?`,
		id, tx.Viewer.District, limit))
}

// taken marks rows as taken and empties them.
func (Store) taken(ctx context.Context, tx *store.Tx, id string, rows []importRow) error {
	return tx.Put(ctx, store.SQL(`UPDATE people_import_row SET state = 'done', name = '', choices = '', changes = '', data = '' WHERE import_id = ? AND n >= ? AND n <= ? AND state = 'waiting' AND act <> ''`,
		id, rows[0].N, rows[len(rows)-1].N))
}

// dropRows removes rows of an import, those rejected only when all are to go, and says how many.
func (Store) dropRows(ctx context.Context, tx *store.Tx, id string, limit int, all bool) (int64, error) {
	return tx.Exec(ctx, store.SQL(`DELETE FROM people_import_row WHERE import_id = ? AND n IN (SELECT n FROM people_import_row WHERE import_id = ?`, id, id).
		If(!all, `AND verdict NOT IN ('rejected', 'warning')`).Add(`ORDER BY n LIMIT ?)`, limit))
}

type verdictCount struct {
	Verdict string
	N, Act  int64
}

func (c *verdictCount) Dest() []any { return []any{&c.Verdict, &c.N, &c.Act} }

// verdicts counts the rows of an import by verdict, and how many of them something will be done with.
func (Store) verdicts(ctx context.Context, tx *store.Tx, id string) (map[string]verdictCount, error) {
	rows, err := store.All[verdictCount](ctx, tx, store.SQL(`SELECT w.verdict, count(*), sum(CASE WHEN w.act <> '' THEN 1 ELSE 0 END) FROM people_import_row w
		WHERE w.import_id = ? AND w.district_id = ? GROUP BY w.verdict`, id, tx.Viewer.District))
	out := map[string]verdictCount{}
	for _, r := range rows {
		out[r.Verdict] = r
	}
	return out, err
}

// page returns the rows of a verdict, page by page.
func (Store) page(ctx context.Context, tx *store.Tx, id, verdict, cursor string) (store.Page[importRow], error) {
	return store.PageOf(ctx, tx, store.SQL(`SELECT `+rowColumns+` FROM people_import_row WHERE import_id = ? AND district_id = ? AND verdict = ?`, id, tx.Viewer.District, verdict),
		store.By[importRow]{Columns: []string{"n"}, Of: func(r importRow) []any { return []any{r.N} }}, cursor)
}

// row returns one row of an import. NotFound: none.
func (Store) row(ctx context.Context, tx *store.Tx, id string, n int64) (importRow, error) {
	return store.One[importRow](ctx, tx, store.SQL(`SELECT `+rowColumns+` FROM people_import_row WHERE import_id = ? AND district_id = ? AND n = ?`, id, tx.Viewer.District, n))
}

func (Store) decide(ctx context.Context, tx *store.Tx, id string, n int64, act, child string) error {
	return tx.Put(ctx, store.SQL(`UPDATE people_import_row SET act = ?, child_id = ? WHERE import_id = ? AND district_id = ? AND n = ? AND state = 'waiting'`, act, child, id, tx.Viewer.District, n))
}

type preset struct{ Name, Mapping string }

func (p *preset) Dest() []any { return []any{&p.Name, &p.Mapping} }

func (Store) presets(ctx context.Context, tx *store.Tx, org string) ([]preset, error) {
	return store.All[preset](ctx, tx, store.SQL(`SELECT p.name, p.mapping FROM people_preset p WHERE p.org_id = ? AND p.district_id = ? ORDER BY p.name`, org, tx.Viewer.District))
}

func (Store) savePreset(ctx context.Context, tx *store.Tx, org string, p preset) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO people_preset (district_id, org_id, name, mapping) VALUES (?, ?, ?, ?)
		ON CONFLICT (org_id, name) DO UPDATE SET mapping = excluded.mapping`, tx.Viewer.District, org, p.Name, p.Mapping))
}
