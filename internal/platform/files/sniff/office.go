package sniff

import (
	"archive/zip"
	"bytes"
	"io"
	"path"
	"strings"
)

// What an office file, which is an archive, may hold.
const (
	maxParts     = 5000
	maxUnpacked  = 200 << 20 // bytes in all
	maxRatio     = 200       // unpacked to packed, once more than freeUnpacked
	freeUnpacked = 10 << 20
	headSize     = 256 << 10 // how much of each part is looked at
)

// zipTail says whether b can be opened as an archive, whatever it begins with.
func zipTail(b []byte) bool {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	return err == nil && len(z.File) > 0
}

// office looks into a Word, Excel, PowerPoint or OpenDocument file. Every part is unpacked and counted, since the sizes
// that an archive states about itself may lie.
func office(b []byte, k kind) error {
	macro := refuse("This file holds macros, and files with macros are not kept. Save it without them and send that.")
	if bytes.HasPrefix(b, oleMark) {
		return refuse("This file is locked with a password, or is of an older Office format under a new name. Save it anew without a password.")
	}
	if !bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		return k.mismatch()
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil || z.Comment != "" || len(b) < 22 || !bytes.HasPrefix(b[len(b)-22:], []byte("PK\x05\x06")) {
		return k.mismatch() // something stands before, behind or between the parts
	}
	if len(z.File) > maxParts {
		return refuse("This file has more than %d parts. Save it anew, or send it as PDF.", maxParts)
	}
	openDocument := strings.HasPrefix(k.inner, odf)
	proved, contents := false, false
	var total int64
	for i, f := range z.File {
		name := f.Name
		low := strings.ToLower(name)
		switch {
		case strings.ContainsAny(name, "\\\x00") || path.IsAbs(name) || strings.Contains("/"+name+"/", "/../"):
			return k.mismatch()
		case f.Flags&1 != 0:
			return refuse("This file is locked with a password, so it cannot be looked into. Save it without one.")
		case strings.HasPrefix(path.Base(low), "vbaproject") || strings.HasPrefix(path.Base(low), "vbadata") || strings.HasPrefix(low, "basic/") || strings.HasPrefix(low, "scripts/") || strings.Contains(low, "macrosheets/"):
			return macro
		case strings.Contains(low, "activex/") || strings.Contains(path.Base(low), "oleobject"):
			return refuse("Another file is put inside this one as an object. Send that file by itself, and this one as PDF.")
		case whyNot[extension(low)] != "" && !strings.HasSuffix(low, ".xml") && !strings.HasSuffix(low, ".svg"):
			return refuse("A file that is not kept by itself is put inside this one (%s). Take it out and save it anew.", extension(low))
		}
		head, n, err := unpack(f, maxUnpacked-total)
		if err != nil {
			return k.mismatch()
		}
		total += n
		if total > maxUnpacked || total > freeUnpacked && total > maxRatio*int64(len(b)) {
			return refuse("This file unpacks to far more than its size. It is not kept; save it anew, or send it as PDF.")
		}
		if bytes.HasPrefix(head, []byte("MZ")) || bytes.HasPrefix(head, []byte("\x7fELF")) {
			return refuse("A program is put inside this file. It is not kept.")
		}
		switch {
		case openDocument && i == 0:
			proved = name == "mimetype" && f.Method == zip.Store && string(head) == k.inner
		case openDocument:
			contents = contents || name == "content.xml"
		case name == "[Content_Types].xml":
			contents = true
			if types := lower(head); bytes.Contains(types, []byte("macroenabled")) || bytes.Contains(types, []byte("vbaproject")) {
				return macro // under whatever name the macros lie
			}
			if n > headSize {
				return k.mismatch()
			}
		default:
			proved = proved || strings.HasPrefix(name, k.inner)
		}
	}
	if !proved || !contents {
		return k.mismatch()
	}
	return nil
}

// unpack reads a part to its end, returning its first headSize bytes and how long it is; it stops beyond limit.
func unpack(f *zip.File, limit int64) (head []byte, n int64, err error) {
	r, err := f.Open()
	if err != nil {
		return nil, 0, err
	}
	defer r.Close()
	head, err = io.ReadAll(io.LimitReader(r, headSize))
	if err != nil {
		return nil, 0, err
	}
	n, err = io.Copy(io.Discard, io.LimitReader(r, limit+1))
	return head, n + int64(len(head)), err
}
