package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// program is the built binary, and what it needs to start and to serve.
type program struct{ path string }

// build builds the program as `make build` does.
func build(ctx context.Context, dir string) (program, error) {
	p := program{filepath.Join(dir, "kith")}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return p, err
	}
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", p.path, "./cmd/kith") // #nosec G204 -- our own program, just built
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return p, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return p, nil
}

func (p program) size() (int64, error) {
	f, err := os.Stat(p.path)
	if err != nil {
		return 0, err
	}
	return f.Size(), nil
}

// serving is the program while it serves.
type serving struct {
	cmd     *exec.Cmd
	address string
	took    time.Duration
}

// demo starts `kith demo` on a data folder and waits until it says that it is ready.
func (p program) demo(ctx context.Context, data string) (*serving, error) {
	s := &serving{cmd: exec.CommandContext(ctx, p.path, "demo", "--listen", "127.0.0.1:0", "--data", data)} // #nosec G204 -- our own program, just built
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			s.took, s.address = time.Since(began), address
			go io.Copy(io.Discard, out) //nolint:errcheck // until it ends
			return s, nil
		}
	}
	return nil, fmt.Errorf("kith demo ended before it was ready: %w", s.cmd.Wait())
}

func (s *serving) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// memory returns the resident memory in MB: now, and at its highest.
func (s *serving) memory() (now, most float64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	for l := range strings.Lines(string(b)) {
		f := strings.Fields(l)
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(f[1], 64)
		switch f[0] {
		case "VmRSS:":
			now = kb / 1024
		case "VmHWM:":
			most = kb / 1024
		}
	}
	return now, most, nil
}

// load has 50 people of the invented cast use the program over HTTP for a while.
func (s *serving) load(ctx context.Context, for_ time.Duration) error {
	var wg sync.WaitGroup
	fail := make(chan error, 50)
	end := time.Now().Add(for_)
	for range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			r, err := c.PostForm(s.address+"/demo/sign-in", url.Values{"persona": {"dsl"}})
			if err != nil {
				fail <- err
				return
			}
			r.Body.Close()
			cookies := r.Cookies()
			for i := 0; time.Now().Before(end); i++ {
				q, err := http.NewRequestWithContext(ctx, http.MethodGet, s.address+[]string{"/today", "/children", "/concerns", "/concerns/new"}[i%4], nil)
				if err != nil {
					fail <- err
					return
				}
				for _, k := range cookies {
					q.AddCookie(k)
				}
				a, err := c.Do(q)
				if err != nil {
					fail <- err
					return
				}
				_, err = io.Copy(io.Discard, a.Body)
				a.Body.Close()
				if err != nil || a.StatusCode != http.StatusOK {
					fail <- fmt.Errorf("%s: %d %w", q.URL.Path, a.StatusCode, err)
					return
				}
			}
		}()
	}
	wg.Wait()
	close(fail)
	return errors.Join(<-fail)
}

// starts measures how long the program takes until it is ready: on an empty folder, and on a folder that has a district. The
// medians of three.
func (p program) starts(ctx context.Context, dir, existing string) (fresh, again, large time.Duration, err error) {
	var f, a, l []time.Duration
	once := func(data string, to *[]time.Duration) error {
		s, err := p.demo(ctx, data)
		if err != nil {
			return err
		}
		*to = append(*to, s.took)
		return s.stop()
	}
	for i := range 3 {
		data := filepath.Join(dir, fmt.Sprint("start", i), "data")
		if err := os.RemoveAll(filepath.Dir(data)); err != nil {
			return 0, 0, 0, err
		}
		if err := errors.Join(once(data, &f), once(data, &a), once(filepath.Join(existing, "data"), &l), os.RemoveAll(filepath.Dir(data))); err != nil {
			return 0, 0, 0, err
		}
	}
	mid := func(v []time.Duration) time.Duration { slices.Sort(v); return v[len(v)/2] }
	return mid(f), mid(a), mid(l), nil
}
