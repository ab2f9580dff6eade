// Package sheet writes tables as CSV and XLSX and reads the CSV that other systems export.
//
// What people typed is written so that no spreadsheet program takes it for a formula (SEC-17): a cell of text stays
// text, and only numbers and days that the program itself writes as such are numbers and days. There is one way to
// write a table, so no export can forget it.
package sheet

import (
	"fmt"
	"io"
	"iter"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/text"
)

// Table is what is written: a name, the heading of each column, and rows, which are read once. An error among the rows
// ends the writing and is returned.
type Table struct {
	Name    string // title of the sheet in a workbook
	Columns []string
	Rows    iter.Seq2[[]Cell, error]
}

// Rows makes a table's rows of a slice.
func Rows(rows [][]Cell) iter.Seq2[[]Cell, error] {
	return func(yield func([]Cell, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

type kind uint8

const (
	blank kind = iota
	words
	number
	date
)

// Cell is one value. The zero Cell is empty.
type Cell struct {
	kind  kind
	text  string
	value float64
}

// Text is a cell of words, whoever wrote them.
func Text(s string) Cell { return Cell{kind: words, text: s} }

// Int is a cell that holds a whole number to reckon with. Codes and telephone numbers are Text.
func Int(n int64) Cell { return Cell{kind: number, text: strconv.FormatInt(n, 10), value: float64(n)} }

// Number is a cell that holds a number to reckon with; empty if it is not finite.
func Number(n float64) Cell {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return Cell{}
	}
	return Cell{kind: number, text: strconv.FormatFloat(n, 'f', -1, 64), value: n}
}

// Day is a cell that holds a day: 2026-11-23 in CSV, a date in a workbook; empty if there is none.
func Day(d clock.Day) Cell {
	if d.Start().IsZero() {
		return Cell{}
	}
	return Cell{kind: date, text: string(d)}
}

// formula says whether a spreadsheet program could take s for a formula, a command or a link to another program:
// whether it starts, after whatever such programs skip, with one of the characters that begin them.
func formula(s string) bool {
	s = strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\ufeff'
	})
	for _, r := range s {
		return strings.ContainsRune("=+-@|%＝＋－＠｜％﹦﹢﹣﹫﹪−", r)
	}
	return false
}

// neutral returns s as it is safe in a CSV cell: with an apostrophe before it if a program could take it for a formula.
func neutral(s string) string {
	if formula(s) {
		return "'" + s
	}
	return s
}

// WriteCSV writes t as UTF-8 with a byte order mark, without which Excel garbles names; comma, CRLF, text in quotes.
// Text has its control characters removed, and an apostrophe before it where it could be taken for a formula.
func (t Table) WriteCSV(w io.Writer) error {
	var line []byte
	line = append(line, "\ufeff"...)
	for i, c := range t.Columns {
		line = Text(c).csv(comma(line, i))
	}
	if _, err := w.Write(append(line, "\r\n"...)); err != nil {
		return err
	}
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		line = line[:0]
		for i, c := range row {
			line = c.csv(comma(line, i))
		}
		if _, err := w.Write(append(line, "\r\n"...)); err != nil {
			return err
		}
	}
	return nil
}

func comma(line []byte, i int) []byte {
	if i > 0 {
		line = append(line, ',')
	}
	return line
}

func (c Cell) csv(line []byte) []byte {
	if c.kind != words {
		return append(line, c.text...)
	}
	s := strings.ReplaceAll(neutral(text.Clean(c.text)), `"`, `""`)
	return append(append(append(line, '"'), s...), '"')
}

// Limits of a workbook: of Excel, and of a sheet that is kept in memory. Above 16 MB excelize puts a sheet into a
// temporary file, where a record would lie unencrypted, so a longer table goes on in a second sheet.
const (
	sheetRows  = 1 << 20
	sheetBytes = 15 << 20
	cellUnits  = 32767
)

const cutMark = "… (cut: longer than a cell can hold)"

// WriteXLSX writes t as a workbook with a heading row that stays in sight. A table too long for one sheet goes on in
// the next under the same headings. Text is stored as text and cannot be a formula; it is cut, with words that say so,
// where it is longer than the 32,767 characters a cell holds. The workbook is made in memory.
func (t Table) WriteXLSX(w io.Writer) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	b := book{file: f, table: t}
	if err := b.styles(); err != nil {
		return err
	}
	if err := b.newSheet(); err != nil {
		return err
	}
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		if err := b.add(row, 0); err != nil {
			return err
		}
	}
	if err := b.stream.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

type book struct {
	file               *excelize.File
	table              Table
	stream             *excelize.StreamWriter
	sheets, row, bytes int
	plain, bold, day   int // styles: text format, heading, date
}

func (b *book) styles() error {
	var err error
	if b.plain, err = b.file.NewStyle(&excelize.Style{NumFmt: 49}); err != nil { // "@": stays text when edited
		return err
	}
	if b.bold, err = b.file.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}}); err != nil {
		return err
	}
	iso := "yyyy-mm-dd"
	b.day, err = b.file.NewStyle(&excelize.Style{CustomNumFmt: &iso})
	return err
}

func (b *book) newSheet() error {
	if b.stream != nil {
		if err := b.stream.Flush(); err != nil {
			return err
		}
	}
	b.sheets++
	name := sheetName(b.table.Name, b.sheets)
	var err error
	if b.sheets == 1 {
		err = b.file.SetSheetName("Sheet1", name)
	} else {
		_, err = b.file.NewSheet(name)
	}
	if err != nil {
		return err
	}
	if b.stream, err = b.file.NewStreamWriter(name); err != nil {
		return err
	}
	if err = b.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	b.row, b.bytes = 0, 0
	head := make([]Cell, len(b.table.Columns))
	for i, c := range b.table.Columns {
		head[i] = Text(c)
	}
	return b.add(head, b.bold)
}

func (b *book) add(row []Cell, style int) error {
	size := 64
	values := make([]any, len(row))
	for i, c := range row {
		var n int
		values[i], n = b.value(c, style)
		size += n
	}
	if b.row > 1 && (b.row >= sheetRows || b.bytes+size > sheetBytes) {
		if err := b.newSheet(); err != nil {
			return err
		}
	}
	b.row++
	b.bytes += size
	at, err := excelize.CoordinatesToCellName(1, b.row)
	if err != nil {
		return err
	}
	return b.stream.SetRow(at, values)
}

// value returns the cell for excelize, and no less than the bytes it takes in the sheet.
func (b *book) value(c Cell, style int) (any, int) {
	const frame = 120
	switch c.kind {
	case words:
		s := text.Clean(c.text)
		if formula(s) && style == 0 {
			style = b.plain
		}
		s = fit(s)
		escaped := 0
		for _, r := range s {
			if strings.ContainsRune("\"'&<>\t_", r) {
				escaped += 7
			}
		}
		return excelize.Cell{Value: s, StyleID: style}, frame + len(s) + escaped
	case number:
		return excelize.Cell{Value: c.value, StyleID: style}, frame
	case date:
		return excelize.Cell{Value: clock.Day(c.text).Start(), StyleID: b.day}, frame
	}
	return nil, 0
}

// fit cuts s to what a cell holds, in UTF-16 units.
func fit(s string) string {
	if len(s) <= cellUnits {
		return s
	}
	units, cut := 0, 0
	for i, r := range s {
		if units += utf16.RuneLen(r); units <= cellUnits-len(cutMark) {
			cut = i + len(string(r))
		}
	}
	if units <= cellUnits {
		return s
	}
	return s[:cut] + cutMark
}

// sheetName returns a title that Excel takes: at most 31 characters, none of : \ / ? * [ ], no apostrophe at an end.
func sheetName(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text.Clean(s))
	s = strings.Trim(strings.Join(strings.Fields(s), " "), "'")
	if s == "" {
		s = "Table"
	}
	end := ""
	if n > 1 {
		end = fmt.Sprintf(" (%d)", n)
	}
	u := utf16.Encode([]rune(s))
	if keep := 31 - len(end); len(u) > keep {
		s = strings.TrimRight(string(utf16.Decode(u[:keep])), " '\ufffd")
	}
	return s + end
}
