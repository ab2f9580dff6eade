package access

import "kith/internal/kernel/errs"

// LogRule says who looks at the audit log, and how much of it. An entry of the log is no record: it names nobody and holds no
// word of one, and so it has no row in access_record. What it shows is the same for everybody who may look.
type LogRule struct {
	Name  string
	Words string
	Role  Role
	Own   bool // entries of the organisations where the role is held, and no others; otherwise of the whole district
}

// LogRules are all there are. Nobody else looks at the log; that somebody opened a record is shown to its readers beside it.
var LogRules = []LogRule{
	{Name: "district-log", Role: Auditor, Words: "An auditor of the authority or the partnership looks at the log of the district: when, at which organisation, in which role, by which rule, what was done, and to which record by its number"},
	{Name: "own-log", Role: Auditor, Own: true, Words: "An auditor of a school or a trust looks at the entries of that school or trust, and of no other"},
}

// LogWords is what the log shows to nobody, read aloud.
const LogWords = "No auditor opens a record. The log holds no name of a child, no name of an adult and no word that anybody wrote"

// Log says how much of the audit log the viewer may look at: by which rule, and at which organisations when the rule is of
// their own. wide says whether an organisation stands for the whole district. NotFound: no rule.
func Log(v Viewer, wide func(org string) bool) (x LogRule, orgs []string, err error) {
	if err := v.May(Audit); err != nil {
		return LogRule{}, nil, err
	}
	for _, x := range LogRules {
		var at []string
		for _, org := range v.Roles[x.Role] {
			if wide(org) != x.Own {
				at = append(at, org)
			}
		}
		if len(at) == 0 {
			continue
		}
		if !x.Own {
			at = nil
		}
		return x, at, nil
	}
	return LogRule{}, nil, errs.Missing()
}
