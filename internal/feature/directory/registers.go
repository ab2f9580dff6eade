package directory

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/bulk"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// maxRegister is the largest file of a register, in bytes: that of all England has about 60 MB.
const maxRegister = 128 << 20

// States of a file of a register.
const (
	fileSending = "sending" // or cut short
	fileTaking  = "taking"
	fileTaken   = "taken"
	fileRefused = "refused"
)

// kinds are the registers that can be taken, in the order in which they are offered.
var kinds = []struct {
	Value, Text, Hint string
	take              func(Store, context.Context, *store.DB, access.Viewer, io.Reader, Options) (bulk.Result, error)
}{
	{"establishments", "Schools", "Establishment fields from Get Information About Schools, of any year", Store.ImportEstablishments},
	{"groups", "Trusts and federations", "All group records from the same place", Store.ImportGroups},
	{"links", "Links between schools", "Establishment links: which school took another’s place", Store.ImportLinks},
	{"postcodes", "Postcodes", "National Statistics Postcode Lookup or OS Code-Point Open", Store.ImportPostcodes},
	{"areas", "Wards and other areas", "Boundaries as GeoJSON or TopoJSON", Store.ImportAreas},
}

// Registers is the import of public registers by the administrators of the district.
type Registers struct {
	DB    *store.DB
	Queue *jobs.Queue
	store Store
}

// NewRegisters returns the import and says how its job is done.
func NewRegisters(db *store.DB, queue *jobs.Queue) *Registers {
	f := &Registers{DB: db, Queue: queue}
	jobs.Handle(queue, f.take)
	return f
}

// Routes are the pages. A register is everybody's, so they are for administrators of more than a school: of the authority, the
// partnership or a trust. To a school's administrator they are not there.
func (f *Registers) Routes() []web.Route {
	return []web.Route{
		web.Get("/admin/register", access.Administer, f.index),
		web.Upload("/admin/register", access.Administer, maxRegister, f.upload),
		web.Get("/admin/register/{id}", access.Administer, f.show),
		web.Get("/admin/register/{id}/progress", access.Administer, f.progress),
	}
}

// registerFile is one file of a register.
type registerFile struct {
	ID, Account, Kind, Name, State           string
	Taken, Read, Created, Updated, Unchanged int64
	Rejected                                 int64
	Problem                                  string
	MadeAt, EndedAt                          clock.Millis
}

const fileColumns = `i.id, i.account_id, i.kind, i.name, i.state, i.taken, i.read, i.created, i.updated, i.unchanged, i.rejected, i.problem, i.made_at, i.ended_at`

func (r *registerFile) Dest() []any {
	return []any{&r.ID, &r.Account, &r.Kind, &r.Name, &r.State, &r.Taken, &r.Read, &r.Created, &r.Updated, &r.Unchanged, &r.Rejected, &r.Problem, (*int64)(&r.MadeAt), (*int64)(&r.EndedAt)}
}

type rejectionRow struct {
	N, Line       int64
	Field, Reason string
}

func (r *rejectionRow) Dest() []any { return []any{&r.N, &r.Line, &r.Field, &r.Reason} }

// keeper refuses whoever administers schools only.
func (f *Registers) keeper(ctx context.Context, tx *store.Tx) error {
	names, err := f.store.Names(ctx, tx, tx.Viewer.Roles[access.Admin]...)
	if err != nil {
		return err
	}
	for _, o := range names {
		if slices.Contains([]string{Authority, Partnership, Trust, Collaboration}, o.Kind) {
			return nil
		}
	}
	return errs.Missing()
}

func (f *Registers) page(title string, crumb *ui.Link) web.Page {
	return web.Page{Title: title, Class: "p-register", At: "/admin/register", Crumb: crumb}
}

func (f *Registers) index(w http.ResponseWriter, r *http.Request) error {
	return f.shown(w, r, newRegisterForm())
}

// registerForm sends a file, and says what it holds. The file is taken as it arrives.
type registerForm struct {
	forms.Form
	Holds *forms.Choice
	File  *forms.File
}

func newRegisterForm() *registerForm {
	var holds []forms.Option
	for _, k := range kinds {
		holds = append(holds, forms.Option{Value: k.Value, Text: k.Text, Hint: k.Hint})
	}
	f := &registerForm{Holds: forms.NewChoice("kind", "What the file holds", holds...).Required(errs.Sentence(errNoKind)),
		File: forms.NewFile("file", "File").Hint("As it is published, up to 128 MB. It is taken in the background.")}
	f.Fields(f.Holds, f.File)
	return f
}

// shown shows the form and the files sent before.
func (f *Registers) shown(w http.ResponseWriter, r *http.Request, form *registerForm) error {
	var files []registerFile
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		if err := f.keeper(ctx, tx); err != nil {
			return err
		}
		files, err = store.All[registerFile](ctx, tx, store.SQL(`SELECT `+fileColumns+` FROM directory_import i WHERE i.district_id = ? ORDER BY i.made_at DESC, i.id DESC LIMIT 20`, tx.Viewer.District))
		return err
	})
	if err != nil {
		return err
	}
	p := f.page("Registers", nil)
	p.Body = registersPage(web.NewID(r), files, form)
	if form.Wrong() {
		return web.Invalid(w, r, p)
	}
	return web.Show(w, r, p)
}

func (f *Registers) upload(w http.ResponseWriter, r *http.Request) error {
	v := web.Viewer(r)
	if err := f.DB.Read(r.Context(), v, f.keeper); err != nil {
		return err
	}
	chore := access.System(v.District, "register import")
	var file registerFile
	again := false
	form, err := bulk.Receive(r, func(before url.Values, name string, body io.Reader) error {
		file = registerFile{ID: before.Get("id"), Kind: before.Get("kind"), Name: text.FirstWords(name, 120)}
		if !id.Valid(file.ID) {
			return errs.Missing()
		}
		if kindOf(file.Kind) < 0 {
			return errNoKind
		}
		err := f.DB.Write(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.Put(ctx, store.SQL(`INSERT INTO directory_import (id, district_id, account_id, kind, name, state, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				file.ID, v.District, v.Account, file.Kind, file.Name, fileSending, int64(tx.Now))); err != nil {
				return err
			}
			return audit.Record(ctx, tx, "register.uploaded", ref.To("register", file.ID))
		})
		if store.IsDuplicate(err) {
			again = true
			return nil
		}
		if err != nil {
			return err
		}
		_, err = bulk.Keep(r.Context(), f.DB, chore, file.ID, body)
		return err
	})
	switch {
	case errors.Is(err, errNoKind):
		back := newRegisterForm()
		back.Fill(form)
		back.File.Problem = "Choose the file again"
		return f.shown(w, r, back)
	case errors.Is(err, bulk.ErrNoFile):
		back := newRegisterForm()
		back.Fill(form)
		back.File.Refuse(err)
		return f.shown(w, r, back)
	case err != nil:
		return err
	}
	if !again {
		err = f.DB.Write(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.Put(ctx, store.SQL(`UPDATE directory_import SET state = ? WHERE id = ? AND district_id = ?`, fileTaking, file.ID, v.District)); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, "register.sent", ref.To("register", file.ID)); err != nil {
				return err
			}
			return jobs.Add(ctx, tx, takeRegister{file.ID})
		})
		if err != nil {
			return err
		}
	}
	return web.Redirect(w, r, "/admin/register/"+file.ID, "")
}

var errNoKind = errs.Refuse("Say what the file holds")

func kindOf(value string) int {
	for i, k := range kinds {
		if k.Value == value {
			return i
		}
	}
	return -1
}

type takeRegister struct{ File string }

func (takeRegister) Kind() string { return "directory.register" }

// progressEvery is after how many rows the page is told how far the work is.
const progressEvery = 1000

// take takes a file. Killed and run again it starts from the top: rows that are taken already read as unchanged.
func (f *Registers) take(ctx context.Context, v access.Viewer, a takeRegister) error {
	var file registerFile
	err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		file, err = store.One[registerFile](ctx, tx, store.SQL(`SELECT `+fileColumns+` FROM directory_import i WHERE i.id = ? AND i.district_id = ?`, a.File, v.District))
		return err
	})
	if err != nil {
		return err
	}
	set := func(fn func(context.Context, *store.Tx) error) error { return f.DB.Write(ctx, v, fn) }
	if file.State == fileTaking {
		shown, fault := 0, error(nil)
		res, err := kinds[kindOf(file.Kind)].take(f.store, ctx, f.DB, v, bulk.Kept(ctx, f.DB, v, file.ID), Options{Progress: func(done int) {
			if done-shown >= progressEvery && fault == nil {
				shown = done
				fault = set(func(ctx context.Context, tx *store.Tx) error {
					return tx.Put(ctx, store.SQL(`UPDATE directory_import SET taken = ? WHERE id = ?`, done, file.ID))
				})
			}
		}})
		if fault != nil {
			return fault
		}
		state, problem := fileTaken, ""
		if errs.Is(err, errs.Rule) {
			state, problem = fileRefused, errs.Sentence(err)
		} else if err != nil {
			return err
		}
		if err := set(func(ctx context.Context, tx *store.Tx) error {
			if err := putRejections(ctx, tx, file.ID, res); err != nil {
				return err
			}
			return tx.Put(ctx, store.SQL(`UPDATE directory_import SET state = ?, problem = ?, read = ?, created = ?, updated = ?, unchanged = ?, rejected = ?, ended_at = ? WHERE id = ?`,
				state, problem, res.Read, res.Created, res.Updated, res.Unchanged, len(res.Rejected), int64(tx.Now), file.ID))
		}); err != nil {
			return err
		}
	}
	return set(func(ctx context.Context, tx *store.Tx) error { return bulk.Forget(ctx, tx, file.ID) })
}

// listed is how many rejected rows of a file are kept to be read.
const listed = 2000

func putRejections(ctx context.Context, tx *store.Tx, id string, res bulk.Result) error {
	var values []any
	for n, x := range res.Rejected[:min(len(res.Rejected), listed)] {
		values = append(values, id, n+1, tx.Viewer.District, x.Row, x.Field, x.Reason)
	}
	return bulk.Insert(ctx, tx, `INSERT INTO directory_import_rejection (import_id, n, district_id, line, field, reason) VALUES`, 6, values, "ON CONFLICT DO NOTHING")
}

func (f *Registers) load(r *http.Request) (file registerFile, rows store.Page[rejectionRow], err error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return file, rows, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		if err := f.keeper(ctx, tx); err != nil {
			return err
		}
		if file, err = store.One[registerFile](ctx, tx, store.SQL(`SELECT `+fileColumns+` FROM directory_import i WHERE i.id = ? AND i.district_id = ?`, id, tx.Viewer.District)); err != nil {
			return err
		}
		rows, err = store.PageOf(ctx, tx, store.SQL(`SELECT n, line, field, reason FROM directory_import_rejection WHERE import_id = ? AND district_id = ?`, id, tx.Viewer.District),
			store.By[rejectionRow]{Columns: []string{"n"}, Of: func(x rejectionRow) []any { return []any{x.N} }}, r.URL.Query().Get("at"))
		return err
	})
	return file, rows, err
}

func (f *Registers) show(w http.ResponseWriter, r *http.Request) error {
	file, rows, err := f.load(r)
	if err != nil {
		return err
	}
	p := f.page("A register", &ui.Link{Text: "Registers", Href: "/admin/register"})
	p.Body = registerPage(file, rows)
	return web.Show(w, r, p)
}

func (f *Registers) progress(w http.ResponseWriter, r *http.Request) error {
	file, _, err := f.load(r)
	if err != nil {
		return err
	}
	if file.State != fileTaking && web.Partial(r) {
		w.Header().Set("HX-Redirect", "/admin/register/"+file.ID)
	}
	return web.Fragment(w, r, takingPart(file))
}
