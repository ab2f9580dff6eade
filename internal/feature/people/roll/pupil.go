package roll

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kith/internal/feature/people/upn"
	"kith/internal/kernel/clock"
	"kith/internal/platform/tabular"
)

// Report is what a reader did with a file; Rejection is one row or value not taken.
type (
	Report    = tabular.Report
	Rejection = tabular.Rejection
)

// Flag is yes, no or not said.
type Flag string

// The values of a Flag.
const (
	NotSaid Flag = ""
	Yes     Flag = "yes"
	No      Flag = "no"
)

// Pupil is one child as one source describes it.
type Pupil struct {
	// Row is the 1-based line on which the source begins to speak of the pupil.
	Row int
	// Has holds the fields that the source speaks of, be it with an empty value. A field outside it is unknown, and
	// nothing may be concluded from its empty value.
	Has FieldSet

	// SourceID is the source's own id for the pupil: a OneRoster sourcedId, an MIS id, or failing those the admission
	// number, which is the school's.
	SourceID string
	// UPN is kept as given, right or wrong (ROL-1).
	UPN, FormerUPN       string
	ULN, AdmissionNumber string

	Forename, MiddleNames, Surname                     string
	PreferredForename, PreferredSurname, FormerSurname string

	DOB clock.Day
	// Sex is "F", "M" or "".
	Sex string
	// YearGroup is "E1", "E2", "N", "N1", "N2", "R", "1" to "14", or the source's own word for another group.
	YearGroup, Form, House   string
	Ethnicity, Language, SEN string
	FSM, PupilPremium        Flag
	InCare, ServiceChild     Flag
	EntryDate, LeavingDate   clock.Day
	Address, Postcode        string
	Phone, Email             string
	// Contacts are in order of priority.
	Contacts []Contact

	// Schools are the source's ids of the schools the pupil attends, where one file covers several.
	Schools []string
	// Leaving says that a delta file asks for the pupil to be taken off the roll.
	Leaving bool
	// Partial says that the source names the pupil by id alone, since an earlier file said the rest.
	Partial bool
}

// Contact is an adult to reach about the pupil.
type Contact struct {
	// Priority is 1 for the first to call; 0 when the source does not say.
	Priority                       int
	SourceID                       string
	Title, Forename, Surname, Name string
	Relationship                   string
	ParentalResponsibility         Flag
	// CourtOrder comes before the telephone numbers because it must be shown before them (ROL-6).
	CourtOrder Flag
	// CourtOrderText is what the source says beyond a yes.
	CourtOrderText    string
	Phones            []string
	Email             string
	Address, Postcode string
}

func (c Contact) isEmpty() bool {
	return c.Forename == "" && c.Surname == "" && c.Name == "" && len(c.Phones) == 0 && c.Email == "" && c.CourtOrder != Yes
}

func (c Contact) equal(d Contact) bool {
	phones := slices.Equal(c.Phones, d.Phones)
	c.Phones, d.Phones = nil, nil
	return phones && reflect.DeepEqual(c, d)
}

// Value returns the field as text; Contacts and the fields of contacts give "".
func (p *Pupil) Value(f Field) string {
	if s := p.text(f); s != nil {
		return *s
	}
	switch f {
	case DOB:
		return string(p.DOB)
	case EntryDate:
		return string(p.EntryDate)
	case LeavingDate:
		return string(p.LeavingDate)
	}
	if g := p.flag(f); g != nil {
		return string(*g)
	}
	return ""
}

func (p *Pupil) text(f Field) *string {
	switch f {
	case SourceID:
		return &p.SourceID
	case UPN:
		return &p.UPN
	case FormerUPN:
		return &p.FormerUPN
	case ULN:
		return &p.ULN
	case AdmissionNumber:
		return &p.AdmissionNumber
	case Forename:
		return &p.Forename
	case MiddleNames:
		return &p.MiddleNames
	case Surname:
		return &p.Surname
	case PreferredForename:
		return &p.PreferredForename
	case PreferredSurname:
		return &p.PreferredSurname
	case FormerSurname:
		return &p.FormerSurname
	case Sex:
		return &p.Sex
	case YearGroup:
		return &p.YearGroup
	case Form:
		return &p.Form
	case House:
		return &p.House
	case Ethnicity:
		return &p.Ethnicity
	case Language:
		return &p.Language
	case SEN:
		return &p.SEN
	case Address:
		return &p.Address
	case Postcode:
		return &p.Postcode
	case Phone:
		return &p.Phone
	case Email:
		return &p.Email
	}
	return nil
}

func (p *Pupil) flag(f Field) *Flag {
	switch f {
	case FSM:
		return &p.FSM
	case PupilPremium:
		return &p.PupilPremium
	case InCare:
		return &p.InCare
	case ServiceChild:
		return &p.ServiceChild
	}
	return nil
}

// put takes what the source says of one field. The warning is the sentence for a value that could not be taken, which
// leaves the field unsaid, or that was taken and looks wrong.
func (p *Pupil) put(f Field, s string) (warning string) {
	s = strings.TrimSpace(s)
	switch f {
	case DOB, EntryDate, LeavingDate:
		d, err := tabular.Day(s)
		if err != nil {
			return err.Error()
		}
		switch f {
		case DOB:
			p.DOB = d
		case EntryDate:
			p.EntryDate = d
		default:
			p.LeavingDate = d
		}
	case FSM, PupilPremium, InCare, ServiceChild:
		g, ok := parseFlag(s)
		if !ok {
			return fmt.Sprintf("%q is neither yes nor no", short(s))
		}
		*p.flag(f) = g
	case UPN, FormerUPN:
		kept, v := upn.Parse(s)
		*p.text(f) = kept
		if s != "" {
			warning = v.Problem
		}
	case Sex:
		switch strings.ToLower(s) {
		case "":
			p.Sex = ""
		case "f", "female", "girl":
			p.Sex = "F"
		case "m", "male", "boy":
			p.Sex = "M"
		default:
			return fmt.Sprintf("%q is neither female nor male", short(s))
		}
	case YearGroup:
		y, ok := ParseYear(s)
		p.YearGroup = y
		if !ok {
			warning = fmt.Sprintf("%q is not a year group we know; it is kept as it stands", short(s))
		}
	case Contacts:
	default:
		t := p.text(f)
		if t == nil {
			return "this field cannot be taken here"
		}
		*t = s
	}
	p.Has |= SetOf(f)
	return warning
}

// sound decides what every reader asks of a pupil, once its fields are in: a name, and no id of an earlier row.
func (p *Pupil) sound(seen tabular.Seen) (field, reason string) {
	if p.SourceID == "" && p.AdmissionNumber != "" {
		p.SourceID = p.AdmissionNumber
		p.Has |= SetOf(SourceID)
	}
	if !p.Partial && p.Forename == "" && p.Surname == "" && p.PreferredForename == "" && p.PreferredSurname == "" {
		return "legal_surname", "the row names nobody"
	}
	valid := upn.Check(p.UPN).Valid
	if valid {
		if first, ok := seen["UPN "+p.UPN]; ok {
			return "upn", fmt.Sprintf("UPN %s is already on line %d of this file", p.UPN, first)
		}
	}
	if p.SourceID != "" {
		if reason, again := seen.Again(p.SourceID, "pupil", p.Row); again {
			return "source_id", reason
		}
	}
	if valid {
		seen["UPN "+p.UPN] = p.Row
	}
	return "", ""
}

// settle puts the contacts in order and leaves out the empty ones.
func (p *Pupil) settle() {
	p.Contacts = slices.DeleteFunc(p.Contacts, Contact.isEmpty)
	slices.SortStableFunc(p.Contacts, func(a, b Contact) int {
		rank := func(c Contact) int {
			if c.Priority <= 0 {
				return 1 << 30
			}
			return c.Priority
		}
		return rank(a) - rank(b)
	})
}

func parseFlag(s string) (Flag, bool) {
	switch tabular.FoldHeading(s) {
	case "y", "yes", "t", "true", "1", "x", "✓", "eligible", "current", "incare", "lac", "fsm", "pp":
		return Yes, true
	case "n", "no", "f", "false", "0", "none", "noteligible", "notincare", "notapplicable", "na":
		return No, true
	case "":
		return NotSaid, s == "" || s == "-"
	}
	return NotSaid, false
}

var yearForm = regexp.MustCompile(`^(?:(?:national curriculum |nc )?(?:year|yr|y|grade) ?(?:group )?)?0?([0-9]{1,2})$`)

// ParseYear reads a year group as schools write it: "R", "Reception", "N1", "Nursery 2", "4", "04", "Year 4", "Yr4",
// "Y10". An unknown word comes back as it was, with false.
func ParseYear(s string) (year string, ok bool) {
	s = strings.TrimSpace(s)
	f := strings.ToLower(strings.Join(strings.Fields(s), " "))
	if m := yearForm.FindStringSubmatch(f); m != nil {
		switch n, _ := strconv.Atoi(m[1]); {
		case n == 0:
			return "R", true
		case n <= 14:
			return strconv.Itoa(n), true
		}
		return s, false
	}
	f = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(f, "year group "), "year "))
	switch f {
	case "":
		return "", true
	case "r", "rec", "reception", "yr", "kg", "foundation 2", "f2", "fs2":
		return "R", true
	case "n", "nursery", "nur":
		return "N", true
	case "n1", "nursery 1", "foundation 0", "f0":
		return "N1", true
	case "n2", "nursery 2", "foundation 1", "f1", "fs1", "pk":
		return "N2", true
	case "e1", "e2":
		return strings.ToUpper(f), true
	}
	return s, false
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
