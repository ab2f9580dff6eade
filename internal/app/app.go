// Package app joins the slices into one program. It is the only package that knows every slice: who gets which database, which
// routes there are, in which order things start and stop, and the command line. It is plain wiring, to be read from top to end.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"

	"kith/internal/feature/account"
	"kith/internal/feature/adults"
	"kith/internal/feature/auditing"
	"kith/internal/feature/casework"
	"kith/internal/feature/concerns"
	"kith/internal/feature/directory"
	"kith/internal/feature/insight"
	"kith/internal/feature/newsletters"
	"kith/internal/feature/people"
	"kith/internal/feature/referrals"
	"kith/internal/feature/sharing"
	"kith/internal/feature/talk"
	"kith/internal/feature/today"
	"kith/internal/feature/training"
	"kith/internal/feature/training/cascade"
	"kith/internal/feature/training/catalogue"
	"kith/internal/feature/training/office"
	"kith/internal/feature/training/programme"
	"kith/internal/feature/training/quiz"
	"kith/internal/feature/training/running"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/platform/audit"
	"kith/internal/platform/bulk"
	"kith/internal/platform/files"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/search"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// Slices are all the migrations of the program.
var Slices = []store.Slice{
	store.Migrations, audit.Migrations, story.Migrations, web.Migrations, search.Migrations, bulk.Migrations,
	files.Migrations, account.Migrations, directory.Migrations, people.Migrations, concerns.Migrations, casework.Migrations, newsletters.Migrations,
	adults.Migrations,
	auditing.Migrations,
	sharing.Migrations,
	referrals.Migrations,
	talk.Migrations,
	training.Migrations,
}

// Mailer sends one mail. platform/mail has two: one by SMTP, one that keeps messages in a folder for the invented district.
type Mailer interface {
	Send(ctx context.Context, m mail.Message) error
}

// Place says where the data is.
type Place struct {
	Data     string // folder of the SQLite database
	URL      string // postgres://..., in place of Data
	OwnerURL string // the role that migrates
	KeyFile  string
	// CheckpointKey is the file of the key that signs checkpoints of the audit log, where it is not beside the data.
	CheckpointKey string
}

// Settings are what the program is told at its start.
type Settings struct {
	Place
	Clock     clock.Clock
	IDs       *id.Source
	Log       *slog.Logger
	PublicURL string
	Mail      Mailer
	Secure    bool
	Workers   int
	// SchoolAccounts are the providers by which people may sign in, beside Kith's own ways.
	SchoolAccounts []account.Provider
	Unflushed      bool // of the invented district while it is made, and of tests: see store.Options
}

// App is the program, joined and not yet serving.
type App struct {
	DB          *store.DB
	Root        secret.Root
	KeyMade     string // where a new root key lies, when this start made one
	Log         *audit.Log
	Queue       *jobs.Queue
	Account     *account.Feature
	Auditing    *auditing.Feature
	Concerns    *concerns.Feature
	Adults      *adults.Feature
	Casework    *casework.Feature
	Referrals   *referrals.Feature
	Talk        *talk.Feature
	Newsletters *newsletters.Feature
	Terms       *directory.Terms
	Sharing     *sharing.Feature
	Training    *training.Feature
	Quizzes     *quiz.Feature
	Programmes  *programme.Feature
	Cascades    *cascade.Feature
	Running     *running.Feature
	Insight     *insight.Feature
	Today       *today.Feature
	Files       files.Store
	Handler     http.Handler
	Site        *web.Site

	settings  Settings
	districts []directory.District
	key       *checkpointKey // nil where no checkpoints are made
	metrics   *metrics
	nightly   *nightly // nil where no backups are made
}

// OpenStore opens the database of a place with its key, without migrating it.
func OpenStore(ctx context.Context, s Settings) (*store.DB, secret.Root, string, error) {
	o := store.Options{URL: s.URL, OwnerURL: s.OwnerURL, Clock: s.Clock, IDs: s.IDs, Slices: Slices, Unflushed: s.Unflushed}
	if s.Data != "" {
		if err := os.MkdirAll(s.Data, 0o700); err != nil {
			return nil, secret.Root{}, "", errs.Of(errs.Unavailable, err, "The data folder "+s.Data+" cannot be made.")
		}
	}
	root, from, err := secret.LoadOrMakeRoot(s.keys(s.KeyFile))
	if err = s.keyChanging(err); err != nil {
		return nil, root, "", err
	}
	o.Key = root.Derive(secret.Cursors)
	made := ""
	if from.Made {
		made = from.Path
	}
	if s.URL == "" {
		o.Path, o.Key = filepath.Join(s.Data, "kith.db"), root.Derive(secret.Database)
	}
	db, err := store.Open(ctx, o)
	return db, root, made, s.keyChanging(err)
}

// New opens the database, brings it up to the program and joins the slices.
func New(ctx context.Context, s Settings) (*App, error) {
	if s.Log == nil {
		s.Log = slog.New(slog.NewJSONHandler(os.Stderr, nil))
	}
	db, root, made, err := OpenStore(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := beforeUpgrade(ctx, db, root, s); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if _, err := db.Migrate(ctx, jobs.Migrate); err != nil {
		return nil, err
	}
	return Join(ctx, db, root, made, s)
}

// Join makes the program over an open database.
func Join(ctx context.Context, db *store.DB, root secret.Root, made string, s Settings) (*App, error) {
	a := &App{DB: db, Root: root, KeyMade: made, settings: s, metrics: newMetrics()}
	if s.Mail != nil {
		s.Mail = countedMail{s.Mail, a.metrics}
	}
	key, err := loadCheckpointKey(s.Place)
	if err != nil {
		return nil, err
	}
	a.Log = audit.New(db, nil)
	if key != nil {
		a.key, a.Log = key, audit.New(db, key.signer)
	}
	a.Queue = jobs.New(db, s.Log)
	if err := a.loadDistricts(ctx); err != nil {
		return nil, err
	}

	accounts, children, organisations := account.Directory{}, people.Children{}, directory.Store{}
	a.Account = account.New(db, account.Config{Key: root.Derive(secret.Accounts), Mailer: s.Mail, Organisations: organisations, PublicURL: s.PublicURL, Providers: s.SchoolAccounts, Place: a.place})
	a.Account.Work(a.Queue)
	a.Account.Open = []ui.Link{{Text: "Courses and events", Href: "/training"}, {Text: "The newsletter", Href: "/newsletters"}}
	if a.demo() {
		a.Account.Demo = a.demoPersonas
	}
	a.Files = files.Store{DB: db, Key: root.Derive(secret.Files)}
	calendars := directory.NewCalendars()
	a.Adults = adults.New(adults.Deps{DB: db, Queue: a.Queue, Calendars: calendars, URL: s.PublicURL, People: accounts, Children: children, Schools: organisations, Mail: s.Mail, Files: a.Files})
	a.Sharing = sharing.New(sharing.Deps{DB: db, Queue: a.Queue, URL: s.PublicURL, People: accounts, Schools: organisations, Things: sharedThings{db: db}, Mail: s.Mail})
	a.Concerns = concerns.New(concerns.Deps{DB: db, Queue: a.Queue, Calendars: calendars, DayKey: root.Derive(secret.DayCodes), URL: s.PublicURL,
		People: accounts, Children: children, Schools: organisations, Mail: s.Mail, Files: a.Files, Sharing: a.Sharing, Adults: aboutAdults{a.Adults},
		Refer: func(decision string) string { return "/decisions/" + decision + "/refer" }})
	a.Referrals = referrals.New(referrals.Deps{DB: db, Queue: a.Queue, Calendars: calendars, URL: s.PublicURL, Concerns: referredConcerns{a.Concerns}, People: accounts, Organisations: organisations, FrontDoor: frontDoor, Mail: s.Mail})
	a.Talk = talk.New(talk.Deps{DB: db, Calendars: calendars, Key: root.Derive(secret.DayCodes), Concerns: askingConcerns{a.Concerns, accounts.Store}, People: accounts, Schools: organisations, Limits: a.Account})
	a.Concerns.Beside = []concerns.Beside{a.Referrals, a.Talk}
	a.Casework = casework.New(casework.Deps{DB: db, Calendars: calendars, Queue: a.Queue, URL: s.PublicURL, Write: "/concerns/new", Children: fileChildren{}, People: accounts,
		Schools: organisations, Teller: fileTeller{files: a.Files}, Mail: s.Mail, Sharing: a.Sharing})
	a.Newsletters = newsletters.New(newsletters.Deps{DB: db, Queue: a.Queue, PublicURL: s.PublicURL, Publisher: a.publisher(), Mailer: s.Mail, Posts: letterPosts{}, Names: letterNames{db: db}, People: accounts})
	a.Terms = directory.NewTerms(directory.TermDeps{DB: db, Calendars: calendars, Clocks: clocks{a.Concerns, a.Adults}})
	a.Training = training.New(training.Deps{DB: db, Queue: a.Queue, Calendars: calendars, PublicURL: s.PublicURL, Publisher: a.publisher(), Venues: courseVenues{}, VenueMail: courseVenues{}, Organisations: organisations, People: accounts, Mailer: s.Mail})
	a.Quizzes = quiz.New(quiz.Deps{DB: db, Queue: a.Queue, Calendars: calendars, PublicURL: s.PublicURL, People: quizPeople{accounts}, Schools: organisations, Mailer: s.Mail})
	a.Programmes = programme.New(programme.Deps{Feature: a.Training, Limits: a.Account, Listing: organisations})
	a.Cascades = cascade.New(cascade.Deps{DB: db, Queue: a.Queue, PublicURL: s.PublicURL, Publisher: a.publisher(), Key: root.Derive(secret.DayCodes), People: accounts, Places: coveredPlaces{}, Mailer: s.Mail, Limits: a.Account})
	a.Running = running.New(running.Deps{Training: a.Training, Key: root.Derive(secret.Training), Limits: a.Account, Staff: schoolStaff{accounts, a.Quizzes}})
	a.Insight = insight.New(insight.Deps{DB: db, Calendars: calendars, Schools: organisations, Concerns: standingConcerns{Feature: a.Concerns}})
	a.Today = today.New(today.Deps{DB: db, Sources: []today.Source{
		a.Concerns,
		a.Adults,
		a.Referrals,
		a.Casework,
		a.Sharing,
		a.Newsletters,
		a.Account,
		a.Terms,
		a.Insight,
		a.Quizzes,
		a.Programmes,
		a.Cascades,
		a.Running,
	}})
	a.Auditing = auditing.New(auditing.Deps{DB: db, Queue: a.Queue, URL: s.PublicURL, Log: a.Log, Key: a.publicKey(), Sign: a.signed(), Organisations: organisations, Role: account.RoleWords, Mail: s.Mail})
	rolls := people.NewRolls(people.RollDeps{DB: db, Queue: a.Queue, Schools: organisations})
	registers := directory.NewRegisters(db, a.Queue)

	frames := frames{db: db, accounts: accounts, organisations: organisations, duty: a.Concerns, districts: a.districts}
	routes := []web.Route{web.Get("/{$}", anybody, a.front)}
	routes = append(routes, healthRoutes(db)...)
	routes = append(routes, publicRoutes()...)
	routes = append(routes, a.Account.Routes()...)
	routes = append(routes, web.Drafts{DB: db}.Routes()...)
	routes = append(routes, a.Files.Routes()...)
	routes = append(routes, a.Concerns.Routes()...)
	routes = append(routes, a.Adults.Routes()...)
	routes = append(routes, a.Referrals.Routes()...)
	routes = append(routes, a.Talk.Routes()...)
	routes = append(routes, a.Casework.Routes()...)
	routes = append(routes, a.Sharing.Routes()...)
	routes = append(routes, rolls.Routes()...)
	routes = append(routes, registers.Routes()...)
	routes = append(routes, a.Terms.Routes()...)
	routes = append(routes, a.Newsletters.Routes()...)
	routes = append(routes, catalogue.Pages{Feature: a.Training, Programmes: a.Programmes}.Routes()...)
	routes = append(routes, office.Pages{Feature: a.Training}.Routes()...)
	routes = append(routes, a.Quizzes.Routes()...)
	routes = append(routes, a.Programmes.Routes()...)
	routes = append(routes, a.Cascades.Routes()...)
	routes = append(routes, a.Running.Routes()...)
	routes = append(routes, a.Insight.Routes()...)
	routes = append(routes, a.Today.Routes()...)
	routes = append(routes, a.Auditing.Routes()...)
	if a.demo() {
		routes = append(routes, a.demoRoutes()...)
	}
	a.Site = web.New(web.Config{Log: s.Log, Clock: db.Clock(), IDs: db.IDs(), Sessions: a.Account, District: directory.ByHost(a.districts),
		Frame: frames.frame, Secure: s.Secure, PublicURL: s.PublicURL, Observe: a.metrics.request}, routes)
	a.Handler = a.Site
	return a, nil
}

func (a *App) loadDistricts(ctx context.Context) (err error) {
	a.districts, err = directory.Store{}.Districts(ctx, a.DB)
	return err
}

// demo says whether this is the invented district, where anybody signs in as anybody.
func (a *App) demo() bool { return len(a.districts) == 1 && a.districts[0].Demo }

// Close stops the work and closes the database.
func (a *App) Close() error { return a.DB.Close() }

// place names a district as people say it.
func (a *App) place(district string) string {
	for _, d := range a.districts {
		if d.ID == district {
			return d.Name
		}
	}
	return ""
}

// publisher is whom the newsletter is from.
func (a *App) publisher() string {
	if len(a.districts) == 1 {
		return a.districts[0].Name + " Safeguarding Partnership"
	}
	return "Safeguarding Partnership"
}
