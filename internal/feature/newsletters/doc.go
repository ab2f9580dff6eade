// Package newsletters is how the partnership tells everybody what they should know: a newsletter for whoever signed up, and
// a briefing for whoever holds certain posts. It goes out by itself to those who asked for it.
//
// An issue is a title, opening words and items; an item may be a coming event. One person writes, another with the same role
// reads it and approves, and then it goes out at the time they chose:
//
//	draft → review → scheduled → sending → sent → archived
//
// From review and from scheduled it can be taken back to draft. A newsletter can be read by anybody from the moment it is
// sent, at an address that may be passed on (NWS-2), and in the feed. An archived one keeps its address and leaves the list.
// A briefing goes to posts, such as headteacher and chair of governors of every school, and not to the web (NWS-5); where it
// was put up or presented is noted on it (NWS-6).
//
// A subscriber is an e-mail address and nothing else:
//
//	pending → confirmed → unsubscribed | bounced | blocked
//
// Signing up sends a link that works for seven days; only pressing the button behind it confirms, because mail scanners open
// links. An address that nobody confirms in that time is forgotten. The pages answer alike for every address, known or not. One press stops the mail, in the letter or in the mail
// program (RFC 8058, NWS-3). Links hold 128 random bits and are stored hashed.
//
// Nothing about a child may stand in an issue (NWS-4). What can be told by looking is refused when an issue is saved and again
// when it is approved: pupil numbers, dates of birth beside names, addresses of records, and the full name of a child on roll.
//
// Sending makes one delivery for each confirmed subscriber (or each post) at the instant the issue starts, and one job for
// every hundred. A delivery is marked as sending, and that is durable, before the mail server is given the letter. Whoever
// unsubscribed meanwhile gets none. If the program stops in between, nobody can know whether the letter went: the delivery
// becomes unknown, is shown, and only a person sends it again.
//
//	queued → sending → sent | failed | unknown;  queued → withdrawn;  vacant
//
// Follows RFC 8058 (one-click unsubscribe), RFC 4287 (Atom), the Privacy and Electronic Communications Regulations 2003,
// regulation 22 (consent to electronic mail). RFC 8058 also wants a DKIM signature, which the mail server adds.
package newsletters
