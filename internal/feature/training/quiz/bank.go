package quiz

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"kith/internal/platform/store"
)

//go:embed bank.json
var bankJSON []byte

// Named is a key with its words.
type Named struct {
	Key    string   `json:"key"`
	Words  string   `json:"words"`
	Short  string   `json:"short"`  // of a staff group: one word, for the head of a column
	Titles []string `json:"titles"` // of a staff group: parts of a post's title that tell it
}

// shippedQuestion is a question as the file has it. An option that is right begins with an asterisk; those of an order are in order.
type shippedQuestion struct {
	Key, Theme, Kind, Scene, Text, Explain, Doc, Para string
	Groups                                            []string
	Options                                           []string
}

// Shipped is the starter bank: data with an edition.
type Shipped struct {
	Edition     string  `json:"edition"`
	EveryMonths int     `json:"every_months"` // how often everybody takes a quiz (QUI-1)
	GapBelow    int     `json:"gap_below"`    // per cent right below which a theme is a gap (QUI-3)
	RemindDays  int     `json:"remind_days"`  // days before the last at which those are reminded who have not sent
	Groups      []Named `json:"groups"`
	Themes      []Named `json:"themes"`
	Documents   []struct {
		Key, Title, By, Edition string
	} `json:"documents"`
	Questions []shippedQuestion `json:"questions"`
}

// Starter returns the bank that ships with the program.
var Starter = sync.OnceValue(func() Shipped {
	var s Shipped
	if err := json.Unmarshal(bankJSON, &s); err != nil {
		panic(err) // a constant file
	}
	return s
})

func wordsOf(all []Named, key string) string {
	for _, n := range all {
		if n.Key == key {
			return n.Words
		}
	}
	return ""
}

// ThemeWords names a theme.
func ThemeWords(key string) string { return wordsOf(Starter().Themes, key) }

// GroupWords names a staff group.
func GroupWords(key string) string { return wordsOf(Starter().Groups, key) }

// groupShort names a staff group in one word.
func groupShort(key string) string {
	for _, g := range Starter().Groups {
		if g.Key == key {
			return g.Short
		}
	}
	return ""
}

// GroupsWords names several, "Everybody" for none.
func GroupsWords(keys store.Keys) string {
	if len(keys) == 0 {
		return "Everybody"
	}
	var out []string
	for _, g := range Starter().Groups {
		if slices.Contains(keys, g.Key) {
			out = append(out, g.Words)
		}
	}
	return strings.Join(out, ", ")
}

// GroupOf is the staff group that the titles of somebody's posts tell: the first group of the list that has a word in one of them.
// Where none has, a teacher is assumed. The lead can say otherwise.
func GroupOf(titles string) string {
	low := strings.ToLower(titles)
	for _, g := range Starter().Groups {
		for _, t := range g.Titles {
			if strings.Contains(low, t) {
				return g.Key
			}
		}
	}
	return "teachers"
}

// question is a shipped question as it is kept, without an id.
func (s Shipped) question(x shippedQuestion) Question {
	q := Question{Key: x.Key, Theme: x.Theme, Kind: Kind(x.Kind), Groups: x.Groups, Scene: x.Scene, Text: x.Text, Explain: x.Explain, Document: x.Doc, Para: x.Para, State: Live}
	for _, d := range s.Documents {
		if d.Key == x.Doc {
			q.Edition, q.Current, q.DocumentTitle = d.Edition, d.Edition, d.Title
		}
	}
	for _, o := range x.Options {
		text, right := strings.CutPrefix(o, "*")
		q.Options = append(q.Options, Option{Text: text, Right: right || q.Kind == Order})
	}
	return q
}

// StarterQuestions are the questions of the starter bank as they are kept, without ids.
func StarterQuestions() (out []Question) {
	s := Starter()
	for _, x := range s.Questions {
		out = append(out, s.question(x))
	}
	return out
}
