package account

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/url"
	"regexp"
	"strconv"

	"kith/internal/kernel/errs"
)

var providerKey = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// ReadProviders reads the list of providers that an operator wrote, as JSON. Rule: what in it cannot be used, in words for
// the operator. A provider that would let in anybody is among that: one without domains, or with a claim for the tenant and
// no tenants.
func ReadProviders(r io.Reader) ([]Provider, error) {
	var list []Provider
	d := json.NewDecoder(r)
	d.DisallowUnknownFields() // a misspelt "tenants" would let everybody in
	if err := d.Decode(&list); err != nil {
		return nil, errs.Of(errs.Rule, err, "The list of school accounts cannot be read: "+err.Error()+".")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errs.Refuse("The list of school accounts goes on after its end.")
	}
	seen := map[string]bool{}
	for i, p := range list {
		if why := p.unusable(); why != "" {
			return nil, errs.Refuse("School account " + cmp.Or(p.Key, strconv.Itoa(i+1)) + " cannot be used: " + why + ".")
		}
		if seen[p.Key] {
			return nil, errs.Refuse("Two school accounts have the key " + p.Key + ".")
		}
		seen[p.Key] = true
	}
	return list, nil
}

// unusable says what keeps a provider's settings from being used, "" where nothing does.
func (p Provider) unusable() string {
	issuer, err := url.Parse(p.Issuer)
	switch {
	case !providerKey.MatchString(p.Key):
		return "its key stands in addresses and has small letters, figures and hyphens"
	case p.Name == "":
		return "it has no name for its button"
	case err != nil || issuer.Host == "" || issuer.Scheme != "https" && !(issuer.Scheme == "http" && loopback(issuer.Hostname())):
		return "its issuer is an address that begins with https://"
	case p.ClientID == "" || p.ClientSecret == "":
		return "it has no client_id or no client_secret"
	case len(p.Domains) == 0:
		return "it names no domains whose addresses may be joined to an account"
	case (p.TenantClaim == "") != (len(p.Tenants) == 0):
		return "tenant_claim and tenants belong together"
	}
	return ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Answers asks a provider what it says of itself. Unavailable: it does not answer, or is not whom the settings name.
func (p Provider) Answers(ctx context.Context) error {
	_, _, err := newProviders([]Provider{p}).meet(ctx, p.Key)
	return err
}
