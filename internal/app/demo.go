package app

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"kith/internal/demo"
	"kith/internal/feature/account"
	"kith/internal/kernel/errs"
	"kith/internal/platform/web"
)

// demoParts are the slices whose lives the invented district fills in.
func (a *App) demoParts() demo.Parts {
	return demo.Parts{
		Concerns:    a.Concerns,
		Adults:      a.Adults,
		Terms:       a.Terms,
		Sharing:     a.Sharing,
		Newsletters: a.Newsletters,
		Referrals:   a.Referrals,
		Talk:        a.Talk,
		Training:    a.Training,
		Quizzes:     a.Quizzes,
		Programmes:  a.Programmes,
		Cascades:    a.Cascades,
		Running:     a.Running,
		Auditing:    a.Auditing,
		Queue:       a.Queue,
	}
}

// demoRoutes are the one-click ways in; they exist in the invented district only.
func (a *App) demoRoutes() []web.Route {
	return []web.Route{
		web.Get("/demo/personas.json", anybody, a.personas),
		web.Post("/demo/sign-in", anybody, a.demoSignIn),
	}
}

// demoPersonas is the part of the sign-in page where a visitor becomes somebody with one click.
func (a *App) demoPersonas(r *http.Request) templ.Component {
	all, err := demo.Personas(r.Context(), a.DB, web.Viewer(r).District)
	if err != nil {
		return templ.NopComponent // the page of the way in still works
	}
	var groups []personaGroup
	for _, p := range all {
		i := slices.IndexFunc(groups, func(g personaGroup) bool { return g.name == p.Group })
		if i < 0 {
			i, groups = len(groups), append(groups, personaGroup{name: p.Group})
		}
		groups[i].personas = append(groups[i].personas, p)
	}
	return personaPanel(demo.District, groups)
}

type personaGroup struct {
	name     string
	personas []demo.Persona
}

func (a *App) personas(w http.ResponseWriter, r *http.Request) error {
	all, err := demo.Personas(r.Context(), a.DB, web.Viewer(r).District)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(all)
}

// demoSignIn opens a session as a persona, with a second factor as if just given.
func (a *App) demoSignIn(w http.ResponseWriter, r *http.Request) error {
	all, err := demo.Personas(r.Context(), a.DB, web.Viewer(r).District)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Key == r.PostFormValue("persona") {
			if err := a.Account.SignIn(r.Context(), w, r, account.ID(p.Account), true, "demonstration"); err != nil {
				return err
			}
			return web.Redirect(w, r, "/today", "")
		}
	}
	return errs.Missing()
}
