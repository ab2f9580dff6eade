// Package casework is the child's file: what the safeguarding leads of a school, and whoever else is let in, read about one
// child.
//
// Its heart is the chronology. Slices write their entries there themselves (platform/story); this slice shows them, at the time
// things happened, newest first, with what was recorded late, what is significant and why, and where there is nothing. What
// the viewer may not see leaves no gap, count or number behind: every figure on the page is of what this reader sees (CHR-3).
// "As it stood on" shows flags and knowledge of a day, for the question what was known then (CHR-7).
//
// A printed chronology says who made it, when, for what, and carries a check code that the log can confirm (CHR-5). Who opened
// the file and its records, and under which rule, is open to the leads (CHR-6). "Why can I see this?" answers for any record.
//
// Break-glass: in an emergency a lead, a headteacher or a social worker of the district opens the file of a child who is not
// theirs, with a reason and a second factor given just now. It opens the records there are at that moment, for four hours; it
// cannot be widened or prolonged by whoever asked; the school that keeps the file is told at once, and the opening stays on
// its list until somebody else signs it off (SEC-11). States: live → lapsed, or signed off, which ends it.
//
// Guidance: Keeping Children Safe in Education, Part two and Annex C (records kept, dated, with reasons); Working Together
// (chronologies; information sharing in an emergency).
package casework
