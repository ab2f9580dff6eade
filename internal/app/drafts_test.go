package app

import (
	"encoding/json"
	"testing"

	"kith/internal/feature/adults"
)

// SEC-14, CON-15: what a page says it keeps as one types is kept, there when the page is opened again, one's own alone, and gone with
// what is sent. A decision and a judgement carry the record's id in the name of their draft.
func TestWhatIsBegunIsThereAgain(t *testing.T) {
	w := newWorld(t)
	concern := "/concerns/" + w.urgent(t)
	adult := "/adults/" + w.worry(t, "reporter", adults.Draft{Name: "Dora Penn", Works: adults.Volunteer, Place: "Library", Words: "She shouted."})
	w.as(t, "dsl").Get(concern).Form("form[action$='/take']").Submit()
	for _, x := range []struct{ who, at, form, other string }{
		{"dsl", concern, "form[action$='/decision']", "deputy-dsl"},
		{"headteacher", adult, "form[action$='/judgement']", ""},
	} {
		page := w.as(t, x.who).Get(x.at).Status(200).Has(x.form, "Kept as you type, yours alone")
		tag := page.Doc().Find(x.form)
		var name struct{ Form string }
		if err := json.Unmarshal([]byte(tag.AttrOr("data-hx-vals", "")), &name); err != nil {
			t.Fatalf("%s names no draft: %v", x.at, err)
		}
		form := page.Form(x.form).Set("reasons", "zqbegun: I was called away")
		kept := form.Values
		kept.Set("form", name.Form)
		w.as(t, x.who).Post(tag.AttrOr("data-hx-post", ""), kept).Status(200).Has("*", "Draft kept")

		again := w.as(t, x.who).Get(x.at).Status(200).Has(x.form, "zqbegun: I was called away", "Draft kept")
		if id := again.Form(x.form).Values.Get("id"); id != form.Values.Get("id") {
			t.Errorf("%s: the draft would stay behind: %s, not %s", x.at, id, form.Values.Get("id"))
		}
		if x.other != "" {
			w.as(t, x.other).Get(x.at).Status(200).HasNot("main", "zqbegun")
		}
		again.Form("form#discard").Submit().Status(303)
		w.as(t, x.who).Get(x.at).Status(200).HasNot("main", "zqbegun")
	}
}
