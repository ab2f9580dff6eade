// Package archtest holds the rules of the house that a reader of one file cannot see, as ordinary Go tests over the source
// of the whole tree: who may import whom, where the time comes from, what SQL and templates may say.
//
// A rule is a function from a tree to sentences about what breaks it. TestHouseRules runs every rule over this repository;
// TestRulesCanFail runs each over a small tree that breaks it, so that none is blind. To add one, write the function, put it
// in rules and give it an example.
package archtest
