package roll

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"kith/internal/platform/tabular"
)

// Mapping says which column of a school's CSV holds what. It is data: it is saved as JSON and used again for the next
// file of the same school, whatever the order of its columns.
type Mapping struct {
	// Preset names the system whose headings were recognised: "sims", "arbor", "bromcom", "wonde" or "".
	Preset  string   `json:"preset,omitempty"`
	Columns []Column `json:"columns"`
}

// Column maps one heading, compared without case, blanks and punctuation.
type Column struct {
	Heading string `json:"heading"`
	Field   Field  `json:"field"`
	// Contact numbers the contact, from 1, for the fields of contacts.
	Contact int `json:"contact,omitempty"`
}

// maxContacts is the highest contact number a mapping may have.
const maxContacts = 20

// joined says whether several columns may hold the field together.
func joined(f Field) bool { return f == Address || f == ContactAddress || f == ContactPhone }

// Check returns what keeps the mapping from being used on a file with these headings, as sentences; nil when nothing.
func (m Mapping) Check(header []string) []string {
	var out []string
	have := map[string]bool{}
	for _, h := range header {
		have[tabular.FoldHeading(h)] = true
	}
	var fields FieldSet
	type slot struct {
		f Field
		n int
	}
	taken := map[slot]string{}
	found := 0
	for _, c := range m.Columns {
		if c.Field.OfContact() && (c.Contact < 1 || c.Contact > maxContacts) {
			out = append(out, fmt.Sprintf("%q needs the number of a contact from 1 to %d.", c.Heading, maxContacts))
		}
		if !have[tabular.FoldHeading(c.Heading)] {
			continue // a column that this month's file lacks is no fault: its field stays unsaid
		}
		found++
		fields |= SetOf(c.Field)
		s := slot{c.Field, c.Contact}
		if first, ok := taken[s]; ok && !joined(c.Field) {
			out = append(out, fmt.Sprintf("%q and %q are both mapped to %s.", first, c.Heading, c.Field.Label()))
		}
		taken[s] = c.Heading
	}
	switch {
	case found == 0:
		out = append(out, "None of the mapped headings is in this file.")
	case !fields.Has(Forename) && !fields.Has(PreferredForename), !fields.Has(Surname) && !fields.Has(PreferredSurname):
		out = append(out, "The forename and the surname each need a column.")
	case !fields.Has(UPN) && !fields.Has(SourceID) && !fields.Has(AdmissionNumber) && !fields.Has(DOB):
		out = append(out, "A UPN, an id, an admission number or a date of birth is needed to tell children apart.")
	}
	return out
}

// Unmapped returns the headings that the mapping does not use.
func (m Mapping) Unmapped(header []string) []string {
	used := map[string]bool{}
	for _, c := range m.Columns {
		used[tabular.FoldHeading(c.Heading)] = true
	}
	return slices.DeleteFunc(slices.Clone(header), func(h string) bool { return h == "" || used[tabular.FoldHeading(h)] })
}

// Peek returns the headings and up to n rows, for the page on which the mapping is made.
func Peek(ctx context.Context, r io.Reader, n int) (header []string, sample [][]string, err error) {
	t, err := tabular.NewReader(ctx, r, tabular.Options{})
	if err != nil {
		return nil, nil, fmt.Errorf("reading the file: %w", err)
	}
	for len(sample) < n {
		row, err := t.Next()
		var bad *tabular.LineError
		switch {
		case errors.Is(err, io.EOF):
			return t.Header(), sample, nil
		case errors.As(err, &bad):
			continue
		case err != nil:
			return nil, nil, err
		}
		sample = append(sample, row.Fields())
	}
	return t.Header(), sample, nil
}

// ReadCSV reads a roll by a mapping (ROL-6). Dates are day-first. The error is a sentence when the mapping does not fit.
func ReadCSV(ctx context.Context, r io.Reader, m Mapping, each func(Pupil) error) (Report, error) {
	var rep Report
	t, err := tabular.NewReader(ctx, r, tabular.Options{})
	if err != nil {
		return rep, fmt.Errorf("reading the file: %w", err)
	}
	if problems := m.Check(t.Header()); len(problems) > 0 {
		return rep, fmt.Errorf("the columns do not fit: %s", strings.Join(problems, " "))
	}
	cols := make([]int, len(m.Columns))
	for i, c := range m.Columns {
		cols[i] = t.Column(c.Heading)
	}
	seen := tabular.Seen{}
	for {
		row, err := t.Next()
		var bad *tabular.LineError
		switch {
		case errors.Is(err, io.EOF):
			return rep, nil
		case errors.As(err, &bad):
			rep.Read++
			rep.Reject(Rejection{Row: bad.Line, Reason: bad.Reason})
			continue
		case err != nil:
			return rep, err
		}
		rep.Read++
		p := Pupil{Row: row.Line}
		var contacts [maxContacts + 1]Contact
		for i, c := range m.Columns {
			if cols[i] < 0 {
				continue
			}
			v := row.Get(cols[i])
			var warning string
			switch {
			case c.Field.OfContact():
				warning = contacts[c.Contact].put(c.Field, v)
				p.Has |= SetOf(Contacts)
			case c.Field == Address && p.Address != "":
				if v != "" {
					p.Address += ", " + v
				}
			default:
				warning = p.put(c.Field, v)
			}
			if warning != "" {
				rep.Warn(Rejection{Row: row.Line, Field: c.Field.String(), Reason: warning})
			}
		}
		for n := range contacts {
			if !contacts[n].isEmpty() {
				if contacts[n].Priority == 0 {
					contacts[n].Priority = n
				}
				p.Contacts = append(p.Contacts, contacts[n])
			}
		}
		p.settle()
		if field, reason := p.sound(seen); reason != "" {
			rep.Reject(Rejection{Row: row.Line, Field: field, Reason: reason})
			continue
		}
		if err := each(p); err != nil {
			return rep, err
		}
		rep.Kept++
	}
}

// put takes one field of a contact.
func (c *Contact) put(f Field, s string) (warning string) {
	switch f {
	case ContactName:
		c.Name = s
	case ContactTitle:
		c.Title = s
	case ContactForename:
		c.Forename = s
	case ContactSurname:
		c.Surname = s
	case ContactRelationship:
		c.Relationship = s
	case ContactEmail:
		c.Email = s
	case ContactPostcode:
		c.Postcode = s
	case ContactAddress:
		if c.Address != "" && s != "" {
			s = c.Address + ", " + s
		}
		if s != "" {
			c.Address = s
		}
	case ContactPhone:
		if s != "" && !slices.Contains(c.Phones, s) {
			c.Phones = append(c.Phones, s)
		}
	case ContactPriority:
		if s == "" {
			return ""
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 99 {
			return fmt.Sprintf("%q is not a priority from 1 to 99", short(s))
		}
		c.Priority = n
	case ContactParental:
		g, ok := parseFlag(s)
		if !ok {
			return fmt.Sprintf("%q is neither yes nor no", short(s))
		}
		c.ParentalResponsibility = g
	case ContactCourtOrder:
		// Words that are not a plain no are taken for a yes: a missed order does harm, a false alarm is a telephone call.
		g, ok := parseFlag(s)
		if !ok {
			g, c.CourtOrderText = Yes, s
		}
		c.CourtOrder = g
	}
	return ""
}
