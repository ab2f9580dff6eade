package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"kith/internal/feature/directory"
	"kith/internal/feature/people"
	"kith/internal/feature/training/load"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/text"
	"kith/internal/platform/bulk"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// importCmd takes other people's files. A second run of the same file changes nothing.
type importCmd struct {
	Establishments importEstablishments `cmd:"" help:"The register of schools (GIAS), in any year's layout."`
	Groups         importGroups         `cmd:"" help:"The register of trusts and federations."`
	Links          importLinks          `cmd:"" help:"The register's links between schools and their successors."`
	Postcodes      importPostcodes      `cmd:"" help:"Postcodes with their positions."`
	Areas          importAreas          `cmd:"" help:"Boundaries of wards and other areas, as GeoJSON or TopoJSON."`
	Terms          importTerms          `cmd:"" help:"Term dates as a council publishes them: holidays or terms, and INSET days."`
	Courses        importCourses        `cmd:"" help:"A programme of courses or events with their dates, as CSV or a workbook."`
	Roll           importRoll           `cmd:"" help:"A school's roll: CSV, a OneRoster zip or a Common Transfer File."`
}

// importPlace is where an import goes and how it answers.
type importPlace struct {
	Data     string `type:"path" help:"Folder of the SQLite database." xor:"place"`
	Database string `help:"postgres://..., in place of --data." xor:"place"`
	KeyFile  string `type:"path" help:"File of the root key."`
	District string `help:"The district's name, where the database has several."`
	DryRun   bool   `help:"Read and compare, and write nothing."`
	JSON     bool   `name:"json" help:"Print one JSON object: read, created, updated, unchanged, rejected."`
}

type importEstablishments struct {
	importPlace
	Files []string `arg:"" name:"file" type:"existingfile" help:"The files, one after another."`
	LA    []string `name:"la" help:"Only schools of the authority with this code, such as 380; may be given again."`
}

type importFiles struct {
	importPlace
	Files []string `arg:"" name:"file" type:"existingfile" help:"The files, one after another."`
}

type (
	importGroups    struct{ importFiles }
	importLinks     struct{ importFiles }
	importPostcodes struct{ importFiles }
	importAreas     struct{ importFiles }
)

// Run takes the register of schools.
func (i importEstablishments) Run(c *console) error {
	return i.register(c, directory.Store{}.ImportEstablishments, i.Files, i.LA)
}

// Run takes the register of trusts and federations.
func (i importGroups) Run(c *console) error {
	return i.register(c, directory.Store{}.ImportGroups, i.Files, nil)
}

// Run takes the links between schools.
func (i importLinks) Run(c *console) error {
	return i.register(c, directory.Store{}.ImportLinks, i.Files, nil)
}

// Run takes postcodes.
func (i importPostcodes) Run(c *console) error {
	return i.register(c, directory.Store{}.ImportPostcodes, i.Files, nil)
}

// Run takes boundaries.
func (i importAreas) Run(c *console) error {
	return i.register(c, directory.Store{}.ImportAreas, i.Files, nil)
}

// opened is the database of an import.
type opened struct {
	app      *App
	district string
	alone    bool
	close    func() error
}

// open opens the place of an import and finds its district. A folder that no server uses is held alone, and taken in large steps.
func (p importPlace) open(c *console) (o opened, err error) {
	if p.Data == "" && p.Database == "" {
		return o, errs.Refuse("Say where the data is: --data DIR for the built-in database, or --database postgres://... .")
	}
	release := func() error { return nil }
	if p.Data != "" {
		if _, err := os.Stat(filepath.Join(p.Data, "kith.db")); err != nil {
			return o, errs.Of(errs.Rule, err, "There is no database in "+p.Data+". Make one with kith init.")
		}
		if release, o.alone, err = holdFolder(p.Data, true); err != nil {
			return o, err
		}
	}
	o.app, err = New(c.ctx, Settings{Place: Place{Data: p.Data, URL: p.Database, KeyFile: p.KeyFile}, Log: logTo(c.err)})
	if err != nil {
		return o, errors.Join(err, release())
	}
	o.close = func() error { return errors.Join(o.app.Close(), release()) }
	var names []string
	for _, d := range o.app.districts {
		names = append(names, d.Name)
		if len(o.app.districts) == 1 && p.District == "" || p.District != "" && strings.EqualFold(p.District, d.Name) {
			o.district = d.ID
		}
	}
	switch {
	case o.district != "":
		return o, nil
	case len(names) == 0:
		err = errs.Refuse("There is no district in this database yet. Make one with kith init.")
	default:
		err = errs.Refuse("Say which district with --district: " + text.Join(names) + ".")
	}
	return o, errors.Join(err, o.close())
}

// holdFolder locks a data folder for as long as the program uses it: alone, or beside others that do not ask for it alone. It
// says whether it is held alone; when others are there, it is held beside them. The lock ends with the process.
func holdFolder(dir string, alone bool) (release func() error, held bool, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "kith.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, errs.Of(errs.Unavailable, err, "The data folder "+dir+" cannot be written to.")
	}
	if alone && syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
		return f.Close, true, nil
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
		return nil, false, errors.Join(errs.Of(errs.Unavailable, err, "Another command holds the data folder alone just now. Try again when it has ended."), f.Close())
	}
	return f.Close, false, nil
}

type importCourses struct {
	importPlace
	Files     []string `arg:"" name:"file" type:"existingfile" help:"The files, one after another."`
	Organiser string   `help:"Whose courses they are: URN or whole name. Without it, the district's one partnership."`
}

// Run takes dated runs of courses. New blocks are drafts until somebody has looked at their rules and published them.
func (i importCourses) Run(c *console) (err error) {
	o, err := i.open(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	v := access.System(o.district, "kith import")
	var organiser string
	if err := o.app.DB.Read(c.ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if i.Organiser == "" {
			organiser, err = directory.Store{}.OnlyPartnership(ctx, tx)
			return err
		}
		found, err := directory.Store{}.Find(ctx, tx, i.Organiser)
		organiser = found.ID
		return err
	}); err != nil {
		return err
	}
	return i.files(c, o, i.Files, func(f io.Reader) (bulk.Result, error) {
		return load.Take(c.ctx, o.app.Training, v, f, load.Options{Org: organiser, DryRun: i.DryRun, Alone: o.alone})
	})
}

type importing func(context.Context, *store.DB, access.Viewer, io.Reader, directory.Options) (bulk.Result, error)

// register takes files of the register.
func (p importPlace) register(c *console, in importing, files, authorities []string) (err error) {
	o, err := p.open(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	return p.files(c, o, files, func(f io.Reader) (bulk.Result, error) {
		return in(c.ctx, o.app.DB, access.System(o.district, "kith import"), f, directory.Options{DryRun: p.DryRun, Alone: o.alone, Authorities: authorities, Progress: c.progress(p.JSON)})
	})
}

// files takes files one after another, and answers for all of them.
func (p importPlace) files(c *console, o opened, files []string, take func(io.Reader) (bulk.Result, error)) error {
	var all bulk.Result
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return errs.Of(errs.Rule, err, "The file "+name+" cannot be read.")
		}
		res, err := take(f)
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		if len(files) > 1 {
			for i := range res.Rejected {
				res.Rejected[i].File = filepath.Base(name)
			}
		}
		all.Read, all.Skipped, all.Unlisted = all.Read+res.Read, all.Skipped+res.Skipped, all.Unlisted+res.Unlisted
		all.Tally.Add(res.Tally)
		all.Rejected, all.Warnings = append(all.Rejected, res.Rejected...), append(all.Warnings, res.Warnings...)
	}
	return p.answer(c, all)
}

type importTerms struct {
	importPlace
	File   string `arg:"" type:"existingfile" help:"The file, CSV."`
	School string `help:"The URN of the school whose own dates these are. Without it they are the whole district's."`
}

// Run takes term dates for the district or for one school, and says which school years still have none.
func (i importTerms) Run(c *console) (err error) {
	o, err := i.open(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	f, err := os.Open(i.File)
	if err != nil {
		return errs.Of(errs.Rule, err, "The file "+i.File+" cannot be read.")
	}
	defer f.Close()
	v, org := access.System(o.district, "kith import"), ""
	if i.School != "" {
		if err := o.app.DB.Read(c.ctx, v, func(ctx context.Context, tx *store.Tx) error {
			school, err := (directory.Store{}).SchoolByURN(ctx, tx, i.School)
			org = school.ID
			return err
		}); err != nil {
			return err
		}
	}
	took, err := o.app.Terms.Take(c.ctx, v, org, f, i.DryRun)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(i.File), err)
	}
	return i.answer(c, took.Result)
}

type importRoll struct {
	importPlace
	File           string `arg:"" type:"existingfile" help:"The file."`
	School         string `required:"" help:"The school's URN."`
	Format         string `enum:"auto,csv,oneroster,ctf" default:"auto" help:"The file's format; auto looks at its content."`
	Preset         string `help:"The name under which the school has kept the columns of its files."`
	ConfirmLeavers bool   `help:"Go on although the file would take more than a tenth of the roll away. They are proposed as leavers, not removed."`
}

// Run compares a roll, takes what needs nobody's decision and leaves the rest to the school's administrators.
func (i importRoll) Run(c *console) (err error) {
	o, err := i.open(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	body, err := os.ReadFile(i.File)
	if err != nil {
		return errs.Of(errs.Rule, err, "The file "+i.File+" cannot be read.")
	}
	var school directory.Listed
	src := people.Source{Format: i.Format, Body: body}
	if src.Format == "auto" {
		src.Format = people.FormatOf(body)
	}
	err = o.app.DB.Read(c.ctx, access.System(o.district, "kith import"), func(ctx context.Context, tx *store.Tx) (err error) {
		if school, err = (directory.Store{}).SchoolByURN(ctx, tx, i.School); err != nil {
			return err
		}
		src.Schools = school.Numbers()
		if src.Format == people.FormatCSV {
			src.Mapping, err = people.Store{}.MappingFor(ctx, tx, school.ID, i.Preset, body)
		}
		return err
	})
	if err != nil {
		return err
	}
	rolls := people.NewRolls(people.RollDeps{DB: o.app.DB, Queue: jobs.New(o.app.DB, logTo(c.err)), Schools: directory.Store{}})
	res, waiting, err := rolls.ImportRoll(c.ctx, o.district, school.ID, src,
		people.RollOptions{DryRun: i.DryRun, Alone: o.alone, Confirmed: i.ConfirmLeavers, Name: filepath.Base(i.File), Progress: c.progress(i.JSON)})
	if err != nil {
		return err
	}
	if waiting > 0 && !i.DryRun {
		fmt.Fprintf(c.err, "%s for a decision at /admin/roll\n", text.Plural(waiting, "row waits", "rows wait"))
	} else if waiting > 0 {
		fmt.Fprintf(c.err, "%s need a decision\n", text.Plural(waiting, "row would", "rows would"))
	}
	return i.answer(c, res)
}

// answer prints what an import did, and gives its exit status.
func (p importPlace) answer(c *console, r bulk.Result) error {
	if p.JSON {
		type rejection struct {
			Row    int    `json:"row"`
			Field  string `json:"field"`
			Reason string `json:"reason"`
		}
		out := struct {
			Read int `json:"read"`
			bulk.Tally
			Rejected []rejection `json:"rejected"`
		}{r.Read, r.Tally, []rejection{}}
		for _, x := range r.Rejected {
			out.Rejected = append(out.Rejected, rejection{x.Row, strings.TrimSpace(x.File + " " + x.Field), x.Reason})
		}
		if err := json.NewEncoder(c.out).Encode(out); err != nil {
			return err
		}
	} else {
		if p.DryRun {
			fmt.Fprintln(c.out, "nothing was written; this is what would be")
		}
		fmt.Fprintf(c.out, "read %d, created %d, updated %d, unchanged %d, rejected %d\n", r.Read, r.Created, r.Updated, r.Unchanged, len(r.Rejected))
		for _, x := range r.Rejected {
			fmt.Fprintf(c.out, "row %d, %s: %s\n", x.Row, strings.TrimSpace(x.File+" "+x.Field), x.Reason)
		}
		for _, x := range r.Warnings {
			fmt.Fprintf(c.err, "taken, but look at row %d, %s: %s\n", x.Row, strings.TrimSpace(x.File+" "+x.Field), x.Reason)
		}
		if r.Unlisted > 0 {
			fmt.Fprintf(c.err, "%d more are not listed\n", r.Unlisted)
		}
	}
	switch {
	case len(r.Rejected) == 0:
		return nil
	case r.Created+r.Updated+r.Unchanged == 0:
		return status(exitFailed)
	}
	return status(exitRejected)
}

// progress says on a terminal how far an import is; to a script it says nothing.
func (c *console) progress(quiet bool) func(int) {
	f, ok := c.err.(*os.File)
	if !ok || quiet {
		return nil
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return func(done int) { fmt.Fprintf(c.err, "\r%d rows\r", done) }
}
