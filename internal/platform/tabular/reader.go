package tabular

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits that hold unless Options says otherwise.
const (
	DefaultMaxBytes = 256 << 20
	maxLine         = 4 << 20
	maxQuotedLines  = 64
	maxFields       = 2_000
)

// ErrTooLarge is returned when the file is longer than Options.MaxBytes.
var ErrTooLarge = errors.New("the file is larger than the limit")

// ErrEmpty is returned for a file without a single line.
var ErrEmpty = errors.New("the file is empty")

// LineError is one row that cannot be read. Reading goes on with the next.
type LineError struct {
	Line   int
	Reason string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Options says how to read. The zero value is right for most files.
type Options struct {
	// MaxBytes is the longest file read, in bytes before decoding; 0 means DefaultMaxBytes.
	MaxBytes int64
	// Headerless names the columns when the first row is data. It is shown the first row and returns nil if that row
	// is a header after all.
	Headerless func(first []string) []string
}

// Reader reads one table.
type Reader struct {
	ctx    context.Context
	lines  *lines
	delim  byte
	header []string
	folded []string
	back   []line // lines read ahead in search of a closing quotation mark, to be read again

	buf   []byte // text of the current row, quotes undone
	ends  []int  // where each field ends in buf
	first bool   // the first row is data and still to be given
	start int    // line of that first row
	rows  int
}

// NewReader detects encoding and delimiter, and reads the header.
func NewReader(ctx context.Context, r io.Reader, o Options) (*Reader, error) {
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	t := &Reader{ctx: ctx, lines: newLines(r, o.MaxBytes)}
	if err := t.readHeader(o); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Reader) readHeader(o Options) error {
	ln, err := t.nextLine()
	if errors.Is(err, io.EOF) {
		return ErrEmpty
	}
	if err != nil {
		return err
	}
	if rest, ok := bytes.CutPrefix(bytes.ToLower(ln.text), []byte("sep=")); ok && len(bytes.TrimSpace(rest)) <= 1 {
		// Spreadsheets write the delimiter into a first line of its own.
		t.delim = ','
		if rest = bytes.Trim(rest, " "); len(rest) == 1 {
			t.delim = rest[0]
		}
	} else {
		t.delim = sniff(ln.text)
		t.back = append(t.back, ln)
	}
	row, err := t.record()
	if errors.Is(err, io.EOF) {
		return ErrEmpty
	}
	if err != nil {
		return err
	}
	head := row.Fields()
	if o.Headerless != nil {
		if names := o.Headerless(head); names != nil {
			t.first, t.start = true, row.Line
			head = names
		}
	}
	t.header = head
	t.folded = make([]string, len(head))
	for i, h := range head {
		t.folded[i] = FoldHeading(h)
	}
	return nil
}

// sniff returns the delimiter that stands most often in the first line, outside quotation marks.
func sniff(first []byte) byte {
	counts := map[byte]int{}
	quoted := false
	for _, c := range first {
		switch {
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == ';' || c == '\t' || c == '|'):
			counts[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte{';', '\t', '|'} {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}

// FoldHeading reduces a heading to its lower-case letters and digits, so that "LA (code)", "la_code" and "LACode" meet.
func FoldHeading(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Header returns the headings as written.
func (t *Reader) Header() []string { return t.header }

// Column returns the number of the first column that bears one of the names, tried in order and folded, or -1.
func (t *Reader) Column(names ...string) int {
	for _, n := range names {
		n = FoldHeading(n)
		for i, h := range t.folded {
			if h == n {
				return i
			}
		}
	}
	return -1
}

// Row is one row; it is valid until the next call of Next.
type Row struct {
	// Line is the 1-based line of the file on which the row begins.
	Line int
	t    *Reader
}

// Len returns the number of fields the row has.
func (r Row) Len() int { return len(r.t.ends) }

// Get returns the field in column col, trimmed; "" if the row has no such column or col is -1. Bytes that no database
// can hold as text (NUL) are left out.
func (r Row) Get(col int) string {
	if col < 0 || col >= len(r.t.ends) {
		return ""
	}
	from := 0
	if col > 0 {
		from = r.t.ends[col-1]
	}
	b := bytes.TrimSpace(r.t.buf[from:r.t.ends[col]])
	if len(b) == 0 {
		return ""
	}
	s := string(b)
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
	}
	return strings.Trim(s, "\u00a0\ufeff")
}

// Fields returns every field, trimmed.
func (r Row) Fields() []string {
	out := make([]string, r.Len())
	for i := range out {
		out[i] = r.Get(i)
	}
	return out
}

// Next returns the next row. The error is io.EOF at the end, a *LineError for one bad row (call Next again), or an
// error that ends the reading: the context's, ErrTooLarge, or the stream's own.
func (t *Reader) Next() (Row, error) {
	t.rows++
	if t.rows&0xff == 0 {
		if err := t.ctx.Err(); err != nil {
			return Row{}, err
		}
	}
	if t.first {
		t.first = false
		return Row{Line: t.start, t: t}, nil
	}
	return t.record()
}

// record reads one row that is not blank into buf and ends.
func (t *Reader) record() (Row, error) {
	ln, err := t.nextLine()
	if err != nil {
		return Row{}, err
	}
	t.buf, t.ends = t.buf[:0], t.ends[:0]
	start := ln.no
	var ahead []line
	quoted := t.scan(ln.text, false)
	for quoted {
		next, err := t.rawLine()
		if err != nil && !errors.Is(err, io.EOF) {
			return Row{}, err
		}
		if err != nil || len(ahead) == maxQuotedLines || len(t.buf)+len(next.text) > maxLine {
			if err == nil {
				ahead = append(ahead, next)
			}
			t.back = append(ahead, t.back...)
			return Row{}, &LineError{start, "a quotation mark opens here and is never closed"}
		}
		// The scanner reuses its buffer, and these bytes may have to be read again.
		next.text = bytes.Clone(next.text)
		ahead = append(ahead, next)
		t.buf = append(t.buf, '\n')
		quoted = t.scan(next.text, true)
	}
	if len(t.ends) > maxFields {
		return Row{}, &LineError{start, fmt.Sprintf("the row has more than %d fields", maxFields)}
	}
	return Row{Line: start, t: t}, nil
}

// scan takes one line into buf, starting inside quotation marks or outside, and says whether it ended inside.
func (t *Reader) scan(b []byte, quoted bool) bool {
	if !quoted && bytes.IndexByte(b, '"') < 0 {
		for {
			i := bytes.IndexByte(b, t.delim)
			if i < 0 {
				t.buf = append(t.buf, b...)
				t.close()
				return false
			}
			t.buf = append(t.buf, b[:i]...)
			t.close()
			b = b[i+1:]
		}
	}
	for {
		if quoted {
			i := bytes.IndexByte(b, '"')
			if i < 0 {
				t.buf = append(t.buf, b...)
				return true
			}
			t.buf = append(t.buf, b[:i]...)
			b = b[i+1:]
			rest := bytes.TrimLeft(b, " ")
			switch {
			case len(b) > 0 && b[0] == '"':
				t.buf = append(t.buf, '"')
				b = b[1:]
			case len(rest) == 0:
				t.close()
				return false
			case rest[0] == t.delim:
				t.close()
				b, quoted = rest[1:], false
			default:
				// A quotation mark inside a quoted field that somebody forgot to double.
				t.buf = append(t.buf, '"')
			}
			continue
		}
		if lead := bytes.TrimLeft(b, " "); len(lead) > 0 && lead[0] == '"' {
			b, quoted = lead[1:], true
			continue
		}
		i := bytes.IndexByte(b, t.delim)
		if i < 0 {
			t.buf = append(t.buf, b...)
			t.close()
			return false
		}
		t.buf = append(t.buf, b[:i]...)
		t.close()
		b = b[i+1:]
	}
}

func (t *Reader) close() {
	if len(t.ends) <= maxFields {
		t.ends = append(t.ends, len(t.buf))
	}
}

// nextLine returns the next line that is not blank; a line of nothing but delimiters is blank too.
func (t *Reader) nextLine() (line, error) {
	for {
		ln, err := t.rawLine()
		if err != nil {
			return ln, err
		}
		for _, c := range ln.text {
			if c != ' ' && c != '\t' && (c != t.delim || t.delim == 0) {
				return ln, nil
			}
		}
	}
}

func (t *Reader) rawLine() (line, error) {
	if len(t.back) > 0 {
		ln := t.back[0]
		t.back = t.back[1:]
		return ln, nil
	}
	return t.lines.next()
}
