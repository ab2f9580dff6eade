package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	utf "golang.org/x/text/encoding/unicode"

	"kith/internal/kernel/text"
)

// TooLarge is the error of a file over the limit.
type TooLarge struct{ Limit int64 } // bytes

// Error is a sentence for the person who chose the file.
func (e TooLarge) Error() string {
	size := fmt.Sprintf("%d MB", e.Limit>>20)
	if e.Limit < 1<<20 {
		size = text.Plural(int(e.Limit), "byte", "bytes")
	}
	return "This file is larger than " + size + ". Split it and load the parts one after the other."
}

// Refusals of a file as a whole, in sentences for the person who chose it.
var (
	ErrEmpty    = errors.New("This file is empty.")
	ErrWorkbook = errors.New("This is a workbook or another kind of file, not CSV. Open it and save it as CSV first.")
)

// OpenQuote is the error of a quotation mark without an end, after which the rows of a file cannot be told apart.
type OpenQuote struct{ Line int } // where it opens

// Error is a sentence for the person who chose the file.
func (e OpenQuote) Error() string {
	return fmt.Sprintf("Line %d opens a quotation mark that is never closed. Nothing after it can be read.", e.Line)
}

// window is how many bytes are looked at to tell a file's delimiter.
const window = 64 << 10

// Reader reads a CSV file row by row. It takes what school, council and register systems export: UTF-8, UTF-16 or
// Windows-1252, with or without a byte order mark; comma, semicolon or tab; any line end; line ends in quotes; rows
// that are too short, too long or empty.
type Reader struct {
	in      *bufio.Reader
	comma   rune
	line    int // of the next character, from 1
	columns []string
	index   map[string]int
}

// Row is one record below the header.
type Row struct {
	Line  int      // where it begins in the file, from 1
	Cells []string // as written, without control characters
	index map[string]int
}

// Get returns the cell under a column of that name, without white space around it; "" if the file has no such column
// or the row ends before it. Case, spaces and punctuation in names do not matter: "Date of birth" is date_of_birth.
func (r Row) Get(column string) string {
	i, found := r.index[columnKey(column)]
	if !found || i >= len(r.Cells) {
		return ""
	}
	return strings.TrimSpace(r.Cells[i])
}

func columnKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// ReadCSV begins to read a file of at most limit bytes and reads its header, the first row that is not blank. A file
// that is known to be larger is refused here; of a stream whose size nobody knows, Rows gives TooLarge when it gets
// there, so keep nothing of a file before its last row.
func ReadCSV(r io.Reader, limit int64) (*Reader, error) {
	if size(r) > limit {
		return nil, TooLarge{limit}
	}
	in := bufio.NewReaderSize(&limited{r: r, left: limit, limit: limit}, window)
	head, err := in.Peek(64)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for _, magic := range []string{"PK\x03\x04", "\xd0\xcf\x11\xe0", "%PDF", "\x1f\x8b", "\x89PNG", "\xff\xd8\xff"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return nil, ErrWorkbook
		}
	}
	if e, is := wide(head); is {
		in = bufio.NewReaderSize(utf.UTF16(e, utf.UseBOM).NewDecoder().Reader(in), window)
	}
	if b, _ := in.Peek(3); string(b) == "\ufeff" {
		_, _ = in.Discard(3)
	}
	x := &Reader{in: in, line: 1, index: map[string]int{}}
	x.sniff()
	first, err := x.row()
	if errors.Is(err, io.EOF) {
		return nil, ErrEmpty
	}
	if err != nil {
		return nil, err
	}
	for i, c := range first.Cells {
		c = strings.TrimSpace(c)
		x.columns = append(x.columns, c)
		if k := columnKey(c); k != "" {
			if _, taken := x.index[k]; !taken {
				x.index[k] = i
			}
		}
	}
	return x, nil
}

// Columns returns the header as written.
func (r *Reader) Columns() []string { return r.columns }

// Missing returns those of the names that the header does not have.
func (r *Reader) Missing(names ...string) []string {
	var out []string
	for _, n := range names {
		if _, found := r.index[columnKey(n)]; !found {
			out = append(out, n)
		}
	}
	return out
}

// Rows gives the rows below the header, once; blank ones are left out. An error ends them.
func (r *Reader) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for {
			row, err := r.row()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// row returns the next row that has anything in it.
func (r *Reader) row() (Row, error) {
	for {
		row, err := r.record()
		if err != nil && !errors.Is(err, io.EOF) {
			return Row{}, err
		}
		for _, c := range row.Cells {
			if strings.TrimSpace(c) != "" {
				return row, nil
			}
		}
		if err != nil {
			return Row{}, err
		}
	}
}

// record reads to the end of a line that is not in quotes. At the end of the file it returns what there is and io.EOF.
func (r *Reader) record() (Row, error) {
	row := Row{Line: r.line, index: r.index}
	var cell strings.Builder
	quoted, opened, fresh := false, 0, true // fresh: at the beginning of a cell
	end := func() {
		row.Cells = append(row.Cells, text.Clean(cell.String()))
		cell.Reset()
		fresh = true
	}
	for {
		c, err := r.next()
		if err != nil {
			if quoted && errors.Is(err, io.EOF) {
				return Row{}, OpenQuote{opened}
			}
			end()
			return row, err
		}
		switch {
		case quoted && c == '"':
			switch after, _ := r.in.Peek(window / 64); {
			case len(after) > 0 && after[0] == '"':
				_, _ = r.in.Discard(1)
				cell.WriteByte('"')
			case r.ends(after):
				quoted = false
			default:
				cell.WriteByte('"') // a quotation mark that somebody forgot to double
			}
		case quoted:
			cell.WriteRune(c)
		case c == '"' && fresh:
			quoted, opened, fresh = true, r.line, false
		case c == r.comma:
			end()
		case c == '\n':
			end()
			return row, nil
		default:
			cell.WriteRune(c)
			fresh = false
		}
	}
}

// next returns the next character; every line end is \n. A byte that is no UTF-8 is read as Windows-1252.
func (r *Reader) next() (rune, error) {
	c, n, err := r.in.ReadRune()
	if err != nil {
		return 0, err
	}
	if c == utf8.RuneError && n == 1 {
		_ = r.in.UnreadRune()
		b, err := r.in.ReadByte()
		if err != nil {
			return 0, err
		}
		return charmap.Windows1252.DecodeByte(b), nil
	}
	if c == '\r' {
		if b, _ := r.in.Peek(1); len(b) == 1 && b[0] == '\n' {
			_, _ = r.in.Discard(1)
		}
		c = '\n'
	}
	if c == '\n' {
		r.line++
	}
	return c, nil
}

// ends says whether a cell ends before after, spaces aside.
func (r *Reader) ends(after []byte) bool {
	after = bytes.TrimLeft(after, " ")
	return len(after) == 0 || rune(after[0]) == r.comma || after[0] == '\r' || after[0] == '\n'
}

// sniff finds the delimiter: the one the file names in a first line "sep=;", otherwise the most frequent outside
// quotes in the first line that is not blank, comma if none is.
func (r *Reader) sniff() {
	b, _ := r.in.Peek(window)
	if len(b) > 5 && strings.EqualFold(string(b[:4]), "sep=") && strings.ContainsRune(",;\t|", rune(b[4])) && (b[5] == '\r' || b[5] == '\n') {
		_, _ = r.in.Discard(5)
		_, _ = r.next()
		r.comma = rune(b[4])
		return
	}
	count := map[byte]int{}
	quoted, blank := false, true
	for _, c := range b {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ',' || c == ';' || c == '\t':
			count[c]++
		}
		end := c == '\n' || c == '\r'
		if end && !quoted && !blank {
			break
		}
		blank = blank && (end || c == ' ')
	}
	r.comma = ','
	for _, c := range []byte{';', '\t'} {
		if count[c] > count[byte(r.comma)] {
			r.comma = rune(c)
		}
	}
}

// wide says whether a file that begins with head is UTF-16, by its byte order mark or by its empty halves.
func wide(head []byte) (utf.Endianness, bool) {
	var zero [2]int
	for i, b := range head {
		if b == 0 {
			zero[i%2]++
		}
	}
	half := len(head) / 2
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), half > 1 && zero[1] > half/2 && zero[0] == 0:
		return utf.LittleEndian, true
	case bytes.HasPrefix(head, []byte("\xfe\xff")), half > 1 && zero[0] > half/2 && zero[1] == 0:
		return utf.BigEndian, true
	}
	return utf.BigEndian, false
}

// size returns how many bytes are left in r, 0 if it does not tell.
func size(r io.Reader) int64 {
	switch x := r.(type) {
	case interface{ Len() int }:
		return int64(x.Len())
	case io.Seeker:
		at, err1 := x.Seek(0, io.SeekCurrent)
		end, err2 := x.Seek(0, io.SeekEnd)
		_, err3 := x.Seek(at, io.SeekStart)
		if errors.Join(err1, err2, err3) == nil {
			return end - at
		}
	}
	return 0
}

// limited is io.LimitReader that tells when there was more.
type limited struct {
	r           io.Reader
	left, limit int64
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, TooLarge{l.limit}
	}
	return n, err
}

// CSVOf returns the first sheet of a workbook as CSV, with days as 2026-11-23, for readers of tables. A cell holds what was computed, never
// the formula.
func CSVOf(workbook []byte) ([]byte, error) {
	book, err := excelize.OpenReader(bytes.NewReader(workbook), excelize.Options{UnzipSizeLimit: 64 << 20, UnzipXMLSizeLimit: 16 << 20, ShortDatePattern: "yyyy-mm-dd"})
	if err != nil {
		return nil, err
	}
	defer book.Close() //nolint:errcheck // only read
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
