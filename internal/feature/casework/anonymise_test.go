package casework_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/feature/casework"
	"kith/internal/platform/search/fold"
)

// household is a child with her family and school.
func household() []casework.Known {
	return []casework.Known{
		{ID: "ivy", Names: []string{"Ivy Marsden", "Ivy Jane Marsden", "Ivy Zielińska"}, As: "Child", Lettered: true},
		{ID: "rowan", Names: []string{"Rowan Marsden"}, As: "Child", Lettered: true},
		{ID: "mary", Names: []string{"Mary-Ann O’Neil-Smith"}, As: "Child", Lettered: true},
		{ID: "dana", Names: []string{"Dana Marsden"}, As: "Mother", Adult: true},
		{ID: "ito", Names: []string{"Grace Ito"}, As: "Class teacher", Lettered: true, Adult: true},
		{ID: "mark", Names: []string{"Mark de la Cruz"}, As: "Caretaker", Lettered: true, Adult: true},
		{ID: "school", Names: []string{"Thornbeck Primary", "Thornbeck"}, As: "the school", Whole: true},
		{ID: "class", Names: []string{"4 Harrier"}, As: "[class]", Whole: true},
		{ID: "address", Names: []string{"12 Mill Lane"}, As: "[address]", Whole: true},
	}
}

// CHR-2: a name is replaced in every form in which people write it, the same person by the same words; a part that several
// share is not guessed at.
func TestNamesAreReplacedHoweverTheyAreWritten(t *testing.T) {
	for in, want := range map[string]string{
		"Ivy was cold.": "Child A was cold.",
		"IVY MARSDEN and ivy marsden, Ivy-Marsden":                "Child A and Child A, Child A",
		"Ivy’s coat, Ivy's coat, Ivys coat":                       "Child A’s coat, Child A's coat, Child A coat",
		"Marsden, Ivy":                                            "Child A",
		"Ivy Jane Marsden":                                        "Child A",
		"Ivy M. cried":                                            "Child A. cried",
		"I. Marsden and R Marsden":                                "Child A and Child B",
		"Rowan then Ivy then Rowan":                               "Child B then Child A then Child B",
		"Ivy Zielinska, ZIELIŃSKA":                                "Child A, Child A",
		"I\u00advy and I\u200bvy":                                 "Child A and Child A",
		"maryann oneil smith, Mary Ann’s, O'Neil, ONEILSMITH":     "Child B, Child B’s, Child B, Child B",
		"Mrs Marsden rang":                                        "Mother rang",
		"the Marsdens":                                            "the [surname]",
		"Miss Ito, Mrs. Ito and Grace":                            "Class teacher A, Class teacher A and Class teacher A",
		"Mark de la Cruz fetched Mr de la Cruz’s key":             "Caretaker A fetched Caretaker A’s key",
		"A mark on the arm, by the grace of luck":                 "A mark on the arm, by the grace of luck",
		"Thornbeck Primary’s hall, 4 Harrier, at 12 Mill Lane":    "the school’s hall, 4 [class], at 12 [address]",
		"ring 07700 900 123 or dana@example.org, HV1 2AB":         "ring [telephone number] or [e-mail], [postcode]",
		"Divya sat in the rowanberry bush with her granddaughter": "Divya sat in the rowanberry bush with her granddaughter",
	} {
		if got := casework.NewMask(household()).Text(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// CHR-2: whatever stands around a name and however it is written, none of its letters is left.
func TestNoKnownNameIsLeft(t *testing.T) {
	canaries := []string{"Qzorvath", "Wyxlewska", "Ézbrünn", "O’Vraquil", "Kjøllvik"}
	dress := []func(string) string{
		strings.ToUpper, strings.ToLower, func(s string) string { return s }, fold.Fold,
		func(s string) string { return strings.ReplaceAll(s, "’", "'") }, func(s string) string { return s + "’s" }, func(s string) string { return s + "'s" },
		func(s string) string { return "Mrs " + s }, func(s string) string { return "Dr. " + s + "," }, func(s string) string { return "(" + s + ")" }, func(s string) string { return "“" + s + "”" },
		func(s string) string { return "not-" + s + "-ish" }, func(s string) string { return s + "2" }, func(s string) string { return s[:1] + s[1:] + "\u200d" },
	}
	rapid.Check(t, func(t *rapid.T) {
		m := casework.NewMask([]casework.Known{
			{ID: "1", Names: []string{"Qzorvath Wyxlewska"}, As: "Child", Lettered: true}, {ID: "2", Names: []string{"Ézbrünn Wyxlewska"}, As: "Mother", Adult: true},
			{ID: "3", Names: []string{"Kjøllvik O’Vraquil"}, As: "Teacher", Lettered: true, Adult: true}})
		var parts []string
		for range rapid.IntRange(1, 12).Draw(t, "words") {
			if rapid.Bool().Draw(t, "name") {
				parts = append(parts, rapid.SampledFrom(dress).Draw(t, "dress")(rapid.SampledFrom(canaries).Draw(t, "canary")))
			} else {
				parts = append(parts, rapid.OneOf(rapid.SampledFrom([]string{"the", "said", "I", "de", "-", ".", "’", "\n", "“", "Mr"}), rapid.StringN(0, 8, 16)).Draw(t, "other"))
			}
		}
		in := strings.Join(parts, rapid.SampledFrom([]string{" ", "  ", " - ", ", ", "\n"}).Draw(t, "between"))
		got := fold.Key(m.Text(in))
		for _, c := range canaries {
			if strings.Contains(got, fold.Key(c)) {
				t.Fatalf("%q leaves %s: %q", in, c, m.Text(in))
			}
		}
	})
}

// What may be a name is shown to a person; what is no name is not.
func TestWhatMayBeANameIsShown(t *testing.T) {
	m := casework.NewMask(household())
	m.Text("When she came in she said that Daz was there. Spoke with Mum on Monday about English. There is a mark on it. IM was seen with Kyle Brown.")
	var got []string
	for _, l := range m.Looks() {
		got = append(got, l.Word)
	}
	if want := "Daz mark IM Kyle Brown"; strings.Join(got, " ") != want {
		t.Errorf("shown to a person: %v, want %s", got, want)
	}
	if l := m.Looks()[0]; l.Around != "in she said that Daz was there. Spoke with" {
		t.Errorf("around Daz: %q", l.Around)
	}
	if f := m.Found(); len(f) != 0 {
		t.Errorf("replaced %v", f)
	}
}

// Letters are given to those who are in the paper, in the order in which they are met, so that nobody else takes one.
func TestLettersFollowWhoIsMet(t *testing.T) {
	people := []casework.Known{{ID: "0", Names: []string{"Ada One"}, As: "Child", Lettered: true}}
	for i := range 30 {
		people = append(people, casework.Known{ID: string(rune('a' + i)), Names: []string{"Kid" + strings.Repeat("x", i+1) + " Two" + strings.Repeat("y", i+1)}, As: "Child", Lettered: true})
	}
	m := casework.NewMask(people)
	if got := m.Text("Kidxxx, Ada, Kidx"); got != "Child B, Child A, Child C" {
		t.Errorf("got %q", got)
	}
	for i := range 30 {
		m.Text("Kid" + strings.Repeat("x", i+1))
	}
	if got := m.Text("Kid" + strings.Repeat("x", 30)); got != "Child AE" {
		t.Errorf("the 31st child is %q", got)
	}
}

// What a maker adds is taken one on a line, with what is to stand in its place.
func TestAddedNamesSayWhatStandsForThem(t *testing.T) {
	m := casework.NewMask(append(household(), casework.Several("Daz = Mother’s friend\n\n Wendy Poole \n=")...))
	if got := m.Text("Daz’s car. DAZ and Wendy, Mrs Poole."); got != "Mother’s friend’s car. Mother’s friend and Person A, Person A." {
		t.Errorf("got %q", got)
	}
}

func TestWhatLooksLikeAName(t *testing.T) {
	for in, want := range map[string]bool{"Kyle": true, "Kyle Brown": true, "Mrs Poole": true, "Maria de la Cruz": true, "April Jones": true, "A neighbour’s child": false, "boy in red": false, "Children’s Social Care": false, "A Grandparent": false, "": false} {
		if casework.LooksLikeName(in) != want {
			t.Errorf("%q looks like a name: %v", in, !want)
		}
	}
}
