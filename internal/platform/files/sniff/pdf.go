package sniff

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"io"
	"regexp"
)

// maxObjects is how much the object streams of one PDF may unpack to, in bytes.
const maxObjects = 64 << 20

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
	"/XFA":            "This PDF is a form that holds a script.",
	"/GoToE":          "This PDF can open a file that is put inside it.",
}

var (
	noFiles  = regexp.MustCompile(`/EmbeddedFiles\s*<<\s*/Names\s*\[\s*\]\s*>>`) // fpdf writes this into every PDF
	stream   = regexp.MustCompile(`\bstream\r?\n`)
	onOpen   = regexp.MustCompile(`/OpenAction\s*(\[|(\d+)\s+(\d+)\s+R|.)`)
	jump     = regexp.MustCompile(`^\s*(\[|<<[^>]*/S\s*/GoTo[\s/>])`)
	inFilter = regexp.MustCompile(`/Filter\s*\[?\s*/(\w+)\s*[\]/>\s]`)
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
	left := int64(maxObjects)
	from := 0
	for _, at := range stream.FindAllIndex(b, -1) {
		dict := b[from:at[0]]
		if i := bytes.LastIndex(dict, []byte("obj")); i >= 0 {
			dict = dict[i:]
		}
		from = at[1]
		dict = unescape(dict)
		if !bytes.Contains(dict, []byte("/ObjStm")) {
			continue
		}
		if f := inFilter.FindSubmatch(dict); f == nil || string(f[1]) != "FlateDecode" {
			if bytes.Contains(dict, []byte("/Filter")) {
				return unreadable()
			}
			continue // not packed: its names were seen above
		}
		z, err := zlib.NewReader(bytes.NewReader(b[at[1]:]))
		if err != nil {
			return unreadable()
		}
		objects, err := io.ReadAll(io.LimitReader(z, left+1))
		if err != nil && len(objects) == 0 {
			return unreadable()
		}
		if left -= int64(len(objects)); left < 0 {
			return refuse("This PDF unpacks to more than 64 MB of instructions. Print it to a new PDF and send that.")
		}
		if err := actions(unescape(objects), open); err != nil {
			return err
		}
	}
	if zipTail(b) {
		return refuse("An archive is hidden in this file. It is not kept; print it to a new PDF and send that.")
	}
	return nil
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
