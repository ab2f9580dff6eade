package account

import (
	"strings"
	"testing"

	"kith/internal/kernel/errs"
	"kith/internal/testkit"
	"kith/internal/testkit/signon"
)

const entra = `[{"key": "microsoft", "name": "School account", "issuer": "https://login.microsoftonline.com/0f0/v2.0", "client_id": "a", "client_secret": "b",
	"subject": "oid", "tenant_claim": "tid", "tenants": ["0f0"], "domains": ["oak.example"], "verified_claim": "xms_edov", "second_factor": ["mfa"]}]`

// SEC-25: the list that an operator writes is taken whole, or refused with what is wrong in it; above all one that would let in anybody.
func TestListOfProviders(t *testing.T) {
	list, err := ReadProviders(strings.NewReader(entra))
	testkit.OK(t, err)
	if len(list) != 1 || list[0].Subject != "oid" || list[0].Tenants[0] != "0f0" || list[0].VerifiedClaim != "xms_edov" || list[0].SecondFactor[0] != "mfa" || list[0].ClientSecret != "b" {
		t.Errorf("%+v", list)
	}
	for from, to := range map[string]string{
		`"tenants": ["0f0"]`:                 `"tenents": ["0f0"]`,
		`"tenants": ["0f0"], `:               ``,
		`"tenant_claim": "tid", `:            ``,
		`"domains": ["oak.example"]`:         `"domains": []`,
		`https://login.microsoftonline.com`:  `http://login.microsoftonline.com`,
		`https://login.microsoftonline.com/`: ``,
		`"key": "microsoft"`:                 `"key": "micro/soft"`,
		`"name": "School account"`:           `"name": ""`,
		`"client_secret": "b"`:               `"client_secret": ""`,
		`}]`:                                 `}, ` + strings.Trim(entra, "[]") + `]`,
		`["mfa"]}]`:                          `["mfa"]}] []`,
		`[{`:                                 `{`,
	} {
		broken := strings.Replace(entra, from, to, 1)
		if broken == entra {
			t.Errorf("%s is not in the list", from)
		}
		if got, err := ReadProviders(strings.NewReader(broken)); !errs.Is(err, errs.Rule) || len(got) > 0 {
			t.Errorf("%s in place of %s: %v, %v", to, from, got, err)
		}
	}
}

func TestProviderAnswersForItself(t *testing.T) {
	m := signon.Start(t)
	testkit.OK(t, Provider{Key: "school", Issuer: m.Issuer}.Answers(t.Context()))
	if err := (Provider{Key: "school", Issuer: strings.Replace(m.Issuer, "127.0.0.1", "localhost", 1)}).Answers(t.Context()); !errs.Is(err, errs.Unavailable) {
		t.Errorf("a provider that names itself otherwise: %v", err)
	}
}
