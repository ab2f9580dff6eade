package sheet_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	utf "golang.org/x/text/encoding/unicode"

	"kith/internal/platform/sheet"
)

// stream hides the size of a reader and gives one byte at a time.
type stream struct{ r io.Reader }

func (s stream) Read(p []byte) (int, error) { return s.r.Read(p[:min(1, len(p))]) }

func lines(t *testing.T, r io.Reader) (*sheet.Reader, string) {
	t.Helper()
	in, err := sheet.ReadCSV(r, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for row, err := range in.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%d:%s", row.Line, strings.Join(row.Cells, "/")))
	}
	return in, strings.Join(out, " ")
}

func TestReadCSV(t *testing.T) {
	wide := func(e utf.Endianness, p utf.BOMPolicy, s string) string {
		b, err := utf.UTF16(e, p).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	const plain = "Name,Town\nZoë,Łódź\n"
	for name, x := range map[string]struct{ in, want string }{
		"UTF-8":                      {plain, "2:Zoë/Łódź"},
		"byte order mark":            {"\ufeff" + plain, "2:Zoë/Łódź"},
		"Windows-1252":               {"Name,Town\r\nZo\xeb,\x93Caf\xe9\x94\r\n", "2:Zoë/“Café”"},
		"mixed":                      {"Name,Town\nZo\xeb,Łódź\n", "2:Zoë/Łódź"},
		"UTF-16LE":                   {wide(utf.LittleEndian, utf.UseBOM, plain), "2:Zoë/Łódź"},
		"UTF-16BE":                   {wide(utf.BigEndian, utf.UseBOM, plain), "2:Zoë/Łódź"},
		"UTF-16LE without mark":      {wide(utf.LittleEndian, utf.IgnoreBOM, plain), "2:Zoë/Łódź"},
		"UTF-16BE without mark":      {wide(utf.BigEndian, utf.IgnoreBOM, plain), "2:Zoë/Łódź"},
		"semicolons":                 {"Name;Town\nBooth, Ellen;Haver\n", "2:Booth, Ellen/Haver"},
		"tabs":                       {"Name\tTown\nBooth, Ellen\tHaver", "2:Booth, Ellen/Haver"},
		"named delimiter":            {"sep=;\r\nName;Town\r\na,b,c;d\r\n", "3:a,b,c/d"},
		"delimiters in quotes":       {"\"Name, first; last\",\"a;b;c;d\"\n1,2\n", "2:1/2"},
		"old Macintosh":              {"Name,Town\rA,B\rC,D", "2:A/B 3:C/D"},
		"blank lines":                {"\n\n  \nName,Town\n\nA,B\n,,\n \nC,D\n\n", "6:A/B 9:C/D"},
		"ragged":                     {"a,b,c\n1\n1,2,3,4,\n", "2:1 3:1/2/3/4/"},
		"line ends in quotes":        {"a,b\n\"one\r\ntwo\n\",x\ny,z\n", "2:one\ntwo\n/x 5:y/z"},
		"doubled quotes":             {"a,b\n\"she said \"\"no\"\"\",x\n", "2:she said \"no\"/x"},
		"quotes not doubled":         {"a,b\n\"she said \"no\" and left\",x\n6\" nail,y\n", "2:she said \"no\" and left/x 3:6\" nail/y"},
		"space after quotes":         {"a,b\n\"one\" ,x\n\"two\"  \n", "2:one /x 3:two  "},
		"no line end at the end":     {"a,b\n1,\"2\"", "2:1/2"},
		"control characters":         {"a,b\n1\x00\x07,2\n", "2:1/2"},
		"empty cell in quotes":       {"a,b\n\"\",2\n", "2:/2"},
		"single column":              {"UPN\nA;B;C\n", "2:A;B;C"},
		"header only":                {"a,b\n", ""},
		"replacement character kept": {"a,b\n\uFFFD,2\n", "2:\uFFFD/2"},
	} {
		for _, r := range []io.Reader{strings.NewReader(x.in), stream{strings.NewReader(x.in)}} {
			if _, got := lines(t, r); got != x.want {
				t.Errorf("%s: %q, want %q", name, got, x.want)
			}
		}
	}
}

func TestColumnsByName(t *testing.T) {
	in, err := sheet.ReadCSV(strings.NewReader("Date_of Birth, UPN ,name,,Name\n 2018-05-03 ,X1,\u00a0Ivy ,?,Rowan\nonly\n"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(in.Columns(), "|"); got != "Date_of Birth|UPN|name||Name" {
		t.Errorf("columns %q", got)
	}
	if got := in.Missing("upn", "DATE OF BIRTH", "Postcode"); len(got) != 1 || got[0] != "Postcode" {
		t.Errorf("missing %q", got)
	}
	var got []string
	for row, err := range in.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row.Get("dateofbirth"), row.Get("Upn"), row.Get("NAME"), row.Get("postcode"), row.Get(""))
	}
	if s := strings.Join(got, "|"); s != "2018-05-03|X1|Ivy|||only||||" {
		t.Errorf("%q", s)
	}
}

func TestRefusals(t *testing.T) {
	for in, want := range map[string]error{
		"": sheet.ErrEmpty, "\ufeff": sheet.ErrEmpty, " \r\n\n": sheet.ErrEmpty, "PK\x03\x04rest of a workbook": sheet.ErrWorkbook, "%PDF-1.7": sheet.ErrWorkbook,
	} {
		if _, err := sheet.ReadCSV(strings.NewReader(in), 1<<20); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", in, err, want)
		}
	}
	big := "a,b\n" + strings.Repeat("1,2\n", 50000)
	var large sheet.TooLarge
	for _, r := range []io.Reader{strings.NewReader(big), bytes.NewReader([]byte(big)), io.NewSectionReader(strings.NewReader(big), 0, int64(len(big)))} {
		if _, err := sheet.ReadCSV(r, 100000); !errors.As(err, &large) {
			t.Errorf("%T: %v", r, err)
		}
	}
	in, err := sheet.ReadCSV(io.MultiReader(strings.NewReader(big)), 100000)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, e := range in.Rows() {
		if err = e; e == nil {
			rows++
		}
	}
	if !errors.As(err, &large) || rows == 0 || rows >= 25000 {
		t.Errorf("a stream over the limit: %d rows, then %v", rows, err)
	}
	if got := (sheet.TooLarge{Limit: 5 << 20}).Error(); got != "This file is larger than 5 MB. Split it and load the parts one after the other." {
		t.Error(got)
	}
	exact := "a,b\n1,2\n"
	if in, err := sheet.ReadCSV(stream{strings.NewReader(exact)}, int64(len(exact))); err != nil {
		t.Error(err)
	} else {
		for _, err := range in.Rows() {
			if err != nil {
				t.Errorf("a file of just the limit: %v", err)
			}
		}
	}
}

func TestOpenQuote(t *testing.T) {
	in, err := sheet.ReadCSV(strings.NewReader("a,b\n1,2\n3,\"four\n5,6\n7,8\n"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, e := range in.Rows() {
		if err = e; e == nil {
			rows++
		}
	}
	var open sheet.OpenQuote
	if !errors.As(err, &open) || open.Line != 3 || rows != 1 || !strings.Contains(err.Error(), "Line 3") {
		t.Errorf("%d rows, then %v", rows, err)
	}
}

// A workbook that we wrote reads as the table it was: words, numbers and days.
func TestWorkbookReadsAsTable(t *testing.T) {
	var book bytes.Buffer
	err := sheet.Table{Name: "Dates", Columns: []string{"course", "date", "places"},
		Rows: sheet.Rows([][]sheet.Cell{{sheet.Text("Signs, of \"Safety\""), sheet.Day("2027-01-14"), sheet.Int(24)}})}.WriteXLSX(&book)
	if err != nil {
		t.Fatal(err)
	}
	got, err := sheet.CSVOf(book.Bytes())
	if want := "course,date,places\n\"Signs, of \"\"Safety\"\"\",2027-01-14,24\n"; err != nil || string(got) != want {
		t.Errorf("%q (%v), want %q", got, err, want)
	}
	if _, err := sheet.CSVOf([]byte("PK\x03\x04 and nothing more")); err == nil {
		t.Error("half a workbook was read")
	}
}
