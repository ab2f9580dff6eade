package cascade

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/sheet"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// subjectForm chooses which training is looked at.
type subjectForm struct {
	forms.Form
	Of *forms.Choice
}

// chosen is the field on the page: one of them is always looked at.
func (f *subjectForm) chosen() ui.Select {
	s := f.Of.Select("")
	s.Items = s.Items[1:]
	return s
}

// coverView is the page.
type coverView struct {
	Form              *subjectForm
	Heading, Finding  string
	Whose             string // whose schools are shown; "" for the district's
	Sheet             string
	Figures           []figure
	Map               picture.AreaMap
	Schools, Areas    ui.Table
	Demand            []string
	Block             string
	Change            *picture.Change
	Tiers             ui.Table
	Answers           []ratingView
	Answered, Missing string
	Nothing           bool
}

type figure struct{ N, Words string }

// elsewhere begins the key of a subject that no course of the district is about.
const elsewhere = "kind:"

// covered is coverage of one training, as the viewer sees it.
type covered struct {
	Coverage
	form    *subjectForm // nil where there is no training that is passed on
	facts   Facts
	block   string   // the title of the first block that put some schools first
	trusts  []string // whose schools are shown, where it is not the whole district
	subject string   // its name
}

// covering makes the coverage of the training that is asked for, else of the first.
func (f *Feature) covering(r *http.Request) (c covered, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		c = covered{}
		var err error
		if c.facts, c.trusts, err = f.ledger(ctx, tx); err != nil {
			return err
		}
		courses, err := f.courses.Courses(ctx, tx)
		if err != nil {
			return err
		}
		if c.form = subjects(courses, c.facts.Plans); c.form == nil {
			return nil
		}
		c.form.Fill(r.URL.Query())
		c.form.Clear()
		of := c.form.Of
		at := max(0, slices.IndexFunc(of.Options, func(o forms.Option) bool { return o.Value == of.Value }))
		of.Value, c.subject = of.Options[at].Value, strings.TrimSuffix(of.Options[at].Text, ", attended elsewhere")
		if c.block, err = f.about(ctx, tx, &c.facts, courses, of.Value); err != nil {
			return err
		}
		c.Coverage = Cover(c.facts)
		return nil
	})
	return c, err
}

func (f *Feature) coveragePage(w http.ResponseWriter, r *http.Request) error {
	c, err := f.covering(r)
	if err != nil {
		return err
	}
	v := coverView{Form: c.form, Nothing: c.form == nil, Whose: text.Join(c.trusts), Heading: c.subject}
	if !v.Nothing {
		v.fill(c.Coverage, c.block)
		v.Sheet = coverage + "/sheet?of=" + url.QueryEscape(c.form.Of.Value)
	}
	p := page("Coverage", web.Page{Body: coveragePage(v)})
	p.At = coverage
	return web.Show(w, r, p)
}

// coverageSheet sends what the page shows of the schools, and nothing more, as a workbook.
func (f *Feature) coverageSheet(w http.ResponseWriter, r *http.Request) error {
	c, err := f.covering(r)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := Sheet(c.Coverage).WriteXLSX(&out); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="coverage.xlsx"`)
	_, err = w.Write(out.Bytes()) // #nosec G705 -- sent as an attachment with its own type
	return err
}

// Sheet is coverage by school as a table: a number of people that is not shown is words here too (ACC-1).
func Sheet(c Coverage) sheet.Table {
	people := func(s Shown) sheet.Cell {
		if s.Hidden {
			return sheet.Text(s.String())
		}
		return sheet.Int(int64(s.N))
	}
	yes := func(b bool) sheet.Cell { return sheet.Text(map[bool]string{true: "yes", false: "no"}[b]) }
	t := sheet.Table{Name: "Coverage", Columns: []string{"No.", "School", "Area", "Put first by the first block", "Course", "Attended on", "Waits for a place", "Registered interest", "Passed on", "Colleagues reached", "Cost for each, in pounds"}}
	var rows [][]sheet.Cell
	for _, s := range c.Schools {
		attended, each := sheet.Cell{}, sheet.Cell{}
		if s.Trained != "" {
			attended = sheet.Day(s.Trained)
		}
		if s.Each >= 0 {
			each = sheet.Number(float64(s.Each) / 100)
		}
		rows = append(rows, []sheet.Cell{sheet.Int(int64(s.N)), sheet.Text(s.Name), sheet.Text(s.AreaName), sheet.Text(s.Chosen), sheet.Text(s.stands()), attended, yes(s.Waiting), yes(s.Interest), sheet.Text(s.Standing.Words()), people(s.Reached), each})
	}
	t.Rows = sheet.Rows(rows)
	return t
}

// stands says how a school stands with the course itself.
func (s SchoolCover) stands() string {
	switch {
	case s.Trained != "":
		return "attended"
	case s.Unclosed:
		return "had a place; the register is not closed yet"
	case s.Booked:
		return "has a place"
	case s.Waiting:
		return "waits for a place"
	case s.Interest:
		return "registered interest"
	}
	return "nobody yet"
}

// ledger reads all that coverage is made of, whatever it is about: of the district, or of the schools of the trusts that the viewer leads, which it
// names.
func (f *Feature) ledger(ctx context.Context, tx *store.Tx) (x Facts, trusts []string, err error) {
	x.Today = clock.DayOf(tx.Now.Time())
	for _, read := range []func() error{
		func() (err error) { x.Sites, err = f.Places.Sites(ctx, tx); return err },
		func() (err error) { x.Areas, err = f.Places.Wards(ctx, tx); return err },
		func() (err error) { x.Attended, err = f.store.Attended(ctx, tx, false); return err },
		func() (err error) { x.Plans, err = f.store.Ledger(ctx, tx); return err },
		func() (err error) { x.Sessions, err = f.store.AllSessions(ctx, tx); return err },
		func() (err error) { x.Ratings, err = f.store.ratings(ctx, tx, ""); return err },
		func() (err error) { x.reach, err = f.store.reach(ctx, tx); return err },
		func() (err error) { x.demand, err = f.store.demand(ctx, tx); return err },
	} {
		if err := read(); err != nil {
			return x, nil, err
		}
	}
	if wholeDistrict(tx.Viewer) {
		return x, nil, nil
	}
	led := tx.Viewer.OrgsOf(access.TrustLead)
	schools, err := f.Places.Members(ctx, tx, led, x.Today)
	if err != nil {
		return x, nil, err
	}
	names, err := f.Places.Names(ctx, tx, led...)
	for _, o := range led {
		trusts = append(trusts, names[o].Name)
	}
	return x.Within(append(schools, led...)), trusts, err
}

// subjects are the trainings that are passed on: the courses of the district by title, and what was attended elsewhere by what it was about.
func subjects(courses []training.Course, plans []Plan) *subjectForm {
	f := &subjectForm{Of: forms.NewChoice("of", "Training")}
	add := func(key, words string) {
		if !slices.ContainsFunc(f.Of.Options, func(o forms.Option) bool { return o.Value == key }) {
			f.Of.Options = append(f.Of.Options, forms.Option{Value: key, Text: words})
		}
	}
	for _, c := range courses {
		if c.Cascades {
			add(c.Title, c.Title)
		}
	}
	for _, k := range Shipped().Kinds {
		if slices.ContainsFunc(plans, func(p Plan) bool { return p.Booking == "" && p.Kind == k.Key }) {
			add(elsewhere+k.Key, k.Words+", attended elsewhere")
		}
	}
	f.Fields(f.Of)
	if len(f.Of.Options) == 0 {
		return nil
	}
	return f
}

// about narrows the facts to one training, and returns the title of its first block that put some schools first, "" for none.
func (f *Feature) about(ctx context.Context, tx *store.Tx, x *Facts, courses []training.Course, subject string) (string, error) {
	if kind, ok := strings.CutPrefix(subject, elsewhere); ok {
		x.Kind = kind
		return "", nil
	}
	x.Courses = map[training.CourseID]bool{}
	for _, c := range courses {
		if c.Title == subject {
			x.Courses[c.ID] = true
		}
	}
	blocks, err := f.courses.Blocks(ctx, tx, []training.State{training.Published})
	if err != nil {
		return "", err
	}
	title := ""
	for _, b := range blocks {
		runs, err := f.courses.RunsOf(ctx, tx, b.ID)
		if err != nil {
			return "", err
		}
		mine, first := map[training.RunID]bool{}, clock.Day("")
		for _, r := range runs {
			if x.Courses[r.Course] && r.State == training.Published {
				mine[r.ID] = true
				if first == "" || r.First < first {
					first = r.First
				}
			}
		}
		if len(mine) == 0 || x.FirstDay != "" && x.FirstDay <= first {
			continue
		}
		if b, err = f.courses.Block(ctx, tx, b.ID); err != nil {
			return "", err
		}
		if len(b.Tiers) > 0 {
			x.Tiers, x.First, x.FirstDay, title = b.Tiers, mine, first, b.Title
		}
	}
	return title, nil
}

// shown writes a number of people as those see it who may not see who they are.
func (s Shown) String() string {
	if s.Hidden {
		return "fewer than " + strconv.Itoa(Shipped().Smallest)
	}
	return strconv.Itoa(s.N)
}

// String writes a sum: "40", "40, and a few in 2 schools".
func (s Sum) String() string {
	if s.N == 0 && s.Hidden > 0 {
		return "a few in " + text.Plural(s.Hidden, "school", "schools")
	}
	return strconv.Itoa(s.N) + more(s)
}

func (v *coverView) fill(c Coverage, block string) {
	of := len(c.Schools)
	v.Finding = text.Plural(c.Trained, "of", "of") + " " + text.Plural(of, "school has", "schools have") + " sent somebody, and " + strconv.Itoa(c.PassedOn) + " passed it on."
	v.Figures = []figure{{strconv.Itoa(c.Trained) + " of " + strconv.Itoa(of), "schools have sent somebody"}, {strconv.Itoa(c.PassedOn) + " of " + strconv.Itoa(of), "have passed it on"}, {strconv.Itoa(c.Reached.N), "colleagues reached" + more(c.Reached)}, {strconv.Itoa(c.Waiting), "schools wait for a place"}}
	v.draw(c)
	v.tables(c)
	if c.Unclosed > 0 {
		v.Demand = append(v.Demand, text.Plural(c.Unclosed, "school had", "schools had")+" a place on a run that is over and whose register is not closed yet. It counts as attended once it is.")
	}
	if c.Interest > 0 {
		v.Demand = append(v.Demand, text.Plural(c.Interest, "school has", "schools have")+" registered an interest in a course of this training that has no dates.")
	}
	if c.Others != (Shown{}) {
		v.Demand = append(v.Demand, "Registered interest from other organisations: "+c.Others.String()+".")
	}
	if c.Settings > 0 {
		v.Demand = append(v.Demand, text.Plural(c.Settings, "request comes", "requests come")+" from settings that are in no register of schools.")
	}
	v.first(c, block)
	if c.Answered > 0 {
		v.Answered = text.Plural(c.Answered, "colleague has", "colleagues have") + " answered, in schools where five or more did."
		for _, k := range Shipped().Ratings {
			v.Answers = append(v.Answers, ratingView{k.Words, c.Answers[k.Key]})
		}
	}
}

func more(s Sum) string {
	if s.Hidden == 0 {
		return ""
	}
	return ", and a few in " + text.Plural(s.Hidden, "school", "schools")
}

// draw makes the map: areas by how many of their schools sent somebody, schools by how far they have come.
func (v *coverView) draw(c Coverage) {
	v.Map.Finding = v.Finding
	for _, a := range c.Areas {
		if len(a.Rings) == 0 {
			continue
		}
		m := picture.MapArea{Name: a.Name, Words: strconv.Itoa(a.Trained) + " of " + strconv.Itoa(a.Schools), Rings: a.Rings, Label: a.Label, Chosen: a.Chosen, Some: a.Trained > 0, All: a.Schools > 0 && a.Trained == a.Schools}
		if a.Schools == 0 {
			m.Words = "no school"
		}
		if a.Chosen {
			m.Note = ", put first"
		}
		v.Map.Areas = append(v.Map.Areas, m)
	}
	for _, s := range c.Schools {
		kind := picture.PlaceNone
		switch {
		case s.PassedOn:
			kind = picture.PlaceDone
		case s.Trained != "":
			kind = picture.PlaceBegun
		}
		v.Map.Places = append(v.Map.Places, picture.MapPlace{Number: s.N, Lon: s.Lon, Lat: s.Lat, Kind: kind})
	}
}

func number(s string) ui.TableCell { return ui.TableCell{Text: s, Format: "numeric"} }

func (v *coverView) tables(c Coverage) {
	v.Schools = ui.Table{Caption: "By school", Head: []ui.TableCell{number("No."), {Text: "School"}, {Text: "Area"}, {Text: "Course"}, {Text: "Passed on"}, number("Colleagues reached"), number("Cost for each")}}
	for _, s := range c.Schools {
		course := s.stands()
		if s.Trained != "" {
			course += ", " + term.YearDate(s.Trained)
			if s.Booked {
				course += "; another place booked"
			}
		}
		standing := "–"
		if s.Standing != "" {
			standing = s.Standing.Words()
		}
		each := "–"
		if s.Each >= 0 {
			each = Pounds(s.Each)
		}
		area := s.AreaName
		if s.Chosen != "" {
			area += ", put first"
		}
		v.Schools.Rows = append(v.Schools.Rows, []ui.TableCell{number(strconv.Itoa(s.N)), {Text: s.Name}, {Text: area}, {Text: course}, {Text: standing}, number(s.Reached.String()), number(each)})
	}
	v.Areas = ui.Table{Caption: "By area", FirstCellIsHeader: true, Head: []ui.TableCell{{Text: "Area"}, number("Schools"), number("Sent somebody"), number("Passed it on"), number("Wait for a place"), number("Registered interest"), number("Colleagues reached")}}
	for _, a := range c.Areas {
		name := a.Name
		if a.Chosen {
			name += ", put first"
		}
		v.Areas.Rows = append(v.Areas.Rows, []ui.TableCell{{Text: name}, number(strconv.Itoa(a.Schools)), number(strconv.Itoa(a.Trained)), number(strconv.Itoa(a.PassedOn)), number(strconv.Itoa(a.Waiting)), number(strconv.Itoa(a.Interest)), number(a.Reached.String())})
	}
}

// first says what the first block did for those whom it put first: how many schools in a hundred had sent somebody before, and after.
func (v *coverView) first(c Coverage, block string) {
	if block == "" || len(c.Tiers) == 0 {
		return
	}
	v.Block = block
	v.Change = &picture.Change{None: "no school", All: "every school"}
	v.Tiers = ui.Table{Caption: "Before and after the first block", FirstCellIsHeader: true, Head: []ui.TableCell{{Text: "Who"}, number("Schools"), number("Trained before"), number("Trained by it"), number("Passed it on"), number("Colleagues reached"), number("Still wait")}}
	var parts []string
	for _, t := range c.Tiers {
		v.Change.Rows = append(v.Change.Rows, picture.ChangeRow{Name: t.Words, Before: 100 * t.Before / t.Schools, After: 100 * (t.Before + t.InFirst) / t.Schools,
			Was: strconv.Itoa(t.Before) + " of " + strconv.Itoa(t.Schools), Is: strconv.Itoa(t.Before+t.InFirst) + " of " + strconv.Itoa(t.Schools)})
		v.Tiers.Rows = append(v.Tiers.Rows, []ui.TableCell{{Text: t.Words}, number(strconv.Itoa(t.Schools)), number(strconv.Itoa(t.Before)), number(strconv.Itoa(t.InFirst)), number(strconv.Itoa(t.PassedOn)), number(t.Reached.String()), number(strconv.Itoa(t.Still))})
		parts = append(parts, strings.ToLower(t.Words[:1])+t.Words[1:]+": "+strconv.Itoa(t.Before)+" of "+strconv.Itoa(t.Schools)+" before, "+strconv.Itoa(t.Before+t.InFirst)+" after")
	}
	v.Change.Finding = "Schools that have sent somebody. " + strings.ToUpper(parts[0][:1]) + parts[0][1:] + ". " + strings.Join(parts[1:], ". ") + "."
}

// heads says whether the cells of a column name the row: its number and its name.
func heads(t ui.Table, column int) bool {
	return column == 0 || column == 1 && !t.FirstCellIsHeader
}

// rowName names a row: "7 Thornbeck Primary", "Eastgate".
func rowName(t ui.Table, row []ui.TableCell) string {
	if t.FirstCellIsHeader {
		return row[0].Text
	}
	return row[0].Text + " " + row[1].Text
}
