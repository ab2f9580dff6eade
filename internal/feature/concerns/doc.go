// Package concerns is a worry about a child, from the words of whoever noticed it to the decision of the lead.
//
// Any adult with a post at a school writes a concern in a minute, on a phone, and needs no right to read anything (CON-1). They
// describe; only the safeguarding leads categorise and decide. A concern is made of parts, each a record of its own: the header
// (when, where, state), the accounts (one person's words each, never changed once sent), one part for each child with a role and
// the text about that child alone, the leads' part (level, categories, actions, contact with parents), the decisions, and the
// feedback to whoever wrote it. So the reporter always finds their own words, the state and the feedback, and nothing else.
//
// States: sent → read → deciding → watching, support or referred → closed → reopened (which is deciding again). "Read" is not
// a button: it is the first opening by a lead, written down with the audit entry of that reading. "I have read this" is a button
// too, and only that stops the rota from telling the next person: an opened tab must not silence it (CON-11).
//
// Guidance: Keeping Children Safe in Education, Parts one and two (records, decisions and their reasons, including not to
// refer); Working Together (consult, refer, escalate). Categories and their editions are data.
package concerns
