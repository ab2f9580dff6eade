package files

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"kith/internal/kernel/errs"
	"kith/internal/platform/files/sniff"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// The names of the form's parts.
const (
	partNew  = "files" // what is sent now
	partKept = "file"  // the id of a file that is pending already
)

// Upload is the control for files with what was added by it so far, and a field of forms.Form. Render it inside a form that has
// Form's attributes. A draft that is taken up again gets its Files from Pending.
type Upload struct {
	Label    string   // "" is "Files"
	Hint     string   // "" says what is taken
	Files    []File   // pending, each kept by a tick that can be taken away
	Problems []string // a sentence for each file that was not taken
}

// IDs are the ids to be claimed.
func (u Upload) IDs() []string {
	var out []string
	for _, f := range u.Files {
		out = append(out, f.ID)
	}
	return out
}

// Read makes Upload a field of forms.Form. It takes nothing: FromForm has read the files, and found what is wrong with them.
func (u *Upload) Read(url.Values) {}

// Wrong says what was not taken.
func (u *Upload) Wrong() (anchor, words string) { return partNew, strings.Join(u.Problems, " ") }

// Form is the attributes of a form with an Upload in it. What is kept as a draft are the ids, never the files themselves.
func Form() templ.Attributes {
	return templ.Attributes{"enctype": "multipart/form-data", "data-hx-encoding": "application/x-www-form-urlencoded"}
}

// FromForm receives the files of a form and finds those that were added to it before; problems are said in u, and what was
// taken is kept all the same. Call it before the form is parsed: the files go from the connection into the store one after
// another, where parsing would lay them unsealed on the disk. The form's other values are then there to be parsed.
func (s Store) FromForm(r *http.Request, u *Upload) error {
	u.Files, u.Problems = nil, nil
	if r.MultipartForm != nil {
		return errs.New(errs.Internal, "files: FromForm comes before the form is parsed")
	}
	values, received, err := s.stream(r, u)
	if err != nil {
		return err
	}
	ids := append([]string{}, values[partKept]...)
	for _, f := range received {
		ids = append(ids, f.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	lost := false
	err = s.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		u.Files, lost, err = s.of(ctx, tx, ids)
		return err
	})
	if lost {
		u.Problems = append(u.Problems, gone)
	}
	return err
}

// stream reads the form part by part. One file is in memory at a time, and none on the disk.
func (s Store) stream(r *http.Request, u *Upload) (url.Values, []File, error) {
	parts, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		r.MultipartForm = nil // or the parsing after us would be refused
		err = r.ParseForm()
		return r.PostForm, nil, unreadable(err)
	}
	if err != nil {
		return nil, nil, unreadable(err)
	}
	values, room := url.Values{}, int64(textLimit)
	var out []File
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		switch {
		case err != nil:
			err = unreadable(err)
		case p.FormName() == partNew && p.FileName() != "":
			var f File
			f, err = s.Receive(r.Context(), web.Viewer(r), p.FileName(), p)
			if err == nil {
				out = append(out, f)
			} else if errs.Is(err, errs.Rule) {
				u.Problems = append(u.Problems, sniff.FileName(p.FileName())+": "+errs.Sentence(err))
				err = nil
			}
		default:
			err = value(values, p, &room)
		}
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) { // what stands above the files on the page has come in, and so is not lost
			u.Problems = append(u.Problems, "Together these files are too large for one sending. What is listed was added; add the others by themselves.")
			break
		}
		if err != nil {
			return nil, nil, err
		}
	}
	r.MultipartForm = &multipart.Form{Value: values}
	r.Form, r.PostForm = values, values
	return values, out, nil
}

// value reads a part that is no file of ours. A file under another name is passed over.
func value(values url.Values, p *multipart.Part, room *int64) error {
	if p.FormName() == "" || p.FileName() != "" {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(p, *room+1))
	if err != nil {
		return unreadable(err)
	}
	if *room -= int64(len(b) + len(p.FormName())); *room < 0 {
		return errs.New(errs.Invalid, "What you wrote is longer than this form takes")
	}
	if p.FormName() != partNew { // the empty part that browsers send when no file is chosen
		values.Add(p.FormName(), string(b))
	}
	return nil
}

// kept is the ticks of the pending files.
func (u Upload) kept() ui.Checkboxes {
	c := ui.Checkboxes{Name: partKept, IDPrefix: "file-kept", Values: u.IDs(), Small: true,
		Fieldset: ui.Fieldset{Legend: ui.Legend{Text: "Added so far. Take the tick away to leave a file out."}}}
	for _, f := range u.Files {
		c.Items = append(c.Items, ui.Choice{Value: f.ID, Text: f.Name, Hint: ui.Hint{Text: f.Facts()}})
	}
	return c
}

// control is the browser's own control, emptied. With scripts it sends the files as soon as they are chosen.
func (u Upload) control() ui.FileUpload {
	return ui.FileUpload{ID: partNew, Name: partNew, Multiple: true, Accept: sniff.Accept(), DescribedBy: "files-hint",
		ErrorMessage: ui.ErrorMessage{Text: strings.Join(u.Problems, " ")},
		Attributes: templ.Attributes{"data-hx-post": "/files", "data-hx-trigger": "change", "data-hx-target": "#files-added", "data-hx-swap": "innerHTML",
			"data-hx-encoding": "multipart/form-data"}}
}
