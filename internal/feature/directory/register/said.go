package register

// Said is the set of columns that a file has, in groups that come together. Nothing follows from the empty value of a
// field outside it: an extract without trusts does not say that a school has left its trust.
type Said uint32

// The groups of columns.
const (
	SaidAuthority Said = 1 << iota
	SaidAuthorityName
	SaidNumber
	SaidType
	SaidTypeGroup
	SaidStatus
	SaidOpened
	SaidClosed
	SaidPhase
	SaidAges
	SaidGender
	SaidNursery
	SaidSixthForm
	SaidReligion
	SaidTrust
	SaidFederation
	SaidUKPRN
	SaidCapacity
	SaidPupils
	SaidAddress
	SaidTown
	SaidPostcode
	SaidWebsite
	SaidTelephone
	SaidGrid
	SaidDistrict
	SaidWard
)

// Has says whether the file has the columns.
func (s Said) Has(x Said) bool { return s&x != 0 }

func (c *establishmentColumns) said() (s Said) {
	for i, col := range [...]int{
		max(c.la, c.laestab), c.laName, max(c.number, c.laestab), c.typeName, c.typeGroup, max(c.status, c.statusCode), c.opened, c.closed,
		c.phase, min(c.low, c.high), c.gender, c.nursery, c.sixth, c.religion, c.trust, c.federation, c.ukprn, c.capacity, c.pupils, c.street,
		c.town, c.postcode, c.website, c.telephone, min(c.easting, c.northing), c.district, c.ward,
	} {
		if col >= 0 {
			s |= 1 << i
		}
	}
	return s
}
