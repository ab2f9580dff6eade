package pgcluster

import "testing"

// TemplateError is Template for the test that expects it to fail.
func TemplateError(t testing.TB, key string, migrate func(string) error) error {
	return template(t.Context(), URL(t), key, migrate)
}
