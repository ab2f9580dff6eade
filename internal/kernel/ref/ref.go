// Package ref lets slices speak of each other's things without importing each other: a kind and an id, no more.
package ref

// Ref names one thing of one slice, as the audit log and the story know it: Kind "concern", ID a UUIDv7.
type Ref struct{ Kind, ID string }

// To returns a reference.
func To(kind, id string) Ref { return Ref{Kind: kind, ID: id} }

// Person is somebody who can sign in, as other slices show them.
type Person struct {
	ID    string // account id
	Name  string
	Title string // post title where it is asked for, e.g. "Lunchtime supervisor"
}

// Organisation is a school, trust, authority or agency, as other slices show it.
type Organisation struct{ ID, Name, Kind string }

// Child is a pupil as a list shows one: never more than name and class.
type Child struct{ ID, Name, Class string }
