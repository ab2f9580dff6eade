package directory_test

import (
	"bytes"
	"context"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"kith/internal/feature/directory"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/bulk"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/testkit"
	"kith/internal/testkit/htmlcheck"
)

type signedIn map[string]access.Viewer

func (s signedIn) Viewer(_ context.Context, r *http.Request, district string) (access.Viewer, error) {
	if v, ok := s[r.Header.Get("As")]; ok {
		return v, nil
	}
	return access.Public(district), nil
}

// The registers are taken by the pages of the district's administrators: sent, taken in the background, shown with each rejected
// row. For a school's administrator the pages are not there.
func TestRegistersByPage(t *testing.T) {
	testkit.DBs(t, append([]store.Slice{bulk.Migrations}, slice...), func(t *testing.T, w *testkit.World) {
		admin := func(org string) access.Viewer {
			return access.Viewer{Account: "admin-" + org, District: "district", Now: clock.Of(testkit.Monday), Strength: access.SteppedUp, Roles: map[access.Role][]string{access.Member: {org}, access.Admin: {org}}}
		}
		testkit.OK(t, w.DB.Write(t.Context(), program, func(ctx context.Context, tx *store.Tx) error {
			if err := dir.Insert(ctx, tx, directory.Organisation{ID: "council", Kind: directory.Authority, Name: "The council"}); err != nil {
				return err
			}
			return dir.Insert(ctx, tx, directory.Organisation{ID: "north", Kind: directory.School, Name: "North"})
		}))
		queue := jobs.New(w.DB, slog.New(slog.DiscardHandler))
		site := web.New(web.Config{Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Clock: w.Clock, IDs: w.DB.IDs(), Sessions: signedIn{"council": admin("council"), "north": admin("north")},
			District: func(string) string { return "district" }, Frame: func(context.Context, access.Viewer, string) (ui.Page, error) { return ui.Page{}, nil }},
			directory.NewRegisters(w.DB, queue).Routes())
		pages := map[string][]byte{}
		get := func(as, target string) (int, string) {
			r := httptest.NewRequest("GET", target, nil)
			r.Header.Set("As", as)
			out := httptest.NewRecorder()
			site.ServeHTTP(out, r)
			if out.Code == 200 && !strings.HasSuffix(target, "progress") {
				pages[as+" "+target+" "+string(rune('a'+len(pages)))] = out.Body.Bytes()
			}
			plain := strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(out.Body.String(), " ")), " ")
			return out.Code, plain
		}
		send := func(as, kind, body string) (int, string) {
			var b bytes.Buffer
			m := multipart.NewWriter(&b)
			testkit.OK(t, m.WriteField("id", w.DB.IDs().New(w.DB.Now())))
			testkit.OK(t, m.WriteField("kind", kind))
			p, err := m.CreateFormFile("file", "register.csv")
			testkit.OK(t, err)
			_, err = p.Write([]byte(body))
			testkit.OK(t, err)
			testkit.OK(t, m.Close())
			r := httptest.NewRequest("POST", "/admin/register", &b)
			r.Header.Set("As", as)
			r.Header.Set("Content-Type", m.FormDataContentType())
			out := httptest.NewRecorder()
			site.ServeHTTP(out, r)
			return out.Code, out.Header().Get("Location")
		}
		if code, _ := get("council", "/admin/register"); code != 200 {
			t.Fatal(code)
		}
		code, page := send("council", "establishments", head+"900001,380,One,Open,,,\n12,380,No number,Open,,,\n")
		if code != 303 {
			t.Fatal(code)
		}
		if code, say := get("council", page); code != 200 || !strings.Contains(say, "0 rows so far") {
			t.Errorf("%d %s", code, say)
		}
		_, err := queue.Drain(t.Context())
		testkit.OK(t, err)
		if _, say := get("council", page); !strings.Contains(say, "New 1") || !strings.Contains(say, "3 urn &#34;12&#34; is not a URN of six digits") {
			t.Error(say)
		}
		code, refused := send("council", "groups", "nothing\n")
		if _, err := queue.Drain(t.Context()); err != nil || code != 303 {
			t.Fatal(code, err)
		}
		if _, say := get("council", refused); !strings.Contains(say, "The file cannot be taken") {
			t.Error(say)
		}
		if code, _ := send("council", "secrets", "x"); code != 422 {
			t.Error(code)
		}
		for _, target := range []string{"/admin/register", page, page + "/progress"} {
			if code, _ := get("north", target); code != 404 {
				t.Errorf("a school's administrator gets %s: %d", target, code)
			}
		}
		if code, _ := send("north", "establishments", head); code != 404 {
			t.Error(code)
		}
		if n, err := left(t, w); n != 0 || err != nil {
			t.Errorf("%d pieces of files are kept; %v", n, err)
		}
		if w.DB.Engine() == store.SQLite {
			htmlcheck.Check(t, pages)
		}
	})
}

func left(t *testing.T, w *testkit.World) (n int64, err error) {
	err = w.DB.Read(t.Context(), program, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = store.Value[int64](ctx, tx, store.SQL(`SELECT count(*) FROM bulk_part`))
		return err
	})
	return n, err
}
