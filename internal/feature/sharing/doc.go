// Package sharing is who else may read a record, and who no longer may: restricting a concern or a child's file, locking it to
// named people, and sharing it with the safeguarding leads of another school.
//
// A record is open to the lead team of its school, restricted, or locked. Restricted: the headteacher reads it, whoever restricted
// it, and whom they name. Locked: named people read it, two at least, and nobody through a role, the head included (CHR-10); only a
// named reader changes the readers or takes the lock away. A reader is named for as long as they work at the school. Parts that are
// added later are as their concern is. Whoever wrote a concern always finds their own words, its state and what was written back to
// them (CON-2). What is restricted or locked is read with a second factor given just now.
//
// A lock with fewer than two current readers is told to the headteacher as a number, with no name and no way to it. Where nobody is
// left, the head names two people, not themselves, without reading it.
//
// A share opens a concern, or a child's file with the concerns that are about that child alone, to the lead team of another school:
// for a purpose, on a lawful ground, until the end of a day, a year at most. It is read and not changed. It can be recalled at any
// time and lapses by itself: every read asks for the relation that is live at that instant, and the sweep only writes the lapse
// down. A restricted or locked record is shared with nobody.
//
// Purposes and grounds are data (lists): a share keeps the words under which it was made, and is made only in words that were shown.
//
// A lead can also let another school know that there is something to ask for: its leads then see one line on their own pupil, who
// is a brother or sister, with whom to ask (CHR-9). The lead names the school, and the brother or sister as they know them; whether
// such a pupil was found is not told.
//
// Before each step the exact readers are shown, by the table that will decide (CON-10). They are worked out again in the
// transaction of the step: where they have changed meanwhile, nothing is done and the page asks again.
//
// Guidance: Keeping Children Safe in Education, Part two (information sharing, need to know); Information sharing advice for
// safeguarding practitioners (purpose, necessary, proportionate, recorded); Data Protection Act 2018, Schedule 1, paragraph 18.
package sharing
