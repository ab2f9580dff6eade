// Package talk is how a pupil asks for an adult without having to walk up to one: with the code of the school's box, on a poster
// or a card, they say in a few plain questions that they want to talk, to whom, and how to be found (CON-19).
//
// It lands with the safeguarding leads like what is told at the gate: unread, with its clock. The page says who reads it and
// when, that it is not for emergencies and what to do then; it shows nothing of any record, keeps nothing in the browser, and can
// be left at once. Two words let the pupil come back and see that it was read, by whom, and what the adult wrote for them.
//
// The code is changed at will and kept as a keyed hash, so it is shown once, to be printed. Knowing it lets somebody write and
// nothing else: wrong codes and many messages from one place have to wait.
//
// States of a code: in use until it is changed or switched off. An asking can be looked at for 14 days.
//
// Guidance: Keeping Children Safe in Education, Part two: systems for children to report abuse are well promoted, easily
// understood and easily accessible.
package talk
