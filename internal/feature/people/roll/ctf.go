package roll

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"kith/internal/platform/tabular"
)

// Limits of a Common Transfer File: a whole secondary school with all its assessments stays below the first.
const (
	maxCTFBytes = 64 << 20
	maxCTFDepth = 64
	maxCTFText  = 64 << 10 // bytes of text in one element; what is beyond is left out
	maxCTFNodes = 200_000  // elements in one pupil
)

// newestCTF is the newest version of the Common Transfer File whose specification this reader was written against.
const newestCTF = 24

// CTF is what a Common Transfer File says about itself.
type CTF struct {
	// Version is as written, such as "24.0"; "" if the file does not say.
	Version string
	// Created is the file's own date and time, as written.
	Created string
	// Partial says that the file holds a part of what is known about its pupils.
	Partial bool
	// From and To are authority and establishment number in one, such as "3802001". "LLLL" in the place of the
	// establishment is the authority itself, "XXXXXXX" an unknown destination, "MMMMMMM" one outside the maintained sector.
	From, To string
	// FromURN and FromName are there in newer versions.
	FromURN, FromName string
}

// ReadCTF reads the pupils of a Common Transfer File of any version, with an XML namespace or without, in UTF-8, UTF-16
// or Latin-1 (ROL-5). A file with a document type or an entity of its own is refused. A file newer than the reader is
// read, with a warning. In the report a row is the line on which a Pupil element begins.
//
// A Common Transfer File follows children who move: it is no list of a school's roll, so a child who is not in it has
// not left. It is not the child protection file either, and nothing of that is looked for in it.
func ReadCTF(ctx context.Context, r io.Reader, each func(Pupil) error) (CTF, Report, error) {
	var head CTF
	var rep Report
	data, err := io.ReadAll(io.LimitReader(r, maxCTFBytes+1))
	if err != nil {
		return head, rep, err
	}
	if len(data) > maxCTFBytes {
		return head, rep, tabular.ErrTooLarge
	}
	data, guessed := plainXML(data)
	if guessed {
		rep.Warn(Rejection{Row: 1, Field: "encoding", Reason: "the file is not in the encoding it names; it was read as Windows-1252"})
	}
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // plainXML has decoded it
	x := &ctfReader{ctx: ctx, dec: dec, rep: &rep, head: &head, seen: tabular.Seen{}}
	err = x.file(each)
	return head, rep, err
}

// plainXML returns the file as UTF-8. guessed is true when the bytes are not in the encoding that the file names.
func plainXML(b []byte) (text []byte, guessed bool) {
	utf16 := func(e unicode.Endianness, p unicode.BOMPolicy) []byte {
		// The decoder replaces what it cannot read, so there is no error to have.
		out, _ := unicode.UTF16(e, p).NewDecoder().Bytes(b)
		return out
	}
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}), bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return utf16(unicode.LittleEndian, unicode.ExpectBOM), false
	case bytes.HasPrefix(b, []byte{'<', 0}):
		return utf16(unicode.LittleEndian, unicode.IgnoreBOM), false
	case bytes.HasPrefix(b, []byte{0, '<'}):
		return utf16(unicode.BigEndian, unicode.IgnoreBOM), false
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if utf8.Valid(b) {
		return b, false
	}
	named := strings.ToLower(string(b[:min(len(b), 200)]))
	latin := strings.Contains(named, "8859-1") || strings.Contains(named, "1252") || strings.Contains(named, "latin1")
	// Windows-1252 is what is meant by Latin-1 in practice: they differ only where Latin-1 has no characters.
	out, _ := charmap.Windows1252.NewDecoder().Bytes(b)
	return out, !latin
}

// node is one element with what it holds.
type node struct {
	name     string
	text     string
	raw      []byte // the text so far, while the element is read
	children []*node
}

// child follows a path of element names and returns the first element there, or nil.
func (n *node) child(path ...string) *node {
	for _, name := range path {
		if n == nil {
			return nil
		}
		i := slices.IndexFunc(n.children, func(c *node) bool { return strings.EqualFold(c.name, name) })
		if i < 0 {
			return nil
		}
		n = n.children[i]
	}
	return n
}

// all returns every element of that name directly below n, which may be nil.
func (n *node) all(name string) []*node {
	var out []*node
	if n != nil {
		for _, c := range n.children {
			if strings.EqualFold(c.name, name) {
				out = append(out, c)
			}
		}
	}
	return out
}

func (n *node) value(path ...string) string {
	if c := n.child(path...); c != nil {
		return strings.TrimSpace(c.text)
	}
	return ""
}

type ctfReader struct {
	ctx  context.Context
	dec  *xml.Decoder
	rep  *Report
	head *CTF
	seen tabular.Seen
	// nodes counts the elements of the present pupil.
	nodes int
}

var errDTD = errors.New("the file declares a document type (DTD), which a Common Transfer File never needs and which can be used to attack; it was not read")

// file walks the top of the document: the header and the pupils.
func (x *ctfReader) file(each func(Pupil) error) error {
	root, header := false, false
	for {
		tok, line, err := x.token()
		if errors.Is(err, io.EOF) {
			if !root {
				return errors.New("the file holds no XML")
			}
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		name := strings.ToLower(start.Name.Local)
		switch {
		case !root:
			if name != "ctfile" && name != "atfile" {
				return fmt.Errorf("the file is a %q, not a Common Transfer File", short(start.Name.Local))
			}
			root = true
		case name == "header" && !header:
			n, err := x.element(start, 1)
			if err != nil {
				return err
			}
			header = true
			x.header(n)
		case name == "ctfpupildata" || name == "atfpupildata":
		case name == "pupil":
			x.nodes = 0
			n, err := x.element(start, 2)
			if err != nil {
				return err
			}
			if err := x.pupil(n, line, each); err != nil {
				return err
			}
		default:
			if err := x.dec.Skip(); err != nil {
				return x.problem(err)
			}
		}
	}
}

// token returns the next token and the line on which it begins, and refuses what must not be there.
func (x *ctfReader) token() (xml.Token, int, error) {
	line, _ := x.dec.InputPos()
	tok, err := x.dec.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, line, err
		}
		return nil, line, x.problem(err)
	}
	if d, ok := tok.(xml.Directive); ok {
		if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(string(d))), "DOCTYPE") {
			return nil, line, errDTD
		}
		return nil, line, fmt.Errorf("line %d holds a declaration that a Common Transfer File never needs", line)
	}
	return tok, line, nil
}

func (x *ctfReader) problem(err error) error {
	if strings.Contains(err.Error(), "character entity") {
		return errors.New("the file uses an entity of its own, which a Common Transfer File never needs; it was not read")
	}
	return fmt.Errorf("the XML cannot be read: %w", err)
}

// element reads the rest of an element that has begun.
func (x *ctfReader) element(start xml.StartElement, depth int) (*node, error) {
	if x.nodes++; x.nodes > maxCTFNodes {
		return nil, errors.New("one pupil of the file has more elements than any pupil has")
	}
	if depth > maxCTFDepth {
		return nil, errors.New("the XML is nested deeper than a Common Transfer File is")
	}
	n := &node{name: start.Name.Local}
	for {
		tok, _, err := x.token()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the XML ends in the middle of an element")
		}
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			c, err := x.element(t, depth+1)
			if err != nil {
				return nil, err
			}
			n.children = append(n.children, c)
		case xml.CharData:
			if len(n.raw)+len(t) <= maxCTFText {
				n.raw = append(n.raw, t...)
			}
		case xml.EndElement:
			n.text, n.raw = string(n.raw), nil
			return n, nil
		}
	}
}

func (x *ctfReader) header(n *node) {
	school := func(name string) string {
		s := n.child(name)
		return s.value("LEA") + s.value("Estab")
	}
	*x.head = CTF{
		Version: n.value("CTFversion"), Created: n.value("DateTime"), Partial: strings.EqualFold(n.value("DocumentQualifier"), "partial"),
		From: school("SourceSchool"), To: school("DestSchool"),
		FromURN: n.value("SourceSchool", "URN"), FromName: n.value("SourceSchool", "SchoolName"),
	}
	major, _, _ := strings.Cut(x.head.Version, ".")
	if v, err := strconv.Atoi(major); err == nil && v > newestCTF {
		x.rep.Warn(Rejection{Row: 1, Field: "CTFversion", Reason: fmt.Sprintf("the file is of version %s, newer than the %d we know; what is new in it was left out", short(x.head.Version), newestCTF)})
	}
}

// ctfFields are the plain elements of a pupil. Older files say Gender where newer ones say Sex.
var ctfFields = []struct {
	field Field
	path  []string
}{
	{UPN, []string{"UPN"}}, {ULN, []string{"UniqueLearnerNumber"}}, {Surname, []string{"Surname"}},
	{Forename, []string{"Forename"}}, {DOB, []string{"DOB"}}, {Sex, []string{"Gender"}}, {Sex, []string{"Sex"}},
	{FormerUPN, []string{"BasicDetails", "FormerUPN"}}, {PreferredSurname, []string{"BasicDetails", "PreferredSurname"}},
	{PreferredForename, []string{"BasicDetails", "PreferredForename"}}, {FormerSurname, []string{"BasicDetails", "FormerSurname"}},
	{MiddleNames, []string{"BasicDetails", "MiddleNames"}}, {YearGroup, []string{"BasicDetails", "NCyearActual"}},
	{Ethnicity, []string{"BasicDetails", "Ethnicity"}}, {Language, []string{"BasicDetails", "Languages", "Type", "Language"}},
	{ServiceChild, []string{"BasicDetails", "ServiceChild"}}, {PupilPremium, []string{"BasicDetails", "PupilPremium"}},
	{InCare, []string{"LookedAfter", "InCare"}}, {Email, []string{"Email"}},
}

func (x *ctfReader) pupil(n *node, line int, each func(Pupil) error) error {
	if err := x.ctx.Err(); err != nil {
		return err
	}
	x.rep.Read++
	p := Pupil{Row: line}
	put := func(f Field, v string) {
		if w := p.put(f, v); w != "" {
			x.rep.Warn(Rejection{Row: line, Field: f.String(), Reason: w})
		}
	}
	for _, f := range ctfFields {
		if c := n.child(f.path...); c != nil {
			put(f.field, c.text)
		}
	}
	if hist := n.child("FSMhistory"); hist != nil {
		// Eligible now: a spell that has begun and that the file gives no end.
		eligible := "no"
		for _, spell := range hist.all("FSMinstance") {
			if spell.value("FSMendDate") == "" {
				eligible = "yes"
			}
		}
		put(FSM, eligible)
	}
	latest := ""
	for _, s := range n.child("SENhistory").all("SEN") {
		// Dates are ISO here, so the later one is the greater text.
		if from := s.value("StartDate"); s.child("SENprovision") != nil && from >= latest {
			latest = from
			put(SEN, s.value("SENprovision"))
		}
	}
	if a := n.child("Address"); a != nil {
		text, pc := ctfAddress(a)
		put(Address, text)
		put(Postcode, pc)
	}
	if phones := ctfPhones(n); len(phones) > 0 {
		put(Phone, phones[0])
	}
	if list := n.child("Contacts"); list != nil {
		p.Has |= SetOf(Contacts)
		for _, c := range list.all("Contact") {
			p.Contacts = append(p.Contacts, x.contact(c, line))
		}
	}
	p.settle()
	if field, reason := p.sound(x.seen); reason != "" {
		x.rep.Reject(Rejection{Row: line, Field: field, Reason: reason})
		return nil
	}
	if err := each(p); err != nil {
		return err
	}
	x.rep.Kept++
	return nil
}

func (x *ctfReader) contact(n *node, line int) Contact {
	var c Contact
	for _, f := range []struct {
		field Field
		names []string
	}{
		{ContactTitle, []string{"Title"}}, {ContactForename, []string{"Forename"}}, {ContactSurname, []string{"Surname"}},
		{ContactRelationship, []string{"Relationship"}}, {ContactPriority, []string{"Order", "Priority"}},
		{ContactParental, []string{"Responsibility", "ParentalResponsibility"}}, {ContactCourtOrder, []string{"CourtOrder"}},
		{ContactEmail, []string{"Email"}},
	} {
		for _, name := range f.names {
			if e := n.child(name); e != nil {
				if w := c.put(f.field, strings.TrimSpace(e.text)); w != "" {
					x.rep.Warn(Rejection{Row: line, Field: f.field.String(), Reason: w})
				}
			}
		}
	}
	c.Phones = ctfPhones(n)
	if a := n.child("Address"); a != nil {
		c.Address, c.Postcode = ctfAddress(a)
	}
	return c
}

func ctfPhones(n *node) []string {
	var out []string
	for _, p := range n.child("Phones").all("Phone") {
		if no := p.value("PhoneNo"); no != "" && !slices.Contains(out, no) {
			out = append(out, no)
		}
	}
	return out
}

// ctfAddress joins the parts of an address in the order of the file, which is the order of an envelope, whether it is
// written as numbered lines or in the parts of BS 7666.
func ctfAddress(a *node) (text, postcode string) {
	var parts []string
	var walk func(*node)
	walk = func(n *node) {
		for _, c := range n.children {
			v := strings.Join(strings.Fields(c.text), " ")
			switch name := strings.ToLower(c.name); {
			case name == "postcode":
				postcode = v
			case name == "easting" || name == "northing" || name == "uniquepropertyreferencenumber" || name == "country":
			case len(c.children) > 0:
				walk(c)
			case v != "" && !slices.Contains(parts, v):
				parts = append(parts, v)
			}
		}
	}
	walk(a)
	return strings.Join(parts, ", "), postcode
}
