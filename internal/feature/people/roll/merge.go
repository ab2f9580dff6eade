package roll

import (
	"strings"

	"kith/internal/platform/tabular"
)

// SameHeading compares headings as a mapping does: without case, blanks and punctuation.
func SameHeading(a, b string) bool { return tabular.FoldHeading(a) == tabular.FoldHeading(b) }

// Take puts the given fields of q in the place of p's own.
func (p *Pupil) Take(q *Pupil, fields FieldSet) {
	for _, f := range fields.Each() {
		switch f {
		case DOB:
			p.DOB = q.DOB
		case EntryDate:
			p.EntryDate = q.EntryDate
		case LeavingDate:
			p.LeavingDate = q.LeavingDate
		case Contacts:
			p.Contacts = q.Contacts
		default:
			if to := p.text(f); to != nil {
				*to = *q.text(f)
			} else if to := p.flag(f); to != nil {
				*to = *q.flag(f)
			}
		}
	}
	p.Has |= fields
}

// Name is the name in use: the preferred one where there is one, else the legal one.
func (p *Pupil) Name() (given, family string) {
	given, family = p.PreferredForename, p.PreferredSurname
	if given == "" {
		given = p.Forename
	}
	if family == "" {
		family = p.Surname
	}
	return given, family
}

// Plain returns the contact as a record keeps it: one name, one line of telephone numbers, and a plain yes or nothing where
// the source answers a question.
func (c Contact) Plain() Contact {
	name := c.Name
	if name == "" {
		name = strings.Join(strings.Fields(strings.Join([]string{c.Title, c.Forename, c.Surname}, " ")), " ")
	}
	out := Contact{Priority: c.Priority, Name: name, Relationship: c.Relationship, CourtOrderText: c.CourtOrderText, Email: c.Email, Address: c.Address, Postcode: c.Postcode}
	if c.ParentalResponsibility == Yes {
		out.ParentalResponsibility = Yes
	}
	if c.CourtOrder == Yes {
		out.CourtOrder = Yes
	}
	if len(c.Phones) > 0 {
		out.Phones = []string{strings.Join(c.Phones, ", ")}
	}
	return out
}
