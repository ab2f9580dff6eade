package catalogue

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

func sortLinks(l []ui.Link) {
	slices.SortFunc(l, func(a, b ui.Link) int { return strings.Compare(a.Text+a.Href, b.Text+b.Href) })
}

func mineHeading(v listView) string {
	if v.Result != nil {
		return "Other requests"
	}
	return "Your requests"
}

// stateOf says where a request stands, as a word on its ground. What has lapsed is lapsed, whether or not anything has swept.
func stateOf(p training.Place, now clock.Millis) ui.Chip {
	switch {
	case p.State == training.Placed:
		return ui.Chip{Text: "Place given", Tone: ui.ToneLeaf}
	case p.State == training.Offered && p.Live(now):
		return ui.Chip{Text: "Offered until " + term.DateTime(p.Until, now), Tone: ui.ToneLamp}
	case p.State == training.Held && p.Live(now):
		return ui.Chip{Text: "Held until " + term.DateTime(p.Until, now), Tone: ui.ToneLamp}
	case p.State == training.Waiting:
		return ui.Chip{Text: "In line", Tone: ui.ToneSky}
	case p.State == training.Asked:
		return ui.Chip{Text: "Asked", Tone: ui.ToneSky}
	case p.State == training.Cancelled && p.Late:
		return ui.Chip{Text: "Given back late"}
	case p.State == training.Cancelled:
		return ui.Chip{Text: "Given back"}
	case p.State == training.Declined:
		return ui.Chip{Text: "Offer declined"}
	case p.State == training.Refused:
		return ui.Chip{Text: "No place"}
	}
	return ui.Chip{Text: "Lapsed"}
}

// ChipOf is stateOf for the office.
func ChipOf(p training.Place, now clock.Millis) ui.Chip { return stateOf(p, now) }

func bookingPath(id training.BookingID) string { return "/training/requests/" + string(id) }

// rows are requests in a list: those to come, the next first, and those whose day has been or whose place is gone, the latest first.
// It notes that they were shown.
func (f Pages) rows(ctx context.Context, tx *store.Tx, action string, all []training.Booking) (coming, been []rowView, err error) {
	if len(all) == 0 {
		return nil, nil, nil
	}
	ids := make([]string, 0, len(all))
	for _, k := range all {
		ids = append(ids, string(k.ID))
	}
	places, err := f.Store.PlacesNamed(ctx, tx, ids)
	if err != nil {
		return nil, nil, err
	}
	dates := make([]training.RunID, 0, len(all))
	for _, p := range places {
		dates = append(dates, p.At())
	}
	runs, err := f.Store.RunsNamed(ctx, tx, dates...)
	if err != nil {
		return nil, nil, err
	}
	facts, err := f.Store.Facts(ctx, tx, slices.Collect(maps.Values(runs)))
	if err != nil {
		return nil, nil, err
	}
	today := clock.DayOf(tx.Now.Time())
	for _, k := range all {
		p := places[k.ID]
		x := facts[p.At()]
		row := rowView{Href: bookingPath(k.ID), Who: k.Name, What: titleOf(x.Course), Days: training.DayWords(x.Run.Days), Date: BlockOf(x.Run.Days), State: stateOf(p, tx.Now)}
		if n := len(x.Run.Days); n > 0 {
			row.last = x.Run.Days[n-1].On
		}
		switch {
		case row.last >= today && p.Open(tx.Now):
			coming = append(coming, row)
			continue
		case p.State == training.Placed:
			row.State = ui.Chip{Text: "Had a place"}
		case p.State == training.Asked || p.State == training.Waiting:
			row.State = ui.Chip{Text: "No place came free"}
		}
		been = append(been, row)
	}
	slices.SortStableFunc(coming, func(a, b rowView) int { return cmp.Or(cmp.Compare(a.last, b.last), cmp.Compare(a.Who, b.Who)) })
	slices.SortStableFunc(been, func(a, b rowView) int { return cmp.Or(cmp.Compare(b.last, a.last), cmp.Compare(a.Who, b.Who)) })
	tx.SawList(action, "", ids)
	return coming, been, nil
}

func (f Pages) requests(w http.ResponseWriter, r *http.Request) error {
	var coming, been []rowView
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		orgs := append(slices.Clone(tx.Viewer.Roles[access.Head]), tx.Viewer.Roles[access.DSL]...)
		all, err := f.Store.Mine(ctx, tx, orgs)
		if err != nil {
			return err
		}
		coming, been, err = f.rows(ctx, tx, "training.requests_seen", all)
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, public("Requests for places", ui.Mast{Heading: "Your requests", Text: "What you asked for, what is for you, and what your school has where you are its head or lead."},
		web.Page{Crumb: &ui.Link{Text: "All dates", Href: "/training"}, Body: requestsPage(coming, been)}))
}

// result opens a booking's record and says how it stands.
func (f Pages) result(ctx context.Context, tx *store.Tx, k training.Booking) (*resultView, error) {
	if _, _, err := tx.Open(ctx, "training.request_opened", k.ID.Ref()); err != nil {
		return nil, err
	}
	p, err := f.Store.Place(ctx, tx, k.ID)
	if err != nil {
		return nil, err
	}
	b, err := f.Store.Block(ctx, tx, k.Block)
	if err != nil {
		return nil, err
	}
	x, err := f.Store.Run(ctx, tx, p.At())
	if err != nil {
		return nil, err
	}
	venues, err := f.Venues.Venues(ctx, tx)
	if err != nil {
		return nil, err
	}
	v := &resultView{Heading: "Your request", Sub: strings.Join(nonEmpty(k.Name, k.OrgName), ", ") + ". " + b.Title + ". Seen by you, your school and the organiser only.", Href: bookingPath(k.ID)}
	seats := training.Seats(x, venues[x.Venue].Capacity)
	v.say(k, p, b, x, seats, tx.Now)
	if p.Live(tx.Now) && seats > 0 {
		all, err := f.Store.Places(ctx, tx, b.ID, training.Placed, training.Held, training.Offered)
		if err != nil {
			return nil, err
		}
		v.draw(all, p, b, x, seats, tx.Now)
	}
	return v, nil
}

// say fills in the words: what it is, and the line of steps.
func (v *resultView) say(k training.Booking, p training.Place, b training.Block, x training.Run, seats int64, now clock.Millis) {
	date := training.DayWords(x.Days)
	switch {
	case p.State == training.Placed:
		v.Heading, v.Strong = "How your place was given", "You have a place on "+date
		if p.Seat > 0 && seats > 0 {
			v.Number, v.Strong = strconv.FormatInt(p.Seat, 10), "Place "+strconv.FormatInt(p.Seat, 10)+" of "+strconv.FormatInt(max(seats, p.Seat), 10)+" on "+date
		}
		v.Rest = map[int64]string{1: ", your first choice.", 2: ", your second choice."}[p.Choice]
		if v.Rest == "" {
			v.Rest = "."
		}
		if x.Venue == "" && !x.Online {
			v.Rest += " The venue is to be confirmed."
		}
	case p.State == training.Offered && p.Live(now):
		v.Heading, v.Strong, v.Rest = "A place has come free", "A place on "+date+" is offered to you", " until "+term.DateTime(p.Until, now)+". Then it goes to the next in line."
	case p.State == training.Held && p.Live(now):
		v.Strong, v.Rest = "A place on "+date+" is held for you", " until "+term.DateTime(p.Until, now)+". Your manager agrees first."
	case p.State == training.Waiting:
		v.Heading, v.Strong, v.Rest = "You are in line", "You wait for "+date, ". Offers go out in order, by e-mail and here."
	case p.State == training.Asked:
		v.Strong, v.Rest = "You have asked for "+date, ". Nothing is given yet."
	default:
		v.Strong, v.Rest = stateOf(p, now).Text, ". "+date+"."
	}
	if sentence, steps, told := k.Explanation(); told {
		for _, s := range steps {
			v.Steps = append(v.Steps, stepView{Title: s.Title, Text: s.Text})
		}
		if p.State != training.Placed {
			v.Steps = append([]stepView{{Title: "What you were told.", Text: sentence}}, v.Steps...)
		}
		return
	}
	v.Steps = steps(k, p, b, x, now)
}

// steps are the four of a request that no allocation has decided.
func steps(k training.Booking, p training.Place, b training.Block, x training.Run, now clock.Millis) []stepView {
	arrived := "On this site, " + term.DateTime(p.Arrived, now) + "."
	if k.Channel != "web" {
		arrived = capital(training.ChannelWords(k.Channel)) + ", on " + term.LongDate(clock.DayOf(p.Arrived.Time())) + ". Its place in line goes by that day."
	}
	order := "By time of asking."
	if o := training.Order(b.Tiers); o != "" {
		order = "First " + o + ", then by time of asking."
	}
	out := []stepView{{Title: "Asked.", Text: arrived}}
	if b.Way == training.Preferences && b.AllocatedAt == 0 {
		closes := stepView{Title: "Requests close.", Text: "At the end of " + term.LongDate(clock.DayOf((b.Closes - 1).Time())) + "."}
		gives := stepView{Title: "Places are given.", Text: order, Class: "next"}
		if now < b.Closes {
			closes.Class = "now"
		} else {
			gives.Class = "now"
		}
		hear := stepView{Title: "You hear, with the reason.", Text: "By e-mail and here.", Class: "next"}
		if b.TellsOn != "" {
			hear.Text = "By " + term.LongDate(b.TellsOn) + ", by e-mail and here."
		}
		return append(out, closes, gives, hear)
	}
	coming := stepView{Title: "The day.", Text: "Joining instructions come by e-mail.", Class: "next"}
	if x.Venue == "" && !x.Online {
		coming.Text = "Joining instructions come by e-mail once the venue is known."
	}
	switch {
	case p.State == training.Placed:
		out = append(out, stepView{Title: "Place given.", Text: "A seat was free."}, stepView{Title: "Cannot come?", Text: "Send a colleague, or give it back.", Class: "now"}, coming)
	case p.State == training.Held && p.Live(now):
		out = append(out, stepView{Title: "Seat held.", Text: "Until " + term.DateTime(p.Until, now) + "."}, stepView{Title: "Your manager agrees.", Text: "Without that word the seat goes on.", Class: "now"}, coming)
	case p.State == training.Waiting, p.State == training.Offered && p.Live(now):
		line := stepView{Title: "In line.", Text: order}
		offer := stepView{Title: "A seat comes free.", Text: "It is offered to the first in line who may still have it.", Class: "next"}
		if p.State == training.Offered {
			offer.Class, offer.Text = "now", "It is yours to take until "+term.DateTime(p.Until, now)+"."
		} else {
			line.Class = "now"
		}
		out = append(out, line, offer, coming)
	default:
		out = append(out, stepView{Title: stateOf(p, now).Text + ".", Text: "This request has ended. You can ask anew.", Class: "now"})
	}
	return out
}

// draw fills in the seats of the run: chosen areas and groups round, by time square, held and offered open, the reader's lit.
func (v *resultView) draw(all []training.Place, mine training.Place, b training.Block, x training.Run, seats int64, now clock.Millis) {
	n := seats
	for _, p := range all {
		if p.Run == x.ID && p.Live(now) {
			n = max(n, p.Seat)
		}
	}
	kinds := make([]picture.SeatKind, n)
	for i := range kinds {
		kinds[i] = picture.SeatFree
	}
	you := -1
	for _, p := range all {
		if p.Run != x.ID || !p.Live(now) || p.Seat < 1 {
			continue
		}
		_, chosen := training.TierOf(b.Tiers, p)
		k := picture.SeatTime
		switch {
		case p.State != training.Placed:
			k = picture.SeatHeld
		case chosen != "":
			k = picture.SeatChosen
		}
		kinds[p.Seat-1] = k
		if p.ID == mine.ID {
			you = int(p.Seat - 1)
		}
	}
	v.Seats, v.SeatsTitle = picture.Seats{Kinds: kinds, You: you}, training.DayWords(x.Days)+", in order"
	for k, words := range []string{"by priority, ", "by time, ", "held or offered, ", "free, "} {
		if count := v.Seats.Counts()[k]; count > 0 {
			v.Key = append(v.Key, keyView{picture.SeatMark{Kind: picture.SeatKind(k)}, words + strconv.Itoa(count)})
		}
	}
}

// requestView is the page of one request.
type requestView struct {
	Result   resultView
	Who      []ui.SummaryRow
	Href     string
	Problem  string
	Accept   bool
	Approve  bool
	Change   bool
	Give     string // words of the button that gives it back; "" where there is nothing to give
	Warning  string // of a late return
	Transfer []ui.SelectItem
}

func pathBooking(r *http.Request) (training.BookingID, error) {
	s, err := web.PathID(r, "booking")
	return training.BookingID(s), err
}

func (f Pages) request(w http.ResponseWriter, r *http.Request) error {
	p, err := f.requestPage(r, "")
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

// requestPage is the page of one request; problem is what a button was refused for.
func (f Pages) requestPage(r *http.Request, problem string) (web.Page, error) {
	id, err := pathBooking(r)
	if err != nil {
		return web.Page{}, err
	}
	v := requestView{}
	var heading string
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		k, err := f.Store.Booking(ctx, tx, id)
		if err != nil {
			return err
		}
		result, err := f.result(ctx, tx, k)
		if err != nil {
			return err
		}
		result.Href = ""
		v = requestView{Result: *result, Href: bookingPath(id), Problem: problem}
		p, err := f.Store.Place(ctx, tx, id)
		if err != nil {
			return err
		}
		b, err := f.Store.Block(ctx, tx, k.Block)
		if err != nil {
			return err
		}
		runs, err := f.Store.RunsOf(ctx, tx, b.ID)
		if err != nil {
			return err
		}
		var course training.Course
		for _, x := range runs {
			if x.ID == p.First || x.ID == p.Run {
				if course, err = f.Store.Course(ctx, tx, x.Course); err != nil {
					return err
				}
			}
		}
		heading = titleOf(course)
		v.who(k, p, runs)
		if err := f.needRow(ctx, tx, &v, id); err != nil {
			return err
		}
		_, err = f.Store.ChangeableBooking(ctx, tx, id)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err == nil {
			cals, err := f.Calendars.Calendars(ctx, tx)
			if err != nil {
				return err
			}
			f.offerActions(&v, p, b, runs, cals.District, tx.Now)
			v.Approve = training.CanApprove(tx.Viewer, b, p, k) == nil && p.Live(tx.Now)
		}
		return err
	})
	return public("A request", ui.Mast{Heading: heading, Text: "Your request, how it stands, and what you can do with it."},
		web.Page{Crumb: &ui.Link{Text: "All requests", Href: "/training/requests"}, Body: requestPage(v)}), err
}

// needRow shows what is needed to those who may read it, and writes the reading down.
func (f Pages) needRow(ctx context.Context, tx *store.Tx, v *requestView, id training.BookingID) error {
	n, err := f.Store.Need(ctx, tx, id)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, _, err := tx.Open(ctx, "training.need_opened", n.Ref()); err != nil {
		return err
	}
	for _, x := range [][2]string{{"Access", n.Access}, {"Food", n.Diet}} {
		if x[1] != "" {
			v.Who = append(v.Who, fact(x[0], x[1]))
		}
	}
	return nil
}

func (v *requestView) who(k training.Booking, p training.Place, runs []training.Run) {
	date := func(id training.RunID) string {
		for _, x := range runs {
			if x.ID == id {
				return training.DayWords(x.Days)
			}
		}
		return ""
	}
	v.Who = append(v.Who, fact("For", k.Name+", "+k.Title))
	for _, x := range [][2]string{{"Organisation", k.OrgName}, {"First preference", date(p.First)}, {"Second preference", date(p.Second)}, {"Manager", strings.Join(nonEmpty(k.ManagerName, k.ManagerMail), ", ")},
		{"Why not two days", k.OneDayWhy}, {"Entered for", k.Sender}} {
		if x[1] != "" {
			v.Who = append(v.Who, fact(x[0], x[1]))
		}
	}
}

// offerActions says what the reader can do with a request that they may change.
func (f Pages) offerActions(v *requestView, p training.Place, b training.Block, runs []training.Run, cal term.Calendar, now clock.Millis) {
	v.Accept = p.State == training.Offered && p.Live(now)
	_, err := training.CanChange(b, p, now)
	v.Change = err == nil
	var at training.Run
	for _, x := range runs {
		if x.ID == p.Run {
			at = x
		}
	}
	if training.CanCancel(p, at, now) != nil {
		return
	}
	v.Give = "Withdraw the request"
	if p.State == training.Placed {
		v.Give = "Give the place back"
		if late, _ := training.Late(b, at, cal, now); late {
			v.Warning = "This is later than " + text.Plural(int(b.CancelDays), "day", "days") + " before. " + b.LateTerms
		}
		for _, x := range runs {
			if x.ID != p.Run && x.Course == at.Course && training.CanTake(b, x, now) == nil {
				v.Transfer = append(v.Transfer, ui.SelectItem{Value: string(x.ID), Text: training.DayWords(x.Days)})
			}
		}
	}
}

// button answers a form that is one button: back to the request, or the page again with why it was refused.
func (f Pages) button(w http.ResponseWriter, r *http.Request, do func(context.Context, access.Viewer, training.BookingID) error, said string) error {
	id, err := pathBooking(r)
	if err != nil {
		return err
	}
	err = do(r.Context(), web.Viewer(r), id)
	again := func(no error) (web.Page, error) { return f.requestPage(r, errs.Sentence(no)) }
	return web.Done(w, r, err, again, bookingPath(id), said)
}

func (f Pages) accept(w http.ResponseWriter, r *http.Request) error {
	return f.button(w, r, f.Accept, "The place is yours.")
}

func (f Pages) decline(w http.ResponseWriter, r *http.Request) error {
	return f.button(w, r, f.Decline, "Declined. The place goes to the next in line.")
}

func (f Pages) approve(w http.ResponseWriter, r *http.Request) error {
	return f.button(w, r, f.Approve, "Agreed. The place is confirmed.")
}

func (f Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	return f.button(w, r, func(ctx context.Context, v access.Viewer, id training.BookingID) error { return f.Cancel(ctx, v, id) }, "Given back. A place goes to the next in line.")
}

func (f Pages) transfer(w http.ResponseWriter, r *http.Request) error {
	return f.button(w, r, func(ctx context.Context, v access.Viewer, id training.BookingID) error {
		return f.Transfer(ctx, v, id, training.RunID(r.PostFormValue("to")))
	}, "The place is on the other date now.")
}
