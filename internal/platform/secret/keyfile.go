package secret

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// What can be wrong with a key, for errors.Is.
var (
	ErrLost      = errors.New("secret: key lost")
	ErrWrong     = errors.New("secret: wrong key")
	ErrGarbled   = errors.New("secret: key garbled")
	ErrExposed   = errors.New("secret: key readable by others")
	ErrMisplaced = errors.New("secret: key inside the data folder")
)

// KeyError is a problem with a key in a sentence for the operator. It wraps one of the errors above.
type KeyError struct {
	Problem  error
	Sentence string
}

func (e *KeyError) Error() string { return e.Sentence }
func (e *KeyError) Unwrap() error { return e.Problem }

// Places are where a key is looked for, in this order: File, the systemd credential in Credentials, and a file beside
// (never in) the data folder. Only the last is ever made. Empty places are passed over.
type Places struct {
	File        string // --key-file or --checkpoint-key-file
	Credentials string // $CREDENTIALS_DIRECTORY
	Data        string // the data folder
}

// Source says where a key was found. When Made is set the key is new, and the caller tells the operator where it lies and
// that it must be kept apart from the data.
type Source struct {
	Path string
	Made bool
}

// keyKind is one of the two key files.
type keyKind struct{ mark, credential, file, name string }

var (
	rootKey       = keyKind{"kith-key-1", "kith-key", "kith.key", "root key"}
	checkpointKey = keyKind{"kith-checkpoint-1", "kith-checkpoint", "kith-checkpoint.key", "checkpoint key"}
)

// LoadRoot finds the root key. Errors are *KeyError, or those of the file system.
func LoadRoot(p Places) (Root, Source, error) {
	k, s, err := rootKey.load(p, false)
	return Root{k}, s, err
}

// LoadOrMakeRoot finds the root key or, where there is neither a key nor any data yet, makes DATA/../kith.key (mode 0600).
// Where there is data but no key it refuses with ErrLost: a new key would open nothing.
func LoadOrMakeRoot(p Places) (Root, Source, error) {
	k, s, err := rootKey.load(p, true)
	return Root{k}, s, err
}

// LoadOrMakeCheckpoint finds the key that signs audit checkpoints, or makes DATA/../kith-checkpoint.key. Unlike the root
// key it may be made beside existing data: the auditor is then told of the new public key.
func LoadOrMakeCheckpoint(p Places) (ed25519.PrivateKey, Source, error) {
	seed, s, err := checkpointKey.load(p, true)
	if err != nil {
		return nil, s, err
	}
	return ed25519.NewKeyFromSeed(seed[:]), s, nil
}

// SaveRoot writes r to path (mode 0600), for a key brought back from the recovery sheet. It never overwrites a file and
// refuses a path inside data.
func SaveRoot(r Root, path, data string) error {
	if err := rootKey.outside(path, data); err != nil {
		return err
	}
	if err := rootKey.write(path, r.key); err != nil {
		return fmt.Errorf("secret: the key was not saved: %w", err)
	}
	return nil
}

func (k keyKind) load(p Places, mayMake bool) ([32]byte, Source, error) {
	beside := ""
	if p.Data != "" {
		data, err := filepath.Abs(p.Data)
		if err != nil {
			return [32]byte{}, Source{}, fmt.Errorf("secret: %w", err)
		}
		beside = filepath.Join(filepath.Dir(data), k.file)
	}
	if p.File != "" {
		key, err := k.read(p.File, p.Data, 0o077)
		if errors.Is(err, fs.ErrNotExist) {
			err = &KeyError{ErrLost, fmt.Sprintf("There is no %s at %s, where it was said to be. Nothing was made in its place.", k.name, p.File)}
		}
		return key, Source{Path: p.File}, err
	}
	if p.Credentials != "" {
		path := filepath.Join(p.Credentials, k.credential)
		// systemd opens a credential to the service by an access list, which shows as group bits
		key, err := k.read(path, p.Data, 0o007)
		if !errors.Is(err, fs.ErrNotExist) {
			return key, Source{Path: path}, err
		}
	}
	if beside == "" {
		return [32]byte{}, Source{}, &KeyError{ErrLost, fmt.Sprintf("No %s was given: name its file, or hand it over as the systemd credential %s.", k.name, k.credential)}
	}
	key, err := k.read(beside, p.Data, 0o077)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, Source{Path: beside}, err
	}
	if k == rootKey && holdsData(p.Data) || !mayMake {
		return key, Source{Path: beside}, &KeyError{ErrLost, fmt.Sprintf("The %s is not at %s, and without it nothing in %s can be read. Put the key file back, or bring the key back from the recovery sheet. No new key was made: it would open nothing.", k.name, beside, p.Data)}
	}
	_, _ = rand.Read(key[:])
	switch err := k.write(beside, key); {
	case errors.Is(err, fs.ErrExist): // another process of the same start was first
		key, err := k.read(beside, p.Data, 0o077)
		return key, Source{Path: beside}, err
	case err != nil:
		return [32]byte{}, Source{Path: beside}, fmt.Errorf("secret: the %s was not made: %w", k.name, err)
	}
	return key, Source{Path: beside, Made: true}, nil
}

// holdsData says whether anything but folders is in dir. A folder that cannot be read is taken to hold data.
func holdsData(dir string) bool {
	found := errors.New("found")
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() {
			return found
		}
		return nil
	})
	return err != nil && !errors.Is(err, fs.ErrNotExist)
}

// read returns the key in path. open are the permission bits that nobody else may have.
func (k keyKind) read(path, data string, open fs.FileMode) (key [32]byte, err error) {
	if err := k.outside(path, data); err != nil {
		return key, err
	}
	f, err := os.Open(path)
	if err != nil {
		return key, fmt.Errorf("secret: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return key, fmt.Errorf("secret: %w", err)
	}
	if !info.Mode().IsRegular() {
		return key, k.garbled(path, "it is not a file")
	}
	if info.Mode().Perm()&open != 0 {
		return key, &KeyError{ErrExposed, fmt.Sprintf("Other accounts of this machine can read or change the %s at %s (mode %04o). It is not used. Set it right with: chmod 600 %s", k.name, path, info.Mode().Perm(), path)}
	}
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return key, fmt.Errorf("secret: %w", err)
	}
	return k.parse(path, b)
}

// encode gives the text of a key file: a comment, then mark:KEY:CHECK in hexadecimal, the check being the first four bytes
// of the key's SHA-256.
func (k keyKind) encode(key [32]byte) []byte {
	sum := sha256.Sum256(key[:])
	return fmt.Appendf(nil, "# The %s of Kith. Keep a copy away from this machine and from every backup of the data.\n%s:%x:%x\n", k.name, k.mark, key, sum[:4])
}

func (k keyKind) parse(path string, b []byte) (key [32]byte, err error) {
	var line string
	for l := range bytes.Lines(b) {
		if s := strings.TrimSpace(string(l)); s != "" && s[0] != '#' {
			if line != "" {
				return key, k.garbled(path, "it has more than one line with a key")
			}
			line = s
		}
	}
	parts := strings.Split(line, ":")
	if len(parts) != 3 || parts[0] != k.mark {
		return key, k.garbled(path, "it does not begin with "+k.mark)
	}
	raw, err := hex.DecodeString(parts[1])
	if err != nil || len(raw) != len(key) {
		return key, k.garbled(path, fmt.Sprintf("a key has 64 hexadecimal digits and this has %d characters", len(parts[1])))
	}
	sum := sha256.Sum256(raw)
	if parts[2] != hex.EncodeToString(sum[:4]) {
		return key, k.garbled(path, "its check does not fit, so a character of it was changed")
	}
	return [32]byte(raw), nil
}

func (k keyKind) garbled(path, why string) error {
	return &KeyError{ErrGarbled, fmt.Sprintf("The %s at %s cannot be used: %s. Put back a good copy of the file.", k.name, path, why)}
}

// outside refuses a path that lies in data, through links too: a key in the folder that is copied to every backup protects
// nothing.
func (k keyKind) outside(path, data string) error {
	if data == "" {
		return nil
	}
	where, err := resolve(path)
	if err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	folder, err := resolve(data)
	if err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	rel, err := filepath.Rel(folder, where)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return nil
	}
	return &KeyError{ErrMisplaced, fmt.Sprintf("The %s at %s lies inside the data folder %s, so every copy of the data would carry the key that opens it. Move it out and name it with --key-file.", k.name, path, data)}
}

// resolve follows the links of p as far as p exists.
func resolve(p string) (string, error) {
	p, err := filepath.Abs(p)
	if err != nil {
		return "", err
	}
	for rest := ""; ; {
		r, err := filepath.EvalSymlinks(p)
		if err == nil {
			return filepath.Join(r, rest), nil
		}
		if !errors.Is(err, fs.ErrNotExist) || p == filepath.Dir(p) {
			return "", err
		}
		p, rest = filepath.Dir(p), filepath.Join(filepath.Base(p), rest)
	}
}

// write makes path with mode 0600, whole or not at all, and fails with fs.ErrExist when it is there.
func (k keyKind) write(path string, key [32]byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(k.encode(key))
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
