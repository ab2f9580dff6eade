// Package people is the children of the district's schools and the adults around them.
//
// A child has two records. The card is name and class: any adult with a post at the school finds it, to write about the right
// child, and it is no directory (CON-21). The file is everything else: date of birth, identifiers, contacts, status flags; it
// is for the school's safeguarding leads and headteacher. Every child on a roll has both from the first day, so that whether
// anything was ever written about a child changes nothing that a colleague can see.
//
// Children come from the school's roll. One that is missing from a new roll is proposed as a leaver and never deleted (ROL-3).
package people
