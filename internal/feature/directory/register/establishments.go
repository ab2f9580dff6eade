package register

import (
	"context"
	"fmt"
	"io"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/platform/tabular"
)

// Status is where an establishment stands in the register.
type Status string

// The states of the register, under its own names, and Unknown where it is silent.
const (
	Open                   Status = "Open"
	OpenButProposedToClose Status = "Open, but proposed to close"
	ProposedToOpen         Status = "Proposed to open"
	Closed                 Status = "Closed"
	Unknown                Status = "Unknown"
)

// IsOpen says whether children attend: "Open, but proposed to close" is open (ROL-7).
func (s Status) IsOpen() bool { return s == Open || s == OpenButProposedToClose }

// Answer is what the register says to a yes-or-no question, where silence is not a no.
type Answer string

// The answers; NotSaid covers an empty cell, a missing column and "Not applicable".
const (
	NotSaid Answer = ""
	Yes     Answer = "yes"
	No      Answer = "no"
)

// Establishment is one row of the register of schools and other places of education.
type Establishment struct {
	// URN is the unique reference number, six digits. It changes when a school becomes an academy; see Link.
	URN string
	// LAESTAB is the authority's three digits and the establishment's four, often kept when a school converts.
	LACode, LAName, EstablishmentNumber, LAESTAB string
	Name                                         string
	TypeCode, TypeName, TypeGroup                string
	// Status is Unknown when the file does not say; that is not Closed. See StatusOn.
	Status               Status
	OpenDate, CloseDate  clock.Day
	PhaseCode, PhaseName string
	// LowAge and HighAge are the statutory ages in years. 0 means not said; for LowAge it may also mean from birth.
	LowAge, HighAge    int
	Gender             string
	Nursery, SixthForm Answer
	Boarding           Answer
	ReligiousCharacter string
	// TrustUID is the Group.UID of the trust.
	TrustUID, TrustName           string
	FederationUID, FederationName string
	UKPRN, UPRN                   string
	Capacity, Pupils              int

	Street, Locality, Address3, Town, County, Postcode string
	Website, Telephone                                 string
	// Easting and Northing are metres on the National Grid; 0 means not said.
	Easting, Northing          int
	DistrictCode, DistrictName string
	WardCode, WardName         string

	// Said tells an empty value from one that the file has no column for.
	Said Said
}

// StatusOn returns the status on a day. Where the file gave none, a close date that has passed means Closed; anything
// else stays Unknown.
func (e Establishment) StatusOn(day clock.Day) Status {
	if (e.Status == Unknown || e.Status == "") && e.CloseDate != "" && e.CloseDate <= day {
		return Closed
	}
	if e.Status == "" {
		return Unknown
	}
	return e.Status
}

// IsOpen says whether the register holds the establishment to be open on the day. False is not "closed": ask IsClosed.
func (e Establishment) IsOpen(day clock.Day) bool { return e.StatusOn(day).IsOpen() }

// IsClosed says whether the register holds the establishment to be closed on the day.
func (e Establishment) IsClosed(day clock.Day) bool { return e.StatusOn(day) == Closed }

// establishmentColumns are the columns by field. The first name is the one of the published file; the others are those
// of extracts made from it.
type establishmentColumns struct {
	urn, la, laName, number, laestab, name, typeCode, typeName, typeGroup, status, statusCode, opened, closed,
	phaseCode, phase, low, high, gender, nursery, sixth, boarders, religion, trust, trustName, federation,
	federationName, ukprn, uprn, capacity, pupils, street, locality, address3, town, county, postcode, website,
	telephone, easting, northing, district, districtName, ward, wardName int
}

func mapEstablishments(t *table) (c establishmentColumns, err error) {
	if c.urn, err = t.need("URN", "EstablishmentURN", "school_urn"); err != nil {
		return c, err
	}
	if c.name, err = t.need("EstablishmentName", "Name", "SchoolName", "EstabName"); err != nil {
		return c, err
	}
	for col, names := range map[*int][]string{
		&c.la:             {"LA (code)", "LAId", "LACode", "local_authority_code"},
		&c.laName:         {"LA (name)", "local_authority", "local_authority_name"},
		&c.number:         {"EstablishmentNumber", "EstabNumber", "Estab"},
		&c.laestab:        {"LAESTAB", "DfENumber", "dfe_number"},
		&c.typeCode:       {"TypeOfEstablishment (code)", "type_code"},
		&c.typeName:       {"TypeOfEstablishment (name)", "TypeOfEstablishment", "school_type", "type"},
		&c.typeGroup:      {"EstablishmentTypeGroup (name)", "EstablishmentTypeGroup", "type_group"},
		&c.status:         {"EstablishmentStatus (name)", "EstablishmentStatus", "status"},
		&c.statusCode:     {"EstablishmentStatus (code)", "status_code"},
		&c.opened:         {"OpenDate", "opened"},
		&c.closed:         {"CloseDate", "closed", "closed_date"},
		&c.phaseCode:      {"PhaseOfEducation (code)", "phase_code"},
		&c.phase:          {"PhaseOfEducation (name)", "PhaseOfEducation", "phase"},
		&c.low:            {"StatutoryLowAge", "AgeRangeLow", "low_age", "minimum_age"},
		&c.high:           {"StatutoryHighAge", "AgeRangeHigh", "high_age", "maximum_age"},
		&c.gender:         {"Gender (name)", "Gender"},
		&c.nursery:        {"NurseryProvision (name)", "NurseryProvision"},
		&c.sixth:          {"OfficialSixthForm (name)", "OfficialSixthForm"},
		&c.boarders:       {"Boarders (name)", "Boarders"},
		&c.religion:       {"ReligiousCharacter (name)", "ReligiousCharacter"},
		&c.trust:          {"Trusts (code)", "TrustId", "trust_uid", "group_uid"},
		&c.trustName:      {"Trusts (name)", "TrustName"},
		&c.federation:     {"Federations (code)", "FederationId"},
		&c.federationName: {"Federations (name)", "FederationName"},
		&c.ukprn:          {"UKPRN"},
		&c.uprn:           {"UPRN"},
		&c.capacity:       {"SchoolCapacity", "TotalCapacity", "capacity"},
		&c.pupils:         {"NumberOfPupils", "TotalPupils", "pupils"},
		&c.street:         {"Street", "address1"},
		&c.locality:       {"Locality", "address2"},
		&c.address3:       {"Address3"},
		&c.town:           {"Town"},
		&c.county:         {"County (name)", "County"},
		&c.postcode:       {"Postcode", "post_code"},
		&c.website:        {"SchoolWebsite", "Website"},
		&c.telephone:      {"TelephoneNum", "Telephone", "phone"},
		&c.easting:        {"Easting"},
		&c.northing:       {"Northing"},
		&c.district:       {"DistrictAdministrative (code)", "DistrictAdministrativeId", "district_code"},
		&c.districtName:   {"DistrictAdministrative (name)", "district_name", "district"},
		&c.ward:           {"AdministrativeWard (code)", "ward_code", "ward_code_2014"},
		&c.wardName:       {"AdministrativeWard (name)", "ward_name"},
	} {
		*col = t.Column(names...)
	}
	return c, nil
}

// ReadEstablishments reads the register of establishments in any published layout (ROL-7). Rows of the type group
// "Children's Centres" are skipped: they are places of early help, not schools. An establishment that is not in the file
// is simply not handed on; absence is never closure.
func ReadEstablishments(ctx context.Context, r io.Reader, each func(Establishment) error) (Report, error) {
	t, err := openTable(ctx, r, tabular.Options{})
	if err != nil {
		return Report{}, err
	}
	c, err := mapEstablishments(t)
	if err != nil {
		return Report{}, err
	}
	return t.each(func() (string, string, error) {
		urn := t.get(c.urn)
		if !digits(urn, 6) {
			return "urn", fmt.Sprintf("%q is not a URN of six digits", short(urn)), nil
		}
		name := t.get(c.name)
		if name == "" {
			return "name", "the establishment has no name", nil
		}
		if reason, again := t.seen.Again(urn, "URN", t.row.Line); again {
			return "urn", reason, nil
		}
		group := t.get(c.typeGroup)
		if strings.EqualFold(strings.ReplaceAll(group, "’", "'"), "Children's Centres") {
			t.rep.Skipped++
			return "", "", nil
		}
		c := c
		if t.otherLayout(c.postcode) {
			c.forgetTail()
			t.warn("address", fmt.Sprintf("the row has %d fields under a header of %d: it comes from another year's layout, so its address and place were left out", t.row.Len(), len(t.Header())))
		}
		e := Establishment{
			URN: urn, Name: name, LAName: applies(t.get(c.laName)), TypeCode: code(t.get(c.typeCode)), TypeName: t.get(c.typeName),
			TypeGroup: group, Status: t.status(c), OpenDate: t.day(c.opened, "open_date"),
			CloseDate: t.day(c.closed, "close_date"), PhaseCode: code(t.get(c.phaseCode)), PhaseName: t.get(c.phase),
			LowAge: t.number(c.low, "low_age", 0, 99), HighAge: t.number(c.high, "high_age", 0, 99),
			Gender: applies(t.get(c.gender)), Nursery: answer(t.get(c.nursery)), SixthForm: answer(t.get(c.sixth)),
			Boarding: answer(t.get(c.boarders)), ReligiousCharacter: applies(t.get(c.religion)), TrustUID: t.get(c.trust),
			TrustName: t.get(c.trustName), FederationUID: t.get(c.federation), FederationName: t.get(c.federationName),
			UKPRN: t.get(c.ukprn), UPRN: t.get(c.uprn), Capacity: t.number(c.capacity, "capacity", 0, 99_999),
			Pupils: t.number(c.pupils, "pupils", 0, 99_999), Street: known(t.get(c.street)),
			Locality: known(t.get(c.locality)), Address3: known(t.get(c.address3)), Town: known(t.get(c.town)),
			County: known(t.get(c.county)), Postcode: t.postcode(c.postcode), Website: t.get(c.website),
			Telephone: telephone(t.get(c.telephone)), Easting: t.number(c.easting, "easting", 0, 700_000),
			Northing: t.number(c.northing, "northing", 0, 1_300_000), DistrictCode: t.get(c.district),
			DistrictName: t.get(c.districtName), WardCode: t.get(c.ward), WardName: t.get(c.wardName),
		}
		t.numberLA(&e, c)
		e.Said = c.said()
		return "", "", each(e)
	})
}

// otherLayout says whether the row was made for a header other than the one of this file, as happens in files put
// together from several years. The first half of the layout has stayed the same for years; in the second half the name
// of a head teacher would be read as a telephone number.
func (t *table) otherLayout(postcode int) bool {
	n, head := t.row.Len(), len(t.Header())
	switch {
	case n > head+1 || n == head+1 && t.get(head) != "":
		return true
	case n < head:
		s := known(t.get(postcode))
		_, ok := NormalPostcode(s)
		return s != "" && !ok
	}
	return false
}

// forgetTail gives up the columns from the address onwards.
func (c *establishmentColumns) forgetTail() {
	for _, col := range []*int{&c.uprn, &c.street, &c.locality, &c.address3, &c.town, &c.county, &c.postcode, &c.website,
		&c.telephone, &c.easting, &c.northing, &c.district, &c.districtName, &c.ward, &c.wardName} {
		*col = -1
	}
}

// numberLA fills the authority code, the establishment number and their union, from whichever of them the row has.
func (t *table) numberLA(e *Establishment, c establishmentColumns) {
	la, number := t.get(c.la), t.get(c.number)
	if code(la) == "0" {
		la = "" // a British school overseas
	}
	both := strings.NewReplacer("/", "", "-", "", " ", "").Replace(t.get(c.laestab))
	if la != "" && !digits(la, 3) {
		t.warn("la_code", fmt.Sprintf("%q is not an authority code of three digits", short(la)))
		la = ""
	}
	if n := len(number); n > 0 && n < 4 && digits(number, n) {
		number = strings.Repeat("0", 4-n) + number
	}
	if number != "" && !digits(number, 4) {
		t.warn("establishment_number", fmt.Sprintf("%q is not an establishment number of four digits", short(number)))
		number = ""
	}
	if digits(both, 7) {
		if la == "" {
			la = both[:3]
		}
		if number == "" {
			number = both[3:]
		}
	}
	e.LACode, e.EstablishmentNumber = la, number
	if la != "" && number != "" {
		e.LAESTAB = la + number
	}
}

func (t *table) status(c establishmentColumns) Status {
	name := t.get(c.status)
	switch tabular.FoldHeading(name) {
	case "open":
		return Open
	case "openbutproposedtoclose":
		return OpenButProposedToClose
	case "proposedtoopen":
		return ProposedToOpen
	case "closed":
		return Closed
	case "":
		switch code(t.get(c.statusCode)) {
		case "1":
			return Open
		case "2":
			return Closed
		case "3":
			return OpenButProposedToClose
		case "4":
			return ProposedToOpen
		}
	case "unknown", "notknown", "notrecorded":
	default:
		t.warn("status", fmt.Sprintf("%q is not a status of the register", short(name)))
	}
	return Unknown
}

// code drops the leading zero that some years' files have and others have not: "02" and "2" are one type.
func code(s string) string {
	if t := strings.TrimLeft(s, "0"); t != "" || s == "" {
		return t
	}
	return "0"
}

func answer(s string) Answer {
	f := strings.ToLower(known(s))
	switch {
	case f == "" || strings.HasPrefix(f, "not "):
		return NotSaid
	case strings.HasPrefix(f, "no ") || f == "no" || strings.HasPrefix(f, "does not"):
		return No
	}
	return Yes
}

// applies empties the register's ways of saying that a question does not arise.
func applies(s string) string {
	switch strings.ToLower(s) {
	case "not applicable", "does not apply":
		return ""
	}
	return s
}

// telephone restores the leading zero that is lost when a number is kept as a number.
func telephone(s string) string {
	c := strings.ReplaceAll(s, " ", "")
	if len(c) == 10 && digits(c, 10) && c[0] != '0' {
		return "0" + c
	}
	return s
}
