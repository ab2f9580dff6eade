// Package programme is events of many partners under one roof: a safeguarding week of sixty sessions under three boards, learning
// events, the annual gathering.
//
//	programme: draft → published → withdrawn               a draft, too, is withdrawn
//	session:   proposed → accepted → cancelled
//	           proposed → returned → proposed            sent back with words, and proposed again
//	           proposed → declined
//	           proposed, returned → withdrawn → proposed by its partner
//	partner:   asking → known | refused
//	           known → over on a day → known             by the organiser, with a reason; reads treat it as over from that day
//
// A partner has no account. It proposes by a link of its own (128 random bits, of which the database knows a hash), which lapses with
// the last day for proposals; wrong links count against where they come from (TRN-20). What it proposes shows nowhere until the
// organiser accepts it (TRN-14). Agencies and settings that no school register lists come in from a CSV, or register themselves and are
// approved; they then stand in the directory, so that a booking from them counts as theirs.
//
// Whoever answers for a partner is a record (kernel/access, kind training, part partner); the partner's name is printed in programmes and
// is none. Sessions name nobody but whoever speaks, in public.
//
// Where places are booked here, a session has a run in a block of its programme, and all the rules of seats are those of package
// training: the last place is given once, a line forms, a seat that comes free is offered. People without an account book too, and give
// the place back by the link in their confirmation.
//
// Whoever booked without an account is told by what they were last told (told.go): the sweep compares it with how their booking and its
// session stand now, and each change is told once. The entry in their calendar keeps its UID, and its SEQUENCE goes up with each letter.
// People with an account hear from package running, as of every date. A partner has its own sessions in its calendar, too: an entry when one is
// accepted, another with the same UID and a higher number when it moves, and one that takes it out when it is called off, whatever ended it.
//
// Rules: TRN-10 (weekday and date agree), TRN-11 (event bookings), TRN-12 (additional to the annual programme), TRN-13 (filters, and the
// programme on paper and in calendars), TRN-14, TRN-15 (aims of a gathering), TRN-20, each named at its test.
package programme
