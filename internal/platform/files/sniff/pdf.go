package sniff

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"regexp"
	"slices"
)

// maxInflated is how much the packed streams of one PDF may unpack to, in bytes.
const maxInflated = 256 << 20

// maxOpenings is how often a PDF may say what to do when it is opened: once for each time it was saved.
const maxOpenings = 20

// names are the keys of a PDF that make it act. They are long enough not to turn up in compressed bytes by chance, so they
// are looked for everywhere.
var names = map[string]string{
	"/JavaScript":     "This PDF holds a script.",
	"/Launch":         "This PDF can start programs.",
	"/EmbeddedFile":   "Another file is put inside this PDF.",
	"/FileAttachment": "Another file is put inside this PDF.",
	"/RichMedia":      "This PDF holds film or a program.",
	"/SubmitForm":     "This PDF can send what is typed into it elsewhere.",
	"/ImportData":     "This PDF can read files.",
	"/XFA[":           "This PDF is a form that holds a script.",
	"/XFA ":           "This PDF is a form that holds a script.",
	"/GoToE":          "This PDF can open a file that is put inside it.",
}

var (
	noFiles = regexp.MustCompile(`/EmbeddedFiles\s*<<\s*/Names\s*\[\s*\]\s*>>`) // fpdf writes this into every PDF
	stream  = regexp.MustCompile(`\bstream[ \t]*(?:\r\n|\n|\r)`)
	onOpen  = regexp.MustCompile(`/OpenAction\s*(\[|(\d+)\s+(\d+)\s+R|.)`)
	jump    = regexp.MustCompile(`^\s*(\[|<<[^>]*/S\s*/GoTo[\s/>])`)
	twice   = regexp.MustCompile(`/FlateDecode\s*/FlateDecode`)
)

func pdf(b []byte, k kind) error {
	if !bytes.HasPrefix(b, []byte("%PDF-")) || !bytes.Contains(b[max(0, len(b)-4096):], []byte("%%EOF")) {
		return k.mismatch()
	}
	open := unescape(b)
	if err := actions(open, open); err != nil {
		return err
	}
	if bytes.Contains(open, []byte("/Encrypt")) {
		return refuse("This PDF is locked, so it cannot be looked into. Print it to a new PDF without a password and send that.")
	}
	// With these a PDF can pack its objects, and then every way of packing but the usual one is refused. A stream may call
	// itself what it likes, so all that unpack are looked into.
	if bytes.Contains(open, []byte("/ObjStm")) || bytes.Contains(open, []byte("/XRef")) {
		for _, f := range []string{"/LZWDecode", "/ASCIIHexDecode", "/ASCII85Decode", "/RunLengthDecode"} {
			if bytes.Contains(open, []byte(f)) {
				return unreadable()
			}
		}
		if twice.Match(open) {
			return unreadable()
		}
	}
	left := maxInflated
	for _, at := range stream.FindAllIndex(b, -1) {
		if err := inflate(b[at[1]:], open, &left); err != nil {
			return err
		}
	}
	if zipTail(b) {
		return refuse("An archive is hidden in this file. It is not kept; print it to a new PDF and send that.")
	}
	return nil
}

// inflate looks into the zlib stream at the start of b, a window at a time; what is not one is left alone.
func inflate(b, whole []byte, left *int) error {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil // a picture or a plain stream, seen already
	}
	const window, overlap = 1 << 20, 400
	buf := make([]byte, 0, 4096)
	for {
		if len(buf) == window {
			if err := actions(unescape(buf), whole); err != nil {
				return err
			}
			buf = append(buf[:0], buf[window-overlap:]...)
		}
		buf = slices.Grow(buf, 1)
		n, err := z.Read(buf[len(buf):min(cap(buf), window)])
		buf = buf[:len(buf)+n]
		if *left -= n; *left < 0 {
			return refuse("This PDF unpacks to more than 256 MB. Print it to a new PDF and send that.")
		}
		if err != nil {
			return actions(unescape(buf), whole)
		}
	}
}

func unreadable() error {
	return refuse("Parts of this PDF are packed in a way that cannot be looked into. Print it to a new PDF and send that.")
}

// unescape writes #4A in a name as J, since /#4AavaScript is the same name.
func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '#' && i+2 < len(b) {
			var c [1]byte
			if _, err := hex.Decode(c[:], b[i+1:i+3]); err == nil {
				out = append(out, c[0])
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

// actions refuses a PDF that would act. Opening at a page is allowed, because LibreOffice and LaTeX write that into every
// file; opening with anything else is not.
func actions(b, whole []byte) error {
	b = noFiles.ReplaceAll(b, []byte(" "))
	for name, why := range names {
		if bytes.Contains(b, []byte(name)) {
			return refuse("%s It is not kept. Print it to a new PDF and send that.", why)
		}
	}
	found := onOpen.FindAllSubmatch(b, maxOpenings+1)
	for _, m := range found {
		if string(m[1]) == "[" || len(m[2]) > 0 && jump.Match(object(whole, string(m[2])+" "+string(m[3])+" obj")) {
			continue
		}
		return refuse("This PDF does something by itself when it is opened. It is not kept. Print it to a new PDF and send that.")
	}
	if len(found) > maxOpenings {
		return refuse("This PDF says more than %d times what to do when it is opened. Print it to a new PDF and send that.", maxOpenings)
	}
	return nil
}

// object returns what follows head in b, 300 bytes at most, nil where b has no such object.
func object(b []byte, head string) []byte {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(head))
		if i < 0 {
			return nil
		}
		if at += i; at == 0 || b[at-1] < '0' || b[at-1] > '9' {
			return b[at+len(head) : min(len(b), at+len(head)+300)]
		}
		at += len(head)
	}
}
