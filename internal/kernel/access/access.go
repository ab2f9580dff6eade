// Package access decides who may do what to which record. Read it first: everything else asks it.
//
// A record is one row of access_record: one separately readable thing, such as one account within a concern. A Rule says in
// words who may read (and perhaps change) which records, and holds one predicate with two readings: Eval in Go on a row that
// was loaded, SQL for lists. Deny beats allow; no rule means no. The rules of each kind of record stand in a file of their
// own (concern.go, child.go, adult.go); the page "Who can see what" is made from their names.
//
// Every column a rule reads is NOT NULL and "nobody" is the empty string: with NULL, NOT(...) is unknown in SQL and true in
// Go, and the two readings would part (SEC-2).
package access

import (
	"slices"
	"time"

	"kith/internal/kernel/clock"
)

// Role is what somebody is in an organisation, for as long as their post lasts.
type Role string

const (
	Member           Role = "member"            // any post at all; every post gives it
	DSL              Role = "dsl"               // designated safeguarding lead or deputy
	Head             Role = "head"              // headteacher
	FamilyWorker     Role = "family_worker"     // family worker, in the safeguarding group
	PSHELead         Role = "pshe_lead"         //
	ComputingLead    Role = "computing_lead"    //
	Governor         Role = "governor"          // lead governor for safeguarding
	Chair            Role = "chair"             // chair of governors
	TrustLead        Role = "trust_lead"        // safeguarding lead of a trust or collaboration
	Gateway          Role = "gateway"           // early-help gateway worker
	LeadPractitioner Role = "lead_practitioner" // leads a family's plan
	LAOfficer        Role = "la_officer"        // children's social care
	LADO             Role = "lado"              // designated officer for allegations
	Strategic        Role = "strategic_manager" // education safeguarding at the authority
	PanelScorer      Role = "panel_scorer"      //
	TrainingAdmin    Role = "training_admin"    //
	Partnership      Role = "partnership"       // partnership business manager
	Programme        Role = "programme_lead"    //
	Admin            Role = "admin"             // accounts, rolls, settings; never a record
	Auditor          Role = "auditor"           // proves the log; never a record
	Family           Role = "family"            // a family member's or young person's own page
)

// Strength is how surely we know who is asking.
type Strength int

const (
	Nobody       Strength = iota
	FirstFactor           // enough to write a concern and see one's own words (CON-1, SEC-25)
	SecondFactor          // needed to read records; holds for RecordsFor after the second factor
	SteppedUp             // a second factor within StepUpFor: restricted records, break-glass, exports
)

// How long a second factor counts. ASVS 7.5.3; CPOMS-style "sign in to write, second factor to read".
const (
	RecordsFor = 10 * time.Hour
	StepUpFor  = 10 * time.Minute
)

// Viewer is who is asking, in which district, with what they hold at this instant. It is loaded afresh for each request,
// so that a leaver's rights end with their post (SEC-7).
type Viewer struct {
	Account  string
	District string
	Now      clock.Millis
	Roles    map[Role][]string // organisations where the role is held at Now
	Strength Strength
	system   string // why the program itself is asking; "" for people
}

// System is the program itself, doing a chore that shows nothing to anybody: counting, sweeping, sequencing. The reason is
// kept in the audit entry. A job that sends or shows record content runs as its originator instead.
func System(district, reason string) Viewer { return Viewer{District: district, system: reason} }

// Public is a visitor who has not signed in.
func Public(district string) Viewer { return Viewer{District: district} }

// IsSystem says whether the program itself is asking, and why.
func (v Viewer) IsSystem() (string, bool) { return v.system, v.system != "" }

// Holds says whether the viewer holds the role anywhere.
func (v Viewer) Holds(r Role) bool { return len(v.Roles[r]) > 0 }

// HoldsAt says whether the viewer holds the role in the organisation.
func (v Viewer) HoldsAt(r Role, org string) bool { return slices.Contains(v.Roles[r], org) }

// OrgsOf returns the organisations in which the viewer holds any of the roles, each once, in the order of the roles.
func (v Viewer) OrgsOf(roles ...Role) (out []string) {
	for _, r := range roles {
		for _, org := range v.Roles[r] {
			if !slices.Contains(out, org) {
				out = append(out, org)
			}
		}
	}
	return out
}

// Orgs returns the organisations in which the viewer holds any role, each once, in order.
func (v Viewer) Orgs() []string {
	return slices.Compact(slices.Sorted(func(yield func(string) bool) {
		for _, orgs := range v.Roles {
			for _, org := range orgs {
				if !yield(org) {
					return
				}
			}
		}
	}))
}

// MayNeedFactor says whether the viewer might find more behind a page after confirming that it is they: it is a page that records
// stand behind, and they have given one factor only while holding a role that reads records, or gave the second too long ago for
// what is restricted or locked, which anybody may have been named for. Somebody like that who finds nothing is asked to confirm,
// whether or not there is something, so that the question says nothing of it (SEC-1). Nobody is asked on a page that is open to
// everybody, or for those who keep accounts, courses, newsletters or the log: no record is there.
func (v Viewer) MayNeedFactor(p Permission) bool {
	if v.Account == "" || p.Strength == Nobody || len(p.Roles) > 0 && !slices.ContainsFunc(p.Roles, Role.reads) {
		return false
	}
	return v.Strength == SecondFactor || v.Strength == FirstFactor && slices.ContainsFunc([]Role{DSL, Head, TrustLead, LAOfficer, Chair, LADO}, v.Holds)
}

// reads says whether records of children or adults are opened by the role, or by whoever was named among those who hold it.
func (r Role) reads() bool {
	return slices.Contains([]Role{Member, DSL, Head, TrustLead, LAOfficer, Gateway, Chair, LADO}, r)
}

// Confirmed is the viewer as they would be after a second factor given just now: for saying who will be able to read something,
// and for telling somebody that there is more to read once they have confirmed. It opens nothing by itself.
func (v Viewer) Confirmed() Viewer {
	if v.Account != "" {
		v.Strength = SteppedUp
	}
	return v
}

// Record is the row of access_record about one thing, with the relations that lead from it or its parent to people.
type Record struct {
	ID, District, Kind, Part    string
	Org, Child, Author, Subject string // "" is nobody
	Parent                      string // the header this part belongs to
	Restricted                  bool   // not for the school's whole lead team
	Locked                      bool   // for named people only (CHR-10)
	Relations                   []Relation
}

// Relation is one row of access_grant: from From until Until the account or organisation To stands in the relation Kind to
// the record (or to its parent).
type Relation struct {
	To, Kind    string
	From, Until clock.Millis
}

// Kinds of relation.
const (
	Named      = "named"      // may read a locked record
	Referral   = "referral"   // a case was referred to this organisation
	Share      = "share"      // shared with a purpose and an end
	Granted    = "grant"      // granted to a trust
	Told       = "told"       // this feedback was written for this person
	BreakGlass = "breakglass" // opened in an emergency, until it lapses
)

// Rule says in words who may do what. Words read aloud to a safeguarding lead; Name goes to the audit log.
type Rule struct {
	Name  string
	Words string
	Role  Role // whoever holds none of this role is not considered
	Write bool // the rule gives the right to change, too
	When  Pred
	First bool // a first factor is enough: one's own words, and names to write about (SEC-25)
}

func (x Rule) applies(v Viewer, write bool) bool {
	return (x.Write || !write) && (x.First || v.Strength >= SecondFactor) && (x.Role == Member && v.Account != "" || v.Holds(x.Role))
}

// Table is the whole of the rules: those that give, by kind, and the one that takes.
type Table struct {
	Kinds     []Kind
	Deny      Pred
	DenyWords []string // what Deny says, read aloud
	Fresh     Pred     // which records are read with a second factor given just now, but by the rules for which one factor is enough
}

// Kind is one kind of record with its parts and rules.
type Kind struct {
	Name  string
	Words string
	Parts []string
	Rules []Rule
}

// Rules is the table that the program uses.
var Rules = Table{Kinds: []Kind{concerns, children, adults, harms, referrals, trainings, quizzes, cascades}, Deny: denied, Fresh: closed, DenyWords: []string{
	"Whoever a record is about never learns of it, whatever else they are",
	"A record that is locked to named people is read by those people and by nobody else, but for an emergency that somebody answers for, and for whoever wrote a concern, who always finds their own words, its state and what was written back to them",
	"A record that is restricted or locked is read with a second factor given just now; one’s own words need none",
	"Nothing crosses from one district to another",
}}

// denied beats every rule: the subject of a record never learns of it; a locked record is for named people; no wall between
// districts is crossed. What CON-2 promises to whoever wrote a concern holds for a locked one, too (decision 19).
var denied = anyOf(
	mine(colSubject),
	all(flag(colLocked), not(anyOf(named, related(BreakGlass, ""), ownWords))),
	not(sameDistrict()),
)

// named: the viewer is named as a reader, and still works where the record belongs: a relation alone does not outlive the post
// (SEC-7).
var named = all(related(Named, ""), inOrg(Member))

// closed: restricted or locked.
var closed = anyOf(flag(colRestricted), flag(colLocked))

// Decide says whether the viewer may read (or, with write, change) the record, and by which rule.
func (t Table) Decide(v Viewer, write bool, r Record) (bool, string) {
	if reason, ok := v.IsSystem(); ok {
		return r.District == v.District, "system: " + reason
	}
	if t.Deny.eval(v, r) {
		return false, "deny"
	}
	for _, k := range t.Kinds {
		if k.Name != r.Kind {
			continue
		}
		for _, x := range k.Rules {
			if x.applies(v, write) && (x.First || v.Strength >= SteppedUp || !t.Fresh.eval(v, r)) && x.When.eval(v, r) {
				return true, x.Name
			}
		}
	}
	return false, "no rule"
}

// Where returns the same decision as SQL about the row that goes by alias, with ? for each argument in order. It considers
// the given kinds only, or all when none is given.
func (t Table) Where(v Viewer, write bool, alias string, kinds ...string) (string, []any) {
	b := &sqlText{alias: alias}
	if _, ok := v.IsSystem(); ok {
		b.add(".district_id = ", v.District)
		return b.text.String(), b.args
	}
	var gives []Pred
	for _, k := range t.Kinds {
		if len(kinds) > 0 && !slices.Contains(kinds, k.Name) {
			continue
		}
		var here, stale []Pred
		for _, x := range k.Rules {
			switch {
			case !x.applies(v, write):
			case x.First || v.Strength >= SteppedUp:
				here = append(here, x.When)
			default:
				stale = append(stale, x.When)
			}
		}
		if len(stale) > 0 {
			here = append(here, all(not(t.Fresh), anyOf(stale...)))
		}
		if len(here) > 0 {
			gives = append(gives, all(is(colKind, k.Name), anyOf(here...)))
		}
	}
	all(anyOf(gives...), not(t.Deny)).sql(v, b)
	return b.text.String(), b.args
}

// Rule returns the rule of that name.
func (t Table) Rule(name string) (Rule, bool) {
	for _, k := range t.Kinds {
		for _, x := range k.Rules {
			if x.Name == name {
				return x, true
			}
		}
	}
	return Rule{}, false
}
