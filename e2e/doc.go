// Package e2e walks the journeys of the people who use Kith, from end to end, in a real browser against the whole program: on a
// phone and at a desk, with a check for accessibility on every page of the way. It holds tests only.
package e2e
