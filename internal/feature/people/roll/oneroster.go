package roll

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"kith/internal/feature/people/upn"
	"kith/internal/platform/tabular"
)

// UPNSource says where a OneRoster bundle keeps the UPN, for which OneRoster itself has no column.
type UPNSource string

// The places. UPNAnywhere takes a typed id {UPN:…} and, failing that, an identifier that is a valid UPN.
const (
	UPNAnywhere   UPNSource = ""
	UPNUserIDs    UPNSource = "userIds"
	UPNIdentifier UPNSource = "identifier"
)

// Org is one school or other organisation of a bundle.
type Org struct {
	SourceID, Name, Type, Identifier string
}

// Bundle is what a OneRoster bundle says about itself.
type Bundle struct {
	// Version is "1.1" or "1.2".
	Version string
	// Delta says that the bundle holds changes only: a pupil who is not in it has not left.
	Delta bool
	// System names the system that wrote it, if it says so.
	System string
	Orgs   []Org
}

// ReadOneRoster reads the pupils of a OneRoster 1.1 or 1.2 bundle (ROL-4). Dates of birth come from demographics,
// guardians from the agents of a pupil, the form from the homeroom class. The password column is never read. In a bulk
// bundle a reference to a row that does not exist is rejected with the row that makes it; a delta may refer to what was
// sent before, and names a pupil by id alone (Pupil.Partial). Rejections name the file they are about; the report counts
// the rows of users.csv as read and those of teachers and parents as skipped.
func ReadOneRoster(ctx context.Context, r io.ReaderAt, size int64, from UPNSource, each func(Pupil) error) (Bundle, Report, error) {
	files, err := openBundle(r, size)
	if err != nil {
		return Bundle{}, Report{}, err
	}
	b := &bundle{ctx: ctx, files: files, from: from, left: maxUnpacked, people: map[string]*person{}, orgs: map[string]bool{}}
	if err := b.readManifest(); err != nil {
		return b.Bundle, b.rep, err
	}
	for _, step := range []func() error{b.readOrgs, b.readUsers, b.readRoles, b.readDemographics, b.readClasses} {
		if err := step(); err != nil {
			return b.Bundle, b.rep, err
		}
	}
	return b.Bundle, b.rep, b.give(each)
}

// person is a user with what the other files add.
type person struct {
	Pupil
	row               int
	student           bool
	role              string
	agents            []string
	given, family     string
	email, phone, sms string
}

type bundle struct {
	Bundle
	ctx    context.Context
	files  map[string]*zip.File
	from   UPNSource
	left   int64
	rep    Report
	modes  map[string]string
	people map[string]*person
	order  []string
	orgs   map[string]bool
}

var errNoRoles = errors.New("the bundle is OneRoster 1.2 and has no roles.csv, which says who is a pupil")

func (b *bundle) readManifest() error {
	if b.files["manifest.csv"] == nil {
		return errors.New("the zip has no manifest.csv: it is not a OneRoster bundle")
	}
	values := map[string]string{}
	err := b.walk("manifest", []string{"propertyName", "value"}, func(row tabular.Row, col func(string) int) (string, string) {
		values[strings.ToLower(row.Get(col("propertyName")))] = row.Get(col("value"))
		return "", ""
	})
	if err != nil {
		return err
	}
	b.modes = map[string]string{}
	for k, v := range values {
		if name, ok := strings.CutPrefix(k, "file."); ok {
			b.modes[name] = strings.ToLower(v)
		}
	}
	switch v := values["oneroster.version"]; {
	case strings.HasPrefix(v, "1.1"):
		b.Version = "1.1"
	case strings.HasPrefix(v, "1.2"):
		b.Version = "1.2"
	default:
		return fmt.Errorf("the bundle is of OneRoster version %q; versions 1.1 and 1.2 can be read", short(v))
	}
	for _, f := range []string{"users", "roles", "demographics", "enrollments"} {
		b.Delta = b.Delta || b.modes[f] == "delta"
	}
	b.System = values["source.systemname"]
	if strings.EqualFold(b.System, "absent") {
		b.System = ""
	}
	if b.files["users.csv"] == nil || b.modes["users"] == "absent" {
		return errors.New("the bundle has no users.csv, so it holds no pupils")
	}
	if b.Version == "1.2" && (b.files["roles.csv"] == nil || b.modes["roles"] == "absent") {
		return errNoRoles
	}
	return nil
}

// whole says whether every row of a file is in the bundle, so that a reference to another one is a mistake.
func (b *bundle) whole(name string) bool {
	return b.files[name+".csv"] != nil && b.modes[name] != "delta" && b.modes[name] != "absent"
}

func gone(status string) bool { return strings.EqualFold(status, "tobedeleted") }

func (b *bundle) readOrgs() error {
	return b.walk("orgs", []string{"sourcedId"}, func(row tabular.Row, col func(string) int) (string, string) {
		o := Org{SourceID: row.Get(col("sourcedId")), Name: row.Get(col("name")), Type: row.Get(col("type")), Identifier: row.Get(col("identifier"))}
		switch {
		case o.SourceID == "":
			return "sourcedId", "the organisation has no sourcedId"
		case b.orgs[o.SourceID]:
			return "sourcedId", fmt.Sprintf("organisation %s is already in this file", o.SourceID)
		}
		b.orgs[o.SourceID] = true
		b.Orgs = append(b.Orgs, o)
		return "", ""
	})
}

var typedID = regexp.MustCompile(`\{\s*([^:{}]+?)\s*:\s*([^{}]*?)\s*\}`)

func (b *bundle) readUsers() error {
	need := []string{"sourcedId", "givenName", "familyName"}
	if b.Version == "1.1" {
		need = append(need, "role")
	}
	return b.walk("users", need, func(row tabular.Row, col func(string) int) (string, string) {
		b.rep.Read++
		get := func(heading string) string { return row.Get(col(heading)) }
		id := get("sourcedId")
		if id == "" {
			return "sourcedId", "the user has no sourcedId"
		}
		if first := b.people[id]; first != nil {
			return "sourcedId", fmt.Sprintf("user %s is already on line %d of this file", id, first.row)
		}
		u := &person{row: row.Line, role: strings.ToLower(get("role")), agents: list(get("agentSourcedIds")),
			given: get("givenName"), family: get("familyName"), email: get("email"), phone: get("phone"), sms: get("sms")}
		u.student = b.Version == "1.1" && u.role == "student"
		u.Row = row.Line
		u.SourceID, u.Has = id, SetOf(SourceID)
		u.Leaving = gone(get("status"))
		put := func(f Field, heading string) {
			if col(heading) >= 0 {
				b.put(u, "users.csv", row.Line, f, get(heading))
			}
		}
		put(Forename, "givenName")
		put(Surname, "familyName")
		put(MiddleNames, "middleName")
		put(PreferredForename, "preferredGivenName")
		put(PreferredSurname, "preferredFamilyName")
		put(Email, "email")
		put(Phone, "phone")
		if col("grades") >= 0 {
			// A pupil is in one year group; a list is a teacher's.
			if g := list(get("grades")); len(g) == 1 {
				b.put(u, "users.csv", row.Line, YearGroup, g[0])
			}
		}
		b.findUPN(u, row.Line, get("userIds"), get("identifier"))
		orgs := list(get("orgSourcedIds"))
		if p := get("primaryOrgSourcedId"); p != "" && !slices.Contains(orgs, p) {
			orgs = append([]string{p}, orgs...)
		}
		if reason := b.attend(u, orgs); reason != "" {
			return "orgSourcedIds", reason
		}
		b.people[id] = u
		b.order = append(b.order, id)
		return "", ""
	})
}

// put takes a field and warns only about pupils: a teacher's grades are no concern of a roll. Whether a user is a pupil
// is known at once in 1.1 and later in 1.2, where the warning is given all the same.
func (b *bundle) put(u *person, file string, line int, f Field, s string) {
	if w := u.Pupil.put(f, s); w != "" && (u.student || b.Version == "1.2") {
		b.rep.Warn(Rejection{File: file, Row: line, Field: f.String(), Reason: w})
	}
}

func (b *bundle) findUPN(u *person, line int, userIDs, identifier string) {
	if b.from != UPNIdentifier {
		for _, m := range typedID.FindAllStringSubmatch(userIDs, -1) {
			if strings.EqualFold(m[1], "UPN") && m[2] != "" {
				b.put(u, "users.csv", line, UPN, m[2])
				return
			}
		}
	}
	switch {
	case b.from == UPNIdentifier && identifier != "":
		b.put(u, "users.csv", line, UPN, identifier)
	case b.from == UPNAnywhere && upn.Check(identifier).Valid:
		b.put(u, "users.csv", line, UPN, identifier)
	}
}

// attend adds schools to a user. The reason is given when the user has schools and none of them is in the bundle.
func (b *bundle) attend(u *person, orgs []string) (reason string) {
	found := 0
	for _, o := range orgs {
		if b.whole("orgs") && !b.orgs[o] {
			continue
		}
		found++
		if !slices.Contains(u.Schools, o) {
			u.Schools = append(u.Schools, o)
		}
	}
	if len(orgs) > 0 && found == 0 {
		return fmt.Sprintf("organisation %s is not in orgs.csv", short(strings.Join(orgs, ", ")))
	}
	return ""
}

// user returns the user with the id. In a delta one that was sent before stands for itself by its id alone.
func (b *bundle) user(id string, line int) *person {
	u := b.people[id]
	if u == nil && id != "" && !b.whole("users") {
		u = &person{row: line}
		u.Row, u.SourceID, u.Has, u.Partial = line, id, SetOf(SourceID), true
		b.people[id] = u
		b.order = append(b.order, id)
	}
	return u
}

func list(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// readRoles says who is a pupil in 1.2, where users.csv does not.
func (b *bundle) readRoles() error {
	if b.Version == "1.1" {
		return nil
	}
	return b.walk("roles", []string{"userSourcedId", "role"}, func(row tabular.Row, col func(string) int) (string, string) {
		id := row.Get(col("userSourcedId"))
		u := b.user(id, row.Line)
		if u == nil {
			return "userSourcedId", fmt.Sprintf("user %s is not in users.csv", short(id))
		}
		role := strings.ToLower(row.Get(col("role")))
		if reason := b.attend(u, list(row.Get(col("orgSourcedId")))); reason != "" {
			return "orgSourcedId", reason
		}
		if u.role == "" || strings.EqualFold(row.Get(col("roleType")), "primary") {
			u.role = role
		}
		if role == "student" {
			u.student = true
			u.Leaving = u.Leaving || gone(row.Get(col("status")))
			if col("beginDate") >= 0 {
				b.put(u, "roles.csv", row.Line, EntryDate, row.Get(col("beginDate")))
			}
			if col("endDate") >= 0 {
				b.put(u, "roles.csv", row.Line, LeavingDate, row.Get(col("endDate")))
			}
		}
		return "", ""
	})
}

func (b *bundle) readDemographics() error {
	return b.walk("demographics", []string{"sourcedId"}, func(row tabular.Row, col func(string) int) (string, string) {
		id := row.Get(col("sourcedId"))
		u := b.user(id, row.Line)
		if u == nil {
			return "sourcedId", fmt.Sprintf("user %s is not in users.csv", short(id))
		}
		if col("birthDate") >= 0 {
			b.put(u, "demographics.csv", row.Line, DOB, row.Get(col("birthDate")))
		}
		if col("sex") >= 0 {
			b.put(u, "demographics.csv", row.Line, Sex, row.Get(col("sex")))
		}
		return "", ""
	})
}

// readClasses takes the form of each pupil from the homeroom class, and follows every reference of an enrolment.
func (b *bundle) readClasses() error {
	type class struct {
		title    string
		homeroom bool
	}
	classes := map[string]class{}
	err := b.walk("classes", []string{"sourcedId"}, func(row tabular.Row, col func(string) int) (string, string) {
		id := row.Get(col("sourcedId"))
		school := row.Get(col("schoolSourcedId"))
		switch {
		case id == "":
			return "sourcedId", "the class has no sourcedId"
		case school != "" && b.whole("orgs") && !b.orgs[school]:
			return "schoolSourcedId", fmt.Sprintf("organisation %s is not in orgs.csv", short(school))
		}
		classes[id] = class{row.Get(col("title")), strings.EqualFold(row.Get(col("classType")), "homeroom")}
		return "", ""
	})
	if err != nil {
		return err
	}
	return b.walk("enrollments", []string{"classSourcedId", "userSourcedId"}, func(row tabular.Row, col func(string) int) (string, string) {
		user, in := row.Get(col("userSourcedId")), row.Get(col("classSourcedId"))
		school := row.Get(col("schoolSourcedId"))
		u := b.user(user, row.Line)
		c, known := classes[in]
		switch {
		case u == nil:
			return "userSourcedId", fmt.Sprintf("user %s is not in users.csv", short(user))
		case !known && b.whole("classes"):
			return "classSourcedId", fmt.Sprintf("class %s is not in classes.csv", short(in))
		case school != "" && b.whole("orgs") && !b.orgs[school]:
			return "schoolSourcedId", fmt.Sprintf("organisation %s is not in orgs.csv", short(school))
		}
		if c.homeroom && !gone(row.Get(col("status"))) && strings.EqualFold(row.Get(col("role")), "student") {
			b.put(u, "enrollments.csv", row.Line, Form, c.title)
		}
		return "", ""
	})
}

// give hands the pupils on, in the order of users.csv, with their guardians.
func (b *bundle) give(each func(Pupil) error) error {
	guardian := func(p *person) bool { return slices.Contains([]string{"parent", "guardian", "relative"}, p.role) }
	for _, id := range b.order {
		// Some systems list the children with the parent, some the parents with the child.
		if p := b.people[id]; guardian(p) {
			for _, child := range p.agents {
				if c := b.people[child]; c != nil && !slices.Contains(c.agents, id) {
					c.agents = append(c.agents, id)
				}
			}
		}
	}
	seen := tabular.Seen{}
	for _, id := range b.order {
		if err := b.ctx.Err(); err != nil {
			return err
		}
		u := b.people[id]
		if !u.student && u.role == "" && b.Delta {
			u.Partial = true // a change to somebody of whom an earlier file said what they are
		}
		if !u.student && (u.role != "" || !u.Partial) {
			b.rep.Skipped++
			continue
		}
		for _, a := range u.agents {
			g := b.people[a]
			switch {
			case g == nil && b.whole("users"):
				b.rep.Warn(Rejection{File: "users.csv", Row: u.row, Field: "agentSourcedIds", Reason: fmt.Sprintf("user %s is not in users.csv", short(a))})
			case g != nil && guardian(g):
				c := Contact{SourceID: a, Forename: g.given, Surname: g.family, Relationship: g.role, Email: g.email}
				for _, n := range []string{g.phone, g.sms} {
					if n != "" && !slices.Contains(c.Phones, n) {
						c.Phones = append(c.Phones, n)
					}
				}
				u.Contacts = append(u.Contacts, c)
				u.Has |= SetOf(Contacts)
			}
		}
		u.settle()
		if field, reason := u.sound(seen); reason != "" {
			b.rep.Reject(Rejection{File: "users.csv", Row: u.row, Field: field, Reason: reason})
			continue
		}
		if err := each(u.Pupil); err != nil {
			return err
		}
		b.rep.Kept++
	}
	return nil
}
