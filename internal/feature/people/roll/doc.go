// Package roll reads a school's roll from whatever its management information system exports, and works out what a
// file would change before anything is written.
//
// Three readers give one type, Pupil: ReadCSV by a column mapping (ROL-6), ReadOneRoster for OneRoster 1.1 and 1.2
// bundles, bulk and delta (ROL-4), ReadCTF for the Department's Common Transfer File of any version (ROL-5). What a
// source does not say stays unsaid: Pupil.Has tells an empty value from an absent one.
//
// Two pure functions follow. Index.Match finds the child a row is about (ROL-2). Compare sets the rows against the roll
// as it stands: new, changed, unchanged, proposed leavers, suggestions and clashes for a person to decide (ROL-3, ROL-8).
//
// The package knows no database. A UPN is kept as given and checked by package upn, which is part of the same feature.
package roll
