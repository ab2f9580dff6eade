package sniff_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// The files of the tests are made here, good and hostile, so that what is wrong with each stands in words.

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// drawing is red in its upper left quarter and blue elsewhere.
func drawing(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{B: 255, A: 255})
			if x < w/2 && y < h/2 {
				m.Set(x, y, color.RGBA{R: 255, A: 255})
			}
		}
	}
	return m
}

func jpegOf(t testing.TB, w, h int) []byte {
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, drawing(w, h), &jpeg.Options{Quality: 95}))
	return b.Bytes()
}

func pngOf(t testing.TB, w, h int) []byte {
	var b bytes.Buffer
	must(t, png.Encode(&b, drawing(w, h)))
	return b.Bytes()
}

func gifOf(t testing.TB) []byte {
	var b bytes.Buffer
	g := &gif.GIF{LoopCount: 3}
	for range 2 {
		m := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White})
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10)
	}
	must(t, gif.EncodeAll(&b, g))
	return b.Bytes()
}

// exif is a TIFF body with an orientation, a camera and a GPS latitude of 50 degrees 43 minutes.
func exif(orientation uint16) []byte {
	var b bytes.Buffer
	le := binary.LittleEndian
	w := func(v any) { _ = binary.Write(&b, le, v) }
	b.WriteString("II*\x00")
	w(uint32(8))
	w(uint16(3)) // entries of the first directory, at 8
	entry := func(tag, kind uint16, n, v uint32) { w(tag); w(kind); w(n); w(v) }
	entry(0x010F, 2, 12, 8+2+36+4) // maker, after the directory
	entry(0x0112, 3, 1, uint32(orientation))
	entry(0x8825, 4, 1, 8+2+36+4+12)
	w(uint32(0))
	b.WriteString("CanaryCamera")
	w(uint16(2))
	entry(0x0001, 2, 2, 'N')
	entry(0x0002, 5, 3, uint32(b.Len()+8+4+4))
	w(uint32(0))
	for _, v := range []uint32{50, 1, 43, 1, 1234, 100} {
		w(v)
	}
	return b.Bytes()
}

func segment(mark byte, body string) []byte {
	n := len(body) + 2
	return append([]byte{0xFF, mark, byte(n >> 8), byte(n)}, body...)
}

// photo is a JPEG as a telephone makes it: EXIF with place, XMP, a comment, and a film behind its end.
func photo(t testing.TB, orientation uint16) []byte {
	j := jpegOf(t, 64, 32)
	out := append([]byte{}, j[:2]...)
	out = append(out, segment(0xE1, "Exif\x00\x00"+string(exif(orientation)))...)
	out = append(out, segment(0xE1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>CanaryXMP</x:xmpmeta>")...)
	out = append(out, segment(0xFE, "CanaryComment")...)
	return append(append(out, j[2:]...), "CanaryTail"...)
}

func chunk(kind, body string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(kind+body)))
}

func pngWith(t testing.TB, chunks ...[]byte) []byte {
	p := pngOf(t, 16, 8)
	out := append([]byte{}, p[:33]...) // signature and IHDR
	for _, c := range chunks {
		out = append(out, c...)
	}
	return append(out, p[33:]...)
}

// webp is a lossy picture of 1 by 1 in the extended form, with EXIF and XMP behind it.
func webp() []byte {
	riff := func(kind, body string) string {
		s := kind + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body
		if len(body)%2 == 1 {
			s += "\x00"
		}
		return s
	}
	vp8 := "\x30\x01\x00\x9d\x01\x2a\x01\x00\x01\x00\x02\x00\x34\x25\xa4\x00\x03\x70\x00\xfe\xfb\xfd\x50\x00"
	body := "WEBP" + riff("VP8X", "\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00") + riff("VP8 ", vp8) + riff("EXIF", "CanaryPlace") + riff("XMP ", "CanaryXMP")
	return []byte(riff("RIFF", body))
}

func pdfOf(objects ...string) []byte {
	return []byte("%PDF-1.7\n" + strings.Join(objects, "\n") + "\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n")
}

func packed(dict, content string) string {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write([]byte(content))
	_ = w.Close()
	return fmt.Sprintf("5 0 obj << %s /Filter /FlateDecode /Length %d >> stream\n%s\nendstream endobj", dict, z.Len(), z.String())
}

type part struct{ name, body string }

func archive(t testing.TB, parts ...part) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		h := &zip.FileHeader{Name: p.name, Method: zip.Deflate}
		if p.name == "mimetype" {
			h.Method = zip.Store
		}
		f, err := w.CreateHeader(h)
		must(t, err)
		_, err = f.Write([]byte(p.body))
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

const types = `<?xml version="1.0"?><Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`

func docx(t testing.TB, more ...part) []byte {
	return archive(t, append([]part{{"[Content_Types].xml", types}, {"word/document.xml", "<w:document/>"}, {"word/media/image1.svg", "<svg/>"}}, more...)...)
}

func odt(t testing.TB, more ...part) []byte {
	return archive(t, append([]part{{"mimetype", "application/vnd.oasis.opendocument.text"}, {"content.xml", "<office/>"}}, more...)...)
}

func ole(streams ...string) []byte {
	out := []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	for _, s := range streams {
		for _, c := range s {
			out = append(out, byte(c), 0)
		}
	}
	return out
}
