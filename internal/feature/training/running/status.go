package running

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// A credential that left us cannot be taken back, so it names an entry in a status list (W3C Bitstring Status List 1.0): a bit for each credential,
// in a list that anybody reads and that is itself a credential signed by us. The bit is set while the certificate is withdrawn.
//
// The purpose is suspension, not revocation: revocation is for ever, and a certificate that was withdrawn by a slip in a register is valid again
// once the register is put right. The list that Open Badges 3.0 names besides, of the ids of those revoked, is not for us: the id of a credential is
// the address of its check, with the serial that nobody but its holder may give away.
const (
	statusPurpose = "suspension"
	statusPath    = "/training/certificates/status/"
	statusBits    = 131072 // the least that the standard allows, so that a bit hides among others
	statusFull    = statusBits / 2
	statusTTL     = 5 * time.Minute // how long a reader may keep a list
	statusValid   = 24 * time.Hour  // an older list proves nothing
)

// entry is the bit of a credential.
type entry struct{ list, bit int }

func (e *entry) Dest() []any { return []any{&e.list, &e.bit} }

// enlist gives a credential its bit in the latest status list. The bit is drawn, so that it says nothing of when or for which course it was given.
func (s Store) enlist(ctx context.Context, tx *store.Tx, l LearntID) error {
	list, err := s.latestList(ctx, tx)
	if err != nil {
		return err
	}
	taken, err := store.Value[int](ctx, tx, store.SQL(`SELECT COUNT(*) FROM training_credential c WHERE c.district_id = ? AND c.list = ?`, tx.Viewer.District, list))
	if err != nil {
		return err
	}
	if list == 0 || taken >= statusFull {
		list++
	}
	for range 64 { // at most half of the bits are given
		n, err := rand.Int(rand.Reader, big.NewInt(statusBits))
		if err != nil {
			return err
		}
		put, err := tx.Exec(ctx, store.SQL(`INSERT INTO training_credential (district_id, list, status_bit, learnt_id) VALUES (?, ?, ?, ?) ON CONFLICT (district_id, list, status_bit) DO NOTHING`,
			tx.Viewer.District, list, n.Int64(), string(l)))
		if err != nil || put == 1 {
			return err
		}
	}
	return errors.New("running: no free bit in the status list")
}

// latestList is the number of the latest status list, 0 where there is none.
func (Store) latestList(ctx context.Context, tx *store.Tx) (int, error) {
	return store.Value[int](ctx, tx, store.SQL(`SELECT COALESCE(MAX(c.list), 0) FROM training_credential c WHERE c.district_id = ?`, tx.Viewer.District))
}

// statusEntry returns the bit of a line's credential. NotFound: it has none.
func (Store) statusEntry(ctx context.Context, tx *store.Tx, l LearntID) (entry, error) {
	return store.One[entry](ctx, tx, store.SQL(`SELECT c.list, c.status_bit FROM training_credential c WHERE c.district_id = ? AND c.learnt_id = ?`, tx.Viewer.District, string(l)))
}

// setStatus sets or clears the bit of a line's credential; a line without a certificate has none.
func (Store) setStatus(ctx context.Context, tx *store.Tx, l LearntID, withdrawn bool) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_credential SET withdrawn = ? WHERE district_id = ? AND learnt_id = ?`, withdrawn, tx.Viewer.District, string(l)))
}

func (f *Feature) statusURL(list int) string { return f.PublicURL + statusPath + strconv.Itoa(list) }

// status is what a credential says of where its status is read; nil for one that has no bit.
func (f *Feature) status(ctx context.Context, tx *store.Tx, l LearntID) (map[string]any, error) {
	e, err := f.rows.statusEntry(ctx, tx, l)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	at := f.statusURL(e.list)
	return map[string]any{"id": at + "#" + strconv.Itoa(e.bit), "type": "BitstringStatusListEntry", "statusPurpose": statusPurpose, "statusListIndex": strconv.Itoa(e.bit), "statusListCredential": at}, nil
}

// StatusList returns a status list as a credential in a compact JWS. It holds bits, and names nobody. NotFound: there is no such list.
func (f *Feature) StatusList(ctx context.Context, district string, list int) (token string, err error) {
	defer errs.Wrap(&err, "running.StatusList(%d)", list)
	bits := make([]byte, statusBits/8)
	var from, until time.Time
	err = f.DB.Read(ctx, access.System(district, "somebody reads a status list"), func(ctx context.Context, tx *store.Tx) error {
		last, err := f.rows.latestList(ctx, tx)
		if err != nil {
			return err
		}
		if list < 1 || list > last {
			return errs.Missing()
		}
		set, err := store.Values[int](ctx, tx, store.SQL(`SELECT c.status_bit FROM training_credential c WHERE c.district_id = ? AND c.list = ? AND c.withdrawn`, district, list))
		for _, n := range set {
			bits[n/8] |= 0x80 >> (n % 8) // the first bit is the leftmost
		}
		from, until = tx.Now.Time(), tx.Now.Time().Add(statusValid)
		return err
	})
	if err != nil {
		return "", err
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(bits); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	at := f.statusURL(list)
	return f.signed("vc+jwt", map[string]any{
		"@context": []string{"https://www.w3.org/ns/credentials/v2"}, "id": at, "type": []string{"VerifiableCredential", "BitstringStatusListCredential"}, "issuer": f.PublicURL + "/training/certificates",
		"validFrom": from.UTC().Format(time.RFC3339), "validUntil": until.UTC().Format(time.RFC3339),
		"credentialSubject": map[string]any{"id": at + "#list", "type": "BitstringStatusList", "statusPurpose": statusPurpose, "encodedList": "u" + base64.RawURLEncoding.EncodeToString(packed.Bytes()), "ttl": statusTTL.Milliseconds()},
	})
}

// statusList answers with a status list.
func (f *Feature) statusList(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("list"))
	if err != nil {
		return errs.Missing()
	}
	token, err := f.StatusList(r.Context(), web.Viewer(r).District, n)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vc+jwt")
	_, err = fmt.Fprint(w, token)
	return err
}
