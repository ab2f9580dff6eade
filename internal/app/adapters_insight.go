package app

import (
	"context"

	"kith/internal/feature/concerns"
	"kith/internal/feature/insight"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
)

// standingConcerns tells insight of rotas, and how many concerns wait where.
type standingConcerns struct {
	*concerns.Feature
	store concerns.Store
}

func (c standingConcerns) Cover(ctx context.Context, tx *store.Tx, cals term.Calendars, schools []string, from, to clock.Day) (map[string]insight.Cover, error) {
	rotas, err := c.store.Rotas(ctx, tx, schools, from, to)
	out := map[string]insight.Cover{}
	for _, s := range schools {
		out[s] = insight.Cover{
			Duties: mapped(rotas[s], func(d concerns.Duty) insight.Stretch {
				return insight.Stretch{Day: d.Day, From: d.From, Until: d.Until, Name: d.Name, Place: d.Place, Phone: d.Phone}
			}),
			Gaps: mapped(concerns.Gaps(cals.Of(s), rotas[s], from, to), func(g concerns.Gap) insight.Stretch {
				return insight.Stretch{Day: g.Day, From: g.From, Until: g.Until}
			}),
		}
	}
	return out, err
}

func (c standingConcerns) Standing(ctx context.Context, tx *store.Tx, cals term.Calendars, schools []string, before clock.Millis) (map[string]insight.Standing, error) {
	all, err := c.Feature.Standing(ctx, tx, cals, schools, before)
	out := map[string]insight.Standing{}
	for org, s := range all {
		out[org] = insight.Standing{Unread: s.Unread, Late: s.Late, Owed: s.Owed, Silent: s.Silent, Follow: s.Follow}
	}
	return out, err
}
