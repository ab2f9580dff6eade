package roll

import (
	"regexp"
	"strconv"
	"strings"

	"kith/internal/platform/tabular"
)

// usual are headings that any system may use, folded to letters and digits.
var usual = map[string]Field{
	"legalforename": Forename, "legalfirstname": Forename, "legalgivenname": Forename,
	"legalsurname": Surname, "legallastname": Surname, "legalfamilyname": Surname,
	"middlename": MiddleNames, "middlenames": MiddleNames, "legalmiddlenames": MiddleNames,
	"legalmiddlename": MiddleNames, "studentid": SourceID, "pupilid": SourceID, "misid": SourceID, "personid": SourceID,
	"learnerid": SourceID, "sourceid": SourceID, "uniqueid": SourceID, "id": SourceID,
	"preferredforename": PreferredForename, "preferredfirstname": PreferredForename, "knownas": PreferredForename,
	"chosenforename": PreferredForename, "preferredname": PreferredForename,
	"preferredsurname": PreferredSurname, "preferredlastname": PreferredSurname, "chosensurname": PreferredSurname,
	"formersurname": FormerSurname, "previoussurname": FormerSurname,
	"upn": UPN, "uniquepupilnumber": UPN, "formerupn": FormerUPN, "previousupn": FormerUPN,
	"uln": ULN, "uniquelearnernumber": ULN,
	"admissionnumber": AdmissionNumber, "admissionno": AdmissionNumber, "admno": AdmissionNumber,
	"dob": DOB, "dateofbirth": DOB, "birthdate": DOB,
	"sex": Sex, "gender": Sex, "legalsex": Sex,
	"year": YearGroup, "yeargroup": YearGroup, "ncyear": YearGroup, "nationalcurriculumyear": YearGroup,
	"curriculumyear": YearGroup, "ncyearactual": YearGroup, "yr": YearGroup,
	"form": Form, "formgroup": Form, "reg": Form, "reggroup": Form, "registrationgroup": Form, "registrationform": Form,
	"tutorgroup": Form, "class": Form, "formclass": Form,
	"house": House, "ethnicity": Ethnicity, "ethniccode": Ethnicity, "ethnicorigin": Ethnicity,
	"firstlanguage": Language, "language": Language, "homelanguage": Language, "mothertongue": Language,
	"sen": SEN, "senstatus": SEN, "senprovision": SEN, "sencode": SEN, "senneed": SEN,
	"fsm": FSM, "freeschoolmeals": FSM, "fsmeligible": FSM, "freemeals": FSM, "eligibleforfreemeals": FSM,
	"pp": PupilPremium, "pupilpremium": PupilPremium, "pupilpremiumindicator": PupilPremium, "premium": PupilPremium,
	"incare": InCare, "lac": InCare, "lookedafter": InCare, "incarelac": InCare, "childlookedafter": InCare,
	"lookedafterchild": InCare, "cla": InCare, "servicechild": ServiceChild, "servicechildren": ServiceChild,
	"dateofentry": EntryDate, "entrydate": EntryDate, "admissiondate": EntryDate, "dateofadmission": EntryDate,
	"startdate": EntryDate, "enrolmentdate": EntryDate, "dateofarrival": EntryDate,
	"leavingdate": LeavingDate, "dateofleaving": LeavingDate, "enddate": LeavingDate, "leavedate": LeavingDate,
	"address": Address, "homeaddress": Address, "fulladdress": Address, "addressline1": Address, "addressline2": Address,
	"addressline3": Address, "street": Address, "town": Address, "county": Address,
	"postcode": Postcode, "homepostcode": Postcode,
	"telephone": Phone, "phone": Phone, "hometelephone": Phone, "mobile": Phone, "email": Email, "emailaddress": Email,
}

// plainNames are headings that hold the legal names, unless the file has legal names beside them.
var plainNames = map[string][2]Field{
	"forename": {Forename, PreferredForename}, "firstname": {Forename, PreferredForename},
	"givenname": {Forename, PreferredForename}, "surname": {Surname, PreferredSurname},
	"lastname": {Surname, PreferredSurname}, "familyname": {Surname, PreferredSurname},
}

// presets are the headings of particular systems, as their exports are commonly set up. Schools rename columns, so a
// preset is where the mapping starts and never the last word.
var presets = []struct {
	name     string
	headings map[string]Field
}{
	{"sims", map[string]Field{
		"adno": AdmissionNumber, "chosenname": PreferredForename, "yeartaughtin": YearGroup, "reggroup": Form,
		"doa": EntryDate, "dol": LeavingDate, "inleacare": InCare, "ethniccode": Ethnicity,
		"pupilpremiumindicator": PupilPremium, "serviceschildren": ServiceChild,
	}},
	{"arbor", map[string]Field{
		"arborid": SourceID, "arborstudentid": SourceID, "studentid": SourceID, "registrationform": Form,
		"enrolmentdate": EntryDate, "legalsex": Sex, "nativelanguages": Language, "pupilpremiumrecipient": PupilPremium,
		"fsmever6": FSM, "freeschoolmealseligible": FSM, "incarestatus": InCare, "unenrolmentdate": LeavingDate,
	}},
	{"bromcom", map[string]Field{
		"personid": SourceID, "tutorgroup": Form, "dateofadmission": EntryDate, "senstatuscode": SEN,
		"mothertongue": Language, "fsmcurrent": FSM, "pupilpremiumcurrent": PupilPremium, "bromcomid": SourceID,
		"serviceparent": ServiceChild, "inlacare": InCare,
	}},
	{"wonde", map[string]Field{
		"misid": SourceID, "wondeid": SourceID, "premiumpupilindicator": PupilPremium, "inleacare": InCare,
		"serviceschildren": ServiceChild, "senstatus": SEN, "admissiondate": EntryDate, "ethnicitycode": Ethnicity,
		"firstlanguagecode": Language, "currentncyear": YearGroup,
	}},
}

// prefixes stand before headings in some exports and say nothing.
var prefixes = []string{"educationdetails", "extendeddetails", "pupils", "pupil", "students", "student", "learner", "child"}

var contactHeading = regexp.MustCompile(`^(?:emergencycontact|primarycontact|contact|guardian|parentcarer|parentguardian|parent|carer)([0-9]{1,2})?([a-z]*)([0-9]?)$`)

var contactFields = map[string]Field{
	"": ContactName, "name": ContactName, "fullname": ContactName, "title": ContactTitle, "forename": ContactForename,
	"firstname": ContactForename, "surname": ContactSurname, "lastname": ContactSurname, "priority": ContactPriority,
	"order": ContactPriority, "relationship": ContactRelationship, "relation": ContactRelationship,
	"relationshiptopupil": ContactRelationship, "relationshiptostudent": ContactRelationship, "type": ContactRelationship,
	"parentalresponsibility": ContactParental, "hasparentalresponsibility": ContactParental, "pr": ContactParental,
	"responsibility": ContactParental, "courtorder": ContactCourtOrder, "courtorderflag": ContactCourtOrder,
	"hascourtorder": ContactCourtOrder, "courtorders": ContactCourtOrder, "phone": ContactPhone,
	"telephone": ContactPhone, "mobile": ContactPhone, "mobilephone": ContactPhone, "homephone": ContactPhone,
	"workphone": ContactPhone, "hometelephone": ContactPhone, "worktelephone": ContactPhone, "phonenumber": ContactPhone,
	"telephonenumber": ContactPhone, "mobilenumber": ContactPhone, "daytimetelephone": ContactPhone, "number": ContactPhone,
	"mobiletelephone": ContactPhone, "email": ContactEmail, "emailaddress": ContactEmail, "address": ContactAddress,
	"homeaddress": ContactAddress, "postcode": ContactPostcode,
}

// Guess proposes a mapping for a header: the preset whose own headings the file shows most of, then the usual headings.
// A person sees it and may change it before it is used.
func Guess(header []string) Mapping {
	keys := make([]string, len(header))
	for i, h := range header {
		keys[i] = tabular.FoldHeading(h)
	}
	m := Mapping{}
	var own map[string]Field
	best := 0
	for _, p := range presets {
		n := 0
		for _, k := range keys {
			if _, ok := p.headings[k]; ok {
				n++
			} else if _, ok := p.headings[bare(k)]; ok {
				n++
			}
		}
		if n > best {
			best, m.Preset, own = n, p.name, p.headings
		}
	}
	legal := false
	for _, k := range keys {
		if f, ok := usual[bare(k)]; ok && (f == Forename || f == Surname) {
			legal = true
		}
	}
	type slot struct {
		f Field
		n int
	}
	taken := map[slot]bool{}
	for i, k := range keys {
		f, n, ok := guessOne(k, own, legal)
		if !ok {
			continue
		}
		if s := (slot{f, n}); !taken[s] || joined(f) {
			taken[s] = true
			m.Columns = append(m.Columns, Column{Heading: header[i], Field: f, Contact: n})
		}
	}
	return m
}

func guessOne(key string, own map[string]Field, legal bool) (f Field, contact int, ok bool) {
	for _, k := range []string{key, bare(key)} {
		if f, ok = own[k]; ok {
			return f, 0, true
		}
		if f, ok = usual[k]; ok {
			return f, 0, true
		}
		if two, ok := plainNames[k]; ok {
			if legal {
				return two[1], 0, true
			}
			return two[0], 0, true
		}
	}
	if m := contactHeading.FindStringSubmatch(key); m != nil {
		if f, ok = contactFields[m[2]]; ok {
			n := 1
			switch {
			case m[1] != "": // "Contact 1 phone 2" is the second number of the first contact
				n, _ = strconv.Atoi(m[1])
			case m[3] != "": // "Contact name 2"
				n, _ = strconv.Atoi(m[3])
			}
			return f, n, n >= 1 && n <= maxContacts
		}
	}
	return 0, 0, false
}

func bare(key string) string {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(key, p); ok && rest != "" && rest != "id" {
			return rest
		}
	}
	return key
}
