package document_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"kith/internal/kernel/clock"
	"kith/internal/platform/document"
)

var made = clock.Of(time.Date(2026, 11, 23, 16, 5, 0, 0, time.UTC))

func paper(blocks ...document.Block) document.Document {
	return document.Document{
		Title: "Chronology", Subtitle: "Zieliński, Şahin and others", Classification: "Confidential: safeguarding",
		MadeBy: "Priya Nair, designated safeguarding lead", MadeAt: made, Purpose: "Strategy meeting on 24 November", Blocks: blocks,
	}
}

func entries(n int) []document.Block {
	var out []document.Block
	for i := range n {
		out = append(out, document.Entry{Time: fmt.Sprintf("Day %d, 10:42", i), Title: fmt.Sprintf("Entry number %d", i),
			Text: "Said at the gate that nobody was at home last night and that tea was at the neighbour's. Mother was told at 15:10 and thanked us."})
	}
	return out
}

func pdf(t testing.TB, d document.Document) []byte {
	t.Helper()
	b, err := document.PDF(d)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func poppler(t testing.TB, tool string, b []byte, args ...string) string {
	t.Helper()
	exe, err := exec.LookPath(tool)
	if err != nil {
		t.Fatalf("%s is not installed: it comes with Debian's poppler-utils", tool)
	}
	file := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, append(append([]string{}, args...), file)...)
	if tool == "pdftotext" {
		cmd.Args = append(cmd.Args, "-")
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil || errs.Len() > 0 {
		t.Fatalf("%s: %v %s", tool, err, errs.String())
	}
	return string(out)
}

func text(t testing.TB, d document.Document) string {
	return poppler(t, "pdftotext", pdf(t, d), "-layout", "-enc", "UTF-8")
}

func twin(t testing.TB, d document.Document) string {
	t.Helper()
	var b strings.Builder
	if err := document.HTML(d).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var count = regexp.MustCompile(`Pages:\s+(\d+)`)

// CHR-5
func TestEveryFootSaysWhoWhenWhyPageAndCode(t *testing.T) {
	d := paper(entries(60)...)
	pages := count.FindStringSubmatch(poppler(t, "pdfinfo", pdf(t, d)))[1]
	if pages == "1" {
		t.Fatal("60 entries on one page")
	}
	whole := text(t, d)
	all := strings.Split(strings.TrimSuffix(whole, "\f"), "\f")
	if fmt.Sprint(len(all)) != pages {
		t.Fatalf("%d pages of text, pdfinfo says %s", len(all), pages)
	}
	for i, page := range all {
		flat := strings.Join(strings.Fields(page), " ")
		for _, want := range []string{
			"Made by Priya Nair, designated safeguarding lead on 23 November 2026 at 16:05. Purpose: Strategy meeting on 24 November",
			fmt.Sprintf("Page %d of %s. Check code %s", i+1, pages, document.Hash(d).Short()),
		} {
			if !strings.Contains(flat, want) {
				t.Errorf("page %d lacks %q:\n%s", i+1, want, page)
			}
		}
	}
	full := strings.Join(strings.Fields(whole), "")
	if !strings.Contains(full, document.Hash(d).Full()) {
		t.Error("the full check code is nowhere in the PDF")
	}
	for i := range 60 {
		if !strings.Contains(whole, fmt.Sprintf("Entry number %d\n", i)) {
			t.Fatalf("entry %d is not in the PDF", i)
		}
	}
}

// CHR-5
func TestCheckCodeChangesWithEveryPart(t *testing.T) {
	base := document.Hash(paper(document.Paragraph{Text: "a"}))
	if got := base.Short(); !regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$`).MatchString(got) {
		t.Errorf("short code %q", got)
	}
	if base != document.Hash(paper(document.Paragraph{Text: "a"})) {
		t.Error("the same document has two codes")
	}
	for name, change := range map[string]func(*document.Document){
		"title":          func(d *document.Document) { d.Title += "x" },
		"subtitle":       func(d *document.Document) { d.Subtitle += "x" },
		"classification": func(d *document.Document) { d.Classification += "x" },
		"maker":          func(d *document.Document) { d.MadeBy += "x" },
		"time":           func(d *document.Document) { d.MadeAt++ },
		"purpose":        func(d *document.Document) { d.Purpose += "x" },
		"kind":           func(d *document.Document) { d.Blocks = []document.Block{document.Voice{Text: "a"}} },
		"text":           func(d *document.Document) { d.Blocks = []document.Block{document.Paragraph{Text: "b"}} },
		"one more":       func(d *document.Document) { d.Blocks = append(d.Blocks, document.PageBreak{}) },
	} {
		d := paper(document.Paragraph{Text: "a"})
		change(&d)
		if document.Hash(d) == base {
			t.Errorf("changing the %s leaves the code as it was", name)
		}
	}
}

func everyKind() document.Document {
	var rows [][]string
	for i := range 120 {
		rows = append(rows, []string{fmt.Sprint(i), "Łukasz Zieliński", "Late on three days, reason given by letter", "yes"})
	}
	return paper(
		document.Heading{Level: 1, Text: "What was said"}, document.Paragraph{Text: "First line\nSecond line"},
		document.Voice{Text: "Mummy was żółta and Ayşe saw it (she said).\nThen we ran.", By: "Account of the class teacher"},
		document.Heading{Level: 2, Text: "Facts"}, document.KeyValues{Pairs: []document.Pair{{"School", "St Brannoc's"}, {"Year", "4"}}},
		document.Table{Caption: "Attendance", Head: []string{"No", "Name", "Remark", "Told"}, Rows: rows},
		document.List{Numbered: true, Items: []string{"Ring home", "Ask again"}}, document.List{Items: []string{"Bullet"}},
		document.PageBreak{}, document.Entry{Time: "Tue 6 Oct, 10:42", Title: "Concern", Text: "Seen"},
	)
}

func TestEveryKindIsInBothCopies(t *testing.T) {
	d := everyKind()
	paperText := strings.Join(strings.Fields(text(t, d)), " ")
	screen, err := html.Parse(strings.NewReader(twin(t, d)))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Chronology", "Zieliński, Şahin and others", "Confidential: safeguarding", "What was said", "First line",
		"Second line", "Mummy was żółta and Ayşe saw it (she said).", "Then we ran.", "Account of the class teacher", "St Brannoc's",
		"Attendance", "Łukasz Zieliński", "Ring home", "Bullet", "Tue 6 Oct, 10:42", "Seen", "Strategy meeting on 24 November"} {
		if !strings.Contains(paperText, want) {
			t.Errorf("the PDF lacks %q", want)
		}
		if !strings.Contains(flat(screen), want) {
			t.Errorf("the twin lacks %q", want)
		}
	}
	if strings.ContainsRune(paperText, '□') {
		t.Error("a Polish or Turkish letter is printed as a box")
	}
	if n := strings.Count(paperText, "Remark"); n < 3 {
		t.Errorf("the head of a table over several pages is printed %d times", n)
	}
}

func TestSameInputSameBytes(t *testing.T) {
	want := pdf(t, everyKind())
	for range 5 {
		if !bytes.Equal(want, pdf(t, everyKind())) {
			t.Fatal("two PDFs of one document differ")
		}
	}
}

// SEC-20
func TestNoMetadataOfThePerson(t *testing.T) {
	info := poppler(t, "pdfinfo", pdf(t, everyKind()))
	for _, no := range []string{"Priya", "Zieliński", "Chronology", "Author:", "Producer:", "Creator:", "Subject:", "Keywords:"} {
		if strings.Contains(info, no) {
			t.Errorf("%q stands in the document's metadata:\n%s", no, info)
		}
	}
	if !regexp.MustCompile(`Title:\s+Document\n`).MatchString(info) {
		t.Errorf("title is not neutral:\n%s", info)
	}
	if !bytes.Contains(pdf(t, everyKind()), []byte("/Lang (en-GB)")) {
		t.Error("the document does not say its language")
	}
	public := everyKind()
	public.Title, public.Publication = "Safeguarding week, 1 to 5 February", &document.Publication{Foot: "Haverdale Safeguarding Partnership"}
	if out := poppler(t, "pdfinfo", pdf(t, public)); !regexp.MustCompile(`Title:\s+Safeguarding week, 1 to 5 February\n`).MatchString(out) {
		t.Errorf("what is handed out to everybody has no title:\n%s", out)
	}
}

func TestUnknownLettersBecomeBoxesAndAreToldOf(t *testing.T) {
	d := paper(document.Paragraph{Text: "قالت إنها خائفة 😀 end"}, document.Paragraph{Text: "z\u0307o\u0301\u0142ty"})
	got := text(t, d)
	for _, want := range []string{"□", "end", "żółty", "The copy on screen shows them."} {
		if !strings.Contains(got, want) {
			t.Errorf("the PDF lacks %q:\n%s", want, got)
		}
	}
	if screen := twin(t, d); !strings.Contains(screen, "قالت إنها خائفة 😀") {
		t.Error("the twin lost the Arabic words")
	}
}

func flat(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

var hostile = []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</article><svg/onload=1>`, `&lt;b&gt;`, "{{7*7}}", "a\x00b", "\xff\xfe",
	"\u202egnp.exe", "é\u0301\u0301\u0301", "😀👩‍👩‍👧", "(\\)", strings.Repeat("W", 500), "'--", "javascript:alert(1)"}

// SEC-19
func TestHostileTextIsTextInBothCopies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String()).Draw(t, "text")
		d := document.Document{Title: s, Subtitle: s, Classification: s, MadeBy: s, MadeAt: made, Purpose: s, Blocks: []document.Block{
			document.Heading{Level: 1, Text: s}, document.Paragraph{Text: s}, document.Voice{Text: s, By: s},
			document.KeyValues{Pairs: []document.Pair{{Key: s, Value: s}}}, document.Table{Caption: s, Head: []string{s}, Rows: [][]string{{s, s}}},
			document.List{Items: []string{s}}, document.Entry{Time: s, Title: s, Text: s}}}
		if _, err := document.PDF(d); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := document.HTML(d).Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		plain := document.HTML(document.Document{Title: "x", Subtitle: "x", Classification: "x", MadeBy: "x", Purpose: "x", Blocks: []document.Block{
			document.Heading{Level: 1, Text: "x"}, document.Paragraph{Text: "x"}, document.Voice{Text: "x", By: "x"},
			document.KeyValues{Pairs: []document.Pair{{Key: "x", Value: "x"}}}, document.Table{Caption: "x", Head: []string{"x"}, Rows: [][]string{{"x", "x"}}},
			document.List{Items: []string{"x"}}, document.Entry{Time: "x", Title: "x", Text: "x"}}})
		var p strings.Builder
		if err := plain.Render(context.Background(), &p); err != nil {
			t.Fatal(err)
		}
		got, want := tags(b.String()), tags(p.String())
		for tag, n := range got {
			if tag != "p" && tag != "footer" && n != want[tag] || want[tag] == 0 {
				t.Fatalf("text %q made %d <%s>, plain text makes %d", s, n, tag, want[tag])
			}
		}
		if strings.ContainsAny(s, "\r\n\t") {
			return // kept as lines of their own, see TestEveryKindIsInBothCopies
		}
		root, err := html.Parse(strings.NewReader(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		if show := shown(s); !strings.Contains(flat(root), show) {
			t.Fatalf("the twin does not show %q", show)
		}
	})
}

// shown is what a reader is to see of s: no invisible marks, no surrounding space.
func shown(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	return strings.TrimSpace(regexp.MustCompile(`[\p{Cc}\x{202A}-\x{202E}\x{2066}-\x{2069}\x{FEFF}]`).ReplaceAllString(s, ""))
}

func tags(s string) map[string]int {
	out := map[string]int{}
	z := html.NewTokenizer(strings.NewReader(s))
	for z.Next() != html.ErrorToken {
		if tok := z.Token(); tok.Type == html.StartTagToken || tok.Type == html.SelfClosingTagToken {
			out[tok.Data]++
			for _, a := range tok.Attr {
				out["@"+a.Key]++
			}
		}
	}
	delete(out, "@class") // follow the number of paragraphs
	delete(out, "@dir")
	return out
}

func TestVeryLongPartsReachTheirEnd(t *testing.T) {
	long := strings.Repeat("word ", 6000) + "lastword"
	d := paper(document.Voice{Text: long, By: "by someone"}, document.Entry{Time: "now", Title: "t", Text: long},
		document.Table{Head: []string{strings.Repeat("head ", 3000), "b"}, Rows: [][]string{{long, "x"}, {"y", "z"}}})
	d.Purpose = long
	if n := strings.Count(text(t, d), "lastword"); n != 3 {
		t.Errorf("the last word of three long parts is printed %d times", n)
	}
}

func BenchmarkPDF200Entries(b *testing.B) {
	d := paper(entries(200)...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := document.PDF(d); err != nil {
			b.Fatal(err)
		}
	}
}
