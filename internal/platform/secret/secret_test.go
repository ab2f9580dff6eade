package secret_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/platform/secret"
)

func fixed(b byte) secret.Root { return secret.RootOf([32]byte(bytes.Repeat([]byte{b}, 32))) }

func refused(t *testing.T, err, problem error, words ...string) {
	t.Helper()
	var k *secret.KeyError
	if !errors.As(err, &k) || !errors.Is(err, problem) {
		t.Fatalf("got %v, want a sentence of %v", err, problem)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the sentence lacks %q: %s", w, err)
		}
	}
}

func TestEachPurposeHasItsOwnKey(t *testing.T) {
	seen := map[[32]byte]secret.Purpose{}
	for _, p := range []secret.Purpose{secret.Database, secret.Files, secret.DayCodes, secret.Accounts, secret.Cursors} {
		k := fixed(1).Derive(p)
		if other, ok := seen[k]; ok {
			t.Errorf("%s and %s share a key", p, other)
		}
		seen[k] = p
		if k != fixed(1).Derive(p) || k == fixed(2).Derive(p) {
			t.Errorf("%s: a key must follow from the root key and from nothing else", p)
		}
	}
	// data at rest depends on this value: a change of it loses every installation's data
	k := fixed(1).Derive(secret.Database)
	if got := hex.EncodeToString(k[:]); got != "21550336ed8691a5cf617c7ae962b3763b0eb5e811a57beb21a4afbff84874a5" {
		t.Errorf("the database key of the test root is %s", got)
	}
}

func TestRootIsNeverPrinted(t *testing.T) {
	r := fixed('k')
	sheet, err := secret.NewSheet("Haverdale", "2026-11-23", r)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		fmt.Fprintf(&out, verb+verb, r, struct {
			R secret.Root
			S secret.Sheet
		}{r, sheet})
	}
	j, err := json.Marshal(map[string]any{"r": r})
	if err == nil {
		t.Errorf("JSON takes a root key: %s", j)
	}
	for _, no := range []string{"kkkk", "6b6b", "107 107", "AGE-SECRET"} {
		if strings.Contains(out.String(), no) {
			t.Errorf("%q is printed: %s", no, out.String())
		}
	}
}

func TestKeyIsMadeOnceBesideTheData(t *testing.T) {
	dir := t.TempDir()
	p := secret.Places{Data: filepath.Join(dir, "data")}
	if _, _, err := secret.LoadRoot(p); !errors.Is(err, secret.ErrLost) {
		t.Errorf("loading alone makes nothing: %v", err)
	}
	made, src, err := secret.LoadOrMakeRoot(p)
	if err != nil || !src.Made || src.Path != filepath.Join(dir, "kith.key") {
		t.Fatalf("%v %+v", err, src)
	}
	info, err := os.Stat(src.Path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info.Mode(), err)
	}
	again, src, err := secret.LoadOrMakeRoot(p)
	if err != nil || src.Made || again != made {
		t.Errorf("the second start: %v %+v same key %v", err, src, again == made)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".kith.key*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	if loaded, _, err := secret.LoadRoot(p); err != nil || loaded != made {
		t.Error(err)
	}
}

func TestSeveralProcessesStartingAtOnceShareOneKey(t *testing.T) {
	p := secret.Places{Data: filepath.Join(t.TempDir(), "data")}
	var mu sync.Mutex
	ids, made := map[string]bool{}, 0
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			r, src, err := secret.LoadOrMakeRoot(p)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			ids[r.ID()] = true
			if src.Made {
				made++
			}
		})
	}
	wg.Wait()
	if len(ids) != 1 || made != 1 {
		t.Errorf("%d keys, made %d times", len(ids), made)
	}
}

func save(t *testing.T, path string, r secret.Root) {
	t.Helper()
	if err := secret.SaveRoot(r, path, ""); err != nil {
		t.Fatal(err)
	}
}

func TestOrderOfPlaces(t *testing.T) {
	dir := t.TempDir()
	p := secret.Places{File: filepath.Join(dir, "given.key"), Credentials: filepath.Join(dir, "cred"), Data: filepath.Join(dir, "data")}
	save(t, p.File, fixed(1))
	save(t, filepath.Join(p.Credentials, "kith-key"), fixed(2))
	save(t, filepath.Join(dir, "kith.key"), fixed(3))
	for i := byte(1); i <= 3; i++ {
		got, _, err := secret.LoadOrMakeRoot(p)
		if err != nil || got != fixed(i) {
			t.Errorf("place %d: %v", i, err)
		}
		switch i {
		case 1:
			p.File = ""
		case 2:
			p.Credentials = filepath.Join(dir, "other") // a service without this credential goes on to the file
		}
	}
}

func TestLossIsSaidAndNothingIsMade(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(filepath.Join(data, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "sub", "kith.db"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := secret.LoadOrMakeRoot(secret.Places{Data: data})
	refused(t, err, secret.ErrLost, "nothing in "+data+" can be read", "recovery sheet", "No new key was made")
	_, _, err = secret.LoadOrMakeRoot(secret.Places{File: filepath.Join(dir, "gone.key"), Data: data})
	refused(t, err, secret.ErrLost, "gone.key", "Nothing was made")
	_, _, err = secret.LoadOrMakeRoot(secret.Places{})
	refused(t, err, secret.ErrLost, "systemd credential kith-key")
	files, _ := filepath.Glob(filepath.Join(dir, "*key*"))
	if len(files) != 0 {
		t.Errorf("made: %v", files)
	}
	if _, src, err := secret.LoadOrMakeCheckpoint(secret.Places{Data: data}); err != nil || !src.Made {
		t.Errorf("a checkpoint key may be made beside data: %v", err)
	}
}

func TestKeyInsideTheDataFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	inside := filepath.Join(data, "keys", "kith.key")
	save(t, inside, fixed(1))
	_, _, err := secret.LoadRoot(secret.Places{File: inside, Data: data})
	refused(t, err, secret.ErrMisplaced, "inside the data folder")
	link := filepath.Join(dir, "link.key")
	if err := os.Symlink(inside, link); err != nil {
		t.Fatal(err)
	}
	_, _, err = secret.LoadRoot(secret.Places{File: link, Data: data})
	refused(t, err, secret.ErrMisplaced)
	alias := filepath.Join(dir, "alias")
	if err := os.Symlink(data, alias); err != nil {
		t.Fatal(err)
	}
	_, _, err = secret.LoadRoot(secret.Places{File: inside, Data: alias})
	refused(t, err, secret.ErrMisplaced)
	refused(t, secret.SaveRoot(fixed(1), filepath.Join(data, "new.key"), data), secret.ErrMisplaced)
	beside := filepath.Join(dir, "data-keys", "kith.key") // begins with the folder's name, yet lies outside
	save(t, beside, fixed(1))
	if _, _, err := secret.LoadRoot(secret.Places{File: beside, Data: data}); err != nil {
		t.Error(err)
	}
}

func TestKeyThatOthersCanReadIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "kith.key")
	save(t, path, fixed(1))
	for mode, open := range map[os.FileMode]bool{0o600: false, 0o400: false, 0o640: true, 0o604: true, 0o660: true, 0o602: true, 0o777: true} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, _, err := secret.LoadRoot(secret.Places{File: path})
		if !open && err != nil {
			t.Errorf("%o: %v", mode, err)
		}
		if open {
			refused(t, err, secret.ErrExposed, fmt.Sprintf("mode %04o", mode), "chmod 600 "+path)
		}
	}
	cred := filepath.Join(dir, "cred", "kith-key")
	save(t, cred, fixed(1))
	if err := os.Chmod(cred, 0o440); err != nil { // as systemd shows a credential with an access list
		t.Fatal(err)
	}
	if _, _, err := secret.LoadRoot(secret.Places{Credentials: filepath.Dir(cred)}); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(cred, 0o444); err != nil {
		t.Fatal(err)
	}
	_, _, err := secret.LoadRoot(secret.Places{Credentials: filepath.Dir(cred)})
	refused(t, err, secret.ErrExposed)
}

func TestGarbledKeyIsRefusedAndNotShown(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "kith.key")
	save(t, path, fixed(0xab))
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for why, text := range map[string]string{
		"does not begin with kith-key-1": "hello",
		"check does not fit":             strings.Replace(string(good), "abab", "abad", 1),
		"64 hexadecimal digits":          strings.Replace(string(good), "abab", "ab", 1),
		"this has 64 characters":         strings.Replace(string(good), "abab", "xyab", 1),
		"more than one line":             string(good) + string(good),
		"kith-key-1.":                    strings.ReplaceAll(string(good), "kith-key-1", "kith-checkpoint-1"),
		"begin with":                     "",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := secret.LoadRoot(secret.Places{File: path})
		refused(t, err, secret.ErrGarbled, why, path)
		if strings.Contains(err.Error(), "abab") {
			t.Errorf("the error shows the key: %v", err)
		}
	}
	_, _, err = secret.LoadRoot(secret.Places{File: dir})
	if err == nil {
		t.Error("a folder was taken for a key")
	}
}

func TestSavedKeyIsNeverOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kith.key")
	save(t, path, fixed(1))
	if err := secret.SaveRoot(fixed(2), path, ""); !errors.Is(err, os.ErrExist) {
		t.Errorf("got %v", err)
	}
	if r, _, err := secret.LoadRoot(secret.Places{File: path}); err != nil || r != fixed(1) {
		t.Error("the first key is gone")
	}
}

func TestWrongKeyIsTold(t *testing.T) {
	if err := fixed(1).Fits(fixed(1).ID()); err != nil {
		t.Error(err)
	}
	refused(t, fixed(1).Fits(fixed(2).ID()), secret.ErrWrong, fixed(2).ID(), fixed(1).ID(), "Nothing was changed")
	refused(t, fixed(1).Fits(""), secret.ErrWrong)
}

func TestCheckpointKeyIsAnotherFile(t *testing.T) {
	dir := t.TempDir()
	p := secret.Places{Data: filepath.Join(dir, "data")}
	k, src, err := secret.LoadOrMakeCheckpoint(p)
	if err != nil || !src.Made || filepath.Base(src.Path) != "kith-checkpoint.key" {
		t.Fatalf("%v %+v", err, src)
	}
	again, src, err := secret.LoadOrMakeCheckpoint(p)
	if err != nil || src.Made || !again.Equal(k) {
		t.Fatalf("%v %+v", err, src)
	}
	if !ed25519.Verify(k.Public().(ed25519.PublicKey), []byte("root"), ed25519.Sign(again, []byte("root"))) {
		t.Error("the key does not sign")
	}
	if _, _, err := secret.LoadRoot(secret.Places{File: src.Path}); !errors.Is(err, secret.ErrGarbled) {
		t.Errorf("a checkpoint key was taken for a root key: %v", err)
	}
}

func TestSealedOpensOnlyWholeInItsPlaceWithItsKey(t *testing.T) {
	key := fixed(1).Derive(secret.Files)
	rapid.Check(t, func(t *rapid.T) {
		plain, ad := rapid.SliceOf(rapid.Byte()).Draw(t, "plain"), rapid.SliceOf(rapid.Byte()).Draw(t, "ad")
		sealed := secret.Seal(key, plain, ad)
		if got, err := secret.Open(key, sealed, ad); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%v", err)
		}
		if bytes.Equal(sealed, secret.Seal(key, plain, ad)) {
			t.Fatal("two sealings are the same")
		}
		changed := bytes.Clone(sealed)
		changed[rapid.IntRange(0, len(changed)-1).Draw(t, "at")] ^= 1
		for name, err := range map[string]error{
			"changed":   second(secret.Open(key, changed, ad)),
			"moved":     second(secret.Open(key, sealed, append(bytes.Clone(ad), 1))),
			"wrong key": second(secret.Open(fixed(2).Derive(secret.Files), sealed, ad)),
			"cut":       second(secret.Open(key, sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")], ad)),
		} {
			if !errors.Is(err, secret.ErrOpen) {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}

func second(_ []byte, err error) error { return err }

// SEC-23
func TestRecoverySheetBringsTheKeyBack(t *testing.T) {
	root := secret.NewRoot()
	sheet, err := secret.NewSheet("Haverdale", "2026-11-23", root)
	if err != nil {
		t.Fatal(err)
	}
	other, err := secret.NewSheet("Haverdale", "2026-11-23", root)
	if err != nil {
		t.Fatal(err)
	}
	text := sheet.Text()
	for _, want := range []string{"Haverdale", "2026-11-23", root.ID(), sheet.Recipient} {
		if !strings.Contains(text, want) {
			t.Errorf("the sheet lacks %q:\n%s", want, text)
		}
	}
	var sealed bytes.Buffer
	if err := root.SealTo(sheet.Recipient, &sealed); err != nil {
		t.Fatal(err)
	}
	for name, typed := range map[string]string{
		"the whole sheet": text,
		"small letters":   strings.ToLower(text),
		"with slips":      slips(text),
		"windows lines":   strings.ReplaceAll(text, "\n", "\r\n"),
	} {
		id, err := secret.ReadSheet(typed)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		back, err := secret.OpenRoot(id, bytes.NewReader(sealed.Bytes()))
		if err != nil || back != root {
			t.Fatalf("%s: %v", name, err)
		}
		if again, err := secret.ReadSheet(strings.ToLower(id)); err != nil || again != id {
			t.Errorf("the bare key: %v", err)
		}
	}
	id, err := secret.ReadSheet(other.Text())
	if err != nil {
		t.Fatal(err)
	}
	_, err = secret.OpenRoot(id, bytes.NewReader(sealed.Bytes()))
	refused(t, err, secret.ErrWrong, "does not open this file")
}

// slips writes the key's lines as a tired person types them: O for 0, I for L, B for 8.
func slips(text string) string {
	var out strings.Builder
	for l := range strings.Lines(text) {
		f := strings.Fields(l)
		if len(f) > 4 && len(f[0]) == 1 && f[0] >= "1" && f[0] <= "4" {
			body := strings.NewReplacer("0", "O", "L", "I", "8", "B").Replace(strings.Join(f[1:len(f)-1], ""))
			fmt.Fprintln(&out, f[0], body, f[len(f)-1])
		}
	}
	return out.String()
}

func TestSlipOnTheSheetIsToldByItsLine(t *testing.T) {
	sheet, err := secret.NewSheet("Haverdale", "2026-11-23", fixed(1))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for l := range strings.Lines(sheet.Text()) {
		if f := strings.Fields(l); len(f) >= 4 && f[0] == fmt.Sprint(len(lines)+1) {
			lines = append(lines, l)
		}
	}
	if len(lines) != 4 {
		t.Fatalf("lines of the key: %q", lines)
	}
	found := 0
	for i := range lines {
		f := strings.Fields(lines[i])
		swapped := f[1][1:2] + f[1][:1] + f[1][2:]
		if swapped == f[1] {
			continue
		}
		typed := append([]string{}, lines...)
		typed[i] = strings.Replace(lines[i], f[1], swapped, 1)
		_, err := secret.ReadSheet(strings.Join(typed, ""))
		if !errors.Is(err, secret.ErrGarbled) {
			t.Errorf("two letters swapped in line %d: %v", i+1, err)
		}
		if strings.Contains(err.Error(), fmt.Sprintf("Line %d", i+1)) {
			found++
		}
		without := append(append([]string{}, lines[:i]...), lines[i+1:]...)
		_, err = secret.ReadSheet(strings.Join(without, ""))
		refused(t, err, secret.ErrGarbled, fmt.Sprintf("Line %d", i+1), "missing")
	}
	if found == 0 { // a line's check misses one slip in a hundred; age's own check then catches it
		t.Error("no slip was told by its line")
	}
	_, err = secret.ReadSheet("AGE-SECRET-KEY-1QQQQ")
	refused(t, err, secret.ErrGarbled)
}

// SEC-23
func TestBackupOpensForEachRecipientAndShowsDamage(t *testing.T) {
	a, _ := secret.NewSheet("A", "2026-11-23", fixed(1))
	b, _ := secret.NewSheet("B", "2026-11-23", fixed(1))
	plain := bytes.Repeat([]byte("canary "), 40000)
	var sealed bytes.Buffer
	if err := secret.SealTo([]string{a.Recipient, b.Recipient}, bytes.NewReader(plain), &sealed); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed.Bytes(), []byte("canary")) {
		t.Error("the text is readable without a key")
	}
	open := func(s secret.Sheet, body []byte) ([]byte, error) {
		id, err := secret.ReadSheet(s.Text())
		if err != nil {
			t.Fatal(err)
		}
		r, err := secret.OpenWith(id, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	}
	for _, s := range []secret.Sheet{a, b} {
		if got, err := open(s, sealed.Bytes()); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("recipient %s: %v", s.Recipient, err)
		}
	}
	damaged := bytes.Clone(sealed.Bytes())
	damaged[len(damaged)/2] ^= 1
	for name, body := range map[string][]byte{"damaged": damaged, "cut short": sealed.Bytes()[:sealed.Len()-70000], "no age file": []byte("hello\n"), "empty": nil} {
		if _, err := open(a, body); !errors.Is(err, secret.ErrOpen) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := secret.SealTo(nil, bytes.NewReader(plain), io.Discard); err == nil {
		t.Error("sealed to nobody")
	}
	if err := secret.SealTo([]string{"age1nonsense"}, bytes.NewReader(plain), io.Discard); err == nil {
		t.Error("sealed to nonsense")
	}
	if _, err := secret.OpenWith("nonsense", bytes.NewReader(sealed.Bytes())); !errors.Is(err, secret.ErrGarbled) {
		t.Error(err)
	}
}
