package tabular

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const peekBytes = 64 << 10

// line is one physical line as UTF-8 without its ending.
type line struct {
	no   int
	text []byte
}

// lines splits a stream into lines and makes UTF-8 of them.
type lines struct {
	in    *bufio.Reader
	limit *limited
	no    int
	oldCR bool // the file ends its lines with carriage returns alone
	long  []byte
}

func newLines(r io.Reader, maxBytes int64) *lines {
	lim := &limited{r: r, left: maxBytes}
	in := bufio.NewReaderSize(lim, peekBytes)
	head, _ := in.Peek(peekBytes)
	switch enc := detect(head); enc {
	case utf16LE, utf16BE:
		order := unicode.LittleEndian
		if enc == utf16BE {
			order = unicode.BigEndian
		}
		dec := unicode.UTF16(order, unicode.UseBOM).NewDecoder()
		in = bufio.NewReaderSize(transform.NewReader(in, dec), peekBytes)
		head, _ = in.Peek(peekBytes)
	}
	if bytes.HasPrefix(head, bomUTF8) {
		_, _ = in.Discard(len(bomUTF8))
	}
	return &lines{in: in, limit: lim, oldCR: bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0}
}

var bomUTF8 = []byte("\xef\xbb\xbf")

type encodingKind int

const (
	byteWise encodingKind = iota // UTF-8 or Windows-1252: decided line by line
	utf16LE
	utf16BE
)

// detect looks for UTF-16, by its mark or by the zero bytes that Latin letters leave in it.
func detect(head []byte) encodingKind {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return utf16LE
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return utf16BE
	}
	n := min(len(head), 1024) &^ 1
	even, odd := 0, 0
	for i := 0; i < n; i += 2 {
		if head[i] == 0 {
			even++
		}
		if head[i+1] == 0 {
			odd++
		}
	}
	switch {
	case n >= 4 && odd > n/5 && even == 0:
		return utf16LE
	case n >= 4 && even > n/5 && odd == 0:
		return utf16BE
	}
	return byteWise
}

// next returns the next line. Its text is valid until the following call.
func (l *lines) next() (line, error) {
	end := byte('\n')
	if l.oldCR {
		end = '\r'
	}
	b, err := l.in.ReadSlice(end)
	if errors.Is(err, bufio.ErrBufferFull) {
		l.long = append(l.long[:0], b...)
		for errors.Is(err, bufio.ErrBufferFull) {
			b, err = l.in.ReadSlice(end)
			if len(l.long)+len(b) > maxLine {
				return line{}, errors.New("a line is longer than four million bytes: this is not a table")
			}
			l.long = append(l.long, b...)
		}
		b = l.long
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return line{}, err
	}
	if errors.Is(err, io.EOF) && len(b) == 0 {
		return line{}, io.EOF
	}
	l.no++
	b = bytes.TrimRight(b, "\r\n")
	if i := bytes.IndexByte(b, '\r'); i >= 0 {
		// A stray carriage return inside a line is an accident of editing, not a new row.
		b = bytes.ReplaceAll(b, []byte{'\r'}, []byte{' '})
	}
	if !utf8.Valid(b) {
		// One byte out of place decides for its own line only, so a single bad row cannot turn the others to mojibake.
		// Decoding Windows-1252 cannot fail: its five unused bytes become replacement characters.
		if d, err := charmap.Windows1252.NewDecoder().Bytes(b); err == nil {
			b = d
		}
	}
	return line{l.no, b}, nil
}

// limited stops with ErrTooLarge instead of a quiet end, so that half a file is never taken for a whole one.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		var one [1]byte
		n, err := l.r.Read(one[:])
		if n > 0 {
			return 0, ErrTooLarge
		}
		return 0, err
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	return n, err
}
