package app

import (
	"net/http"

	"kith/internal/kernel/access"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// publicRoutes are the two pages that every footer leads to.
func publicRoutes() []web.Route {
	return []web.Route{
		web.Get("/access", anybody, accessPage),
		web.Get("/accessibility", anybody, accessibilityPage),
	}
}

// accessPage is "Who can see what": the table that decides, in its own words, so that it cannot say anything else than what
// the program does.
func accessPage(w http.ResponseWriter, r *http.Request) error {
	return web.Show(w, r, web.Page{Title: "Who can see what", Mode: readingMode(r), Body: accessTable(access.Rules, strengths())})
}

func accessibilityPage(w http.ResponseWriter, r *http.Request) error {
	return web.Show(w, r, web.Page{Title: "Accessibility", Mode: readingMode(r), Body: accessibilityStatement()})
}

// readingMode keeps the menu in sight of whoever is signed in.
func readingMode(r *http.Request) ui.Mode {
	if web.Viewer(r).Account == "" {
		return ui.Public
	}
	return ui.Working
}

// strengths are what the house's pages ask before any record is looked at, in words.
func strengths() []string {
	return []string{access.Anybody.Words, access.Reporter.Words, access.Lead.Words, access.RecordRead.Words, access.Emergency.Words, access.Administer.Words, access.Audit.Words}
}
