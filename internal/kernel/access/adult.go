package access

// Adult is the kind of a worry about an adult who works or volunteers with children: a low-level concern or an allegation. Who
// reads it is decided for each one when it is sent, and never by a post alone: no head, lead or administrator finds one because
// of what they are (LLC-1, SEC-10). Its parts are those of a concern: header, account, lead (the decision maker's), decision,
// feedback.
const Adult = "adult"

// Harm is the kind of what happened to a child where an adult may have done it: an entry of the child's file, restricted to
// those who decide about the adult, with the adult by reference only. It leads nowhere (LLC-4).
const Harm = "harm"

// SentOn is the kind of a concern that was written about a child and sent on because it is about an adult. It has no rule, so
// nobody reads it: its words live on in the adult's record (CON-17).
const SentOn = "sent_on"

// Kinds of relation of these records. The first three lead to an organisation and to whoever holds the post there, so that a
// successor finds what is open; the others to a person.
const (
	HeadReceives  = "head_receives"
	ChairReceives = "chair_receives"
	TrustReceives = "trust_receives"
	StandsIn      = "stands_in"   // read it because the recipient did not, or is away (LLC-2)
	FirstReads    = "first_reads" // the lead whom a school has named first reader of low-level ones (LLC-1)
	Excluded      = "excluded"    // of the household of whom it is about, or said by the writer to be close to them
)

// notClose: somebody of the household of whom it is about reads nothing of it, whatever else they hold (LLC-2).
var notClose = not(related(Excluded, ""))

// deciding are the rules by which those who decide about an adult read, the same for the record and for the child's entry.
func deciding(prefix, what string, write bool) []Rule {
	return []Rule{
		{Name: prefix + "head", Words: "The headteacher reads " + what + " that came to the headteacher", Role: Head, Write: write,
			When: all(related(HeadReceives, Head), notClose)},
		{Name: prefix + "chair", Words: "The chair of governors reads " + what + " that came to the chair, such as one about the headteacher", Role: Chair, Write: write,
			When: all(related(ChairReceives, Chair), notClose)},
		{Name: prefix + "trust", Words: "The trust’s named person reads " + what + " that came to the trust", Role: TrustLead, Write: write,
			When: all(related(TrustReceives, TrustLead), notClose)},
		{Name: prefix + "stand-in", Words: "A named stand-in reads " + what + " once its recipient has not read it in time, or is away", Role: Member, Write: write,
			When: all(related(StandsIn, ""), notClose)},
		{Name: prefix + "officer", Words: "The designated officer reads " + what + " that was referred to the authority, and no other", Role: LADO, Write: write,
			When: all(related(Referral, LADO), notClose)},
	}
}

var adults = Kind{
	Name: Adult, Words: "A worry about an adult",
	Parts: []string{PartHeader, PartAccount, PartLead, PartDecision, PartFeedback},
	Rules: append([]Rule{
		{Name: "adult-reporter", Words: "Whoever wrote about an adult always finds their own words and their state", Role: Member,
			When: all(mine(colAuthor), parts(PartHeader, PartAccount)), First: true},
		{Name: "adult-told", Words: "What was written back is read by the person it was written for", Role: Member,
			When: all(parts(PartFeedback), related(Told, "")), First: true},
		{Name: "adult-first-reader", Words: "The lead whom a school has named first reader reads the words of a low-level concern, and decides nothing", Role: Member,
			When: all(parts(PartHeader, PartAccount), related(FirstReads, ""), notClose)},
	}, deciding("adult-", "a worry about an adult", true)...),
}

var harms = Kind{
	Name: Harm, Words: "What happened to a child where an adult may have done it",
	Parts: []string{PartAccount},
	Rules: append([]Rule{
		{Name: "harm-author", Words: "Whoever wrote down what happened to a child always finds their own words", Role: Member,
			When: mine(colAuthor), First: true},
		{Name: "harm-named", Words: "A lead whom the decision maker has named to look after the child reads what happened to the child, and nothing about the adult", Role: Member,
			When: all(named, notClose)},
		{Name: "harm-break-glass", Words: "In an emergency a named person who opens a child’s records reads what happened to the child, until it lapses", Role: Member,
			When: all(related(BreakGlass, ""), notClose)},
	}, deciding("harm-", "what happened to a child", false)...),
}
