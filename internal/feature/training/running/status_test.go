package running_test

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/running"
	"kith/internal/platform/mail"
	"kith/internal/testkit"
)

// opened is the payload of a compact JWS that verifies by the published key.
func opened(t *testing.T, w *world, token, typ string, into any) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("no compact JWS: %q", token)
	}
	raw := make([][]byte, 3)
	for i, p := range parts {
		b, err := base64.RawURLEncoding.DecodeString(p)
		testkit.OK(t, err)
		raw[i] = b
	}
	x, err := base64.RawURLEncoding.DecodeString(w.f.PublicKey()["x"])
	testkit.OK(t, err)
	if !ed25519.Verify(x, []byte(parts[0]+"."+parts[1]), raw[2]) || !strings.Contains(string(raw[0]), `"`+typ+`"`) {
		t.Fatalf("it does not verify: %s", raw[0])
	}
	testkit.OK(t, json.Unmarshal(raw[1], into))
}

// status is what a credential says of where its status is read.
type status struct {
	ID                   string
	Type                 string
	StatusPurpose        string
	StatusListIndex      string
	StatusListCredential string
}

func statusOf(t *testing.T, w *world, m mail.Message) status {
	t.Helper()
	var body struct{ CredentialStatus status }
	opened(t, w, string(m.Files[1].Body), "JWT", &body)
	return body.CredentialStatus
}

// set reads a credential's bit as the standard says: the list that it names is fetched, verified, unpacked, and looked at from the left.
func set(t *testing.T, w *world, s status) bool {
	t.Helper()
	at := regexp.MustCompile(`^https://kith\.example/training/certificates/status/(\d+)$`).FindStringSubmatch(s.StatusListCredential)
	if at == nil || s.Type != "BitstringStatusListEntry" || s.ID != s.StatusListCredential+"#"+s.StatusListIndex {
		t.Fatalf("%+v", s)
	}
	n, err := strconv.Atoi(at[1])
	testkit.OK(t, err)
	token, err := w.f.StatusList(t.Context(), district, n)
	testkit.OK(t, err)
	var list struct {
		ID, Issuer, ValidFrom, ValidUntil string
		Type                              []string
		CredentialSubject                 struct{ ID, Type, StatusPurpose, EncodedList string }
	}
	opened(t, w, token, "vc+jwt", &list)
	c := list.CredentialSubject
	until, err := time.Parse(time.RFC3339, list.ValidUntil)
	testkit.OK(t, err)
	if list.ID != s.StatusListCredential || list.Issuer != "https://kith.example/training/certificates" || len(list.Type) != 2 || list.Type[1] != "BitstringStatusListCredential" || c.Type != "BitstringStatusList" ||
		c.StatusPurpose != s.StatusPurpose || !strings.HasPrefix(c.EncodedList, "u") || !until.After(w.Clock.Now()) {
		t.Fatalf("the list is none: %+v", list)
	}
	packed, err := base64.RawURLEncoding.DecodeString(c.EncodedList[1:])
	testkit.OK(t, err)
	z, err := gzip.NewReader(bytes.NewReader(packed))
	testkit.OK(t, err)
	bits, err := io.ReadAll(z)
	testkit.OK(t, err)
	i, err := strconv.Atoi(s.StatusListIndex)
	testkit.OK(t, err)
	if len(bits)*8 < 131072 || i < 0 || i >= len(bits)*8 {
		t.Fatalf("%d bits, the %dth is asked for", len(bits)*8, i)
	}
	return bits[i/8]&(0x80>>(i%8)) != 0
}

// A credential names its bit in a list that anybody reads: set while the certificate is withdrawn, cleared when the register is put right, and
// each has its own. There is no list besides, and none of another district.
func TestAWithdrawnCredentialShows(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, err := w.f.StatusList(t.Context(), district, 1)
		missing(t, err) // no credential yet, so no list
		r := w.run(training.OneDay, "mill", "2027-02-10")
		a, b := w.book(r, "Grace Ito", nil), w.book(r, "Ellen Booth", nil)
		w.post()
		w.at("2027-02-10", 15, 0)
		testkit.OK(t, w.tick(w.admin, r, 0, running.Present, a, b))
		testkit.OK(t, w.f.Close(t.Context(), w.admin, r.ID, false))
		var grace, ellen status
		for _, m := range w.post() {
			switch m.To {
			case "grace@haverdale.example":
				grace = statusOf(t, w, m)
			case "ellen@haverdale.example":
				ellen = statusOf(t, w, m)
			}
		}
		if grace.StatusListIndex == ellen.StatusListIndex {
			t.Fatalf("two credentials share a bit: %+v", grace)
		}
		if set(t, w, grace) || set(t, w, ellen) {
			t.Error("a valid certificate shows as withdrawn")
		}
		_, err = w.f.Tick(t.Context(), w.admin, r.ID, 0, []running.Tick{{Booking: a, Kind: running.Absent, Was: running.Present}})
		testkit.OK(t, err)
		if !set(t, w, grace) || set(t, w, ellen) {
			t.Error("withdrawn: the wrong bits are set")
		}
		_, err = w.f.Tick(t.Context(), w.admin, r.ID, 0, []running.Tick{{Booking: a, Kind: running.Present, Was: running.Absent}})
		testkit.OK(t, err)
		if set(t, w, grace) {
			t.Error("the register was put right, and the credential shows as withdrawn")
		}
		line := w.lines(w.grace, "grace")[0]
		token, err := w.f.Badge(t.Context(), w.grace, line.ID)
		testkit.OK(t, err)
		var again struct{ CredentialStatus status }
		opened(t, w, token, "JWT", &again)
		if again.CredentialStatus != grace {
			t.Errorf("asked for again it has another bit: %+v", again)
		}
		for _, n := range []int{-1, 0, 2} {
			_, err = w.f.StatusList(t.Context(), district, n)
			missing(t, err)
		}
		_, err = w.f.StatusList(t.Context(), "elsewhere", 1)
		missing(t, err)
	})
}
