// Package training is how people come to a place on a course, and why they got it: courses, blocks with their rules, dated runs,
// bookings, the line of those who wait, and offers of seats that come free.
//
// A course has a format (two days, one day, half a day, a briefing of 90 minutes). A block is what is asked for at one time under one
// set of rules, all of them data: how many places a school may have, who goes first, from when until when, how long a seat is held or
// offered, by when a place can be given back without a charge. A run is one dated run of a course in a block, over one or more days, in
// a venue or with a venue to be confirmed, which is a state and not a gap (TRN-3).
//
//	block:    draft → published → withdrawn
//	run:      draft → published → cancelled      (full, closed and over are seen from bookings and days)
//	booking:  asked → placed | waiting | refused                      in a block where people state preferences
//	          held → placed | lapsed                                  while a manager has not agreed yet
//	          waiting → offered → placed | declined | lapsed
//	          any of these → cancelled
//
// A block goes one of two ways. With preferences, everybody asks until the closing date for a first and, if they like, a second run, and
// the allocation decides (package allocate): priority, then arrival, then id; first choice, then second, then the line for the first.
// The administrator sees it before it is sent; run again, it disturbs nobody. First come, a seat goes at once to whoever asks.
//
// Each booking is two rows of one id. training_place is the ledger: all that places are decided by, and no name, so that the public page
// can count. training_booking says who, and is a record (kernel/access, kind training): whoever asked, the person it is for, the
// organiser's training administrators, and the school's head and leads read it, each opening written down. What somebody needs is a
// record of its own, which the school does not read.
//
// A seat is taken by whoever is placed, held or offered, the last two only until their hour: a hold that has lapsed is free before
// any sweep has run. All that depends on a count is decided after tx.Lock on the block, the parent of every limit.
//
// # Rules
//
// TRN-1 to TRN-20 and INT-1 of the district's training, each named at its test. Assumed, each a setting of the block: one place for a
// school counts over both formats of an exclusive group; an information session uses none up.
//
// What every booking system must keep, TRN-B1 to TRN-B20, each named at a test that runs on both engines:
//
//	TRN-B1   the last place, asked for twice at once, is given once; without the lock the test fails
//	TRN-B2   the same under the weaker isolation of PostgreSQL
//	TRN-B3   where two limits hold, the smaller governs
//	TRN-B4   a capacity that is raised opens the run again; one lowered below the bookings is refused, or shown as overbooked
//	TRN-B5   a run without a limit never makes anybody wait
//	TRN-B6   a request that waits for a manager holds its place until it lapses
//	TRN-B7   a hold that has lapsed is free before any clean-up has run
//	TRN-B8   while people wait, the public sees that it is full
//	TRN-B9   seven places for ten who wait go to the first seven
//	TRN-B10  priority comes before arrival
//	TRN-B11  an offer is for one person, works once, and ends
//	TRN-B12  nothing is offered after closing, for a cancelled run, or for one that has begun
//	TRN-B13  joining the line twice, or while having a place, is refused
//	TRN-B14  cancelling several frees the seat of each
//	TRN-B15  two workers never give one place twice
//	TRN-B16  a hold that ends while it is being confirmed loses, and nothing is given twice
//	TRN-B17  rows of an invitation list that repeat one another are reported by row
//	TRN-B18  changing a request that was agreed to sets it back
//	TRN-B19  dates that recur keep their hour over the clock change, and leave out a fifth Monday that a month does not have
//	TRN-B20  times that touch do not overlap
package training
