package sniff_test

import (
	"bytes"
	"errors"
	"fmt"
	"image/gif"
	"image/jpeg"
	"image/png"
	"mime"
	"strings"
	"testing"

	xwebp "golang.org/x/image/webp"
	"pgregory.net/rapid"

	"kith/internal/kernel/clock"
	"kith/internal/platform/document"
	"kith/internal/platform/files/sniff"
)

func check(name string, b []byte) (sniff.Type, error) {
	return sniff.Check(name, bytes.NewReader(b), int64(len(b)))
}

func TestHonestFilesAreTaken(t *testing.T) {
	ours, err := document.PDF(document.Document{Title: "T", MadeBy: "M", Purpose: "P", MadeAt: clock.Millis(1)})
	must(t, err)
	for name, f := range map[string]struct {
		mime string
		body []byte
	}{
		"a.jpg":                   {"image/jpeg", jpegOf(t, 10, 10)},
		"Telephone.JPEG":          {"image/jpeg", photo(t, 6)},
		"a.png":                   {"image/png", pngOf(t, 10, 10)},
		"a.gif":                   {"image/gif", gifOf(t)},
		"a.webp":                  {"image/webp", webp()},
		"a.pdf":                   {"application/pdf", pdfOf("1 0 obj << /Type /Catalog >> endobj")},
		"ours.pdf":                {"application/pdf", ours},
		"libreoffice.pdf":         {"application/pdf", pdfOf("1 0 obj << /Type /Catalog /OpenAction[3 0 R /XYZ null null 0] >> endobj")},
		"latex.pdf":               {"application/pdf", pdfOf("1 0 obj << /OpenAction 7 0 R >> endobj", "7 0 obj << /S /GoTo /D [3 0 R /Fit] >> endobj")},
		"packed.pdf":              {"application/pdf", pdfOf(packed("/Type /ObjStm", "1 0 << /Type /Page >>"))},
		"a.txt":                   {"text/plain; charset=utf-8", []byte("Said <script> was a word in class. Łukasz")},
		"old.txt":                 {"text/plain; charset=utf-8", []byte("caf\xe9 \x96 at four")},
		"excel.csv":               {"text/csv; charset=utf-8", []byte("\xff\xfea\x00,\x00b\x00\n\x00")},
		"a.csv":                   {"text/csv; charset=utf-8", []byte("name,year\nA,4\n")},
		"a.rtf":                   {"application/rtf", []byte(`{\rtf1 hello}`)},
		"a.docx":                  {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx(t)},
		"a.odt":                   {"application/vnd.oasis.opendocument.text", odt(t)},
		"a.mp3":                   {"audio/mpeg", []byte("ID3\x04rest")},
		"a.wav":                   {"audio/wav", []byte("RIFF\x00\x00\x00\x00WAVEfmt ")},
		"a.m4a":                   {"audio/mp4", []byte("\x00\x00\x00\x20ftypM4A rest")},
		"a.mp4":                   {"video/mp4", []byte("\x00\x00\x00\x20ftypisomrest")},
		"a.mov":                   {"video/quicktime", []byte("\x00\x00\x00\x14ftypqt  rest")},
		"a.eml":                   {"message/rfc822", []byte("From: a@x.example\r\nSubject: s\r\nDate: Mon, 23 Nov 2026 07:50:00 +0000\r\n\r\n<html>")},
		"a.msg":                   {"application/vnd.ms-outlook", ole("__properties_version1.0", "__substg1.0_001A001F")},
		"two.dots.and space.PDF ": {"application/pdf", pdfOf()},
	} {
		got, err := check(name, f.body)
		if err != nil || got.MIME != f.mime {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}

// SEC-18
func TestHostileFilesAreRefusedWithASentence(t *testing.T) {
	escaped := strings.NewReplacer("J", "#4A", "S", "#53")
	bomb := strings.Repeat("\x00", 60<<20)
	bigPNG := pngOf(t, 4, 4)
	copy(bigPNG[16:], "\x00\x00\x27\x10\x00\x00\x27\x10") // says 10,000 by 10,000
	bigPNG = append(append(bigPNG[:12:12], chunk("IHDR", string(bigPNG[16:29]))[4:]...), bigPNG[33:]...)
	for _, c := range []struct {
		what, name, want string
		body             []byte
	}{
		{"a web page", "a.html", "can run programs", []byte("<html>")},
		{"a drawing", "a.svg", "can run programs", []byte("<svg/>")},
		{"a drawing called picture", "a.png", "its content is something else", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
		{"a web page called text", "a.txt", "its content is something else", []byte("\ufeff \n<!DOCTYPE html><script>1</script>")},
		{"a drawing called text", "a.txt", "its content is something else", []byte("<svg onload=alert(1)>")},
		{"a web page called table", "a.csv", "its content is something else", []byte("<SCRIPT>1</SCRIPT>")},
		{"a wide web page called text", "a.txt", "its content is something else", []byte("\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00")},
		{"a shell script called text", "a.txt", "scripts", []byte("#!/bin/sh\nrm -rf x")},
		{"a script", "a.ps1", "scripts", []byte("x")},
		{"a program", "a.exe", "Programs", []byte("MZ")},
		{"a program called document", "a.pdf", "its content is something else", []byte("MZ\x90\x00")},
		{"a program behind two dots", "letter.pdf.exe", "Programs", pdfOf()},
		{"an archive", "a.zip", "Archives", archive(t, part{"a", "b"})},
		{"an unknown kind", "a.xyz", "are not kept", []byte("x")},
		{"no extension", "letter", "are not kept", []byte("x")},
		{"nothing", "a.pdf", "empty", nil},
		{"too much", "a.txt", "20 MB", bytes.Repeat([]byte("a"), sniff.MaxSize+1)},
		{"an iPhone picture", "a.heic", "JPEG", []byte("x")},
		{"an iPhone picture called JPEG", "a.jpg", "iPhone", []byte("\x00\x00\x00\x18ftypheic")},
		{"a picture called another", "a.jpg", "its content is something else", pngOf(t, 2, 2)},
		{"a PDF called picture", "a.png", "its content is something else", pdfOf()},
		{"a picture with a web page behind", "a.gif", "web page", append(gifOf(t), "<ScRiPt>alert(1)</script>"...)},
		{"a picture that is a web page", "a.gif", "web page", []byte("GIF89a/*\x01\x00\x00\x00\x00<script>*/=1;alert(1)")},
		{"a picture with an archive behind", "a.jpg", "archive", append(jpegOf(t, 4, 4), archive(t, part{"a", "b"})...)},
		{"a picture with a PDF in its comment", "a.png", "PDF", pngWith(t, chunk("tEXt", "c\x00%PDF-1.4"))},
		{"a flood of points", "a.png", "50 million", bigPNG},
		{"a PDF with a script", "a.pdf", "script", pdfOf("1 0 obj << /S /JavaScript /JS (app.alert(1)) >> endobj")},
		{"a PDF with a script in other letters", "a.pdf", "script", pdfOf(escaped.Replace("1 0 obj << /S /JavaScript >> endobj"))},
		{"a PDF with a packed script", "a.pdf", "script", pdfOf(packed("/Type /ObjStm", "1 0 << /S /JavaScript /JS (1) >>"))},
		{"a PDF with a packed script in other letters", "a.pdf", "script", pdfOf(packed("/Type /#4fbjStm", "1 0 << /S /#4aavaScript >>"))},
		{"a PDF packed in an unknown way", "a.pdf", "cannot be looked into", pdfOf("5 0 obj << /Type /ObjStm /Filter /LZWDecode >> stream\nxx\nendstream")},
		{"a PDF packed twice", "a.pdf", "cannot be looked into", pdfOf("5 0 obj << /Type /ObjStm /Filter [/FlateDecode /FlateDecode] >> stream\nxx\nendstream")},
		{"a PDF that hides what its stream is", "a.pdf", "script", pdfOf(packed("/Type /ObjStm /X (stream\n)", "1 0 << /S /JavaScript >>"))},
		{"a PDF that calls its objects a picture", "a.pdf", "script", pdfOf(packed("/Type /XObject", "1 0 << /S /JavaScript >>"))},
		{"a PDF with a script far inside", "a.pdf", "script", pdfOf(packed("/Type /ObjStm", strings.Repeat(" ", 1<<20-5)+"/JavaScript"))},
		{"a PDF that starts programs", "a.pdf", "start programs", pdfOf("1 0 obj << /S /Launch /F (cmd.exe) >> endobj")},
		{"a PDF that acts on opening", "a.pdf", "by itself", pdfOf("1 0 obj << /OpenAction << /S /URI /URI (http://evil.example) >> >> endobj")},
		{"a PDF that acts on opening elsewhere", "a.pdf", "by itself", pdfOf("1 0 obj << /OpenAction 7 0 R >> endobj", "7 0 obj << /S /URI /URI (http://evil.example) >> endobj")},
		{"a PDF with a file in it", "a.pdf", "Another file", pdfOf("1 0 obj << /Type /EmbeddedFile >> endobj")},
		{"a PDF with a file in its list", "a.pdf", "Another file", pdfOf("1 0 obj << /Names << /EmbeddedFiles << /Names [(x) 9 0 R] >> >> >> endobj")},
		{"a PDF with a file in a far list", "a.pdf", "Another file", pdfOf("1 0 obj << /Names << /EmbeddedFiles 9 0 R >> >> endobj")},
		{"a PDF with a file on a page", "a.pdf", "Another file", pdfOf("1 0 obj << /Subtype /FileAttachment >> endobj")},
		{"a locked PDF", "a.pdf", "locked", pdfOf("trailer << /Encrypt 9 0 R >>")},
		{"a PDF bomb", "a.pdf", "256 MB", pdfOf(packed("/A /B", bomb), packed("/A /B", bomb), packed("/A /B", bomb), packed("/A /B", bomb), packed("/A /B", bomb))},
		{"a PDF behind a web page", "a.pdf", "its content is something else", append([]byte("<html>"), pdfOf()...)},
		{"a PDF with an archive behind", "a.pdf", "archive", append(pdfOf(), archive(t, part{"a", "%%EOF"})...)},
		{"an RTF with an object", "a.rtf", "Another file", []byte(`{\rtf1{\object\objdata 01}}`)},
		{"a document with macros by name", "a.docm", "macros", docx(t)},
		{"a document with macros", "a.docx", "macros", docx(t, part{"word/vbaProject.bin", "x"})},
		{"a document with macros under another name", "a.docx", "macros", archive(t, part{"[Content_Types].xml", `<Override PartName="/word/x.bin" ContentType="application/vnd.ms-office.vbaProject"/>`}, part{"word/document.xml", "x"})},
		{"a document of a macro type", "a.docx", "macros", archive(t, part{"[Content_Types].xml", "application/vnd.ms-word.document.macroEnabled.main+xml"}, part{"word/document.xml", "x"})},
		{"an OpenDocument with macros", "a.odt", "macros", odt(t, part{"Basic/Standard/Module1.xml", "x"})},
		{"a document with an ActiveX part", "a.docx", "object", docx(t, part{"word/activeX/activeX1.bin", "x"})},
		{"a document with an object", "a.docx", "object", docx(t, part{"word/embeddings/oleObject1.bin", "x"})},
		{"a document with a program", "a.docx", "program", docx(t, part{"word/media/image1.png", "MZ\x90"})},
		{"a document with a script", "a.docx", "(js)", docx(t, part{"word/run.js", "x"})},
		{"a document that climbs out", "a.docx", "its content is something else", docx(t, part{"../../etc/passwd", "x"})},
		{"an old document", "a.doc", "older Office", ole("WordDocument")},
		{"a locked sheet", "a.xlsx", "locked with a password", ole("EncryptedPackage")},
		{"an archive called document", "a.docx", "its content is something else", archive(t, part{"x", "y"})},
		{"a sheet called document", "a.docx", "its content is something else", archive(t, part{"[Content_Types].xml", "x"}, part{"xl/workbook.xml", "x"})},
		{"a document behind a web page", "a.docx", "its content is something else", append([]byte("<html>"), docx(t)...)},
		{"a document with a tail", "a.docx", "its content is something else", append(docx(t), "<html>"...)},
		{"a bomb", "a.docx", "far more than its size", docx(t, part{"word/media/a.bmp", bomb})},
		{"many parts", "a.docx", "5000 parts", docx(t, make([]part, 5001)...)},
		{"an archive called film", "a.mp4", "its content is something else", archive(t, part{"x", "y"})},
		{"a film with a web page", "a.mp4", "web page", []byte("\x00\x00\x00\x20ftypisom<script>")},
		{"a web page called e-mail", "a.eml", "its content is something else", []byte("<html><body>x</body></html>")},
		{"an old document called e-mail", "a.msg", "its content is something else", ole("WordDocument")},
		{"an e-mail with macros", "a.msg", "macros", ole("__properties_version1.0", "_VBA_PROJECT")},
	} {
		_, err := check(c.name, c.body)
		var r *sniff.Refused
		if !errors.As(err, &r) {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		if !strings.Contains(r.Sentence, c.want) || !strings.HasSuffix(r.Sentence, ".") {
			t.Errorf("%s: the sentence lacks %q: %s", c.what, c.want, r.Sentence)
		}
	}
}

// SEC-18: the place where a picture was taken is gone, and so is every other word in it.
func TestCleanPictureHoldsNothingButThePicture(t *testing.T) {
	gifWith := gifOf(t)
	gifWith = append(gifWith[:len(gifWith)-1:len(gifWith)-1], "\x21\xFE\x06Canary\x00\x21\xFF\x0bXMP DataXMP\x06Canary\x00;CanaryTail"...)
	for name, b := range map[string][]byte{
		"a.jpg":  photo(t, 1),
		"a.png":  pngWith(t, chunk("eXIf", string(exif(1))), chunk("tEXt", "Comment\x00Canary"), chunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00Canary")),
		"a.gif":  gifWith,
		"a.webp": webp(),
	} {
		typ, err := check(name, b)
		must(t, err)
		if !bytes.Contains(b, []byte("Canary")) {
			t.Fatalf("%s: the test's picture holds no canary", name)
		}
		got, err := sniff.CleanImage(bytes.NewReader(b), typ)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, no := range []string{"Canary", "Exif", "EXIF", "eXIf", "XMP", "tEXt", "iTXt", string(exif(1)[:20])} {
			if bytes.Contains(got, []byte(no)) {
				t.Errorf("%s still holds %q", name, no)
			}
		}
		if again, err := check(name, got); err != nil || again != typ {
			t.Errorf("%s: the clean picture is not taken: %v", name, err)
		}
		switch typ {
		case sniff.GIF:
			g, err := gif.DecodeAll(bytes.NewReader(got))
			if err != nil || len(g.Image) != 2 || g.LoopCount != 3 {
				t.Errorf("the frames or the loop of the GIF are gone: %v", err)
			}
		case sniff.WebP:
			if _, err := xwebp.Decode(bytes.NewReader(got)); err != nil {
				t.Errorf("the WebP no longer opens: %v", err)
			}
			if got[20]&0x0c != 0 {
				t.Error("the WebP still says that it has EXIF or XMP")
			}
		}
	}
}

// The red quarter must come to lie where each orientation of EXIF 2.3 puts the upper left of the stored picture.
func TestPictureIsTurnedUpright(t *testing.T) {
	for o, want := range map[uint16][3]int{1: {64, 32, 0}, 2: {64, 32, 1}, 3: {64, 32, 3}, 4: {64, 32, 2}, 5: {32, 64, 0}, 6: {32, 64, 1}, 7: {32, 64, 3}, 8: {32, 64, 2}, 9: {64, 32, 0}} {
		got, err := sniff.CleanImage(bytes.NewReader(photo(t, o)), sniff.JPEG)
		must(t, err)
		m, err := jpeg.Decode(bytes.NewReader(got))
		must(t, err)
		w, h := m.Bounds().Dx(), m.Bounds().Dy()
		if w != want[0] || h != want[1] {
			t.Errorf("orientation %d: %d by %d", o, w, h)
			continue
		}
		for q := range 4 {
			r, _, b, _ := m.At(w/4+q%2*w/2, h/4+q/2*h/2).RGBA()
			if red := r > b; red != (q == want[2]) {
				t.Errorf("orientation %d: quarter %d is red: %v", o, q, red)
			}
		}
	}
	turned, err := sniff.CleanImage(bytes.NewReader(pngWith(t, chunk("eXIf", string(exif(6))))), sniff.PNG)
	must(t, err)
	if cfg, err := png.DecodeConfig(bytes.NewReader(turned)); err != nil || cfg.Width != 8 || cfg.Height != 16 {
		t.Errorf("PNG: %+v %v", cfg, err)
	}
}

func TestDamagedPicturesAreRefused(t *testing.T) {
	for typ, b := range map[sniff.Type][]byte{sniff.JPEG: photo(t, 6), sniff.PNG: pngOf(t, 40, 40), sniff.GIF: gifOf(t), sniff.WebP: webp()} {
		for _, n := range []int{0, 1, 12, 20, len(b) / 2} {
			var r *sniff.Refused
			if _, err := sniff.CleanImage(bytes.NewReader(b[:n]), typ); err != nil && !errors.As(err, &r) {
				t.Errorf("%s cut at %d: %v", typ.Name, n, err)
			} else if err == nil && n < 20 {
				t.Errorf("%s cut at %d is taken", typ.Name, n)
			}
		}
	}
	var r *sniff.Refused
	if _, err := sniff.CleanImage(strings.NewReader("x"), sniff.Type{MIME: "text/plain"}); !errors.As(err, &r) {
		t.Error("text was cleaned as a picture")
	}
}

// ASVS 5.4.1, 5.4.2
func TestContentDispositionIsOneSafeValue(t *testing.T) {
	for name, want := range map[string]string{
		"plan.pdf":                      "plan.pdf",
		"Zieliński \"plan\".pdf":        "Zieliński plan.pdf",
		"../../etc/passwd":              "passwd",
		`C:\Users\x\a.pdf`:              "a.pdf",
		"a\r\nSet-Cookie: x=1.pdf":      "aSet-Cookie x=1.pdf",
		"\u202efdp.exe":                 "fdp.exe",
		"":                              "file",
		"..":                            "file",
		".pdf":                          "pdf",
		strings.Repeat("a", 300) + ".c": strings.Repeat("a", 120) + ".c",
	} {
		kind, params, err := mime.ParseMediaType(sniff.ContentDisposition(name))
		if err != nil || kind != "attachment" || params["filename"] != want {
			t.Errorf("%q: %q %v, want %q", name, params["filename"], err, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		v := sniff.ContentDisposition(name)
		kind, params, err := mime.ParseMediaType(v)
		if err != nil || kind != "attachment" || len(params) != 1 || params["filename"] == "" {
			t.Fatalf("%q gives %q: %v %v", name, v, params, err)
		}
		if strings.ContainsAny(params["filename"], "/\\\"\r\n\x00") || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Fatalf("%q gives %q", name, v)
		}
	})
}

// A file of the greatest size, made so that looking into it costs most, must not hold a processor for long.
func TestWhatIsAcceptedIsTaken(t *testing.T) {
	for ext := range strings.SplitSeq(sniff.Accept(), ",") {
		if ext == "image/jpeg" {
			continue
		}
		var no *sniff.Refused
		if _, err := check("a"+ext, []byte("x")); errors.As(err, &no) && strings.Contains(no.Sentence, "not kept. Kept are") {
			t.Errorf("%s is offered and not taken", ext)
		}
	}
	if !strings.HasPrefix(sniff.Accept(), "image/jpeg,.csv,.docx,") || strings.Contains(sniff.Accept(), "heic") {
		t.Error(sniff.Accept())
	}
	for mime, want := range map[string]string{"application/pdf": "PDF document", "image/jpeg": "JPEG picture", "text/plain; charset=utf-8": "text", "x/y": "file"} {
		if got := sniff.Named(mime); got != want {
			t.Errorf("%s: %s, want %s", mime, got, want)
		}
	}
}

func BenchmarkWorstPDF(b *testing.B) {
	for what, body := range map[string]string{"names": "/#4a", "opening": "/OpenAction 7 0 R ", "streams": "1 0 obj /ObjStm stream\n", "binary": "\x80\xff\x00#"} {
		pdf := pdfOf(strings.Repeat(body, (sniff.MaxSize-300)/len(body)), "7 0 obj << /S /GoTo /D [3 0 R /Fit] >> endobj")
		b.Run(what, func(b *testing.B) {
			for b.Loop() {
				_, _ = check("a.pdf", pdf)
			}
		})
	}
}

func FuzzCheckAndClean(f *testing.F) {
	seeds := map[string][]byte{"a.jpg": photo(f, 6), "a.png": pngWith(f, chunk("eXIf", string(exif(8)))), "a.gif": gifOf(f), "a.webp": webp(),
		"a.pdf": pdfOf(packed("/Type /ObjStm", "1 0 << /S /GoTo >>")), "a.docx": docx(f), "a.odt": odt(f), "a.txt": []byte("x"),
		"a.eml": []byte("From: a@x.example\nDate: x\n\n"), "a.msg": ole("__properties_version1.0"), "a.rtf": []byte(`{\rtf1}`), "a.mp4": []byte("\x00\x00\x00\x20ftypisom")}
	for name, b := range seeds {
		f.Add(name, b)
	}
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		typ, err := check(name, b)
		var r *sniff.Refused
		if err != nil {
			if !errors.As(err, &r) {
				t.Fatal(err)
			}
			return
		}
		if typ.MIME == "" {
			t.Fatal("taken without a type")
		}
		if !typ.Picture {
			return
		}
		clean, err := sniff.CleanImage(bytes.NewReader(b), typ)
		if err != nil {
			return
		}
		if _, err := sniff.CleanImage(bytes.NewReader(clean), typ); err != nil {
			t.Fatal(fmt.Errorf("cleaned once but not twice: %w", err))
		}
	})
}
