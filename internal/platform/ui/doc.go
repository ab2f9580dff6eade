// Package ui is everything a page is built of: the document around it (Page), GOV.UK's controls as typed components
// (Button, Radios, ErrorSummary ...), and the files a browser fetches (Asset, AssetHandler).
//
// Each component is a struct with the names of GOV.UK's own parameters and is itself a templ component, so that a page
// writes @ui.Button{Text: "Send"}. Markup and behaviour are GOV.UK's, checked against the examples that
// govuk-frontend ships; only the colours, corners and type differ. No component can print a script, a style attribute
// or HTML from a string.
//
// The files come from go run ./web/build, which must run before this package compiles.
package ui
