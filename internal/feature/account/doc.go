// Package account is who can sign in, and what they are where.
//
// An account belongs to one district and one person. A post says what that person is in an organisation, from an instant until
// an instant; every post also makes them a member there. Rights are read from the live posts on every request, so that a leaver
// is out within a second (SEC-7), and a post that has not begun or has ended gives nothing (SEC-8).
//
// States of an account: invited → active → disabled. A session is the hash of a secret that only the browser holds. It has two
// strengths: signed in, enough to write a concern and see one's own words (CON-1, CON-2), and second factor given, needed to
// read records (SEC-25). It ends after 30 minutes without use or 12 hours in all; a second factor counts for 10 hours, and for
// 10 minutes where a page asks for one given just now.
package account
