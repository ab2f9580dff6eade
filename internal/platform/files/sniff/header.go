package sniff

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ContentDisposition returns the header value that hands a file out as a download called name (RFC 6266, ASVS 5.4.1-2):
// an ASCII name for old programs and the full one beside it, both cleaned by FileName.
func ContentDisposition(name string) string {
	name = FileName(name)
	ascii := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%;`, r) {
			return '_'
		}
		return r
	}, name)
	var pct strings.Builder
	for i := range len(name) {
		c := name[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			pct.WriteByte(c)
		} else {
			fmt.Fprintf(&pct, "%%%02X", c)
		}
	}
	return fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, ascii, pct.String())
}

// FileName returns the name under which an uploaded file is kept and handed out: without folders, control characters and
// marks that turn the reading direction, the part before the extension cut to 120 letters; "file" when nothing is left.
func FileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "_"), "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || strings.ContainsRune(`<>:"/|?*`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	ext := path.Ext(name)
	if utf8.RuneCountInString(ext) > 12 {
		ext = ""
	}
	stem := []rune(strings.TrimSuffix(name, ext))
	if len(stem) > 120 {
		stem = stem[:120]
	}
	if len(stem) == 0 {
		stem = []rune("file")
	}
	return string(stem) + ext
}
