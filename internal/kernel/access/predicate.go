package access

import (
	"slices"
	"strings"

	"kith/internal/kernel/clock"
)

// Pred is a condition with two readings, which a property test holds equal: eval on a loaded record, sql for a list.
type Pred struct {
	eval func(Viewer, Record) bool
	sql  func(Viewer, *sqlText)
}

// sqlText collects SQL with ? placeholders in the order of its arguments.
type sqlText struct {
	alias string
	text  strings.Builder
	args  []any
}

// add appends the aliased column text and then arg as a placeholder.
func (b *sqlText) add(column string, arg any) {
	b.text.WriteString(b.alias + column + "?")
	b.args = append(b.args, arg)
}

func (b *sqlText) list(values []string) {
	for i, s := range values {
		if i == 0 {
			b.text.WriteString(" IN (?")
		} else {
			b.text.WriteString(",?")
		}
		b.args = append(b.args, s)
	}
	b.text.WriteString(")")
}

// column is a column of access_record that a rule may read.
type column struct {
	name string
	of   func(Record) string
}

var (
	colKind       = column{"kind", func(r Record) string { return r.Kind }}
	colPart       = column{"part", func(r Record) string { return r.Part }}
	colAuthor     = column{"author_id", func(r Record) string { return r.Author }}
	colSubject    = column{"subject_id", func(r Record) string { return r.Subject }}
	colRestricted = column{name: "restricted"}
	colLocked     = column{name: "locked"}
)

const never = "1=0"

// is: the column has one of the values.
func is(c column, values ...string) Pred {
	return Pred{
		func(_ Viewer, r Record) bool { return slices.Contains(values, c.of(r)) },
		func(_ Viewer, b *sqlText) { b.text.WriteString(b.alias + "." + c.name); b.list(values) },
	}
}

// parts: the rule opens these parts only.
func parts(names ...string) Pred { return is(colPart, names...) }

// flag: the column is true.
func flag(c column) Pred {
	return Pred{
		func(_ Viewer, r Record) bool {
			if c.name == colLocked.name {
				return r.Locked
			}
			return r.Restricted
		},
		func(_ Viewer, b *sqlText) { b.add("."+c.name+" = ", true) },
	}
}

// mine: the column names the viewer.
func mine(c column) Pred {
	return Pred{
		func(v Viewer, r Record) bool { return v.Account != "" && c.of(r) == v.Account },
		func(v Viewer, b *sqlText) {
			if v.Account == "" {
				b.text.WriteString(never)
				return
			}
			b.add("."+c.name+" = ", v.Account)
		},
	}
}

// boundOrgs is how many organisations are sent as values; somebody with more is looked up by the database itself.
const boundOrgs = 50

// inOrg: the record belongs to an organisation where the viewer holds the role.
func inOrg(role Role) Pred {
	return Pred{
		func(v Viewer, r Record) bool { return r.Org != "" && slices.Contains(v.Roles[role], r.Org) },
		func(v Viewer, b *sqlText) {
			orgs := v.Roles[role]
			switch {
			case len(orgs) == 0:
				b.text.WriteString(never)
			case len(orgs) <= boundOrgs:
				b.text.WriteString(b.alias + ".org_id")
				b.list(orgs)
			default:
				b.text.WriteString(b.alias + ".org_id IN (SELECT p.org_id FROM account_post p WHERE p.account_id = ?")
				b.args = append(b.args, v.Account)
				if role != Member {
					b.text.WriteString(" AND p.role = ?")
					b.args = append(b.args, string(role))
				}
				b.text.WriteString(" AND p.from_at <= ? AND p.until_at > ?)")
				b.args = append(b.args, int64(v.Now), int64(v.Now))
			}
		},
	}
}

// related: a relation of the kind is live between the record (or its parent) and the viewer, or with a role between it and
// an organisation where the viewer holds the role.
func related(kind string, role Role) Pred {
	to := func(v Viewer) []string {
		if role != "" {
			return v.Roles[role]
		}
		if v.Account == "" {
			return nil
		}
		return []string{v.Account}
	}
	return Pred{
		func(v Viewer, r Record) bool {
			return slices.ContainsFunc(r.Relations, func(x Relation) bool {
				return x.Kind == kind && live(x, v.Now) && slices.Contains(to(v), x.To)
			})
		},
		func(v Viewer, b *sqlText) {
			if len(to(v)) == 0 {
				b.text.WriteString(never)
				return
			}
			b.text.WriteString("EXISTS (SELECT 1 FROM access_grant g WHERE g.record_id IN (" + b.alias + ".id, " + b.alias + ".parent_id) AND g.kind = ? AND g.to_id")
			b.args = append(b.args, kind)
			b.list(to(v))
			b.text.WriteString(" AND g.from_at <= ? AND g.until_at > ?)")
			b.args = append(b.args, int64(v.Now), int64(v.Now))
		},
	}
}

func live(x Relation, now clock.Millis) bool { return x.From <= now && now < x.Until }

func sameDistrict() Pred {
	return Pred{
		func(v Viewer, r Record) bool { return r.District == v.District },
		func(v Viewer, b *sqlText) { b.add(".district_id = ", v.District) },
	}
}

func fold(ps []Pred, empty bool, word, none string) Pred {
	return Pred{
		func(v Viewer, r Record) bool {
			for _, p := range ps {
				if p.eval(v, r) != empty {
					return !empty
				}
			}
			return empty
		},
		func(v Viewer, b *sqlText) {
			if len(ps) == 0 {
				b.text.WriteString(none)
				return
			}
			for i, p := range ps {
				b.text.WriteString(map[bool]string{true: "(", false: word}[i == 0])
				p.sql(v, b)
			}
			b.text.WriteString(")")
		},
	}
}

// all: every condition holds; with none, true.
func all(ps ...Pred) Pred { return fold(ps, true, " AND ", "1=1") }

// anyOf: at least one condition holds; with none, false.
func anyOf(ps ...Pred) Pred { return fold(ps, false, " OR ", never) }

func not(p Pred) Pred {
	return Pred{
		func(v Viewer, r Record) bool { return !p.eval(v, r) },
		func(v Viewer, b *sqlText) { b.text.WriteString("NOT ("); p.sql(v, b); b.text.WriteString(")") },
	}
}

// unlocked: not locked to named people, so that a post alone can open it. open: nor restricted, so that the whole lead team of the
// school may read it. Denial says the same of a locked record; here it makes the rule that is named the one that opened it.
var (
	unlocked = not(flag(colLocked))
	open     = all(not(flag(colRestricted)), unlocked)
)
