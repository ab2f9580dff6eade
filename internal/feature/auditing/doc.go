// Package auditing is the page of the auditor: whoever answers for it that nothing was taken out of the audit log, and does so
// without reading a record. The log itself is platform/audit; here it is looked at, taken away and sent away.
//
// What an auditor may look at stands in the access table (access.LogRules): of the authority or the partnership the log of
// the district, of a school or a trust its own entries. The log names nobody and holds no word of a record. Each look at it,
// and each file taken, is an entry of it.
//
// A checkpoint is worth something once somebody else keeps it. Each day from 06:00 in Europe/London one is mailed to every
// recipient; they need no account. A recipient is added and ended by an auditor of the district, with a second factor given
// just now. A copy is a row for each recipient and day:
//
//	queued → sent | refused | missed
//
// refused: the mail server refused the address for good. missed: the day went by before it could be sent, because there was
// no mail server, or because the log did not bear out its last checkpoint. Sent again after a fault it has the same message
// id: twice is better than never. A recipient of whom nothing was sent for more than 26 hours is overdue; the page says so,
// and kith check is red.
//
// A file that is taken is an excerpt (audit.Excerpt): it shows what was asked for and proves it, with the rest of the log as
// branches of the tree that say nothing. It can be held against every checkpoint that was mailed.
package auditing
