package ui

const (
	oneWording     = "the words of the control are English and the same everywhere"
	nothingGiven   = "GOV.UK passes over empty items but counts them; our items are a typed list without holes"
	chosenByValue  = "an item is chosen by the group's value or by its own flag; a flag set to false that undoes the value has no use here"
	focusStays     = "the summary and the banner always take the focus: it cannot be switched off"
	noInterruption = "a panel is only the head of a receipt; we have no interruption page"
	noActions      = "a panel holds no links; they follow it"
	noEnhanced     = "the drop area is not used: the browser's own control says what it takes"
	countsByLimit  = "what is counted follows from which limit is given"
	limitInMarkup  = "the limit is always known on the server and stands in the words below the field"
	allOrNamed     = "the wrong parts are named, or all are; a part is never marked right"
	plainTitle     = "the title of a card is text"
)

// withoutFixture lists GOV.UK's examples that we leave out on purpose, by component and name, each with its reason.
var withoutFixture = map[string]map[string]string{
	"checkboxes":    {"with falsy values": nothingGiven, "item checked overrides values": chosenByValue},
	"radios":        {"with falsy items": nothingGiven, "item checked overrides value": chosenByValue},
	"select":        {"item selected overrides value": chosenByValue},
	"task-list":     {"with empty values": nothingGiven},
	"button":        {"don't prevent double click": "a button either prevents a second press or says nothing about it"},
	"error-summary": {"autofocus disabled": focusStays, "autofocus explicitly enabled": focusStays},
	"notification-banner": {
		"auto-focus disabled, with type as success": focusStays, "auto-focus explicitly enabled, with type as success": focusStays,
	},
	"error-message": {
		"translated":                   oneWording,
		"visually hidden text removed": "a message always says that it is one",
	},
	"password-input": {"with translations": oneWording},
	"panel": {
		"interruption": noInterruption, "interruption-with-content-with-long-line-length": noInterruption,
		"interruption-with-headings-content-and-lists": noInterruption, "interruption with custom classes": noInterruption,
		"interruption, with actions classes and attributes": noInterruption, "interruption, submit action": noInterruption,
		"interruption, button link": noInterruption, "interruption, no actions": noInterruption,
		"interruption, no actions items": noInterruption, "confirmation, with actions": noActions,
	},
	"file-upload": {
		"enhanced": noEnhanced, "enhanced, with error message and hint": noEnhanced, "enhanced, multiple files": noEnhanced,
		"enhanced, custom wrapper classes and attributes": noEnhanced, "translated": noEnhanced,
		"translated, no javascript enhancement": noEnhanced,
		"with value":                            "no browser lets a page fill in a file",
	},
	"character-count": {
		"with count type 'length'": countsByLimit, "with count type 'characters'": countsByLimit,
		"with count type 'characters' and value": countsByLimit, "with count type 'characters' and error message": countsByLimit,
		"with count type 'characters' and threshold": countsByLimit, "with count type 'words'": countsByLimit,
		"with count type 'words' and value": countsByLimit, "with count type 'words' and error message": countsByLimit,
		"with count type 'words' and threshold": countsByLimit, "with custom textarea description": oneWording,
		"custom classes on countMessage":          "the count looks the same everywhere",
		"with neither maxlength nor maxwords set": limitInMarkup, "with translations": oneWording,
	},
	"date-input": {
		"day and month": "two of three parts are given as items", "month and year": "two of three parts are given as items",
		"with error on single field by omission": allOrNamed, "with error on single item by omission": allOrNamed,
	},
	"summary-list": {"as a summary card with a html header": plainTitle},
}
