package register

import (
	"context"
	"fmt"
	"io"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/platform/tabular"
)

// Group is a trust, federation, sponsor or other body that holds establishments together.
type Group struct {
	// UID is the register's own number for the group; Establishment.TrustUID refers to it.
	UID string
	// ID is the number by which a trust is known to the public, such as TR00002; plain trusts have none.
	ID, Name, CompaniesHouse, UKPRN string
	TypeCode, Type                  string
	// Status is Open, Closed or Unknown.
	Status                              Status
	OpenDate, CloseDate, IncorporatedOn clock.Day
	Street, Locality, Address3          string
	Town, County, Postcode              string
}

// ReadGroups reads the register of groups, as published or as an extract of it.
func ReadGroups(ctx context.Context, r io.Reader, each func(Group) error) (Report, error) {
	t, err := openTable(ctx, r, tabular.Options{})
	if err != nil {
		return Report{}, err
	}
	uid, err := t.need("Group UID", "UID")
	if err != nil {
		return Report{}, err
	}
	name, err := t.need("Group Name", "Name")
	if err != nil {
		return Report{}, err
	}
	var (
		id           = t.Column("Group ID")
		companies    = t.Column("Companies House Number")
		ukprn        = t.Column("UKPRN")
		typeCode     = t.Column("Group Type (code)")
		typeName     = t.Column("Group Type", "Group Type (name)")
		status       = t.Column("Group Status", "Group Status (name)")
		statusCode   = t.Column("Group Status (code)")
		opened       = t.Column("Open date")
		closed       = t.Column("Closed Date", "Close Date")
		incorporated = t.Column("Incorporated on (open date)", "Incorporated on")
		street       = t.Column("Group Contact Street", "Group Street")
		locality     = t.Column("Group Contact Locality", "Group Locality")
		address3     = t.Column("Group Contact Address 3", "Group Address 3")
		town         = t.Column("Group Contact Town", "Group Town")
		county       = t.Column("Group Contact County", "Group County")
		postcode     = t.Column("Group Contact Postcode", "Group Postcode")
	)
	return t.each(func() (string, string, error) {
		u := t.get(uid)
		if len(u) > 8 || !digits(u, len(u)) || u == "" {
			return "group_uid", fmt.Sprintf("%q is not a group number", short(u)), nil
		}
		n := t.get(name)
		if n == "" {
			return "group_name", "the group has no name", nil
		}
		if reason, again := t.seen.Again(u, "group", t.row.Line); again {
			return "group_uid", reason, nil
		}
		g := Group{
			UID: u, ID: t.get(id), Name: n, CompaniesHouse: t.get(companies), UKPRN: t.get(ukprn),
			TypeCode: code(t.get(typeCode)), Type: t.get(typeName), Status: Unknown,
			OpenDate: t.day(opened, "open_date"), CloseDate: t.day(closed, "closed_date"),
			IncorporatedOn: t.day(incorporated, "incorporated_on"), Street: known(t.get(street)),
			Locality: known(t.get(locality)), Address3: known(t.get(address3)), Town: known(t.get(town)),
			County: known(t.get(county)), Postcode: t.postcode(postcode),
		}
		word := t.get(status)
		if word == "" {
			word = t.get(statusCode)
		}
		switch {
		case strings.EqualFold(word, "open"):
			g.Status = Open
		case strings.EqualFold(word, "closed"):
			g.Status = Closed
		}
		return "", "", each(g)
	})
}

// Authority is one local authority of England.
type Authority struct {
	// Code is the three-digit number that URNs, LAESTABs and UPNs carry.
	Code, Name string
	// Short is the publisher's three-letter form, such as BRD.
	Short          string
	Address        []string
	Town, Postcode string
}

// ReadAuthorities reads a list of local authorities.
func ReadAuthorities(ctx context.Context, r io.Reader, each func(Authority) error) (Report, error) {
	t, err := openTable(ctx, r, tabular.Options{})
	if err != nil {
		return Report{}, err
	}
	codeCol, err := t.need("Local Authority GIAS ID", "LA (code)", "LA code", "code")
	if err != nil {
		return Report{}, err
	}
	name, err := t.need("Local Authority Name", "LA (name)", "name")
	if err != nil {
		return Report{}, err
	}
	lines := []int{t.Column("Address Line 1"), t.Column("Address Line 2"), t.Column("Address Line 3")}
	town, postcode, shortForm := t.Column("Town/City", "Town"), t.Column("Postcode"), t.Column("Local Authority ENG", "ENG")
	return t.each(func() (string, string, error) {
		c := t.get(codeCol)
		if !digits(c, 3) {
			return "code", fmt.Sprintf("%q is not an authority code of three digits", short(c)), nil
		}
		a := Authority{Code: c, Name: t.get(name), Short: t.get(shortForm), Town: t.get(town), Postcode: t.postcode(postcode)}
		if a.Name == "" {
			return "name", "the authority has no name", nil
		}
		if reason, again := t.seen.Again(c, "authority", t.row.Line); again {
			return "code", reason, nil
		}
		for _, col := range lines {
			if l := t.get(col); l != "" {
				a.Address = append(a.Address, l)
			}
		}
		return "", "", each(a)
	})
}
