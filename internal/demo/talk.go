package demo

import (
	"context"
	"time"

	"kith/internal/feature/concerns"
	"kith/internal/feature/talk"
)

// asks are the school's box, which has hung in the corridor since September, a pupil who asked before school today, and one of
// last week whom Tom Hartley has found.
func (m *maker) asks(ctx context.Context, now time.Time) error {
	m.at(m.today, 80, 9, 0)
	lead, tom := m.as("amina.sesay"), m.as("tom.hartley")
	code, err := m.parts.Talk.NewBox(ctx, lead, m.schools[0], m.id())
	if err != nil {
		return err
	}
	m.at(m.today, 3, 12, 40)
	id := m.id()
	if _, err := m.parts.Talk.Ask(ctx, m.district, "school", talk.Message{ID: id, Code: code, Name: "Kestrel girl", Class: "6 Kestrel", To: "Mr Hartley", Find: "by the library at break", Safe: "yes"}); err != nil {
		return err
	}
	m.clock.Set(now.Add(-6 * time.Minute))
	if err := m.parts.Concerns.Take(ctx, tom, concerns.ID(id)); err != nil {
		return err
	}
	if err := m.parts.Talk.AnswerPupil(ctx, tom, id, "Come to me at break"); err != nil {
		return err
	}
	m.clock.Set(now.Add(-31 * time.Minute))
	_, err = m.parts.Talk.Ask(ctx, m.district, "school", talk.Message{ID: m.id(), Code: code, Class: "5 Heron", To: "Miss Ito", Find: "please fetch me from class but do not say why", Words: "It is about somebody in my class who sends me things."})
	return err
}
