package casework

import "strings"

func wordSet(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

// The lists below only decide what is replaced without asking and what is shown to a person. None of them hides a name: what is
// on a list and is somebody's name is replaced where it has a capital.
var (
	// titles go before a name and are no part of it.
	titles = wordSet(`mr mrs miss ms mx dr sir madam prof professor rev father`)

	// articles begin what is no name: "A neighbour".
	articles = wordSet(`a an the my her his our their some another`)

	// particles are parts of names that say nothing alone.
	particles = wordSet(`de da do dos das del della di du la le las los van von der den ter ten al el ul bin ibn bint abu umm st san o mc mac y e`)

	// ordinary are English words that are also names. Without a capital they are taken for the word and shown.
	ordinary = wordSet(`will mark may rose grace hope joy faith summer april june august jack bill art rob sue pat dawn eve ivy lily daisy robin dean grant frank miles chase drew
		gray grey brown white black green young long short king cook baker hunter carter walker bell hall wood woods field fields hill lane street church stone wells rivers brook brooks
		ray sky star angel amber ruby pearl olive basil ginger heather holly hazel iris violet poppy rosemary sage willow penny nick jimmy gene guy don ken jo an so in on ash clay cliff dale
		glen heath lee reed reid wade chance honor honour mercy patience prudence constance bishop pope knight page porter potter mason taylor smith butler parker fisher shepherd singer
		marshall price wise sharp swift day winter may major sergeant rich best good love bliss moon rain snow frost storm banks bond case cross day may mum dad nan bob pip tom sam max
		man moody short little small strong bright rush read reader speed sparks waters ford ward park parks walls house barn temple chapel abbey castle london paris israel jordan china kent
		chester lincoln preston clifton ashton carol melody harmony trinity destiny serenity noble justice royal prince duke earl baron sing song`)

	// plain are words that are written with a capital and are nobody's name.
	plain = wordSet(`may monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december mon tue wed thu fri sat sun
		jan feb mar apr jun jul aug sep sept oct nov dec christmas easter eid diwali ramadan i english maths pe ict it send sen ehcp cin cp lac la dsl mash nhs gp tv pc ok us uk british england
		english polish turkish urdu arabic kcsie lado cams camhs ofsted fgm ehc pshe year reception nursery key stage mum mummy mam dad daddy nan nana nanny gran granny grandma grandad grandpa
		auntie aunt uncle mother father child children parents parent family adult person teacher head headteacher police school social care early help young people unknown boy girl baby`)

	// starters begin sentences and are nobody's name.
	starters = wordSet(`a about above after again all already also although always among an and another any anybody anyone anything are around as ask asked at away back be because been before began
		behaviour below beside between both breakfast but by came can change class close cold come concern consistent contact could daily day decided decision did do does during each earlier early either
		end even every everybody everyone everything few first five follow for four from further gave get go good got had has have he her here hers him his home homework how however i if in into is it its
		just keep kept key last late later leave left let level like look looks low lunch made make many match maybe me medium meeting money more most much must my neither never new next no nobody none nor
		not nothing now of off on once one only open opened or other our out over own parent parents perhaps phone place play please put quiet rang read recorded ring said saturday saw school second see seen
		send sent several shared she shoes should significant since sister six sleeps so some somebody someone something soon space spoke still such support take talk tell ten than that the their them then
		there these they thing things third this those though three threshold through time to today together told tomorrow too took towards two under unless until up very via wanted was watch we week well went
		were what whatever when whenever where wherever whether which while who whoever whole whose why will with within without wore work would written yes yesterday yet you your account accounts reasons
		confidential safeguarding chronology found drew gives high answer nothing notice document attendance named linked brother relieved thankful thank below purpose happened`)
)
