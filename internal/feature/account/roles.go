package account

import (
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
)

var roleNames = map[access.Role]string{
	access.Member: "Member of staff", access.DSL: "Safeguarding lead or deputy", access.Head: "Headteacher", access.FamilyWorker: "Family worker",
	access.PSHELead: "PSHE lead", access.ComputingLead: "Computing lead", access.Governor: "Lead governor for safeguarding", access.Chair: "Chair of governors",
	access.TrustLead: "Safeguarding lead of the trust", access.Gateway: "Early-help gateway worker", access.LeadPractitioner: "Lead practitioner",
	access.LAOfficer: "Social worker", access.LADO: "Designated officer for allegations", access.Strategic: "Strategic manager",
	access.PanelScorer: "Panel scorer", access.TrainingAdmin: "Training administrator", access.Partnership: "Partnership manager",
	access.Programme: "Programme lead", access.Admin: "Account administrator", access.Auditor: "Auditor", access.Family: "Family member or young person",
}

// rolesAt are the roles that each kind of organisation has, in the order of the form. A page asks for a role wherever it is
// held, so a school must not be able to make a social worker.
var rolesAt = map[string][]access.Role{
	"school":        {access.Member, access.DSL, access.Head, access.FamilyWorker, access.PSHELead, access.ComputingLead, access.Governor, access.Chair, access.TrainingAdmin, access.Admin, access.Auditor},
	"trust":         {access.Member, access.TrustLead, access.Governor, access.Chair, access.TrainingAdmin, access.Admin, access.Auditor},
	"collaboration": {access.Member, access.TrustLead, access.TrainingAdmin, access.Admin},
	"agency":        {access.Member, access.LeadPractitioner, access.PanelScorer, access.Admin},
	"authority":     {access.Member, access.LAOfficer, access.LADO, access.Gateway, access.LeadPractitioner, access.Strategic, access.PanelScorer, access.TrainingAdmin, access.Admin, access.Auditor},
	"partnership":   {access.Member, access.Partnership, access.Programme, access.TrainingAdmin, access.PanelScorer, access.Admin, access.Auditor},
}

// hasRole says whether an organisation of the kind has the role.
func hasRole(kind string, r access.Role) error {
	if !slices.Contains(rolesAt[kind], r) {
		return errs.Refusef("An organisation of this kind has no such role: %s. Choose another.", roleWords(r))
	}
	return nil
}

// CanGive says whether the viewer may give somebody the post, at an organisation of the kind. NotFound: the organisation is
// not one that they administer.
func CanGive(v access.Viewer, p Post, kind string) error {
	switch {
	case !v.HoldsAt(access.Admin, p.Org):
		return errs.Missing()
	case p.Account == v.Account:
		return errs.Refuse("Nobody gives themselves a post. Ask another administrator.")
	case hasRole(kind, p.Role) != nil:
		return hasRole(kind, p.Role)
	case p.Until <= p.From:
		return errs.Refuse("The last day is before the first")
	case p.Until <= v.Now:
		return errs.Refuse("The last day is over already")
	}
	return nil
}

// CanEnd says whether the viewer may end the post.
func CanEnd(v access.Viewer, p Post, now clock.Millis) error {
	switch {
	case !v.HoldsAt(access.Admin, p.Org):
		return errs.Missing()
	case p.Account == v.Account:
		return errs.Refuse("Nobody ends their own post here. Ask another administrator.")
	case p.Until <= now:
		return errs.Refuse("This post has ended already")
	}
	return nil
}

// CanManage says whether the viewer may disable an account or take its second step away: an account that holds posts, now or
// later, only where the viewer administers. posts are all that the account ever held. NotFound: it never held one there.
func CanManage(v access.Viewer, account ID, posts []Post, now clock.Millis) error {
	known := slices.ContainsFunc(posts, func(p Post) bool { return v.HoldsAt(access.Admin, p.Org) })
	elsewhere := slices.ContainsFunc(posts, func(p Post) bool { return p.Until > now && !v.HoldsAt(access.Admin, p.Org) })
	switch {
	case !known:
		return errs.Missing()
	case string(account) == v.Account:
		return errs.Refuse("This is your own account. Ask another administrator.")
	case elsewhere:
		return errs.Refuse("This person also works for an organisation that you do not administer. End their posts at yours; whoever administers all of their organisations can do more.")
	}
	return nil
}
