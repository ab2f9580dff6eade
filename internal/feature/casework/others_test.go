package casework_test

import (
	"context"
	"slices"
	"strconv"

	"kith/internal/feature/casework"
	"kith/internal/kernel/access"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

type adults struct{ t *town }

func (a adults) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Person, error) {
	out := map[string]ref.Person{}
	for _, id := range ids {
		if n := a.t.names[id]; n != "" {
			out[id] = ref.Person{ID: id, Name: n, Title: "Post of " + id}
		}
	}
	return out, nil
}

func (a adults) Viewers(_ context.Context, tx *store.Tx, org string) (out []access.Viewer, err error) {
	for _, v := range a.t.people {
		if v.HoldsAt(access.Member, org) {
			v.Now = tx.Now
			out = append(out, v)
		}
	}
	return out, nil
}

func (a adults) ViewersOf(_ context.Context, tx *store.Tx, accounts ...string) (out []access.Viewer, err error) {
	for _, account := range accounts {
		if v, ok := a.t.people[account]; ok {
			v.Now = tx.Now
			out = append(out, v)
		}
	}
	return out, nil
}

func (a adults) Heads(_ context.Context, _ *store.Tx, org string) (out []ref.Person, err error) {
	for id, v := range a.t.people {
		if v.HoldsAt(access.Head, org) {
			out = append(out, ref.Person{ID: id})
		}
	}
	return out, nil
}

func (a adults) Email(_ context.Context, _ *store.Tx, account string) (string, error) {
	return account + "@school.example", nil
}

type schools struct{}

func (schools) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	for _, id := range ids {
		out[id] = ref.Organisation{ID: id, Name: "School of " + id}
	}
	return out, nil
}

// teller speaks for concerns: an account behind each entry, and a number for each record.
type teller struct{ t *town }

func (teller) Link(kind, head string) string {
	if kind == access.Concern {
		return "/concerns/" + head
	}
	return ""
}

func (teller) Numbers(ctx context.Context, tx *store.Tx, records ...string) (out []casework.Numbered, err error) {
	for i, id := range records {
		r, err := tx.Record(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, casework.Numbered{Number: "C-" + strconv.Itoa(i+1), Href: "/concerns/" + r.Parent})
	}
	return out, nil
}

func (x teller) Full(ctx context.Context, tx *store.Tx, records ...string) (map[string][]casework.Words, error) {
	out := map[string][]casework.Words{}
	for _, id := range records {
		if _, err := tx.Record(ctx, id); err != nil {
			return nil, err
		}
		if w, ok := x.t.tells[id]; ok {
			out[id] = slices.Clone(w)
			continue
		}
		out[id] = []casework.Words{{By: "Ellen Booth", What: "Account", At: tx.Now, Text: "The whole account of " + id + "."}, {By: "Tom Hartley", What: "Further account", At: tx.Now, Text: "A further account."}}
	}
	return out, nil
}

func (x teller) People(ctx context.Context, tx *store.Tx, heads ...string) (out []casework.Named, err error) {
	for _, id := range heads {
		if _, err := tx.Record(ctx, id); err != nil {
			return nil, err
		}
		out = append(out, x.t.named[id]...)
	}
	return out, nil
}
