package quiz

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
)

// Limits.
const (
	FewestQuestions = 3
	MostQuestions   = 10 // under five minutes on a phone
	secondsEach     = 28
)

// Choice is what somebody chose: numbers of options, from 0.
type Choice []int

// String is the choice as it is kept: "0,2".
func (c Choice) String() string {
	words := make([]string, len(c))
	for i, n := range c {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ",")
}

// Scan reads the choice from the database.
func (c *Choice) Scan(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("a choice is kept as text, not %T", from)
	}
	*c = nil
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(word)
		if err != nil {
			return err
		}
		*c = append(*c, n)
	}
	return nil
}

// CheckChoice says whether the choice answers the question at all.
func CheckChoice(q Question, c Choice) error {
	seen := map[int]bool{}
	for _, n := range c {
		if n < 0 || n >= len(q.Options) || seen[n] && q.Kind != Order {
			return errs.Refuse("Choose from the answers shown")
		}
		seen[n] = true
	}
	switch {
	case q.Kind == Order && (len(c) != len(q.Options) || len(seen) != len(q.Options)):
		return errs.Refuse("Give each step a place of its own")
	case q.Kind == Several && len(c) == 0:
		return errs.Refuse("Choose at least one answer")
	case (q.Kind == OneAnswer || q.Kind == TrueFalse) && len(c) != 1:
		return errs.Refuse("Choose one answer")
	}
	return nil
}

// Right says whether the choice is the answer. Of several answers all must be chosen and no other; an order must be whole.
func Right(q Question, c Choice) bool {
	if CheckChoice(q, c) != nil {
		return false
	}
	if q.Kind == Order {
		return slices.IsSorted(c)
	}
	for i, o := range q.Options {
		if o.Right != slices.Contains(c, i) {
			return false
		}
	}
	return true
}

// Shown is the order in which the options of a question stand on the page: never the one they are kept in, which would tell. It is the
// same each time. True stands before false.
func Shown(q Question) []int {
	out := make([]int, len(q.Options))
	for i := range out {
		out[i] = i
	}
	if q.Kind == TrueFalse {
		return out
	}
	slices.SortFunc(out, func(a, b int) int {
		return cmp.Compare(draw(string(q.ID)+q.Text, strconv.Itoa(a)), draw(string(q.ID)+q.Text, strconv.Itoa(b)))
	})
	if q.Kind == Order && slices.IsSorted(out) {
		slices.Reverse(out)
	}
	return out
}

// draw is a number by chance that is always the same for the same seed and thing.
func draw(seed, thing string) string {
	h := sha256.Sum256([]byte(seed + "\x00" + thing))
	return hex.EncodeToString(h[:8])
}

// CheckQuestion says whether a question can be asked.
func CheckQuestion(q Question) error {
	right := 0
	for _, o := range q.Options {
		if strings.TrimSpace(o.Text) == "" {
			return errs.Refuse("Write every answer, or take the empty one out")
		}
		if o.Right {
			right++
		}
	}
	switch {
	case q.Kind.Words() == "":
		return errs.Refuse("Choose how it is answered")
	case ThemeWords(q.Theme) == "":
		return errs.Refuse("Choose a theme")
	case strings.TrimSpace(q.Text) == "":
		return errs.Refuse("Write the question")
	case strings.TrimSpace(q.Explain) == "":
		return errs.Refuse("Say why: the explanation is what people learn from")
	case q.Document == "" || q.Edition == "" || strings.TrimSpace(q.Para) == "":
		return errs.Refuse("Say where it stands: the document and the place in it")
	case q.Kind == TrueFalse && len(q.Options) != 2:
		return errs.Refuse("True or false has two answers")
	case len(q.Options) < 2 || len(q.Options) > 6:
		return errs.Refuse("Write two to six answers")
	case q.Kind == Order && len(q.Options) < 3:
		return errs.Refuse("An order has three steps at least")
	case (q.Kind == OneAnswer || q.Kind == TrueFalse) && right != 1:
		return errs.Refuse("Mark the one answer that is right")
	case q.Kind == Several && right == 0:
		return errs.Refuse("Mark the answers that are right")
	}
	for _, g := range q.Groups {
		if GroupWords(g) == "" {
			return errs.Refuse("Choose staff groups from the list")
		}
	}
	return nil
}

// CheckQuiz says whether a quiz can be made as it was asked for.
func CheckQuiz(q Quiz, today clock.Day) error {
	switch {
	case strings.TrimSpace(q.Title) == "":
		return errs.Refuse("Give the quiz a title")
	case q.Purpose != Before && q.Purpose != After && q.Purpose != Regular:
		return errs.Refuse("Choose what the quiz is for")
	case q.Size < FewestQuestions || q.Size > MostQuestions:
		return errs.Refusef("A quiz has %d to %d questions: more cannot be done in five minutes", FewestQuestions, MostQuestions)
	case q.From == "" || q.Until == "" || q.Until < q.From:
		return errs.Refuse("The last day is before the first")
	case q.Until < today:
		return errs.Refuse("The last day is over already")
	}
	for _, t := range q.Themes {
		if ThemeWords(t) == "" {
			return errs.Refuse("Choose themes from the list")
		}
	}
	for _, g := range q.Groups {
		if GroupWords(g) == "" {
			return errs.Refuse("Choose staff groups from the list")
		}
	}
	return nil
}

// Minutes is how long a quiz of so many questions takes, rounded up.
func Minutes(questions int) int { return (questions*secondsEach + 59) / 60 }

// Fits says whether a question can stand in a quiz of these themes for these staff groups: everybody in it can be asked it, nobody
// has to look at an old edition, and it is still in use.
func Fits(x Question, q Quiz) bool {
	if x.State != Live || x.Stale() || x.Org != "" && x.Org != q.Org {
		return false
	}
	if len(q.Themes) > 0 && !slices.Contains(q.Themes, x.Theme) {
		return false
	}
	if len(x.Groups) == 0 {
		return true
	}
	if len(q.Groups) == 0 {
		return false
	}
	for _, g := range q.Groups {
		if !slices.Contains(x.Groups, g) {
			return false
		}
	}
	return true
}

// Pick chooses the questions of a quiz: as many from each theme as from any other, as far as there are any, and those that the
// school has not been asked before those that it has. It is decided by the quiz's id alone: the same bank gives the same quiz,
// in whatever order it is read. Rule: there are too few.
func Pick(bank []Question, q Quiz, used map[QuestionID]bool) ([]Question, error) {
	byTheme := map[string][]Question{}
	for _, x := range bank {
		if Fits(x, q) {
			byTheme[x.Theme] = append(byTheme[x.Theme], x)
		}
	}
	themes := make([]string, 0, len(byTheme))
	for t, xs := range byTheme {
		themes = append(themes, t)
		slices.SortFunc(xs, func(a, b Question) int { return byTurn(a, b, string(q.ID), used) })
	}
	slices.SortFunc(themes, func(a, b string) int {
		return cmp.Or(cmp.Compare(draw(string(q.ID), a), draw(string(q.ID), b)), cmp.Compare(a, b))
	})
	var out []Question
	for round := 0; len(out) < q.Size; round++ {
		before := len(out)
		for _, t := range themes {
			if round < len(byTheme[t]) && len(out) < q.Size {
				out = append(out, byTheme[t][round])
			}
		}
		if len(out) == before {
			return nil, errs.Refusef("Only %d questions fit these themes and staff groups. Choose more themes or a smaller quiz", len(out))
		}
	}
	return out, nil
}

func byTurn(a, b Question, seed string, used map[QuestionID]bool) int {
	if used[a.ID] != used[b.ID] {
		if used[b.ID] {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(draw(seed, string(a.ID)), draw(seed, string(b.ID))), cmp.Compare(a.ID, b.ID))
}

// Swap returns the question that would come in the place of another of a quiz: the next of its theme that is not in it.
// Rule: there is none.
func Swap(bank, in []Question, out Question, q Quiz, used map[QuestionID]bool) (Question, error) {
	var rest []Question
	for _, x := range bank {
		if Fits(x, q) && x.Theme == out.Theme {
			rest = append(rest, x)
		}
	}
	slices.SortFunc(rest, func(a, b Question) int { return byTurn(a, b, string(q.ID), used) })
	at := slices.IndexFunc(rest, func(x Question) bool { return x.ID == out.ID })
	for i := 1; i <= len(rest); i++ {
		x := rest[(at+i+len(rest))%len(rest)]
		if !slices.ContainsFunc(in, func(y Question) bool { return y.ID == x.ID }) {
			return x, nil
		}
	}
	return Question{}, errs.Refuse("The bank has no other question of this theme that fits everybody who is asked")
}

// CanGive says whether a draft can be given to staff.
func CanGive(q Quiz, questions []Question, today clock.Day) error {
	if q.State != Draft {
		return errs.Refuse("This quiz has been given already")
	}
	if err := CheckQuiz(q, today); err != nil {
		return err
	}
	for i, x := range questions {
		if x.Stale() {
			return errs.Refusef("Question %d rests on an old edition. Swap it first", i+1)
		}
	}
	return nil
}

// CanAnswer says whether somebody may still answer.
func CanAnswer(q Quiz, a Attempt, now clock.Millis) error {
	switch {
	case !a.SentAt.IsZero():
		return errs.Refuse("You have sent your answers. They stay as they are")
	case now < clock.Of(q.From.Start()) && q.State == Given:
		return errs.Refuse("This quiz has not begun yet")
	case !q.Open(now):
		return errs.Refuse("This quiz is over")
	}
	return nil
}

// CanSend says whether an attempt is whole.
func CanSend(q Quiz, a Attempt, answered int, now clock.Millis) error {
	if err := CanAnswer(q, a, now); err != nil {
		return err
	}
	if answered < q.Size {
		return errs.Refusef("%d of %d questions are not answered yet", q.Size-answered, q.Size)
	}
	return nil
}

// CanClose says whether the lead may end a quiz before its last day.
func CanClose(q Quiz) error {
	if q.State != Given {
		return errs.Refuse("Only a quiz that staff are taking can be closed")
	}
	return nil
}

// DueSince is the day from which somebody who last sent a quiz on a day has another to take (QUI-1); "" for never means at once.
func DueSince(last clock.Day, everyMonths int) clock.Day {
	if last == "" {
		return ""
	}
	s := last.Start()
	day := clock.Day(fmt.Sprintf("%04d-%02d-%02d", s.Year()+(int(s.Month())-1+everyMonths)/12, (int(s.Month())-1+everyMonths)%12+1, s.Day()))
	if _, err := clock.ParseDay(string(day)); err != nil { // 31 August and six months: the month's last day
		first := clock.Day(string(day)[:8] + "01")
		return clock.DayOf(first.Start().AddDate(0, 1, -1))
	}
	return day
}

// Due says whether somebody has a quiz to take on a day.
func Due(last, today clock.Day, everyMonths int) bool {
	return DueSince(last, everyMonths) <= today
}

// Share is how many of a hundred answers were right, rounded down; -1 for no answers.
func Share(right, of int) int {
	if of == 0 {
		return -1
	}
	return right * 100 / of
}

// Gap says whether so many right answers are too few (QUI-3).
func Gap(right, of, below int) bool { return of > 0 && right*100 < of*below }

// CanPlan says whether a need can be given an owner, a day and a way.
func CanPlan(n Need, today clock.Day) error {
	switch {
	case n.State != NeedOpen && n.State != NeedPlanned:
		return errs.Refuse("This need has been met. It opens again by itself if the next quiz shows that the gap is still there")
	case n.Owner == "":
		return errs.Refuse("Choose who sees to it")
	case n.By == "" || n.By < today:
		return errs.Refuse("Give a day from today on by which it is met")
	case n.Way.Words() == "":
		return errs.Refuse("Choose a session, a briefing or a tip")
	case strings.TrimSpace(n.Words) == "":
		return errs.Refuse("Write what it will be: the session, the briefing, or the tip itself")
	}
	return nil
}

// CanMeet says whether a need can be marked as met.
func CanMeet(n Need) error {
	if n.State != NeedPlanned {
		return errs.Refuse("Plan first what will meet it")
	}
	return nil
}

// Looked is where a need stands after a quiz has asked about its theme again: closed, or open once more (QUI-3). A need that
// nothing has been done for yet stays as it is, and so does one that the quiz says nothing about.
func Looked(n Need, right, of, below int) NeedState {
	switch {
	case n.State != NeedMet || of == 0:
		return n.State
	case Gap(right, of, below):
		return NeedOpen
	}
	return NeedClosed
}

// CanKeep says whether the viewer may keep a question: one of the school's own by its leads, one of the district's by a training
// administrator. NotFound: it is not theirs to change.
func CanKeep(v access.Viewer, org string) error {
	if org == "" && v.Holds(access.TrainingAdmin) || org != "" && v.HoldsAt(access.DSL, org) {
		return nil
	}
	if _, system := v.IsSystem(); system {
		return nil
	}
	return errs.Missing()
}
