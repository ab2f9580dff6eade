// Package account is who can sign in, and what they are where.
//
// An account belongs to one district and one person. A post says what that person is in an organisation, from an instant until
// an instant; every post also makes them a member there. Rights are read from the live posts on every request, so that a leaver
// is out within a second (SEC-7), and a post that has not begun or has ended gives nothing (SEC-8).
//
// States of an account: invited → active ⇄ disabled. A session is the hash of a secret that only the browser holds. It has two
// strengths: signed in, enough to write a concern and see one's own words (CON-1, CON-2), and second factor given, needed to
// read records (SEC-25). It ends after 30 minutes without use or 12 hours in all; a second factor counts for 10 hours, and for
// 10 minutes where a page asks for one given just now.
//
// Ways in, all through SignIn: a passkey, which verifies its owner and so is two factors; a password, with a code of an
// authenticator app or a recovery code if one is given; a school account by OpenID Connect, which is one factor unless the
// settings believe its provider; an invitation, which is one factor. People read "second step" where the code says factor.
// Whatever is wrong with what somebody signs in with gets one answer after the same work, and tries are counted before
// anything is checked (throttle.go), for accounts that exist and those that do not.
//
// A password has 12 characters or more and is not among those that are tried first. The package password holds the list: the
// 49,233 of @zxcvbn-ts/language-common, their simple variations, repetitions and walks along the keyboard, and the owner's
// name. It is no copy of any register of breaches and asks nobody.
//
// Links in mail are 128 random bits, kept hashed, and open once: a reset for 30 minutes, an invitation for 7 days. A reset asks
// for the second factor before the password and keeps it. Every change of how somebody signs in is told to them by mail.
//
// Whoever administers an organisation invites people to it, gives and ends posts there and nowhere else, never for themselves,
// and may disable an account or take its second factors away if it works for no other organisation. They never know or choose
// a password and open no record (SEC-9).
package account
