// Package directory is the organisations of the district: schools and other establishments as the register lists them, trusts
// and federations, collaborations, the authority, agencies and boards, and who belongs to whom and since when.
//
// An establishment is known by its URN, which changes when a school becomes an academy; predecessor and successor links lead
// from one to the next. A school that vanishes from the register's file is not deleted (ROL-7).
//
// It is also when schools are closed: the term dates of the district, its trusts and its schools (Terms; the rules are in schoolyear), from
// which Calendars makes the calendar that every other slice counts by.
package directory
