package roll

import (
	"fmt"
	"math/bits"
	"slices"
)

// Field is one thing a roll can say about a pupil.
type Field uint8

// The fields. Those from ContactName on belong to one numbered contact; together they are said by Contacts.
const (
	SourceID Field = iota
	UPN
	FormerUPN
	ULN
	AdmissionNumber
	Forename
	MiddleNames
	Surname
	PreferredForename
	PreferredSurname
	FormerSurname
	DOB
	Sex
	YearGroup
	Form
	House
	Ethnicity
	Language
	SEN
	FSM
	PupilPremium
	InCare
	ServiceChild
	EntryDate
	LeavingDate
	Address
	Postcode
	Phone
	Email
	Contacts
	ContactName
	ContactTitle
	ContactForename
	ContactSurname
	ContactPriority
	ContactRelationship
	ContactParental
	ContactCourtOrder
	ContactPhone
	ContactEmail
	ContactAddress
	ContactPostcode
	fieldCount
)

// fieldNames are the names in a saved mapping, which must not change, and the words people read.
var fieldNames = [fieldCount]struct{ name, label string }{
	SourceID:            {"source_id", "Id in the source"},
	UPN:                 {"upn", "UPN"},
	FormerUPN:           {"former_upn", "Former UPN"},
	ULN:                 {"uln", "Unique learner number"},
	AdmissionNumber:     {"admission_number", "Admission number"},
	Forename:            {"legal_forename", "Legal forename"},
	MiddleNames:         {"middle_names", "Middle names"},
	Surname:             {"legal_surname", "Legal surname"},
	PreferredForename:   {"preferred_forename", "Preferred forename"},
	PreferredSurname:    {"preferred_surname", "Preferred surname"},
	FormerSurname:       {"former_surname", "Former surname"},
	DOB:                 {"date_of_birth", "Date of birth"},
	Sex:                 {"sex", "Sex"},
	YearGroup:           {"year_group", "Year group"},
	Form:                {"form", "Form"},
	House:               {"house", "House"},
	Ethnicity:           {"ethnicity", "Ethnicity"},
	Language:            {"language", "First language"},
	SEN:                 {"sen", "SEN provision"},
	FSM:                 {"free_school_meals", "Free school meals"},
	PupilPremium:        {"pupil_premium", "Pupil premium"},
	InCare:              {"in_care", "In care"},
	ServiceChild:        {"service_child", "Service child"},
	EntryDate:           {"entry_date", "Date of entry"},
	LeavingDate:         {"leaving_date", "Leaving date"},
	Address:             {"address", "Address"},
	Postcode:            {"postcode", "Postcode"},
	Phone:               {"phone", "Telephone"},
	Email:               {"email", "E-mail"},
	Contacts:            {"contacts", "Contacts"},
	ContactName:         {"contact_name", "Contact: name"},
	ContactTitle:        {"contact_title", "Contact: title"},
	ContactForename:     {"contact_forename", "Contact: forename"},
	ContactSurname:      {"contact_surname", "Contact: surname"},
	ContactPriority:     {"contact_priority", "Contact: priority"},
	ContactRelationship: {"contact_relationship", "Contact: relationship"},
	ContactParental:     {"contact_parental_responsibility", "Contact: parental responsibility"},
	ContactCourtOrder:   {"contact_court_order", "Contact: court order"},
	ContactPhone:        {"contact_phone", "Contact: telephone"},
	ContactEmail:        {"contact_email", "Contact: e-mail"},
	ContactAddress:      {"contact_address", "Contact: address"},
	ContactPostcode:     {"contact_postcode", "Contact: postcode"},
}

// Fields returns every field that a column can be mapped to, in the order to offer them.
func Fields() []Field {
	var out []Field
	for f := range fieldCount {
		if f != Contacts {
			out = append(out, f)
		}
	}
	return out
}

// String returns the field's name in a saved mapping.
func (f Field) String() string {
	if f >= fieldCount {
		return "unknown"
	}
	return fieldNames[f].name
}

// Label returns the words people read.
func (f Field) Label() string {
	if f >= fieldCount {
		return "Unknown"
	}
	return fieldNames[f].label
}

// OfContact says whether the field belongs to a numbered contact.
func (f Field) OfContact() bool { return f > Contacts && f < fieldCount }

// MarshalText gives the name; UnmarshalText reads it back.
func (f Field) MarshalText() ([]byte, error) {
	if f >= fieldCount {
		return nil, fmt.Errorf("there is no field %d", f)
	}
	return []byte(f.String()), nil
}

// UnmarshalText refuses a name that is no field's.
func (f *Field) UnmarshalText(b []byte) error {
	i := slices.IndexFunc(fieldNames[:], func(n struct{ name, label string }) bool { return n.name == string(b) })
	if i < 0 {
		return fmt.Errorf("there is no field %q", b)
	}
	*f = Field(i)
	return nil
}

// FieldSet is a set of fields.
type FieldSet uint64

// SetOf returns the set of the fields.
func SetOf(fs ...Field) (s FieldSet) {
	for _, f := range fs {
		s |= 1 << f
	}
	return s
}

// Has says whether f is in the set.
func (s FieldSet) Has(f Field) bool { return s>>f&1 == 1 }

// Each lists the fields in order.
func (s FieldSet) Each() []Field {
	var out []Field
	for ; s != 0; s &= s - 1 {
		out = append(out, Field(bits.TrailingZeros64(uint64(s))))
	}
	return out
}
