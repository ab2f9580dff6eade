package quiz

import (
	"context"
	"net/http"
	"strconv"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

const home = "/training/quizzes"

func takePath(id ID) string         { return home + "/take/" + string(id) }
func itemPath(id ID, n int) string  { return takePath(id) + "/" + strconv.Itoa(n) }
func givenPath(id ID) string        { return home + "/given/" + string(id) }
func needPath(id NeedID) string     { return home + "/needs/" + string(id) }
func bankPath(id QuestionID) string { return home + "/bank/" + string(id) }

// Routes are the addresses of this package.
func (f *Feature) Routes() []web.Route {
	return []web.Route{
		web.Get(home, access.Reporter, f.minePage),
		web.Post(home+"/asks", access.Reporter, f.askFor),
		web.Get(home+"/take/{id}", access.Reporter, f.takePage),
		web.Get(home+"/take/{id}/{n}", access.Reporter, f.itemPage),
		web.Post(home+"/take/{id}/{n}", access.Reporter, f.answerItem),
		web.Post(home+"/take/{id}/send", access.Reporter, f.sendAll),

		web.Get(home+"/given", Figures, f.listPage),
		web.Get(home+"/new", Leads, f.beginPage),
		web.Post(home+"/given", Leads, f.makeQuiz),
		web.Get(home+"/given/{id}", Figures, f.quizPage),
		web.Get(home+"/given/{id}/people", Leads, f.peoplePage),
		web.Post(home+"/given/{id}/swap/{n}", Leads, f.swapItem),
		web.Post(home+"/given/{id}/give", Leads, f.button(f.Give, "Given. Everybody who takes it is written to.")),
		web.Post(home+"/given/{id}/close", Leads, f.button(f.Close, "Closed. What it shows stands below, and the gaps are on the plan.")),
		web.Post(home+"/given/{id}/discard", Leads, f.discard),
		web.Get(home+"/staff", Leads, f.staffPage),
		web.Post(home+"/staff/{school}", Leads, f.putGroups),

		web.Get(home+"/plan", Figures, f.planPage),
		web.Post(home+"/needs", Leads, f.addNeedForm),
		web.Get(home+"/needs/{need}", Leads, f.needPage),
		web.Post(home+"/needs/{need}", Leads, f.planNeed),
		web.Post(home+"/needs/{need}/met", Leads, f.meetNeed),
		web.Post(home+"/asks/{ask}/answer", Leads, f.replyToAsk),

		web.Get(home+"/bank", Bank, f.bankPage),
		web.Get(home+"/bank/new", Bank, f.newQuestionPage),
		web.Post(home+"/bank", Bank, f.saveQuestion),
		web.Get(home+"/bank/{question}", Bank, f.questionPage),
		web.Post(home+"/bank/{question}/retire", Bank, f.retireQuestion),
		web.Post(home+"/documents/{key}", Bank, f.newEditionForm),
	}
}

func page(title string, p web.Page) web.Page {
	p.Title, p.Class, p.At = title, "p-quiz", home
	return p
}

var (
	toMine = &ui.Link{Text: "Quizzes", Href: home}
	toList = &ui.Link{Text: "Quizzes of the school", Href: home + "/given"}
	toPlan = &ui.Link{Text: "Training plan", Href: home + "/plan"}
	toBank = &ui.Link{Text: "Question bank", Href: home + "/bank"}
)

func pathQuiz(r *http.Request) (ID, error) {
	id, err := web.PathID(r, "id")
	return ID(id), err
}

// pathN is the number of a question. NotFound: it is no number.
func pathN(r *http.Request) (int, error) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 || n > MostQuestions || strconv.Itoa(n) != r.PathValue("n") {
		return 0, errs.Missing()
	}
	return n, nil
}

type quizRow struct {
	Title, Href, What, Detail string
	State                     ui.Chip
}

type askRow struct {
	Theme, When, Answer, By string
}

type askButton struct{ Theme, Words, ID string }

type mineView struct {
	Open, Past []quizRow
	Asks       []askRow
	Buttons    []askButton
	Tips       []string
	Lead       bool
	Problem    string
}

func (f *Feature) minePage(w http.ResponseWriter, r *http.Request) error {
	p, err := f.mine(r, "")
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

func (f *Feature) mine(r *http.Request, problem string) (web.Page, error) {
	v := mineView{Problem: problem}
	viewer := web.Viewer(r)
	v.Lead = viewer.Strength >= access.SecondFactor && (viewer.Holds(access.DSL) || viewer.Holds(access.Head) || viewer.Holds(access.Governor))
	err := f.DB.Read(r.Context(), viewer, func(ctx context.Context, tx *store.Tx) error {
		v.Open, v.Past, v.Asks, v.Buttons, v.Tips = nil, nil, nil, nil, nil
		asking, err := f.store.asking(ctx, tx)
		if err != nil {
			return err
		}
		var ids []string
		for _, q := range asking {
			a, err := f.store.Mine(ctx, tx, q.ID)
			if err != nil && !errs.Is(err, errs.NotFound) {
				return err
			}
			if q.Open(tx.Now) && a.SentAt.IsZero() {
				v.Open = append(v.Open, f.openRow(q, a))
				ids = append(ids, string(a.ID))
			}
		}
		past, err := f.store.AllMine(ctx, tx)
		if err != nil {
			return err
		}
		for _, a := range past {
			q, err := f.store.Quiz(ctx, tx, a.Quiz)
			if err != nil {
				return err
			}
			ids = append(ids, string(a.ID))
			v.Past = append(v.Past, quizRow{Title: q.Title, Href: takePath(q.ID), Detail: "Sent " + term.DateTime(a.SentAt, tx.Now), State: ui.Chip{Text: "sent", Tone: ui.ToneLeaf}})
		}
		asks, err := f.store.MyAsks(ctx, tx)
		if err != nil {
			return err
		}
		waiting := map[string]bool{}
		var by []string
		for _, k := range asks {
			by = append(by, k.AnsweredBy)
		}
		names, err := f.People.Names(ctx, tx, by...)
		if err != nil {
			return err
		}
		for _, k := range asks {
			ids = append(ids, string(k.ID))
			waiting[k.Theme] = waiting[k.Theme] || k.AnsweredAt.IsZero()
			row := askRow{Theme: ThemeWords(k.Theme), When: "Asked " + term.DateTime(k.AskedAt, tx.Now), Answer: k.Answer}
			if !k.AnsweredAt.IsZero() {
				row.By = names[k.AnsweredBy].Name + ", " + term.DateTime(k.AnsweredAt, tx.Now)
			}
			v.Asks = append(v.Asks, row)
		}
		for _, t := range Starter().Themes {
			if !waiting[t.Key] {
				v.Buttons = append(v.Buttons, askButton{t.Key, t.Words, web.NewID(r)})
			}
		}
		if v.Tips, err = f.tips(ctx, tx); err != nil {
			return err
		}
		tx.SawList("quiz.own_seen", "", ids)
		return nil
	})
	return page("Quizzes", web.Page{Body: minePage(v)}), err
}

// openRow is a quiz that waits to be taken.
func (f *Feature) openRow(q Quiz, a Attempt) quizRow {
	row := quizRow{Title: q.Title, Href: takePath(q.ID), What: "Begin", Detail: text.Plural(q.Size, "question", "questions") + ", about " + text.Plural(Minutes(q.Size), "minute", "minutes") + ", by " + term.LongDate(q.Until)}
	if a.ID != "" {
		row.What = "Go on"
	}
	return row
}

func (f *Feature) askFor(w http.ResponseWriter, r *http.Request) error {
	form := newAskForm()
	var err error
	if form.Parse(r) && form.ID != "" {
		err = f.AskFor(r.Context(), web.Viewer(r), AskID(form.ID), form.Theme.Value)
	} else {
		err = errs.Refuse("Choose what you would like to learn")
	}
	again := func(no error) (web.Page, error) { return f.mine(r, errs.Sentence(no)) }
	return web.Done(w, r, err, again, home, "Asked. The leads see it, and their answer will stand here.")
}

// taking is a quiz with what the viewer has answered.
type taking struct {
	quiz    Quiz
	items   []Question
	attempt Attempt
	answers map[int]Answer
}

// first is the first question that is not answered; 0 for none.
func (t taking) first() int {
	for n := 1; n <= len(t.items); n++ {
		if _, ok := t.answers[n]; !ok {
			return n
		}
	}
	return 0
}

// load reads a quiz for whoever takes it, and notes what it shows of their answers.
func (f *Feature) load(r *http.Request) (t taking, err error) {
	id, err := pathQuiz(r)
	if err != nil {
		return t, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		t = taking{answers: map[int]Answer{}}
		if t.quiz, _, err = f.asked(ctx, tx, id); err != nil {
			return err
		}
		if t.items, err = f.store.Items(ctx, tx, id); err != nil {
			return err
		}
		t.attempt, err = f.store.Mine(ctx, tx, id)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		answers, err := f.store.Answers(ctx, tx, t.attempt.ID)
		for _, a := range answers {
			t.answers[a.N] = a
		}
		tx.Saw("quiz.answers_seen", t.attempt.ID.Ref(), t.quiz.Org, "quiz-own")
		return err
	})
	return t, err
}

type themeRow struct {
	Words, Text, Explain, Source string
	Ask                          askButton
}

type takenView struct {
	Title, Until, Send string
	Closed, Sent       bool
	Score              string
	Again              []themeRow
	Readers            ui.Readers
	Problem            string
}

// takePage goes to the first question that is not answered; where all are, it asks to send them, and afterwards says what came of it.
func (f *Feature) takePage(w http.ResponseWriter, r *http.Request) error {
	t, err := f.load(r)
	if err != nil {
		return err
	}
	now := web.Now(r)
	if n := t.first(); t.attempt.SentAt.IsZero() && t.quiz.Open(now) && n > 0 {
		return web.Redirect(w, r, itemPath(t.quiz.ID, n), "")
	}
	return web.Show(w, r, f.taken(r, t, ""))
}

func (f *Feature) taken(r *http.Request, t taking, problem string) web.Page {
	v := takenView{Title: t.quiz.Title, Until: term.LongDate(t.quiz.Until), Sent: !t.attempt.SentAt.IsZero(), Send: takePath(t.quiz.ID) + "/send", Problem: problem}
	if err := CanAnswer(t.quiz, t.attempt, web.Now(r)); err != nil && !v.Sent {
		v.Closed, v.Problem = true, errs.Sentence(err)
	}
	right := 0
	for n, x := range t.items {
		a, ok := t.answers[n+1]
		if ok && a.Right {
			right++
		} else if ok && v.Sent {
			v.Again = append(v.Again, themeRow{Words: ThemeWords(x.Theme), Text: x.Text, Explain: x.Explain, Source: x.Source(), Ask: askButton{x.Theme, ThemeWords(x.Theme), web.NewID(r)}})
		}
	}
	v.Score = strconv.Itoa(right) + " of " + strconv.Itoa(len(t.items)) + " right"
	v.Readers = ui.Readers{Title: "Who will read this", Rows: []ui.Reader{{Who: "You", Why: "at any time"}, {Who: "Your safeguarding leads", Why: "to see who needs help with what"}},
		Note: "The headteacher and governors see figures of five people or more, without names. Nobody else sees anything."}
	return page("Your quiz", web.Page{Crumb: toMine, Body: takenPage(v)})
}

type stepView struct {
	N    int
	Done bool
	At   bool
}

type optionView struct {
	Text, Mark string
	Right      bool
}

type itemView struct {
	Form            *answerForm
	Action          string
	Number, Theme   string
	Steps           []stepView
	Answered, Right bool
	Options         []optionView
	Explain, Source string
	Next, NextWords string
	Back            string
	Ordered         bool
}

func (f *Feature) item(t taking, n int, form *answerForm) web.Page {
	x := t.items[n-1]
	if form == nil {
		form = newAnswerForm(x)
	}
	v := itemView{Form: form, Action: itemPath(t.quiz.ID, n), Number: "Question " + strconv.Itoa(n) + " of " + strconv.Itoa(len(t.items)), Theme: ThemeWords(x.Theme), Explain: x.Explain, Source: x.Source(), Ordered: x.Kind == Order}
	for i := range t.items {
		_, done := t.answers[i+1]
		v.Steps = append(v.Steps, stepView{i + 1, done, i+1 == n})
	}
	if n > 1 {
		v.Back = itemPath(t.quiz.ID, n-1)
	}
	a, ok := t.answers[n]
	if ok {
		v.Answered, v.Right = true, a.Right
		v.Options = marked(x, a.Choice)
		v.Next, v.NextWords = takePath(t.quiz.ID), "To the end"
		if n < len(t.items) {
			v.Next, v.NextWords = itemPath(t.quiz.ID, n+1), "Next question"
		}
	}
	return page("Your quiz", web.Page{Crumb: toMine, Body: itemPage(v)})
}

// marked are the options after the answer, each with what there is to say of it.
func marked(x Question, c Choice) (out []optionView) {
	if x.Kind == Order {
		for i, o := range x.Options {
			v := optionView{Text: o.Text, Right: i < len(c) && c[i] == i}
			if !v.Right {
				v.Mark = "You put it elsewhere"
			}
			out = append(out, v)
		}
		return out
	}
	for _, i := range Shown(x) {
		o, chosen := x.Options[i], false
		for _, n := range c {
			chosen = chosen || n == i
		}
		v := optionView{Text: o.Text, Right: o.Right}
		switch {
		case o.Right && chosen:
			v.Mark = "Right, and you chose it"
		case o.Right:
			v.Mark = "Right, and you did not choose it"
		case chosen:
			v.Mark = "You chose this. It is not right"
		}
		out = append(out, v)
	}
	return out
}

func (f *Feature) itemPage(w http.ResponseWriter, r *http.Request) error {
	t, n, err := f.loadItem(r)
	if err != nil {
		return err
	}
	if _, answered := t.answers[n]; !answered && CanAnswer(t.quiz, t.attempt, web.Now(r)) != nil {
		return web.Redirect(w, r, takePath(t.quiz.ID), "")
	}
	return web.Show(w, r, f.item(t, n, nil))
}

func (f *Feature) loadItem(r *http.Request) (taking, int, error) {
	n, err := pathN(r)
	if err != nil {
		return taking{}, 0, err
	}
	t, err := f.load(r)
	if err == nil && n > len(t.items) {
		err = errs.Missing()
	}
	return t, n, err
}

func (f *Feature) answerItem(w http.ResponseWriter, r *http.Request) error {
	t, n, err := f.loadItem(r)
	if err != nil {
		return err
	}
	form := newAnswerForm(t.items[n-1])
	if _, answered := t.answers[n]; answered && t.attempt.SentAt.IsZero() && t.quiz.Open(web.Now(r)) {
		return web.Redirect(w, r, itemPath(t.quiz.ID, n), "") // sent twice, or the way back was taken: the first answer stands
	}
	if !form.Parse(r) {
		return web.Invalid(w, r, f.item(t, n, form))
	}
	if err := f.Answer(r.Context(), web.Viewer(r), t.quiz.ID, n, form.choice()); err != nil {
		if !refuse(form, err) {
			return err
		}
		return web.Invalid(w, r, f.item(t, n, form))
	}
	return web.Redirect(w, r, itemPath(t.quiz.ID, n), "")
}

func (f *Feature) sendAll(w http.ResponseWriter, r *http.Request) error {
	t, err := f.load(r)
	if err != nil {
		return err
	}
	if err := f.Send(r.Context(), web.Viewer(r), t.quiz.ID); err != nil {
		if !errs.Is(err, errs.Rule) {
			return err
		}
		return web.Invalid(w, r, f.taken(r, t, errs.Sentence(err)))
	}
	return web.Redirect(w, r, takePath(t.quiz.ID), "Sent. Thank you: it shows what training would help.")
}
