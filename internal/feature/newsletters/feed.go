package newsletters

import (
	"context"
	"encoding/xml"
	"net/http"
	"strings"
	"time"

	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// atomFeed is the feed of the newsletter (RFC 4287).
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string   `xml:"id"`
	Title     string   `xml:"title"`
	Updated   string   `xml:"updated"`
	Published string   `xml:"published"`
	Link      atomLink `xml:"link"`
	Content   struct {
		Type string `xml:"type,attr"`
		HTML string `xml:",chardata"`
	} `xml:"content"`
}

func (f *Feature) feed(w http.ResponseWriter, r *http.Request) error {
	var issues []Issue
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		listed, _, err := f.store.listed(ctx, tx, "")
		issues = nil
		for _, i := range listed {
			whole, err := f.store.onTheWeb(ctx, tx, i.ID)
			if err != nil {
				return err
			}
			issues = append(issues, whole)
		}
		return err
	}); err != nil {
		return err
	}
	self := web.PublicURL(r, "/newsletters/atom.xml")
	a := atomFeed{ID: self, Title: "Newsletter, " + f.Publisher, Author: f.Publisher, Updated: atomTime(0),
		Links: []atomLink{{"self", "application/atom+xml", self}, {"alternate", "text/html", web.PublicURL(r, "/newsletters")}}}
	for _, i := range issues {
		e := atomEntry{ID: "urn:uuid:" + string(i.ID), Title: i.Title, Updated: atomTime(i.SentAt), Published: atomTime(i.SentAt),
			Link: atomLink{"alternate", "text/html", web.PublicURL(r, publicPath(i.ID))}}
		var b strings.Builder
		if err := letterWords(f.letterView(i, Delivery{}, "", i.SentAt)).Render(r.Context(), &b); err != nil {
			return err
		}
		e.Content.Type, e.Content.HTML = "html", b.String()
		a.Entries = append(a.Entries, e)
	}
	if len(issues) > 0 {
		a.Updated = atomTime(issues[0].SentAt)
	}
	body, err := xml.MarshalIndent(a, "", " ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	_, err = w.Write(append([]byte(xml.Header), body...))
	return err
}

func atomTime(t clock.Millis) string { return t.Time().Format(time.RFC3339) }
