package password

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"kith/internal/kernel/errs"
)

func TestPasswordsThatAreTriedFirstAreRefused(t *testing.T) {
	for _, p := range []string{
		"123qweasdzxc", "q1w2e3r4t5y6", "leavemealone", "qwertyuiop12", "Password1234", "Sunshine2024!", "5unsh1ne2024", "p@ssw0rd1234",
		"aaaaaaaaaaaa", "abcabcabcabc", "passwordpassword", "abcdefghijkl", "123456789012", "zyxwvutsrqpo", "0987654321ab", "football!!!!!",
	} {
		if err := Check(p); !errs.Is(err, errs.Rule) {
			t.Errorf("%q is allowed", p)
		}
	}
	for _, p := range []string{"correct horse battery", "kettle-otter-violin", "wet Tuesday, blue bus", "ναι πέντε λόγια", "8c2fK!vv0qLm"} {
		if err := Check(p); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func TestLengthIsTheOnlyOtherRule(t *testing.T) {
	for p, ok := range map[string]bool{
		"elf otter 7": false, "elf otter 72": true, strings.Repeat("kettle otter ", 9) + "violin drum": true, strings.Repeat("y", 5) + strings.Repeat("kettle otter ", 10): false,
	} {
		if err := Check(p); (err == nil) != ok {
			t.Errorf("%q: %v", p, err)
		}
	}
}

// ASVS 6.2.11: words that anybody knows of the owner do not count towards the length.
func TestOwnNameIsNotAPassword(t *testing.T) {
	if err := Check("amina.sesay.2026", "Amina Sesay", "a.sesay@oak.example"); !errs.Is(err, errs.Rule) {
		t.Fatalf("%v", err)
	}
	if err := Check("amina violin kettle", "Amina Sesay"); err != nil {
		t.Fatal(err)
	}
}

func TestHashMatchesFromEveryKeyboard(t *testing.T) {
	h, err := Hash(t.Context(), "café kettle otter")
	if err != nil || !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%s %v", h, err)
	}
	for p, want := range map[string]bool{"cafe\u0301 kettle otter": true, "cafe kettle otter": false, "": false} {
		if ok, err := Matches(t.Context(), p, h); err != nil || ok != want {
			t.Errorf("%q: %v %v", p, ok, err)
		}
	}
	if ok, err := Matches(t.Context(), "anything at all", ""); ok || err != nil {
		t.Fatalf("nobody's password matched: %v %v", ok, err)
	}
}

// At most four hashes are made at once; whoever waits too long is told so.
func TestFourHashesAtOnce(t *testing.T) {
	var most int
	var mu sync.Mutex
	var wg sync.WaitGroup
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				mu.Lock()
				most = max(most, len(slots))
				mu.Unlock()
				time.Sleep(time.Millisecond)
			}
		}
	}()
	for range 12 {
		wg.Go(func() {
			if _, err := Hash(t.Context(), "kettle otter violin"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	close(stop)
	mu.Lock()
	defer mu.Unlock()
	if most < 2 || most > 4 {
		t.Fatalf("%d hashes at once", most)
	}
	for range 4 {
		slots <- struct{}{}
	}
	defer func() {
		for range 4 {
			<-slots
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := Matches(ctx, "kettle otter violin", ""); !errs.Is(err, errs.Busy) {
		t.Fatalf("a fifth hash: %v", err)
	}
}
