// Package adults is a worry about an adult who works or volunteers with children: from an unease to an allegation.
//
// Any adult with a post writes it with a first factor, and finds their own words again. Who reads it is worked out for each one
// before it is sent, shown to the writer, and kept as relations of the record: the headteacher; about the headteacher the chair of
// governors, else the trust's named person; where head and proprietor are one person, or nobody else is left, the authority's
// designated officer (LADO). Never whom it is about, never somebody of their household (LLC-1, Way). If nobody takes it within an
// hour of school time (an allegation: 15 minutes at any hour) it goes to the recipient's named stand-in (LLC-2, StandIn). Nobody
// else learns that it exists: no list, count, search or chronology shows it, and the subject reads nothing of it (SEC-10).
//
// States: sent → read → deciding → decided → closed → deciding again. Opening it is reading; "I have read this" is what stops the
// clock. The decision maker says with reasons whether it is a low-level concern or an allegation: one of the four criteria of the
// harm threshold. An allegation is told to the designated officer within one working day, and nobody is questioned before their
// advice is written down (LLC-3). Where the adult works for somebody else, the employer's notice is a step of its own (LLC-5).
//
// If a child may have been harmed, what happened to the child becomes a record of its own in the child's file, restricted, which
// names the adult by a drawn reference only. The adult's record leads to it; it leads nowhere (LLC-4).
//
// Guidance: Keeping Children Safe in Education, Part four (allegations, the harm threshold, low-level concerns). Criteria and
// outcomes are data with an edition; the clocks and the size of a pattern are the district's settings.
package adults
