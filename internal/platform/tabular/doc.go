// Package tabular reads the tables that other people's systems export: CSV in whatever encoding, delimiter and shape
// they chose. It gives rows with true line numbers, looks columns up by name, and keeps going past a bad row.
//
// What it takes: UTF-8 with or without a byte order mark, UTF-16 either way round, Windows-1252; comma, semicolon, tab
// or bar; quoted newlines; blank lines (skipped); rows with too few or too many fields (a missing field is empty, an
// extra one is not looked at); a quotation mark in the middle of a field; an opening quotation mark that is never
// closed, which costs its own line and no other.
//
// It never panics on hostile bytes, and memory is bounded by Options whatever the file says.
package tabular
