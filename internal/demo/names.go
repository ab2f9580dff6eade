package demo

import (
	"context"
	"fmt"
	"strings"

	"kith/internal/feature/people"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// Given and family names as they are met in a northern English district. Put together at random they are nobody.
var (
	givenNames = strings.Fields(`Ada Aisha Alfie Amelia Amir Ana Archie Arlo Aroha Ayaan Bea Ben Bilal Callum Chloe Connor Daisy Danyal Declan Dylan Edie Ella Emil Erin Esme Ethan
		Faith Farah Finn Freya George Grace Hadiya Hamza Hana Harper Harry Holly Hugo Ibrahim Imogen Inaya Iris Isaac Isla Jack Jakub Jasmine Jay Jude Kacper Keira Kofi Lara Leo Lewis Lily Logan Lucas Luna
		Maisie Malak Mason Maya Mila Mohammed Musa Nadia Nathan Niamh Noah Nora Oliwia Oscar Otis Poppy Priya Rafi Reuben Rhys Robin Rosie Rowena Ruby Saira Sami Scarlett Siân Sofia Tariq Teddy Theo Toby Umar Violet Wiktor Yusuf Zac Zahra Zofia`)
	familyNames = strings.Fields(`Achebe Ahmed Akhtar Ali Appleyard Armitage Ashby Bairstow Barraclough Begum Bell Booth Boothroyd Brook Brown Butterworth Campbell Carr Chaudhry Clegg Cooper Crossley Dawson Dean Dyson Ellis Farrar Feather Firth Fox
		Gill Gledhill Greenwood Haddad Haigh Hall Hanif Hanson Hardcastle Hartley Hirst Holroyd Horsfall Hussain Iqbal Jackson Jagger Javed Kaur Kaye Khan Kowalska Lewandowski Lister Lumb Mahmood Malik Marsden Metcalfe Midgley Mirza Moore Nowak
		Oddy O’Brien O’Neill Ogden Okafor Patel Pickles Priestley Quarmby Rafiq Ramsden Rashid Rhodes Riley Robertshaw Saleh Sharp Shaw Singh Smith Stansfield Sutcliffe Sykes Sunderland Taylor Thornton Turner Uddin Varley Wadsworth Walker Whiteley Wójcik Wood Wright Younis Zaman Zielińska`)
	classes = strings.Fields(`Wren Kestrel Harrier Robin Heron Curlew Swift Plover`)
)

func (m *maker) pick(names []string) string { return names[m.rand.IntN(len(names))] }

func (m *maker) adultName() string { return m.pick(givenNames) + " " + m.pick(familyNames) }

// story are the children who have a part in what is told, all at Thornbeck Primary.
var storyKids = []struct {
	key, given, family, year, class string
	born                            clock.Day
}{
	{"ivy", "Ivy", "Marsden", "4", "4 Harrier", "2018-05-03"},
	{"rowan", "Rowan", "Marsden", "6", "6 Kestrel", "2016-02-11"},
	{"noor", "Noor", "Haddad", "2", "2 Wren", "2019-11-20"},
	{"declan", "Declan", "Ashby", "5", "5 Heron", "2017-01-14"},
	{"zofia", "Zofia", "Zielińska", "3", "3 Robin", "2018-10-02"},
	{"rowena", "Rowena", "Achebe", "2", "2 Wren", "2020-01-08"},
	{"kacper", "Kacper", "Nowicki", "5", "5 Heron", "2017-06-30"},
}

// enrol puts the children on the rolls of the schools.
func (m *maker) enrol(ctx context.Context, children int) error {
	err := m.write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, k := range storyKids {
			c := people.Child{Org: m.schools[0], Given: k.given, Family: k.family, Year: k.year, Class: k.class}
			d := people.Detail{Born: k.born, Sex: "", Entered: "2022-09-05", Source: "T-" + k.key}
			contact := people.Contact{Name: "Sonia " + k.family, Relationship: "Mother", Phone: "07700 900 " + fmt.Sprint(100+len(m.kids)), Priority: 1, Parental: true}
			if err := m.people.Insert(ctx, tx, &c, &d, contact); err != nil {
				return err
			}
			m.kids[k.key] = c
		}
		if _, err := m.people.Tie(ctx, tx, m.kids["ivy"].ID, m.kids["rowan"].ID); err != nil {
			return err
		}
		if err := m.people.InsertContact(ctx, tx, people.Contact{Record: m.kids["ivy"].File, Name: "Jean Marsden", Relationship: "Grandmother", Phone: "07700 900 190", Priority: 2}); err != nil {
			return err
		}
		today := clock.DayOf(tx.Now.Time())
		for _, f := range []people.Flag{
			{Record: m.kids["ivy"].File, Kind: "Early help", Who: "Thornbeck Primary", From: today.Add(140), Until: today.Add(256)},
			{Record: m.kids["ivy"].File, Kind: "Child in need", Who: "Priya Nair", From: today.Add(288)},
		} {
			if err := m.people.InsertFlag(ctx, tx, f); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, "roll.begun", ref.To("organisation", m.schools[0]))
	})
	if err != nil {
		return err
	}
	const batch = 1000
	for done := len(storyKids); done < children; done += batch {
		n := min(batch, children-done)
		if err := m.write(ctx, func(ctx context.Context, tx *store.Tx) error {
			shared := done > len(storyKids)
			arrivals := make([]*people.Arrival, n)
			for i := range arrivals {
				year := 1 + (done+i)%6
				a := &people.Arrival{Child: people.Child{Org: m.schools[((done+i)/30)%len(m.schools)], Given: m.pick(givenNames), Family: m.pick(familyNames), Year: fmt.Sprint(year), Class: fmt.Sprint(year, " ", m.pick(classes))}}
				a.Born, a.Entered, a.Source = clock.Day(fmt.Sprintf("%d-%02d-%02d", 2021-year, 1+m.rand.IntN(12), 1+m.rand.IntN(28))), "2022-09-05", fmt.Sprintf("H-%06d", done+i)
				arrivals[i] = a
			}
			if err := m.people.BulkInsert(ctx, tx, arrivals); err != nil {
				return err
			}
			for _, a := range arrivals {
				if a.Org == m.schools[0] && a.Family == "Marsden" && !shared { // the grandmother of Ivy is there for another child too: a brother or sister?
					if err := m.people.InsertContact(ctx, tx, people.Contact{Record: a.Child.File, Name: "Jean Marsden", Relationship: "Grandmother", Phone: "07700 900 190", Priority: 3}); err != nil {
						return err
					}
					shared = true
				}
				if a.Org == m.schools[0] && len(m.extras) < extras {
					key := fmt.Sprint("extra", len(m.extras))
					m.kids[key] = a.Child
					m.extras = append(m.extras, key)
				}
			}
			return audit.Record(ctx, tx, "roll.filled", ref.To("district", m.district))
		}); err != nil {
			return err
		}
	}
	return nil
}

// extras is how many children of Thornbeck Primary besides the named ones somebody has written about.
const extras = 24

// extra is one of them; "" in a district too small to have any.
func (m *maker) extra(i int) string {
	if len(m.extras) == 0 {
		return "declan"
	}
	return m.extras[i%len(m.extras)]
}
