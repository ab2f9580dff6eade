package tabular_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"kith/internal/platform/tabular"
)

// readAll returns every row as its line number and fields, and the line numbers of bad rows.
func readAll(t *testing.T, in string, o tabular.Options) (head []string, rows [][]string, lines, bad []int) {
	t.Helper()
	r, err := tabular.NewReader(context.Background(), strings.NewReader(in), o)
	if err != nil {
		t.Fatal(err)
	}
	for {
		row, err := r.Next()
		var le *tabular.LineError
		switch {
		case errors.Is(err, io.EOF):
			return r.Header(), rows, lines, bad
		case errors.As(err, &le):
			bad = append(bad, le.Line)
		case err != nil:
			t.Fatal(err)
		default:
			rows, lines = append(rows, row.Fields()), append(lines, row.Line)
		}
	}
}

func encode(t *testing.T, s, enc string) string {
	t.Helper()
	var out string
	var err error
	switch enc {
	case "utf-8 bom":
		return "\xef\xbb\xbf" + s
	case "windows-1252":
		out, err = charmap.Windows1252.NewEncoder().String(s)
	case "utf-16le bom":
		out, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
	case "utf-16be bom":
		out, err = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(s)
	case "utf-16le":
		out, err = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String(s)
	default:
		return s
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// ROL-6, ROL-7: any encoding gives the same rows.
func TestEncodings(t *testing.T) {
	const text = "URN,Name\r\n100001,St Chloé’s – School\r\n100002,Ysgol y Bryn\r\n"
	for _, enc := range []string{"utf-8", "utf-8 bom", "windows-1252", "utf-16le bom", "utf-16be bom", "utf-16le"} {
		head, rows, lines, _ := readAll(t, encode(t, text, enc), tabular.Options{})
		if !reflect.DeepEqual(head, []string{"URN", "Name"}) ||
			!reflect.DeepEqual(rows, [][]string{{"100001", "St Chloé’s – School"}, {"100002", "Ysgol y Bryn"}}) ||
			!reflect.DeepEqual(lines, []int{2, 3}) {
			t.Errorf("%s: %q %q %v", enc, head, rows, lines)
		}
	}
}

func TestShapes(t *testing.T) {
	for _, c := range []struct {
		name, in string
		rows     [][]string
		lines    []int
		bad      []int
	}{
		{"semicolons", "a;b\n1;2,5\n", [][]string{{"1", "2,5"}}, []int{2}, nil},
		{"tabs", "a\tb\n1\t2\n", [][]string{{"1", "2"}}, []int{2}, nil},
		{"delimiter line", "sep=;\na;b\n1;2\n", [][]string{{"1", "2"}}, []int{3}, nil},
		{"blank lines", "\n\na,b\n\n1,2\n , \n\n3,4", [][]string{{"1", "2"}, {"3", "4"}}, []int{5, 8}, nil},
		{"ragged", "a,b,c\n1\n1,2,3,4\n", [][]string{{"1"}, {"1", "2", "3", "4"}}, []int{2, 3}, nil},
		{"quoted newline", "a,b\n\"1\r\n\r\nx\",2\n3,4\n", [][]string{{"1\n\nx", "2"}, {"3", "4"}}, []int{2, 5}, nil},
		{"doubled mark", "a,b\n\"say \"\"no\"\"\",2\n", [][]string{{`say "no"`, "2"}}, []int{2}, nil},
		{"mark not doubled", "a,b\n\"the \"Ark\" school\",2\n", [][]string{{`the "Ark" school`, "2"}}, []int{2}, nil},
		{"mark inside a bare field", "a,b\n5\" nail,2\n", [][]string{{`5" nail`, "2"}}, []int{2}, nil},
		{"mark after a space", "a,b\n1, \"2,3\" \n", [][]string{{"1", "2,3"}}, []int{2}, nil},
		{"never closed", "a,b\n\"1,2\n3,4\n5,6\n", [][]string{{"3", "4"}, {"5", "6"}}, []int{3, 4}, []int{2}},
		{"carriage returns alone", "a,b\r1,2\r3,4\r", [][]string{{"1", "2"}, {"3", "4"}}, []int{2, 3}, nil},
		{"stray carriage return", "a,b\n1\rx,2\r\r\n3,4\n", [][]string{{"1 x", "2"}, {"3", "4"}}, []int{2, 3}, nil},
		{"zero byte", "a,b\nx\x00y,2\nz,3\n", [][]string{{"xy", "2"}, {"z", "3"}}, []int{2, 3}, nil},
	} {
		_, rows, lines, bad := readAll(t, c.in, tabular.Options{})
		if !reflect.DeepEqual(rows, c.rows) || !reflect.DeepEqual(lines, c.lines) || !reflect.DeepEqual(bad, c.bad) {
			t.Errorf("%s: %q on %v, bad %v", c.name, rows, lines, bad)
		}
	}
}

func TestColumnsMeetByName(t *testing.T) {
	r, err := tabular.NewReader(context.Background(), strings.NewReader("LA (code),group_type__code_,EstablishmentName\n"), tabular.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for want, name := range []string{"la code", "Group Type (code)", "establishment_name"} {
		if got := r.Column("no such", name); got != want {
			t.Errorf("%s: column %d, want %d", name, got, want)
		}
	}
	if r.Column("URN") != -1 {
		t.Error("an absent column was found")
	}
}

func TestHeaderless(t *testing.T) {
	o := tabular.Options{Headerless: func(first []string) []string {
		if first[0] == "id" {
			return nil
		}
		return []string{"id", "v"}
	}}
	for _, in := range []string{"id,v\n1,2\n3,4\n", "1,2\n3,4\n"} {
		_, rows, _, _ := readAll(t, in, o)
		if !reflect.DeepEqual(rows, [][]string{{"1", "2"}, {"3", "4"}}) {
			t.Errorf("%q gave %q", in, rows)
		}
	}
}

func TestLimits(t *testing.T) {
	if _, err := tabular.NewReader(context.Background(), strings.NewReader(" \n\n"), tabular.Options{}); !errors.Is(err, tabular.ErrEmpty) {
		t.Errorf("an empty file gave %v", err)
	}
	big := "a,b\n" + strings.Repeat("1,2\n", 1000)
	drain := func(ctx context.Context, o tabular.Options) error {
		r, err := tabular.NewReader(ctx, strings.NewReader(big), o)
		for err == nil {
			_, err = r.Next()
		}
		return err
	}
	if err := drain(context.Background(), tabular.Options{MaxBytes: 500}); !errors.Is(err, tabular.ErrTooLarge) {
		t.Errorf("a file over the limit gave %v", err)
	}
	if err := drain(context.Background(), tabular.Options{MaxBytes: int64(len(big))}); !errors.Is(err, io.EOF) {
		t.Errorf("a file of exactly the limit gave %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := drain(ctx, tabular.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled reading gave %v", err)
	}
}

func TestDay(t *testing.T) {
	for in, want := range map[string]string{
		"23/11/2026": "2026-11-23", "03-09-2026": "2026-09-03", "2026-11-23": "2026-11-23", "3/9/14": "2014-09-03",
		"1.2.2015": "2015-02-01", "01-Sep-2012": "2012-09-01", "1 September 2012": "2012-09-01", "": "",
		"2012-09-01T00:00:00": "2012-09-01", "01/09/2012 00:00": "2012-09-01", "29/02/2024": "2024-02-29",
		"05/06/71": "1971-06-05",
	} {
		if got, err := tabular.Day(in); err != nil || string(got) != want {
			t.Errorf("%q gave %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"31/02/2015", "29/02/2023", "11/23/2026", "41234", "yesterday", "0000-00-00", "//", strings.Repeat("9", 99)} {
		if got, err := tabular.Day(in); err == nil {
			t.Errorf("%q gave %q", in, got)
		}
	}
}

func TestReportCountsBeyondItsList(t *testing.T) {
	var r tabular.Report
	for i := range tabular.MaxListed + 5 {
		r.Read++
		r.Reject(tabular.Rejection{Row: i})
	}
	if len(r.Rejected) != tabular.MaxListed || r.Unlisted != 5 || r.RejectedCount() != tabular.MaxListed+5 {
		t.Errorf("listed %d, unlisted %d, counted %d", len(r.Rejected), r.Unlisted, r.RejectedCount())
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\xff\xfea\x00,\x00\n\x00", "\xfe\xff", "\"", "a\n\"\n\"\"x\"", "sep=\n", "\r\r\r", "a;b\t,|\"\x00\xff\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := tabular.NewReader(context.Background(), bytes.NewReader(b), tabular.Options{MaxBytes: 1 << 16})
		last := 0
		for n := 0; err == nil || errors.As(err, new(*tabular.LineError)); n++ {
			if n > len(b)+2 {
				t.Fatal("more rows than bytes")
			}
			if r == nil {
				return
			}
			var row tabular.Row
			if row, err = r.Next(); err == nil {
				if row.Line <= last {
					t.Fatalf("line %d after line %d", row.Line, last)
				}
				last = row.Line
				row.Fields()
			}
		}
	})
}

func BenchmarkGIAS(b *testing.B) {
	var file bytes.Buffer
	for row := range 50_001 {
		for col := range 130 {
			fmt.Fprintf(&file, "\"%d value\",", row*col)
		}
		file.WriteString("\r\n")
	}
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		r, err := tabular.NewReader(context.Background(), bytes.NewReader(file.Bytes()), tabular.Options{})
		for err == nil {
			var row tabular.Row
			if row, err = r.Next(); err == nil {
				for col := 0; col < 120; col += 3 {
					row.Get(col)
				}
			}
		}
	}
}
