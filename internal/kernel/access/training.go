package access

// Training is the kind of what is held about an adult who asks for a place on a course. Its parts:
const (
	Training       = "training"
	PartBooking    = "booking"    // who asks, for whom, what they prefer and what became of it; the parent of the need
	PartNeed       = "need"       // what somebody needs, for access or at the table
	PartInvitation = "invitation" // who was invited to a block
	PartInterest   = "interest"   // who wants a course that has no dates yet (TRN-19)
	PartPartner    = "partner"    // who answers for an agency or setting that proposes sessions (TRN-20)
	PartLearnt     = "learnt"     // a line of somebody's training record, with its certificate
)

// Relations of a booking.
const (
	Booked = "booked" // the place is for this person
	School = "school" // the person works at this organisation
	Trains = "trains" // this person stands in front of the course
)

// trainings: org_id is the organiser, whose training administrators keep everything; the school stands in a relation.
var trainings = Kind{
	Name: Training, Words: "A place on a course",
	Parts: []string{PartBooking, PartNeed, PartInvitation, PartInterest, PartPartner, PartLearnt},
	Rules: []Rule{
		{Name: "asked", Words: "Whoever asked for a place finds what they asked, what became of it and what they wrote that is needed", Role: Member, Write: true,
			When: all(mine(colAuthor), parts(PartBooking, PartNeed, PartInterest)), First: true},
		{Name: "booked", Words: "The person a place is for finds it, what is known of what they need, and their own training record", Role: Member,
			When: all(parts(PartBooking, PartNeed, PartLearnt), related(Booked, "")), First: true},
		{Name: "training-office", Words: "The training administrators of whoever runs the course keep its bookings, invitations and certificates, and read what people need", Role: TrainingAdmin, Write: true,
			When: inOrg(TrainingAdmin)},
		{Name: "school-head", Words: "The headteacher sees and changes the school’s places on courses and its training record, but not what somebody needs", Role: Head, Write: true,
			When: all(parts(PartBooking, PartLearnt), related(School, Head))},
		{Name: "school-lead", Words: "The designated safeguarding lead and deputies see the school’s places on courses and its training record, but not what somebody needs", Role: DSL,
			When: all(parts(PartBooking, PartLearnt), related(School, DSL))},
		{Name: "trainer", Words: "Whoever stands in front of a course reads who is booked on it, and what they need", Role: Member,
			When: all(parts(PartBooking, PartNeed), related(Trains, ""))},
	},
}
