package people_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/playwright-community/playwright-go"

	"kith/internal/testkit"
	"kith/internal/testkit/browser"
)

// An administrator takes a roll over on a phone and at a desk, with scripts and without: file, columns, difference, decisions,
// receipt.
func TestTakingARollOverInABrowser(t *testing.T) {
	for what, options := range map[string][]browser.Option{"with scripts": nil, "without scripts": {browser.WithoutScript()}} {
		t.Run(what, func(t *testing.T) {
			w := newRollWorld(t, testkit.SQLite(t, rollSlices...))
			w.take(north, north, sims+zoe+amir+leaf, false)
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				r.Header.Set("As", north)
				w.site.ServeHTTP(rw, r)
			}))
			defer server.Close()
			b := browser.New(t)
			p := b.Desktop(t, server.URL, options...)
			if options != nil {
				p = b.Phone(t, server.URL, options...)
			}
			p.Goto("/admin/roll")
			p.See("taken over")
			p.Check(t)
			p.Shot("roll-index")
			body := sims + zoe + "2,Malik,Amir,,Q380200126002,02/10/2014,M,Year 7,7B,,,,,,,,,\n9,Stone,Ivy,,,01/01/2015,F,Year 7,7A,,,,,,,,,\n,OBRIEN,zoe,,,03/09/2014,F,Year 7,7B,,,,,,,,,\n,,,,,,,,,x,,,,,,,,\n"
			testkit.OK(t, p.PW.Locator("input[type=file]").SetInputFiles([]playwright.InputFile{{Name: "autumn.csv", MimeType: "text/csv", Buffer: []byte(body)}}))
			p.Click("button", "Send the file")
			p.See("What the columns hold")
			p.Check(t)
			p.Shot("roll-columns")
			p.Click("button", "See the difference")
			p.See("Possibly the same child")
			p.Check(t)
			p.Shot("roll-difference")
			p.Choose("A different child: add to the roll")
			p.Click("button", "Keep these decisions")
			p.See("will be taken over")
			p.Click("link", "Proposed leavers")
			p.See("Leaf Green, 7C")
			p.Check(t)
			p.Tick("Leaf Green, 7C has left")
			p.Shot("roll-leavers")
			p.Click("button", "Keep these decisions")
			p.Tick("This is the whole roll of the school")
			p.Click("button", "Take the roll over")
			p.See("Being taken over")
			p.Check(t)
			p.Shot("roll-progress")
			_, err := w.queue.Drain(t.Context())
			testkit.OK(t, err)
			if options != nil {
				p.Click("link", "Look again")
			}
			p.See("2 children added, 1 changed, 1 left the roll") // with scripts the page notices by itself
			p.Check(t)
			p.Shot("roll-receipt")
		})
	}
}
