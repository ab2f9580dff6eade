package picture_test

import (
	"strings"
	"testing"

	"kith/internal/platform/picture"
)

func TestSeatsSayAndDrawWhoHasOne(t *testing.T) {
	p := picture.Seats{Kinds: make([]picture.SeatKind, 24), You: 7}
	for i := range p.Kinds {
		switch {
		case i < 5:
			p.Kinds[i] = picture.SeatChosen
		case i < 8:
			p.Kinds[i] = picture.SeatTime
		default:
			p.Kinds[i] = picture.SeatFree
		}
	}
	if want := "24 places: 5 by priority, 2 by time, your place, 16 free"; p.Label() != want {
		t.Errorf("%q, want %q", p.Label(), want)
	}
	var b strings.Builder
	if err := p.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	s := b.String()
	if strings.Count(s, "<rect") != 48 || strings.Count(s, ">You<") != 2 || strings.Count(s, "stroke-dasharray") != 32 || strings.Count(s, `role="img"`) != 2 {
		t.Errorf("%s", s)
	}
	p.Kinds, p.You = make([]picture.SeatKind, 200), -1
	b.Reset()
	if err := p.Render(t.Context(), &b); err != nil || b.Len() > 0 || p.Drawn() {
		t.Errorf("two hundred seats are drawn: %v", err)
	}
	if want := "200 places: 200 by priority"; p.Label() != want {
		t.Errorf("%q", p.Label())
	}
}
