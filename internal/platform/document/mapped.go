package document

// Mapped returns the document with every text of it put through fn: nothing that a reader sees escapes it, the foot included.
// fn is asked in the order in which the texts are read.
func (d Document) Mapped(fn func(string) string) Document {
	d.Title, d.Subtitle, d.Classification = fn(d.Title), fn(d.Subtitle), fn(d.Classification)
	blocks := make([]Block, len(d.Blocks))
	for i, b := range d.Blocks {
		blocks[i] = mapBlock(b, fn)
	}
	d.Blocks = blocks
	d.MadeBy, d.Purpose = fn(d.MadeBy), fn(d.Purpose)
	if d.Publication != nil {
		d.Publication = &Publication{Lines: each(d.Publication.Lines, fn), Foot: fn(d.Publication.Foot)}
	}
	return d
}

func mapBlock(b Block, fn func(string) string) Block {
	switch b := b.(type) {
	case Heading:
		return Heading{Level: b.Level, Text: fn(b.Text)}
	case Paragraph:
		return Paragraph{Text: fn(b.Text)}
	case Voice:
		return Voice{Text: fn(b.Text), By: fn(b.By)}
	case KeyValues:
		pairs := make([]Pair, len(b.Pairs))
		for i, p := range b.Pairs {
			pairs[i] = Pair{Key: fn(p.Key), Value: fn(p.Value)}
		}
		return KeyValues{Pairs: pairs}
	case Table:
		t := Table{Caption: fn(b.Caption), Head: each(b.Head, fn)}
		for _, r := range b.Rows {
			t.Rows = append(t.Rows, each(r, fn))
		}
		return t
	case List:
		return List{Numbered: b.Numbered, Items: each(b.Items, fn)}
	case Entry:
		return Entry{Time: fn(b.Time), Title: fn(b.Title), Text: fn(b.Text)}
	case Legend:
		l := Legend{}
		for _, m := range b.Marks {
			l.Marks = append(l.Marks, Mark{Shape: m.Shape, Title: fn(m.Title), Text: fn(m.Text)})
		}
		return l
	case Band:
		return Band{Number: fn(b.Number), Title: fn(b.Title), Text: fn(b.Text)}
	case Slot:
		return Slot{From: fn(b.From), Until: fn(b.Until), Shape: b.Shape, Kind: fn(b.Kind), Title: fn(b.Title), By: fn(b.By), Text: fn(b.Text), Where: fn(b.Where), Aside: fn(b.Aside), Off: b.Off}
	}
	return b
}

func each(texts []string, fn func(string) string) []string {
	var out []string
	for _, s := range texts {
		out = append(out, fn(s))
	}
	return out
}
