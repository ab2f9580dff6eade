package app

import (
	"strings"

	"kith/internal/feature/auditing"
	"kith/internal/feature/directory"
	"kith/internal/kernel/access"
	"kith/internal/kernel/text"
	"kith/internal/platform/search"
)

// copies looks whether the checkpoints leave the machine, in every district.
func (k *checker) copies() {
	districts, err := directory.Store{}.Districts(k.c.ctx, k.db)
	if err != nil {
		k.fault("copies", err)
		return
	}
	f := auditing.Feature{Deps: auditing.Deps{DB: k.db}}
	var late, none []string
	kept := 0
	for _, d := range districts {
		overdue, all, err := f.Late(k.c.ctx, access.System(d.ID, "kith check"))
		if err != nil {
			k.fault("copies", err)
			return
		}
		late, kept = append(late, overdue...), kept+all
		if all == 0 {
			none = append(none, d.Name)
		}
	}
	switch {
	case len(late) > 0:
		k.say("copies", red, "No checkpoint of the audit log was sent for more than 26 hours to: %s. Look whether mail goes out, and for \"chore failed\" in the server's log.", strings.Join(late, "; "))
	case len(none) > 0:
		k.say("copies", attention, "nobody keeps the checkpoints of %s. An auditor adds who is mailed them, on the page of the audit log.", text.Join(none))
	default:
		k.say("copies", well, "each day's checkpoint of the audit log goes to %s", text.Plural(kept, "address", "addresses"))
	}
}

// search looks whether the index is whole.
func (k *checker) search() {
	unfinished, err := search.Unfinished(k.c.ctx, k.db)
	switch {
	case err != nil:
		k.fault("search", err)
	case unfinished:
		k.say("search", attention, "it was being made afresh and is not whole. Run kith reindex: it goes on where it stopped.")
	default:
		k.say("search", well, "the index is whole, as far as it was ever made afresh")
	}
}
