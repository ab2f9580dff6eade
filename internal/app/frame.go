package app

import (
	"context"
	"net/http"
	"slices"

	"kith/internal/feature/account"
	"kith/internal/feature/directory"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// frames make what stands around every page: header, menu, duty strip.
type frames struct {
	db            *store.DB
	accounts      account.Directory
	organisations directory.Store
	duty          interface {
		Duty(ctx context.Context, tx *store.Tx, org string) (*ui.Duty, error)
	}
	districts []directory.District
}

// entry is one entry of the menu and who has a use for it.
type entry struct {
	ui.NavItem
	roles []access.Role // any of these; none means every adult with a post
}

// menu is the main menu of the working pages. A slice's entry comes with the slice.
var menu = []entry{
	{ui.NavItem{Text: "Today", Href: "/today"}, nil},
	{ui.NavItem{Text: "Your schools", Href: "/insight"}, []access.Role{access.TrustLead}},
	{ui.NavItem{Text: "My concerns", Href: "/concerns/mine"}, nil},
	{ui.NavItem{Text: "Concerns", Href: "/concerns"}, []access.Role{access.DSL, access.Head}},
	{ui.NavItem{Text: "Children", Href: "/children"}, []access.Role{access.DSL, access.Head}},
	{ui.NavItem{Text: "Shared", Href: "/sharing"}, []access.Role{access.DSL, access.Head}},
	{ui.NavItem{Text: "Referrals", Href: "/referrals"}, []access.Role{access.LAOfficer}},
	{ui.NavItem{Text: "Training", Href: "/training"}, nil},
	{ui.NavItem{Text: "Training office", Href: "/training/office"}, []access.Role{access.TrainingAdmin}},
	{ui.NavItem{Text: "Coverage", Href: "/training/coverage"}, []access.Role{access.TrainingAdmin, access.Partnership, access.Strategic, access.TrustLead}},
	{ui.NavItem{Text: "Adults", Href: "/adults"}, []access.Role{access.Head, access.Chair, access.LADO}},
	{ui.NavItem{Text: "Quizzes", Href: "/training/quizzes"}, nil},
	{ui.NavItem{Text: "Newsletters", Href: "/newsletters/issues"}, []access.Role{access.Partnership}},
	{ui.NavItem{Text: "People", Href: "/admin/people"}, []access.Role{access.Admin}},
	{ui.NavItem{Text: "Rolls", Href: "/admin/roll"}, []access.Role{access.Admin}},
	{ui.NavItem{Text: "Term dates", Href: "/admin/terms"}, []access.Role{access.Admin}},
	{ui.NavItem{Text: "Check a paper", Href: "/documents/check"}, []access.Role{access.Auditor}},
	{ui.NavItem{Text: "Emergency", Href: "/break-glass"}, []access.Role{access.LAOfficer, access.Gateway}},
	{ui.NavItem{Text: "The audit log", Href: "/audit"}, []access.Role{access.Auditor}},
}

// rules are what the whole district works by: one entry of the menu, and a page each.
var rules = []ui.NavItem{{Text: "Clocks", Href: "/admin/concerns"}, {Text: "Referrals", Href: "/admin/referrals"}, {Text: "Sharing", Href: "/admin/sharing"}}

// withRules adds the entry of the rules, and on each of their pages the way to the others.
func withRules(p *ui.Page, at string) {
	here := slices.ContainsFunc(rules, func(i ui.NavItem) bool { return i.Href == at })
	p.Nav = append(p.Nav, ui.NavItem{Text: "Rules", Href: rules[0].Href, Current: here})
	if !here {
		return
	}
	p.TabsLabel = "Rules of the district"
	for _, i := range rules {
		i.Current = i.Href == at
		p.Tabs = append(p.Tabs, i)
	}
}

func (f frames) frame(ctx context.Context, v access.Viewer, at string) (ui.Page, error) {
	p := ui.Page{SignedIn: v.Account != ""}
	for _, d := range f.districts {
		if d.ID == v.District {
			p.Demo = d.Demo
			p.Place = d.Name
		}
	}
	if v.Account == "" {
		return p, nil
	}
	for _, e := range menu {
		use := len(e.roles) == 0 && v.Holds(access.Member)
		for _, r := range e.roles {
			use = use || v.Holds(r)
		}
		if use {
			item := e.NavItem
			item.Current = at == item.Href
			p.Nav = append(p.Nav, item)
		}
	}
	p.Own = "/account"
	p.Find = v.Holds(access.DSL) || v.Holds(access.Head)
	err := f.db.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		me, err := f.accounts.Account(ctx, tx, account.ID(v.Account))
		if err != nil {
			return err
		}
		p.Person = me.Name
		if orgs := v.Roles[access.Admin]; len(orgs) > 0 { // a register is the whole district's: not for a school's administrator
			all, err := f.organisations.Names(ctx, tx, orgs...)
			if err != nil {
				return err
			}
			for _, o := range all {
				if o.Kind != directory.School {
					p.Nav = append(p.Nav, ui.NavItem{Text: "Registers", Href: "/admin/register", Current: at == "/admin/register"})
					break
				}
			}
			for _, o := range all { // clocks, times, answers, the ladder of referrals, and what sharing is for are the whole district's
				if o.Kind == directory.Authority || o.Kind == directory.Partnership {
					withRules(&p, at)
					break
				}
			}
		}
		org, err := f.accounts.OrgOf(ctx, tx, v.Account)
		if errs.Is(err, errs.NotFound) {
			return nil // every post has ended
		}
		if err != nil {
			return err
		}
		o, err := f.organisations.Organisation(ctx, tx, org)
		if err != nil {
			return err
		}
		p.Place = o.Name
		if o.Kind == directory.School {
			p.Duty, err = f.duty.Duty(ctx, tx, org)
		}
		return err
	})
	return p, err
}

// front sends everybody where they begin: their day, or the way in.
func (a *App) front(w http.ResponseWriter, r *http.Request) error {
	if web.Viewer(r).Account == "" {
		return web.Redirect(w, r, "/sign-in", "")
	}
	return web.Redirect(w, r, "/today", "")
}
