// Package sniff decides by its content whether an uploaded file may be kept (SEC-18, ASVS V5): the name's extension must be
// one we take, the content must be what the extension says and nothing else besides, and whatever could run, unpack without
// end or draw without end is refused with a sentence that says what to do instead.
//
// It looks for known dangers by form. It is no virus scanner, and what it passes is still served as an attachment.
package sniff

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/mail"
	"path"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxSize is the largest file taken, in bytes.
const MaxSize = 20 << 20

// Type is what a file is.
type Type struct {
	Name    string // "PDF document", for people
	MIME    string
	Picture bool // CleanImage can take it, and its result may be shown in a page
}

// Refused is a file that is not taken. Sentence says why and what to do instead.
type Refused struct{ Sentence string }

func (r *Refused) Error() string { return r.Sentence }

func refuse(format string, a ...any) error { return &Refused{fmt.Sprintf(format, a...)} }

// The kinds of picture.
var (
	JPEG = Type{"JPEG picture", "image/jpeg", true}
	PNG  = Type{"PNG picture", "image/png", true}
	GIF  = Type{"GIF picture", "image/gif", true}
	WebP = Type{"WebP picture", "image/webp", true}
)

type kind struct {
	Type
	check func(b []byte, k kind) error
	inner string // office: the folder or media type that proves the kind
}

const (
	odf  = "application/vnd.oasis.opendocument."
	ooxm = "application/vnd.openxmlformats-officedocument."
)

var kinds = map[string]kind{
	"jpg":  {Type: JPEG, check: picture},
	"jpeg": {Type: JPEG, check: picture},
	"png":  {Type: PNG, check: picture},
	"gif":  {Type: GIF, check: picture},
	"webp": {Type: WebP, check: picture},
	"pdf":  {Type: Type{Name: "PDF document", MIME: "application/pdf"}, check: pdf},
	"txt":  {Type: Type{Name: "text", MIME: "text/plain; charset=utf-8"}, check: plain},
	"csv":  {Type: Type{Name: "table as text", MIME: "text/csv; charset=utf-8"}, check: plain},
	"rtf":  {Type: Type{Name: "rich text", MIME: "application/rtf"}, check: rtf},
	"odt":  {Type: Type{Name: "OpenDocument text", MIME: odf + "text"}, check: office, inner: odf + "text"},
	"ods":  {Type: Type{Name: "OpenDocument sheet", MIME: odf + "spreadsheet"}, check: office, inner: odf + "spreadsheet"},
	"docx": {Type: Type{Name: "Word document", MIME: ooxm + "wordprocessingml.document"}, check: office, inner: "word/"},
	"xlsx": {Type: Type{Name: "Excel sheet", MIME: ooxm + "spreadsheetml.sheet"}, check: office, inner: "xl/"},
	"pptx": {Type: Type{Name: "PowerPoint slides", MIME: ooxm + "presentationml.presentation"}, check: office, inner: "ppt/"},
	"mp3":  {Type: Type{Name: "sound recording", MIME: "audio/mpeg"}, check: media},
	"wav":  {Type: Type{Name: "sound recording", MIME: "audio/wav"}, check: media},
	"m4a":  {Type: Type{Name: "sound recording", MIME: "audio/mp4"}, check: media},
	"mp4":  {Type: Type{Name: "film", MIME: "video/mp4"}, check: media},
	"mov":  {Type: Type{Name: "film", MIME: "video/quicktime"}, check: media},
	"eml":  {Type: Type{Name: "e-mail", MIME: "message/rfc822"}, check: eml},
	"msg":  {Type: Type{Name: "Outlook e-mail", MIME: "application/vnd.ms-outlook"}, check: msg},
}

const takes = "Kept are pictures (JPEG, PNG, GIF, WebP), PDF, Word, Excel, PowerPoint and OpenDocument files without macros, text, CSV, RTF, sound, film and saved e-mails."

// whyNot answers for extensions that people do send and that are not taken.
var whyNot = map[string]string{}

func init() {
	for sentence, exts := range map[string]string{
		"A HEIC picture cannot be shown in most browsers and may hold the place where it was taken. Send it as JPEG: on an iPhone choose Settings, Camera, Formats, Most Compatible, or share the picture by mail to yourself, which turns it into JPEG.": "heic heif avif",
		"Web pages and SVG drawings can run programs and are not kept. Save the page as PDF, or the drawing as PNG.":                                                                                                                                      "html htm xhtml mhtml mht svg svgz xml",
		"Archives are not kept, because their content cannot be looked at. Unpack it and send the files one by one.":                                                                                                                                      "zip 7z rar gz tgz tar bz2 xz iso cab img",
		"Files that hold macros are not kept. Save it without macros, as .docx, .xlsx or .pptx.":                                                                                                                                                          "docm dotm xlsm xltm xlsb xlam pptm potm ppsm ppam",
		"The older Office formats can hold macros and are not kept. Save it as .docx, .xlsx or .pptx.":                                                                                                                                                    "doc dot xls xlt ppt pps pub",
		"Programs and scripts are not kept.": "exe dll com bat cmd ps1 vbs vbe js jse mjs wsf wsh hta msi scr pif jar apk app dmg sh py pl rb php asp aspx jsp lnk url reg cpl chm elf so deb rpm",
	} {
		for e := range strings.FieldsSeq(exts) {
			whyNot[e] = sentence
		}
	}
}

// Accept is what a browser's control may offer. A telephone that is asked for image/jpeg turns its HEIC pictures into JPEG.
func Accept() string {
	out := []string{JPEG.MIME}
	for _, ext := range slices.Sorted(maps.Keys(kinds)) {
		out = append(out, "."+ext)
	}
	return strings.Join(out, ",")
}

// Named returns what a kept file of the media type is called for people.
func Named(mime string) string {
	for _, k := range kinds {
		if k.MIME == mime {
			return k.Name
		}
	}
	return "file"
}

func extension(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(strings.TrimRight(strings.ReplaceAll(name, "\\", "/"), " .")), "."))
}

// Check returns what the file called name is, reading size bytes of r. A *Refused error is for the person who sent it; any
// other comes from reading. It holds the file in memory, MaxSize at most.
func Check(name string, r io.ReaderAt, size int64) (Type, error) {
	switch {
	case size == 0:
		return Type{}, refuse("The file is empty.")
	case size > MaxSize:
		return Type{}, refuse("The file is larger than 20 MB. Send it in parts, or send a smaller copy.")
	}
	ext := extension(name)
	k, ok := kinds[ext]
	if !ok {
		if s := whyNot[ext]; s != "" {
			return Type{}, refuse("%s", s)
		}
		return Type{}, refuse("Files of this kind are not kept. %s", takes)
	}
	b := make([]byte, size)
	if _, err := r.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return Type{}, fmt.Errorf("sniff: %w", err)
	}
	if err := k.check(b, k); err != nil {
		return Type{}, err
	}
	return k.Type, nil
}

func (k kind) mismatch() error {
	return refuse("By its name this file is of the kind %s, but its content is something else. Save it anew from the program that made it.", k.Name)
}

var markup = [][]byte{[]byte("<script"), []byte("<html"), []byte("<!doctype html"), []byte("<svg"), []byte("<iframe"), []byte("<body"), []byte("<?php"), []byte("<object")}

// alone refuses a file that is at the same time a web page, a PDF or an archive: what one program takes for a picture
// another would run.
func alone(b []byte) error {
	low := lower(b)
	for _, m := range markup {
		if bytes.Contains(low, m) {
			return refuse("Parts of a web page are hidden in this file. It is not kept; save it anew from the program that made it.")
		}
	}
	if bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")) {
		return refuse("A PDF is hidden in this file. It is not kept; save it anew from the program that made it.")
	}
	if zipTail(b) {
		return refuse("An archive is hidden in this file. It is not kept; save it anew from the program that made it.")
	}
	return nil
}

// lower turns A to Z small and leaves every other byte alone.
func lower(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		out[i] = c
	}
	return out
}

func plain(b []byte, k kind) error {
	text := b
	if len(b) > 1 && (b[0] == 0xFF && b[1] == 0xFE || b[0] == 0xFE && b[1] == 0xFF) { // Excel's "Unicode text"
		text = fromUTF16(b)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return k.mismatch()
	}
	if !utf8.Valid(text) { // Windows-1252 is left; its text has no control characters but these
		for _, c := range text {
			if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' {
				return k.mismatch()
			}
		}
	}
	start := bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
	if bytes.HasPrefix(start, []byte("#!")) || bytes.HasPrefix(start, []byte("%!PS")) {
		return refuse("Programs and scripts are not kept.")
	}
	if !strings.HasPrefix(http.DetectContentType(start), "text/plain") {
		return k.mismatch()
	}
	low := lower(start[:min(len(start), 64)])
	for _, m := range markup {
		if bytes.HasPrefix(low, m) {
			return k.mismatch()
		}
	}
	return nil
}

func fromUTF16(b []byte) []byte {
	u := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		c := uint16(b[i])<<8 | uint16(b[i+1])
		if b[0] == 0xFF {
			c = uint16(b[i+1])<<8 | uint16(b[i])
		}
		u = append(u, c)
	}
	return []byte(string(utf16.Decode(u)))
}

func rtf(b []byte, k kind) error {
	if !bytes.HasPrefix(b, []byte(`{\rtf`)) {
		return k.mismatch()
	}
	for _, bad := range []string{`\objdata`, `\objocx`, `\objupdate`, `\objautlink`, `\objemb`} {
		if bytes.Contains(b, []byte(bad)) {
			return refuse("Another file is put inside this RTF. Send that file by itself, and this one as PDF.")
		}
	}
	return alone(b)
}

func media(b []byte, k kind) error {
	at := func(i int, s string) bool { return len(b) >= i+len(s) && string(b[i:i+len(s)]) == s }
	ok := false
	switch k.MIME {
	case "audio/mpeg":
		ok = at(0, "ID3") || len(b) > 3 && b[0] == 0xFF && b[1]&0xE0 == 0xE0 && b[1]&0x06 != 0
	case "audio/wav":
		ok = at(0, "RIFF") && at(8, "WAVE")
	case "video/quicktime":
		ok = at(4, "ftypqt  ")
	default:
		for _, brand := range []string{"isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4A ", "M4V ", "3gp4", "3gp5", "MSNV", "dash"} {
			ok = ok || at(4, "ftyp"+brand)
		}
	}
	if !ok {
		return k.mismatch()
	}
	return alone(b)
}

func eml(b []byte, k kind) error {
	m, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil || m.Header.Get("From") == "" || m.Header.Get("Date") == "" && m.Header.Get("Subject") == "" {
		return k.mismatch()
	}
	return nil
}

// oleMark begins an OLE file: an Outlook e-mail, an older Office file, or a newer one locked with a password.
var oleMark = []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")

// msg is an OLE file with a message's property stream. The names in an OLE directory are UTF-16.
func msg(b []byte, k kind) error {
	if !bytes.HasPrefix(b, oleMark) || !bytes.Contains(b, wide("__properties_version1.0")) {
		return k.mismatch()
	}
	for _, bad := range []string{"_VBA_PROJECT", "WordDocument", "Workbook", "PowerPoint Document"} {
		if bytes.Contains(b, wide(bad)) {
			return refuse("An Office file that can hold macros is put inside this e-mail. Save the e-mail as PDF and send the attachment by itself.")
		}
	}
	return nil
}

func wide(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}
