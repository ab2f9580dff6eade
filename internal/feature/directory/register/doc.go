// Package register reads the public registers that a district is built on: establishments, groups and the links between
// them from Get Information About Schools (GIAS), postcodes, ward boundaries, local authorities.
//
// The readers are pure: bytes in, typed rows and rejections out. They know no database and no viewer; whoever stores the
// rows decides what is new. Each reader has the form
//
//	func(ctx, io.Reader, func(Row) error) (Report, error)
//
// and hands rows on one at a time. A row that cannot be taken is rejected with its line, its field and a reason, and the
// others are kept; an error is returned only for what makes the whole file useless (a missing column, a file over the
// limit), when the context ends, or when the row function returns one. A value that cannot be read in a row that is
// otherwise sound is left empty, with a warning. The second row with an id of the same file is rejected.
//
// Columns are found by name, folded to letters and digits, in any order and of any year (ROL-7). The names and e-mail
// addresses of head teachers, which the published files carry, are never read.
//
// Data read here is public sector information under the Open Government Licence v3.0; screens that show it credit it.
package register
