package account

import (
	"os"
	"testing"

	"kith/internal/feature/account/password"
)

// TestMain lets the tests of this slice sign people in cheaply; the real cost has its tests in package password.
func TestMain(m *testing.M) {
	password.Cheaply()
	os.Exit(m.Run())
}
