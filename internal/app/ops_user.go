package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"kith/internal/feature/account"
	"kith/internal/feature/directory"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

type userCmd struct {
	Add               userAdd     `cmd:"" help:"Add somebody and print the link with which they choose a password."`
	Disable           userDisable `cmd:"" help:"End what an account opens, at once."`
	ResetSecondFactor userReset   `cmd:"" help:"Take the second steps of an account away; its owner sets one up when they next sign in."`
}

// userPlace is where the people are.
type userPlace struct {
	placeFlags
	District string `help:"Name of the district, where the database has several."`
}

// with runs fn over the joined program, as the operator in the district.
func (m userPlace) with(c *console, url string, fn func(*App, access.Viewer) error) error {
	if err := m.named(); err != nil {
		return err
	}
	p := m.place()
	db, root, _, err := openPlace(c.ctx, p)
	if err != nil {
		return err
	}
	if todo, err := db.Pending(c.ctx); err != nil || len(todo) > 0 {
		if err == nil {
			err = errs.Refuse(olderDatabase(len(todo)))
		}
		return errors.Join(err, db.Close())
	}
	a, err := Join(c.ctx, db, root, "", Settings{Place: p, Log: logTo(c.err), PublicURL: url, Mail: noMail{}})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	d, err := theDistrict(a.districts, m.District)
	if err == nil {
		err = fn(a, access.System(d.ID, "the operator"))
	}
	if errs.Is(err, errs.NotFound) {
		err = errs.Refuse("Nobody has this address.")
	}
	return errors.Join(err, a.Close())
}

// olderDatabase is the sentence for a database that the program has not brought up yet.
func olderDatabase(todo int) string {
	return fmt.Sprintf("This database was made by an older Kith: %d migrations have not run. kith serve runs them at its start, and kith migrate up at once; both copy the database first.", todo)
}

type userAdd struct {
	userPlace
	Name      string `required:"" help:"Their name."`
	Email     string `required:"" help:"Their address."`
	Role      string `required:"" help:"What they are there, such as dsl, head, member or admin."`
	Org       string `required:"" help:"Where: the organisation's URN or whole name."`
	Title     string `help:"What the organisation calls the post."`
	PublicURL string `help:"How people reach this server; the printed link begins with it."`
}

func (m userAdd) Run(c *console) error {
	return m.with(c, m.PublicURL, func(a *App, v access.Viewer) error {
		var org ref.Organisation
		if err := a.DB.Read(c.ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
			org, err = directory.Store{}.Find(ctx, tx, m.Org)
			return err
		}); err != nil {
			return err
		}
		title := m.Title
		if title == "" {
			title = strings.ReplaceAll(m.Role, "_", " ")
		}
		link, err := a.Account.AddUser(c.ctx, v, account.Invitation{Name: m.Name, Email: m.Email,
			Post: account.Post{Org: org.ID, Role: access.Role(m.Role), Title: title, From: a.DB.Now(), Until: account.NoEnd}})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "%s opens this link within 7 days to choose a password. It opens once.\n%s%s\n", m.Name, strings.TrimSuffix(m.PublicURL, "/"), link)
		return err
	})
}

type userDisable struct {
	userPlace
	Email string `arg:"" help:"Their address."`
}

func (m userDisable) Run(c *console) error {
	return m.with(c, "", func(a *App, v access.Viewer) error {
		if err := a.Account.DisableUser(c.ctx, v, m.Email); err != nil {
			return err
		}
		_, err := fmt.Fprintln(c.out, "The account opens nothing any more; its sessions have ended.")
		return err
	})
}

type userReset struct {
	userPlace
	Email string `arg:"" help:"Their address."`
}

func (m userReset) Run(c *console) error {
	return m.with(c, "", func(a *App, v access.Viewer) error {
		if err := a.Account.ResetSecondFactor(c.ctx, v, m.Email); err != nil {
			return err
		}
		_, err := fmt.Fprintln(c.out, "The second steps are gone; its owner sets one up when they next sign in.")
		return err
	})
}
