package app_test

import (
	"strings"
	"testing"
)

func TestUsers(t *testing.T) {
	i := install(t)
	if out := must(t, "user", "add", "--data", i.data, "--name", "Ann Lee", "--email", "ann@oak.example", "--role", "auditor", "--org", "Oakshire"); !strings.Contains(out, "/invite/") {
		t.Errorf("user add said %q", out)
	}
	refused(t, "no such organisation", "user", "add", "--data", i.data, "--name", "Ann Lee", "--email", "ann2@oak.example", "--role", "auditor", "--org", "Elm")
	must(t, "user", "reset-second-factor", "tom@oak.example", "--data", i.data)
	must(t, "user", "disable", "ann@oak.example", "--data", i.data)
	refused(t, "Nobody has this address", "user", "disable", "eve@oak.example", "--data", i.data)
}
