package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"kith/internal/kernel/text"
	"kith/internal/platform/sheet"
)

var begins = []string{"=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠", "｜", "％"}

// hostile are texts that a spreadsheet program could take for a formula.
func hostile(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, b := range begins {
		for _, before := range []string{"", "\ufeff", " ", "\t", "\r\n", "\x00", "\x1b", "\u00a0", "\u200b", "\u3000", " \t\ufeff "} {
			out = append(out, before+b+`cmd|' /C calc'!A0`)
		}
	}
	shared := os.Getenv("KITH_SHARED_DATA")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	for _, file := range []string{filepath.Join("testdata", "formulas.txt"), filepath.Join(shared, "hostile", "csv_injection.txt")} {
		b, err := os.ReadFile(file)
		if err != nil && !strings.HasPrefix(file, "testdata") {
			t.Logf("only our own formulas are tried: %v", err)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			out = append(out, strings.TrimRight(line, "\n"))
		}
	}
	return out
}

// live says whether a program that skips white space and invisible characters would evaluate a cell. It is written
// otherwise than the code it checks.
func live(s string) bool {
	for _, r := range s {
		switch {
		case r <= ' ', r == 0x7f, 0x80 <= r && r <= 0xa0, r == 0xad, 0x2000 <= r && r <= 0x200f, r == 0x3000, r == 0xfeff:
			continue
		}
		return strings.ContainsRune(strings.Join(begins, ""), r)
	}
	return false
}

// SEC-17
func TestFormulasOpenAsText(t *testing.T) {
	texts := hostile(t)
	var rows [][]sheet.Cell
	for _, s := range texts {
		rows = append(rows, []sheet.Cell{sheet.Text(s), sheet.Int(-5)})
	}
	table := sheet.Table{Name: "=Table", Columns: []string{"=1+1", "Balance"}, Rows: sheet.Rows(rows)}

	var out bytes.Buffer
	if err := table.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(out.Bytes(), []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(texts)+1 || got[0][0] != "'=1+1" {
		t.Fatalf("%d rows under %q", len(got)-1, got[0])
	}
	for i, r := range got[1:] {
		if live(r[0]) || r[1] != "-5" {
			t.Errorf("CSV: %q is written as %q, -5 as %q", texts[i], r[0], r[1])
		}
		want := text.Clean(texts[i])
		if live(want) {
			want = "'" + want
		}
		if r[0] != want {
			t.Errorf("CSV: %q became %q, want %q", texts[i], r[0], want)
		}
	}

	f := book(t, table)
	name := f.GetSheetName(0)
	for i, s := range append([]string{"=1+1"}, texts...) {
		at, _ := excelize.CoordinatesToCellName(1, i+1)
		formula, err1 := f.GetCellFormula(name, at)
		kind, err2 := f.GetCellType(name, at)
		value, err3 := f.GetCellValue(name, at)
		style, err4 := f.GetCellStyle(name, at)
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		if formula != "" || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
			t.Errorf("workbook: %q is of type %d with formula %q", s, kind, formula)
		}
		if live(s) {
			if st, err := f.GetStyle(style); err != nil || st.NumFmt != 49 {
				t.Errorf("workbook: %q would become a formula when edited: %+v %v", s, st, err)
			}
		}
		if i > 0 && value != text.Clean(s) {
			t.Errorf("workbook: %q became %q", s, value)
		}
	}
	if kind, _ := f.GetCellType(name, "B2"); kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("a number is of type %d", kind)
	}
	if v, _ := f.GetCellValue(name, "B2"); v != "-5" {
		t.Errorf("-5 is written as %q", v)
	}
}

func book(t *testing.T, table sheet.Table) *excelize.File {
	t.Helper()
	var out bytes.Buffer
	if err := table.WriteXLSX(&out); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// SEC-17: whatever is typed, a CSV cell opens as text, and nothing of it is lost but control characters.
func FuzzCSVCell(f *testing.F) {
	for _, s := range []string{"", "=1+1", "\t=1", "\ufeff@SUM(A1)", `"=1"`, "a,b\r\nc", "＝1", "-", "'=1", "Ivy", "\xff=1", "\x00", "a\"", "\u2212" + "5", "\u200b|x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var out bytes.Buffer
		table := sheet.Table{Columns: []string{"a", "b"}, Rows: sheet.Rows([][]sheet.Cell{{sheet.Text(s), sheet.Text("end")}})}
		if err := table.WriteCSV(&out); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(out.Bytes(), []byte("\ufeff")))).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != 2 || rows[1][1] != "end" {
			t.Fatalf("%q: %q %v", s, rows, err)
		}
		cell, clean := rows[1][0], text.Clean(s)
		if live(cell) {
			t.Fatalf("%q is written as %q", s, cell)
		}
		if cell != clean && cell != "'"+clean || cell == clean && live(clean) {
			t.Fatalf("%q became %q", clean, cell)
		}
		back, err := sheet.ReadCSV(&out, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		for row, err := range back.Rows() {
			if err != nil || row.Cells[0] != cell || row.Get("B") != "end" {
				t.Fatalf("%q is read as %q: %v", cell, row.Cells, err)
			}
		}
	})
}

func TestWriteCSV(t *testing.T) {
	var out bytes.Buffer
	table := sheet.Table{Columns: []string{"Name", "Age", "Born", "Share"}, Rows: sheet.Rows([][]sheet.Cell{
		{sheet.Text(`Zoë "Zo" O’Neil`), sheet.Int(8), sheet.Day("2018-05-03"), sheet.Number(0.25)},
		{{}, sheet.Number(math.Inf(1)), sheet.Day(""), sheet.Number(-1e6)},
	})}
	if err := table.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	want := "\ufeff\"Name\",\"Age\",\"Born\",\"Share\"\r\n\"Zoë \"\"Zo\"\" O’Neil\",8,2018-05-03,0.25\r\n,,,-1000000\r\n"
	if out.String() != want {
		t.Errorf("%q, want %q", &out, want)
	}
}

func TestWriteXLSX(t *testing.T) {
	long := strings.Repeat("ø", 40000)
	f := book(t, sheet.Table{Name: "Children: 2026/27 [all] of Thornbeck Primary", Columns: []string{"Name", "Age", "Born"}, Rows: sheet.Rows([][]sheet.Cell{
		{sheet.Text("Zoë"), sheet.Int(8), sheet.Day("2018-05-03")}, {}, {sheet.Text(long), {}, sheet.Number(0.5)},
	})})
	if got := f.GetSheetList(); len(got) != 1 || got[0] != "Children 2026 27 all of Thornbe" {
		t.Errorf("sheets %q", got)
	}
	name := f.GetSheetName(0)
	for at, want := range map[string]string{"A1": "Name", "A2": "Zoë", "B2": "8", "C2": "2018-05-03", "A3": "", "C4": "0.5"} {
		if got, _ := f.GetCellValue(name, at); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
	if got, _ := f.GetCellValue(name, "A4"); !strings.HasSuffix(got, "(cut: longer than a cell can hold)") || len([]rune(got)) > 32767 || len([]rune(got)) < 32700 {
		t.Errorf("a text too long has %d characters and ends %q", len([]rune(got)), got[len(got)-40:])
	}
}

// A long table goes on in a second sheet, and no part of it lies in a temporary file.
func TestLongWorkbook(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	const n = 700
	words := strings.Repeat("a<", 16000)
	watch := func(yield func([]sheet.Cell, error) bool) {
		for range n {
			if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
				yield(nil, errors.New("a temporary file was made"))
				return
			}
			if !yield([]sheet.Cell{sheet.Text(words)}, nil) {
				return
			}
		}
	}
	var out bytes.Buffer
	if err := (sheet.Table{Columns: []string{"Words"}, Rows: watch}).WriteXLSX(&out); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, sheets := 0, f.GetSheetList()
	for _, s := range sheets {
		got, err := f.GetRows(s)
		if err != nil || got[0][0] != "Words" {
			t.Fatalf("%s begins with %q: %v", s, got[0], err)
		}
		rows += len(got) - 1
	}
	if rows != n || len(sheets) < 2 || sheets[1] != "Table (2)" {
		t.Errorf("%d rows in %q", rows, sheets)
	}
}

func TestErrorsEndWriting(t *testing.T) {
	broken := errors.New("the rows broke off")
	table := sheet.Table{Columns: []string{"a"}, Rows: func(yield func([]sheet.Cell, error) bool) { yield(nil, broken) }}
	if err := table.WriteCSV(io.Discard); !errors.Is(err, broken) {
		t.Errorf("CSV: %v", err)
	}
	if err := table.WriteXLSX(io.Discard); !errors.Is(err, broken) {
		t.Errorf("workbook: %v", err)
	}
}
