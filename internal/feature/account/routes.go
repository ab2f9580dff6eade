package account

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/platform/web"
)

// fresh is what changing one's own way of signing in asks for.
var fresh = access.Permission{Name: "own-account", Words: "Whoever is signed in, for their own account, with a second factor given just now", Strength: access.SteppedUp}

// surely is what taking somebody's second step away asks for.
var surely = access.Permission{Name: "administer-surely", Words: "Account administrators, with a second factor given just now", Roles: []access.Role{access.Admin}, Strength: access.SteppedUp}

// Routes are the addresses of this slice.
func (f *Feature) Routes() []web.Route {
	return []web.Route{
		web.Get("/sign-in", access.Anybody, f.signInPage),
		web.Get("/sign-in/password", access.Anybody, f.passwordPage),
		web.Post("/sign-in/password", access.Anybody, f.signInByPassword),
		web.Post("/sign-in/passkey/options", access.Anybody, f.askAnybody),
		web.Post("/sign-in/passkey", access.Anybody, f.signInByPasskey),
		web.Get("/sign-in/school/{key}", access.Anybody, f.goToSchool),
		web.Get("/sign-in/school/{key}/back", access.Anybody, f.backFromSchool),
		web.Post("/sign-out", access.Anybody, f.signOut),

		web.Get("/sign-in/confirm", access.SignedIn, f.confirmPage),
		web.Post("/sign-in/confirm", access.SignedIn, f.confirm),
		web.Post("/sign-in/confirm/options", access.SignedIn, f.askToConfirm),
		web.Post("/sign-in/confirm/passkey", access.SignedIn, f.confirmByPasskey),

		web.Get("/reset", access.Anybody, f.resetPage),
		web.Post("/reset", access.Anybody, f.askForReset),
		web.Get("/reset/{token}", access.Anybody, f.resetLinkPage).Secret(),
		web.Post("/reset/{token}", access.Anybody, f.reset).Secret(),
		web.Post("/reset/{token}/code", access.Anybody, f.resetByCode).Secret(),
		web.Post("/reset/{token}/options", access.Anybody, f.askToReset).Secret(),
		web.Post("/reset/{token}/passkey", access.Anybody, f.resetByPasskey).Secret(),
		web.Get("/invite/{token}", access.Anybody, f.invitationPage).Secret(),
		web.Post("/invite/{token}", access.Anybody, f.acceptInvitation).Secret(),

		web.Get("/account", access.SignedIn, f.ownPage),
		web.Get("/account/change", fresh, f.openOwn),
		web.Get("/account/password", access.SignedIn, f.changePage),
		web.Post("/account/password", access.SignedIn, f.changePassword),
		web.Post("/account/app/remove", fresh, f.removeApp),
		web.Post("/account/passkeys/{id}/remove", fresh, f.removeKey),
		web.Post("/account/codes", fresh, f.renewCodes),
		web.Post("/account/identities/remove", fresh, f.removeIdentity),
		web.Post("/account/sessions/{handle}/end", access.SignedIn, f.endSession),
		web.Post("/account/sessions/end", access.SignedIn, f.endOtherSessions),

		web.Get("/account/second-step", access.SignedIn, f.enrolPage),
		web.Post("/account/app", access.SignedIn, f.enrolApp),
		web.Post("/account/passkeys/options", access.SignedIn, f.askToEnrol),
		web.Post("/account/passkeys", access.SignedIn, f.enrolKey),

		web.Get("/admin/people", access.Administer, f.peoplePage),
		web.Post("/admin/people", access.Administer, f.findPeople),
		web.Get("/admin/people/invite", access.Administer, f.invitePage),
		web.Post("/admin/people/invite", access.Administer, f.invite),
		web.Get("/admin/people/{id}", access.Administer, f.personPage),
		web.Post("/admin/people/{id}/posts", access.Administer, f.addPost),
		web.Post("/admin/people/{id}/posts/{post}/end", access.Administer, f.endPostOf),
		web.Post("/admin/people/{id}/disable", access.Administer, managing(f.Disable, "The account is disabled. Whatever was open is closed.")),
		web.Post("/admin/people/{id}/enable", access.Administer, managing(f.Enable, "The account is enabled.")),
		web.Post("/admin/people/{id}/invite", access.Administer, managing(f.InviteAgain, "A new invitation is on its way. The old link has ended.")),
		web.Get("/admin/people/{id}/second-step", surely, f.takePage),
		web.Post("/admin/people/{id}/second-step", surely, f.take),
	}
}

// Sweep removes sessions, links, unanswered questions and counted tries that have lapsed. Every read treats them as gone
// before it runs; v is the program itself.
func (f *Feature) Sweep(ctx context.Context, v access.Viewer) error {
	return f.DB.Write(ctx, v, f.store.sweep)
}
