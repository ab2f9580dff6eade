package roll

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"strings"

	"kith/internal/platform/tabular"
)

// Limits of a OneRoster bundle. A real one of the largest trust is a few tens of megabytes.
const (
	maxEntries  = 64
	maxUnpacked = 256 << 20
	maxRatio    = 200
)

// openBundle checks the outside of the zip before a byte is unpacked.
func openBundle(r io.ReaderAt, size int64) (map[string]*zip.File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("the file is not a zip: %w", err)
	}
	if len(z.File) > maxEntries {
		return nil, fmt.Errorf("the zip holds %d files; a OneRoster bundle has fewer than %d", len(z.File), maxEntries)
	}
	files := map[string]*zip.File{}
	var total uint64
	for _, f := range z.File {
		if strings.ContainsAny(f.Name, `/\`) {
			return nil, fmt.Errorf("the zip holds a folder (%q); the files of a OneRoster bundle lie side by side", short(f.Name))
		}
		if f.Flags&1 != 0 {
			return nil, fmt.Errorf("%q is locked with a password", short(f.Name))
		}
		name := strings.ToLower(f.Name)
		if files[name] != nil {
			return nil, fmt.Errorf("the zip holds %q twice", short(f.Name))
		}
		total += f.UncompressedSize64
		if total > maxUnpacked || f.UncompressedSize64 > maxUnpacked {
			return nil, fmt.Errorf("the zip unpacks to more than %d MB", maxUnpacked>>20)
		}
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64 > maxRatio*f.CompressedSize64 {
			return nil, fmt.Errorf("%q unpacks to more than %d times its size, as no roll does", short(f.Name), maxRatio)
		}
		files[name] = f
	}
	return files, nil
}

// walk reads one file of the bundle. A file that the manifest calls absent, or that is not there, is not read.
func (b *bundle) walk(name string, need []string, take func(row tabular.Row, col func(string) int) (field, reason string)) error {
	f := b.files[strings.ToLower(name)+".csv"]
	if f == nil || b.modes[strings.ToLower(name)] == "absent" {
		return nil
	}
	in, err := f.Open()
	if err != nil {
		return fmt.Errorf("%s.csv cannot be unpacked: %w", name, err)
	}
	defer in.Close()
	// The sizes in a zip's directory are only claims, so what is really unpacked is counted too.
	counted := &counter{r: in}
	defer func() { b.left -= counted.n }()
	t, err := tabular.NewReader(b.ctx, counted, tabular.Options{MaxBytes: max(1, b.left)})
	if errors.Is(err, tabular.ErrEmpty) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s.csv: %w", name, err)
	}
	cols := map[string]int{}
	col := func(heading string) int {
		i, ok := cols[heading]
		if !ok {
			i = t.Column(heading)
			cols[heading] = i
		}
		return i
	}
	for _, n := range need {
		if col(n) < 0 {
			return fmt.Errorf("%s.csv has no column %q", name, n)
		}
	}
	for {
		row, err := t.Next()
		var bad *tabular.LineError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &bad):
			if name == "users" {
				b.rep.Read++
			}
			b.rep.Reject(Rejection{File: name + ".csv", Row: bad.Line, Reason: bad.Reason})
			continue
		case err != nil:
			return fmt.Errorf("%s.csv: %w", name, err)
		}
		if field, reason := take(row, col); reason != "" {
			b.rep.Reject(Rejection{File: name + ".csv", Row: row.Line, Field: field, Reason: reason})
		}
	}
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
