// Package browser drives Chromium through the program's pages the way people do, by label and by role, on a phone and on
// a desk, and checks each page for accessibility faults and for the few mistakes that an accessibility checker misses.
//
// There is one browser per test process; each Page has a context of its own (cookies, storage), so tests do not meet. Opening
// one costs more than ten pages shown in it, so a test process with many tests keeps a few (Kept) and hands them on (For). The
// driver is npm's playwright-core, so nothing is downloaded. Driver and browser end with the test process: their pipes
// close.
package browser

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/playwright-community/playwright-go"

	"kith/internal/testkit/repo"
)

// executable is Debian's Chromium. Playwright's own download is not used.
const executable = "/usr/bin/chromium"

// patience is how long a page may take to show what a test waits for, in milliseconds. Only a test that fails waits for so long; on a
// machine with ten times its work, ten seconds were too few.
const patience = 60_000

// A Browser is the running Chromium.
type Browser struct {
	chromium playwright.Browser
	axe      string // axe-core's source
	root     string

	mu    sync.Mutex
	known map[[32]byte][]violation // what axe said of documents that it has seen
}

var started struct {
	sync.Once
	browser *Browser
	err     error
}

// New returns the process's browser, starting it the first time.
func New(t testing.TB) *Browser {
	t.Helper()
	root := repo.Root(t)
	started.Do(func() { started.browser, started.err = start(root) })
	if started.err != nil {
		t.Fatalf("browser for tests: %v", started.err)
	}
	return started.browser
}

func start(root string) (*Browser, error) {
	axe, err := os.ReadFile(filepath.Join(root, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		return nil, fmt.Errorf("run make setup: %w", err)
	}
	driver, err := driverFolder(root)
	if err != nil {
		return nil, err
	}
	pw, err := playwright.Run(&playwright.RunOptions{DriverDirectory: driver, SkipInstallBrowsers: true})
	if err != nil {
		return nil, err
	}
	args := []string{
		"--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync",
	}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium refuses to run as root with it
	}
	chromium, err := pw.Chromium.Launch(playwright.BrowserTypeLaunchOptions{
		ExecutablePath: playwright.String(executable), Args: args,
		// A signal to the test process ends the browser by the closing pipe; the driver must not race it.
		HandleSIGINT: playwright.Bool(false), HandleSIGTERM: playwright.Bool(false), HandleSIGHUP: playwright.Bool(false),
	})
	if err != nil {
		return nil, err
	}
	return &Browser{chromium: chromium, axe: string(axe), root: root, known: map[[32]byte][]violation{}}, nil
}

// driverFolder makes the folder that playwright-go expects (package and node) out of links to what npm installed.
func driverFolder(root string) (string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, ".cache", "playwright")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	for name, target := range map[string]string{"node": node, "package": filepath.Join(root, "node_modules", "playwright-core")} {
		if err := link(target, filepath.Join(dir, name)); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// link makes name a link to target. Several test processes may do so at once, hence the rename.
func link(target, name string) error {
	if now, err := os.Readlink(name); err == nil && now == target {
		return nil
	}
	own := fmt.Sprintf("%s.%d", name, os.Getpid())
	if err := os.Symlink(target, own); err != nil {
		return err
	}
	return os.Rename(own, name)
}

// opening is how a page is opened.
type opening struct {
	playwright.BrowserNewContextOptions
	kept bool
}

// An Option changes how a page is opened.
type Option func(*opening)

// WithoutScript opens the page with JavaScript off.
func WithoutScript() Option {
	return func(o *opening) { o.JavaScriptEnabled = playwright.Bool(false) }
}

// Kept leaves the page open when its test ends, for Page.For to hand it to another.
func Kept() Option { return func(o *opening) { o.kept = true } }

// Phone opens an empty page of 390 by 844 with touch. base is the server's URL, to which Goto's paths are relative.
func (b *Browser) Phone(t testing.TB, base string, options ...Option) *Page {
	t.Helper()
	return b.page(t, "phone", playwright.BrowserNewContextOptions{
		BaseURL:  playwright.String(base),
		Viewport: &playwright.Size{Width: 390, Height: 844}, HasTouch: playwright.Bool(true), IsMobile: playwright.Bool(true),
		DeviceScaleFactor: playwright.Float(2),
	}, options)
}

// Desktop opens an empty page of 1280 by 900. base is the server's URL, to which Goto's paths are relative.
func (b *Browser) Desktop(t testing.TB, base string, options ...Option) *Page {
	t.Helper()
	return b.page(t, "desktop", playwright.BrowserNewContextOptions{
		BaseURL:  playwright.String(base),
		Viewport: &playwright.Size{Width: 1280, Height: 900},
	}, options)
}

func (b *Browser) page(t testing.TB, device string, from playwright.BrowserNewContextOptions, options []Option) *Page {
	t.Helper()
	o := opening{BrowserNewContextOptions: from}
	o.Locale, o.TimezoneId = playwright.String("en-GB"), playwright.String("Europe/London")
	o.ReducedMotion = playwright.ReducedMotionReduce
	for _, option := range options {
		option(&o)
	}
	context, err := b.chromium.NewContext(o.BrowserNewContextOptions)
	if err != nil {
		t.Fatal(err)
	}
	if !o.kept {
		t.Cleanup(func() {
			if err := context.Close(); err != nil {
				t.Errorf("close the browser's context: %v", err)
			}
		})
	}
	context.SetDefaultTimeout(patience)
	pw, err := context.NewPage()
	if err != nil {
		t.Fatal(err)
	}
	p := &Page{PW: pw, t: t, browser: b, device: device, visited: map[string]bool{}}
	if o.JavaScriptEnabled != nil {
		if p.scripts, err = context.NewCDPSession(pw); err != nil {
			t.Fatal(err)
		}
	}
	p.listen()
	return p
}
