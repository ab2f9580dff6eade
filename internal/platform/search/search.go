// Package search finds children by name and records by their words. The index narrows; the access predicate, joined in the same
// query, decides. At most Limit results and no count, so that what is not shown leaves no trace (SEC-3).
package search

import (
	"context"
	"crypto/sha256"
	"embed"
	"strings"

	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
)

//go:embed migrations
var files embed.FS

// Migrations makes the tables of the index.
var Migrations = store.Slice{Name: "search", Files: files}

// Limit is how many results a search gives at most.
const Limit = 20

// Everywhere is the scope of district roles.
const Everywhere = "*"

// AddName makes a record findable by a name within the scopes, in the transaction that makes the record.
func AddName(ctx context.Context, tx *store.Tx, record string, scopes []string, names ...string) error {
	tokens := map[string]bool{}
	for _, n := range names {
		for _, t := range fold.Tokens(n) {
			tokens[t] = true
		}
	}
	q := store.SQL(`INSERT INTO search_name (district_id, scope, token, record_id) VALUES`)
	sep := ""
	for _, s := range scopes {
		for t := range tokens {
			q.Add(sep+`(?, ?, ?, ?)`, tx.Viewer.District, s, t, record)
			sep = ","
		}
	}
	if sep == "" {
		return nil
	}
	return tx.Put(ctx, q.Add(`ON CONFLICT DO NOTHING`))
}

// DropName makes a record no longer findable by name.
func DropName(ctx context.Context, tx *store.Tx, record string) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM search_name WHERE record_id = ?`, record))
}

// Names returns the ids of records whose names hold every word of q as a beginning, within the scopes, that the viewer may
// see. limit is at most Limit.
func Names(ctx context.Context, tx *store.Tx, scopes []string, q string, limit int, kinds ...string) ([]string, error) {
	words := fold.Query(q)
	if len(words) == 0 || len(scopes) == 0 {
		return nil, nil
	}
	sql := store.SQL(`SELECT DISTINCT n.record_id FROM search_name n JOIN access_record r ON r.id = n.record_id WHERE n.district_id = ? AND `, tx.Viewer.District).
		In("n.scope", scopes).Add(`AND n.token >= ? AND n.token < ?`, words[0], after(words[0]))
	for _, w := range words[1:] {
		sql.Add(`AND EXISTS (SELECT 1 FROM search_name m WHERE m.district_id = n.district_id AND m.scope = n.scope AND m.record_id = n.record_id AND m.token >= ? AND m.token < ?)`, w, after(w))
	}
	return store.Values[string](ctx, tx, sql.Visible("r", kinds...).Add(`LIMIT ?`, min(limit, Limit)))
}

// after returns the first text that does not begin with prefix.
func after(prefix string) string { return prefix + "\U0010FFFF" }

// AddText makes the words of a record findable within the scopes; words that are there already are replaced.
func AddText(ctx context.Context, tx *store.Tx, record string, scopes []string, body string) error {
	if err := DropText(ctx, tx, record); err != nil {
		return err
	}
	words := strings.Join(scoped(scopes, fold.Tokens(body)), " ")
	if tx.Engine() == store.Postgres {
		return tx.Put(ctx, store.SQL(`INSERT INTO search_text (record_id, district_id, scope, words) VALUES (?, ?, '', to_tsvector('simple', ?))`, record, tx.Viewer.District, words))
	}
	n, err := store.Value[int64](ctx, tx, store.SQL(`INSERT INTO search_text (record_id, district_id) VALUES (?, ?) RETURNING n`, record, tx.Viewer.District))
	if err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO search_words (rowid, scope, body) VALUES (?, '', ?)`, n, words))
}

// DropText makes the words of a record no longer findable.
func DropText(ctx context.Context, tx *store.Tx, record string) error {
	if tx.Engine() == store.SQLite {
		if err := tx.Put(ctx, store.SQL(`DELETE FROM search_words WHERE rowid IN (SELECT n FROM search_text WHERE record_id = ?)`, record)); err != nil {
			return err
		}
	}
	return tx.Put(ctx, store.SQL(`DELETE FROM search_text WHERE record_id = ?`, record))
}

// scoped puts a scope before each word, as the index holds them: the beginning of a word is looked for among the words of the
// scope and not among those of the whole district, so that a school's search costs the same in a district of any size.
func scoped(scopes, words []string) []string {
	out := make([]string, 0, len(scopes)*len(words))
	for _, s := range scopes {
		for _, w := range words {
			out = append(out, code(s)+w)
		}
	}
	return out
}

// code is a scope as ten letters. Two scopes with one code would only widen what is looked through: the access predicate decides.
func code(scope string) string {
	h := sha256.Sum256([]byte(scope))
	out := make([]byte, 10)
	for i := range out {
		out[i] = 'a' + h[i]%26
	}
	return string(out)
}

// Texts returns the ids of records that hold every word of q as a beginning, within the scopes, that the viewer may see.
func Texts(ctx context.Context, tx *store.Tx, scopes []string, q string, kinds ...string) ([]string, error) {
	words := fold.Query(q)
	if len(words) == 0 || len(scopes) == 0 {
		return nil, nil
	}
	each, and, or := `body : "%" *`, " AND ", " OR "
	if tx.Engine() == store.Postgres {
		each, and, or = `'%':*`, " & ", " | "
	}
	within := make([]string, len(scopes))
	for i, s := range scopes {
		match := scoped([]string{s}, words)
		for j, w := range match {
			match[j] = strings.Replace(each, "%", strings.NewReplacer("'", "", `"`, "").Replace(w), 1)
		}
		within[i] = "(" + strings.Join(match, and) + ")"
	}
	if tx.Engine() == store.Postgres {
		sql := store.SQL(`SELECT t.record_id FROM search_text t JOIN access_record r ON r.id = t.record_id WHERE t.words @@ to_tsquery('simple', ?)`, strings.Join(within, or))
		return store.Values[string](ctx, tx, sql.Visible("r", kinds...).Add(`LIMIT ?`, Limit))
	}
	sql := store.SQL(`SELECT t.record_id FROM search_words JOIN search_text t ON t.n = search_words.rowid JOIN access_record r ON r.id = t.record_id WHERE search_words MATCH ?`, strings.Join(within, or))
	return store.Values[string](ctx, tx, sql.Visible("r", kinds...).Add(`LIMIT ?`, Limit))
}
