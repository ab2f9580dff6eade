package document

// group is a block, or a run of entries or slots that follow each other and so make one list.
type group struct {
	block   Block
	entries []Entry
	slots   []Slot
}

func grouped(blocks []Block) []group {
	var out []group
	for _, b := range blocks {
		if s, is := b.(Slot); is {
			if n := len(out); n > 0 && out[n-1].slots != nil {
				out[n-1].slots = append(out[n-1].slots, s)
			} else {
				out = append(out, group{slots: []Slot{s}})
			}
			continue
		}
		e, ok := b.(Entry)
		switch n := len(out); {
		case !ok:
			out = append(out, group{block: b})
		case n > 0 && out[n-1].entries != nil:
			out[n-1].entries = append(out[n-1].entries, e)
		default:
			out = append(out, group{entries: []Entry{e}})
		}
	}
	return out
}
