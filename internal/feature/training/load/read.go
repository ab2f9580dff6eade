// Package load takes programmes of courses and events from CSV and workbooks: one row a dated run, with its course, its block and its
// venue. Headings are looked up by name, in any order, so that a programme loads as its publisher wrote it. A second loading of the same
// file changes nothing; a row that cannot be taken is reported with its line, field and reason, and the others are taken.
package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/sheet"
	"kith/internal/platform/tabular"
)

// row is one dated run as a file has it.
type row struct {
	line     int
	block    string
	course   training.Course
	days     []training.Day
	venue    training.Venue
	openTo   string
	extra    bool
	capacity int64
	trainer  string
}

// formats are the ways in which files write formats.
var formats = map[string]training.Format{"twoday": training.TwoDay, "2day": training.TwoDay, "twodays": training.TwoDay, "2days": training.TwoDay, "oneday": training.OneDay, "1day": training.OneDay,
	"halfday": training.HalfDay, "briefing90min": training.Briefing, "briefing": training.Briefing, "informationsession": training.Briefing, "event": training.Event, "learningevent": training.Event, "": ""}

// limit is how long a file of dates may be.
const limit = 4 << 20

// Read reads a file, CSV or the first sheet of a workbook. Rejected rows are in the report. Rule: the file is no table of dates.
func read(ctx context.Context, in io.Reader) (rows []row, rep tabular.Report, err error) {
	body, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, rep, err
	}
	if len(body) > limit {
		return nil, rep, errs.Refuse("This file is larger than 4 MB. Split it and load the parts one after the other.")
	}
	if bytes.HasPrefix(body, []byte("PK\x03\x04")) {
		if body, err = sheet.CSVOf(body); err != nil {
			return nil, rep, errs.Of(errs.Rule, err, "This workbook cannot be read. Open it and save it as CSV.")
		}
	}
	t, err := tabular.NewReader(ctx, bytes.NewReader(body), tabular.Options{})
	if err != nil {
		return nil, rep, errs.Of(errs.Rule, err, "This file cannot be read: "+err.Error()+".")
	}
	c := columns(t)
	if c.title < 0 || c.day1 < 0 {
		return nil, rep, errs.Refuse("This is no list of dates: it needs a column for the course or title and one for the date.")
	}
	seen := tabular.Seen{}
	for {
		r, err := t.Next()
		var bad *tabular.LineError
		switch {
		case errors.Is(err, io.EOF):
			return rows, rep, nil
		case errors.As(err, &bad):
			rep.Read++
			rep.Reject(tabular.Rejection{Row: bad.Line, Reason: bad.Reason})
			continue
		case err != nil:
			return nil, rep, errs.Of(errs.Rule, err, "This file cannot be read: "+err.Error()+".")
		}
		rep.Read++
		x, field, reason := c.row(r)
		if reason == "" {
			if again, is := seen.Again(x.key(), "This date", r.Line); is {
				field, reason = "date", strings.Replace(again, x.key()+" ", "", 1)
			}
		}
		if reason != "" {
			rep.Reject(tabular.Rejection{Row: r.Line, Field: field, Reason: reason})
			continue
		}
		for _, d := range x.days {
			if w := d.On.Weekday(); w == time.Saturday || w == time.Sunday {
				rep.Warn(tabular.Rejection{Row: r.Line, Field: "date", Reason: "this is a " + w.String()})
			}
		}
		rep.Kept++
		rows = append(rows, x)
	}
}

// column numbers; -1 where the file has none.
type column struct {
	block, title, format, day1, day2, weekday, starts, ends, venue, status, address, postcode, audience, extra, capacity, trainer, board, summary int
}

func columns(t *tabular.Reader) column {
	return column{block: t.Column("block", "programme"), title: t.Column("course", "title"), format: t.Column("format"), day1: t.Column("day_1", "date", "day", "first day"),
		day2: t.Column("day_2", "second day"), weekday: t.Column("weekday"), starts: t.Column("starts", "start", "from"), ends: t.Column("ends", "end", "until"), venue: t.Column("venue"),
		status: t.Column("venue_status"), address: t.Column("address"), postcode: t.Column("postcode"), audience: t.Column("audience", "open to"),
		extra: t.Column("additional_to_annual_programme", "additional"), capacity: t.Column("capacity", "places"), trainer: t.Column("trainer"), board: t.Column("board"), summary: t.Column("summary", "description")}
}

// row reads one row; reason is "" when it is sound.
func (c column) row(r tabular.Row) (x row, field, reason string) {
	x.line = r.Line
	x.course = training.Course{Title: r.Get(c.title), Board: r.Get(c.board), Summary: r.Get(c.summary)}
	if x.course.Title == "" {
		return x, "course", "no course is named"
	}
	f, ok := formats[fold.Key(r.Get(c.format))]
	if !ok {
		return x, "format", fmt.Sprintf("%q is no format: write two_day, one_day, half_day, briefing_90_min or event", r.Get(c.format))
	}
	if f == "" {
		f = training.Event
		if r.Get(c.day2) != "" {
			f = training.TwoDay
		}
	}
	x.course.Format = f
	x.block, x.openTo, x.trainer = r.Get(c.block), r.Get(c.audience), r.Get(c.trainer)
	if x.block == "" {
		x.block = x.course.Title
	}
	if field, reason = x.readDays(c, r); reason != "" {
		return x, field, reason
	}
	if strings.HasPrefix(fold.Key(r.Get(c.status)), "tobeconfirmed") || fold.Key(r.Get(c.status)) == "tbc" {
		return x, "", ""
	}
	x.venue = training.Venue{Name: r.Get(c.venue), Address: r.Get(c.address), Postcode: r.Get(c.postcode)}
	if s := fold.Key(x.venue.Name); s == "tobeconfirmed" || s == "tbc" || s == "venuetobeconfirmed" {
		x.venue = training.Venue{}
	}
	x.extra = strings.EqualFold(r.Get(c.extra), "yes") || strings.EqualFold(r.Get(c.extra), "true")
	if s := r.Get(c.capacity); s != "" {
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil || n < 0 {
			return x, "capacity", fmt.Sprintf("%q is no number of places", s)
		}
		x.capacity = n
	}
	return x, "", ""
}

func (x *row) readDays(c column, r tabular.Row) (field, reason string) {
	for i, col := range []int{c.day1, c.day2} {
		on, err := tabular.Day(r.Get(col))
		if err != nil {
			return []string{"day_1", "day_2"}[i], err.Error()
		}
		if on != "" {
			x.days = append(x.days, training.Day{On: on})
		}
	}
	for i := range x.days {
		var err error
		if x.days[i].Starts, err = timeOf(r.Get(c.starts)); err != nil {
			return "starts", err.Error()
		}
		if x.days[i].Ends, err = timeOf(r.Get(c.ends)); err != nil {
			return "ends", err.Error()
		}
	}
	if err := training.CheckDays(x.course.Format, x.days); err != nil {
		return "date", errs.Sentence(err)
	}
	if err := training.CheckWeekday(x.days[0].On, r.Get(c.weekday)); err != nil {
		return "weekday", errs.Sentence(err)
	}
	return "", ""
}

func timeOf(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	t, err := time.Parse("15:04", strings.Replace(s, ".", ":", 1))
	if err != nil {
		return "", fmt.Errorf("%q is no time: write it as 09:15", s)
	}
	return t.Format("15:04"), nil
}

// key is what makes two rows one run: block, course, format, first day and hour.
func (x row) key() string {
	return strings.Join([]string{fold.Key(x.block), x.courseKey(), string(x.days[0].On), x.days[0].Starts}, "|")
}

func (x row) courseKey() string { return fold.Key(x.course.Title) + "|" + string(x.course.Format) }

// first is the first day of the run.
func (x row) first() clock.Day { return x.days[0].On }
