// Package running is what happens to a place on a course from the day it is given: the confirmation with its calendar entry, joining
// instructions, the register by day, what people thought of it, the certificate, and the training record of every person, from which a
// school sees who is due.
//
//	letters:   confirmed → changed … → off          (one calendar entry a day, its UID for ever, SEQUENCE up with each change)
//	           reminded, joined: each once for a run
//	register:  open → closed                        (by day: present, late, absent, or somebody else instead)
//	record:    learnt → withdrawn                   (current, due soon and due are seen from its day and its validity)
//
// Nobody calls for a letter. What somebody was last told stands in training_told, and a sweep compares it with how their place stands
// now: another venue, another date, another person, a place given back. So whatever changes a place, whoever has it hears of it, once.
//
// # Rules
//
//	TRN-2  two days, both marked, is attended; somebody who came instead on both days has attended, and one day each is nobody
//	TRN-3  a venue to be confirmed is bookable, the confirmation says so, joining instructions wait for it; naming it tells everybody booked
//
// Joining instructions, reminders and letters to managers name one person, the reader or the one they sent. What somebody needs is read by
// the trainer and the organiser; a venue hears how many need something, and rings (VenueLetter).
//
// A certificate has a serial of 128 bits, kept by its hash and sealed: whoever holds the paper can have it checked, and nobody can list
// them. The check says name, course, dates and validity. The same is to be had as an Open Badges 3.0 credential,
// which names a bit in a list that anybody reads, set while the certificate is withdrawn (status.go).
//
// What schools owe their staff (duties.json) and when letters go (notices.json) are data with an edition.
package running
