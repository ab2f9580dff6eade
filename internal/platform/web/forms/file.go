package forms

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"kith/internal/kernel/errs"
	"kith/internal/platform/ui"
)

// File is a file that is sent with a form. What is wrong with it stands at its field: that none was chosen, and what whoever read it found. The
// file is no value of the form, so it is lost with a page that goes back, and has to be chosen again.
//
// A page that takes a small file declares the field and reads Body after Parse. One that takes a large file as it arrives (package bulk) does not
// parse: for it the field is what the page shows, and where Refuse puts the words.
type File struct {
	base
	accept string
	Body   []byte // of what was sent; nil for none
}

// NewFile makes a file field.
func NewFile(name, label string) *File { return &File{base: base{Name: name, Label: label}} }

// Required says the words for when no file was chosen.
func (f *File) Required(words string) *File { f.required = words; return f }

// Hint adds a line below the label.
func (f *File) Hint(words string) *File { f.HintText = words; return f }

// Accept says which files the browser offers: ".csv,.xlsx". Whoever reads the file finds out what it is.
func (f *File) Accept(types string) *File { f.accept = types; return f }

// Read does nothing: a file is not among the values of a form.
func (*File) Read(url.Values) {}

// receive takes the file out of a form that was parsed.
func (f *File) receive(r *http.Request) {
	f.Body = nil
	sent, _, err := r.FormFile(f.Name)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		f.Problem = f.required
		return
	}
	if err == nil {
		f.Body, err = io.ReadAll(sent)
		_ = sent.Close() // only read
	}
	if err != nil {
		f.Problem = "The file could not be read. Choose it again"
	}
}

// tooLarge says how much may be sent, where that was the fault.
func tooLarge(err error) string {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fmt.Sprintf("All together may have %d MB.", large.Limit>>20)
	}
	return "Send it again."
}

// Refuse says at the field what is wrong with the file.
func (f *File) Refuse(err error) { f.Problem = errs.Sentence(err) }

// Upload is the field on a page.
func (f *File) Upload() ui.FileUpload {
	return ui.FileUpload{ID: f.Name, Name: f.Name, Label: ui.Label{Text: f.Label}, Hint: ui.Hint{Text: f.HintText}, ErrorMessage: ui.ErrorMessage{Text: f.Problem}, Accept: f.accept}
}

// FileForm is a form that is one file, under the name "file".
type FileForm struct {
	Form
	File *File
}

// NewFileForm makes a form of one file. required are the words for when none was chosen.
func NewFileForm(label, accept, required string) *FileForm {
	f := &FileForm{File: NewFile("file", label).Accept(accept).Required(required)}
	f.Fields(f.File)
	return f
}
