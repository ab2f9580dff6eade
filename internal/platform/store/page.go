package store

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"kith/internal/kernel/errs"
)

// PageSize is how many rows a list shows at once.
const PageSize = 25

// Page is one page of a list. Next and Previous are cursors for the neighbouring pages, "" where there is none. There is no
// total and no page number: either would say that something is there which the viewer may not see (SEC-3).
type Page[T any] struct {
	Items          []T
	Next, Previous string
}

// By is the order in which a list is read.
type By[T any] struct {
	Columns []string      // ascending, each NOT NULL; together they are of one row only, so the last is an id
	Newest  bool          // the other way round: all of them descending
	Of      func(T) []any // what the columns hold in a row: text, whole numbers, true or false
}

// PageOf returns the page of q's rows that the cursor leads to, the first page for "". q ends inside its WHERE clause, after
// Visible: the condition, order and limit are added here.
//
// A cursor holds where the page ends, not how many rows came before, so that a row that is added meanwhile neither repeats
// nor hides another. It is sealed with the database's key, because what a list is ordered by may be a name and the cursor
// stands in a URL; the same place has always the same cursor. Where the rows that it led to are gone, the list's nearest end
// is shown. Invalid: a cursor that was not made here for this order.
func PageOf[T any, P Row[T]](ctx context.Context, tx *Tx, q *Query, by By[T], cursor string) (Page[T], error) {
	if cursor == "" {
		return pageFrom[T, P](ctx, tx, q, by, false, nil)
	}
	back, edge, err := tx.db.cursors.open(cursor, by.Columns)
	if err != nil {
		return Page[T]{}, err
	}
	page, err := pageFrom[T, P](ctx, tx, q, by, back, edge)
	if err == nil && len(page.Items) == 0 {
		return pageFrom[T, P](ctx, tx, q, by, !back, nil)
	}
	return page, err
}

// pageFrom returns the page beyond edge, which is the list's own end when nil.
func pageFrom[T any, P Row[T]](ctx context.Context, tx *Tx, q *Query, by By[T], back bool, edge []any) (page Page[T], err error) {
	order, beyond := "", " > "
	if by.Newest != back {
		order, beyond = " DESC", " < "
	}
	full := &Query{parts: slices.Clone(q.parts), visible: q.visible}
	if edge != nil {
		full.Add("AND ("+strings.Join(by.Columns, ", ")+")"+beyond+"(?"+strings.Repeat(", ?", len(edge)-1)+")", edge...)
	}
	rows, err := All[T, P](ctx, tx, full.Add("ORDER BY "+strings.Join(by.Columns, order+", ")+order+" LIMIT ?", PageSize+1))
	if err != nil || len(rows) == 0 {
		return page, err
	}
	more := len(rows) > PageSize
	page.Items = rows[:min(len(rows), PageSize)]
	if back {
		slices.Reverse(page.Items)
	}
	if more && !back || back && edge != nil {
		page.Next, err = tx.db.cursors.seal(false, by.Of(page.Items[len(page.Items)-1]), by.Columns)
	}
	if err == nil && (more && back || !back && edge != nil) {
		page.Previous, err = tx.db.cursors.seal(true, by.Of(page.Items[0]), by.Columns)
	}
	return page, err
}

// sealer makes cursors that say nothing to whoever reads them and cannot be made elsewhere. The nonce is a MAC of what is
// sealed: two renderings of one page are the same bytes.
type sealer struct {
	aead cipher.AEAD
	mac  []byte
}

func newSealer(key [32]byte) (s sealer, err error) {
	k, err := hkdf.Key(sha256.New, key[:], nil, "kith page cursor", 64)
	if err != nil {
		return s, err
	}
	block, err := aes.NewCipher(k[:32])
	if err != nil {
		return s, err
	}
	s.mac = k[32:]
	s.aead, err = cipher.NewGCM(block)
	return s, err
}

type position struct {
	Back bool
	Edge []any
}

func (s sealer) seal(back bool, edge []any, columns []string) (string, error) {
	plain, err := json.Marshal(position{back, edge})
	if err != nil {
		return "", err
	}
	about := []byte(strings.Join(columns, "\n"))
	h := hmac.New(sha256.New, s.mac)
	h.Write(append(append(about, 0), plain...))
	nonce := h.Sum(nil)[:s.aead.NonceSize()]
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, plain, about)), nil
}

func (s sealer) open(cursor string, columns []string) (back bool, edge []any, err error) {
	unreadable := errs.New(errs.Invalid, "This link leads nowhere. Open the list again.")
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) < s.aead.NonceSize() {
		return false, nil, unreadable
	}
	n := s.aead.NonceSize()
	plain, err := s.aead.Open(nil, b[:n], b[n:], []byte(strings.Join(columns, "\n")))
	if err != nil {
		return false, nil, unreadable
	}
	var p position
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber() // an instant does not fit a float
	if err := d.Decode(&p); err != nil {
		return false, nil, unreadable
	}
	for i, v := range p.Edge {
		if number, ok := v.(json.Number); ok {
			if p.Edge[i], err = number.Int64(); err != nil {
				return false, nil, unreadable
			}
		}
	}
	return p.Back, p.Edge, nil
}
