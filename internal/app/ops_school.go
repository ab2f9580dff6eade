package app

import (
	"os"

	"kith/internal/feature/account"
	"kith/internal/kernel/errs"
)

// schoolFlags say by whose accounts people may sign in, beside Kith's own.
type schoolFlags struct {
	SchoolAccounts string `type:"path" help:"File of the providers of school accounts (Microsoft, Google); or the systemd credential kith-school-accounts."`
}

// providers reads the list; none where no file is named. It holds secrets, so others of the machine may not read it.
func (f schoolFlags) providers() ([]account.Provider, error) {
	path := credential(f.SchoolAccounts, "kith-school-accounts")
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path) // #nosec G304 -- the operator's own
	if err != nil {
		return nil, errs.Of(errs.Rule, err, "The list of school accounts cannot be read from "+path+".")
	}
	defer file.Close()
	if info, err := file.Stat(); f.SchoolAccounts != "" && (err != nil || info.Mode().Perm()&0o007 != 0) {
		return nil, errs.Refuse("Everybody on this machine can read the list of school accounts at " + path + ", and it holds secrets. It is not used. Set it right with: chmod 640 " + path)
	}
	return account.ReadProviders(file)
}

func (k *checker) schoolAccounts() {
	list, err := k.providers()
	if err != nil {
		k.fault("school accounts", err)
	}
	for _, p := range list {
		if err := p.Answers(k.c.ctx); err != nil {
			k.say("school accounts", attention, "%s does not answer at %s as the one it is set up as. Nobody can sign in by it; other ways stay open.", p.Name, p.Issuer)
		} else {
			k.say("school accounts", well, "%s answers at %s", p.Name, p.Issuer)
		}
	}
}
