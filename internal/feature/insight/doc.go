// Package insight is figures across schools for those who answer for several and read no record: the lead of a trust or a
// collaboration.
//
// Each Monday such a lead asks: is somebody there for every child, and does anything lie that should not? The page says, for each of
// their schools, who is on duty now and where nobody is, which hours of the coming week the rota leaves open, and when the school is
// closed; and how many concerns no lead has opened, have run past their clock (CON-11), wait for an answer to whoever told (CON-19), left
// the colleague who wrote without a word (CON-22), or have a follow-up that is overdue. It names no child, and no concern.
//
// A figure is of things that stood before the day began, in fives: 0, or not shown for 1 to 4, or 5 to 9 and so on (SEC-24). Nothing is
// added up, so nothing that is not shown can be worked out; two figures that differ, differ by more than one child, but where something
// is shown to be there at all. What is restricted or locked is in none of them (SEC-3), nor is any worry about an adult.
//
// The slice has no table: it asks those that have the facts.
package insight
