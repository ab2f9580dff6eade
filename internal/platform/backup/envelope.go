package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"kith/internal/kernel/errs"
	"kith/internal/platform/secret"
)

// frame is how much of the body stands in one piece.
const frame = 1 << 20

const (
	headerMark  = "KITH BACKUP 1\n"
	headerLimit = 16 << 10
	// noteLimit bounds the manifest: a few hundred tables of a hundred bytes each.
	noteLimit = 4 << 20
)

// header returns the lines that anybody may read. It ends with an empty line.
func header(m Manifest) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%smade %s\nprogram %s\nengine %s\nkey %s\n", headerMark, m.MadeAt.Time().Format(time.RFC3339), oneWord(m.Program), m.Engine, m.KeyID)
	for _, r := range slices.Sorted(maps.Keys(m.Sealed)) {
		fmt.Fprintf(&b, "sealed to %s (%s)\n", r, m.Sealed[r])
	}
	return b.String() + "\n"
}

func oneWord(s string) string { return strings.Join(strings.Fields(s), "-") }

// readHeader takes the readable lines from r.
func readHeader(r *bufio.Reader) (string, error) {
	first, err := r.Peek(len(headerMark))
	if err != nil || string(first) != headerMark {
		return "", errs.Refuse("This is not a backup that Kith made.")
	}
	var b strings.Builder
	for {
		line, err := r.ReadSlice('\n')
		if err != nil || b.Len() > headerLimit {
			return "", damaged(errors.New("header"))
		}
		b.Write(line)
		if len(line) == 1 {
			return b.String(), nil
		}
	}
}

// Header returns the readable lines of a backup: when it was made, and who can open it.
func Header(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", errs.Of(errs.Rule, err, "There is no backup to read at "+path+".")
	}
	defer f.Close()
	return readHeader(bufio.NewReader(f))
}

// seal writes the whole file: header, and within age the body in frames, an empty frame, and the signed manifest, which is
// filled in with the body's size and hash.
func (s Source) seal(ctx context.Context, m *Manifest, path string, once *age.X25519Identity, body io.Reader) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := bufio.NewWriterSize(f, frame)
	if _, err := out.WriteString(m.Header); err != nil {
		return err
	}
	to := append(slices.Sorted(maps.Keys(m.Sealed)), once.Recipient().String())
	r, w := io.Pipe()
	go func() { w.CloseWithError(s.plain(ctx, m, w, body)) }()
	err = secret.SealTo(to, r, out)
	r.CloseWithError(errors.New("backup: nobody takes it any more"))
	return errors.Join(err, out.Flush(), f.Sync())
}

// plain writes what is to be sealed.
func (s Source) plain(ctx context.Context, m *Manifest, w io.Writer, body io.Reader) error {
	sum, buf := sha256.New(), make([]byte, 4+frame)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := io.ReadFull(body, buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			sum.Write(buf[4 : 4+n])
			m.Size += int64(n)
			if _, err := w.Write(buf[:4+n]); err != nil {
				return err
			}
		}
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	m.SHA256 = hex.EncodeToString(sum.Sum(nil))
	signed, err := m.signed(s.Sign)
	if err != nil {
		return err
	}
	_, err = w.Write(append(make([]byte, 4), signed...))
	return err
}

// opened is a backup being read: first the body, to its end, then the manifest.
type opened struct {
	header string
	r      *bufio.Reader
	left   int // of this frame
	ended  bool
	sum    hash.Hash
	size   int64
}

func open(r io.Reader, identity string) (*opened, error) {
	in := bufio.NewReaderSize(r, frame)
	h, err := readHeader(in)
	if err != nil {
		return nil, err
	}
	plain, err := secret.OpenWith(identity, in)
	if errors.Is(err, secret.ErrWrong) {
		return nil, errs.Of(errs.Rule, err, "This key does not open the backup: it was sealed to others. It says:\n"+h)
	}
	if errors.Is(err, secret.ErrOpen) {
		return nil, damaged(err)
	}
	if err != nil {
		return nil, err
	}
	return &opened{header: h, r: bufio.NewReaderSize(plain, frame), sum: sha256.New()}, nil
}

// Read reads the body.
func (o *opened) Read(b []byte) (int, error) {
	for o.left == 0 {
		if o.ended {
			return 0, io.EOF
		}
		var size [4]byte
		if _, err := io.ReadFull(o.r, size[:]); err != nil {
			return 0, damaged(err)
		}
		n := binary.BigEndian.Uint32(size[:])
		if n > frame {
			return 0, damaged(fmt.Errorf("a frame of %d bytes", n))
		}
		o.left, o.ended = int(n), n == 0
	}
	n, err := o.r.Read(b[:min(len(b), o.left)])
	o.left -= n
	o.size += int64(n)
	o.sum.Write(b[:n])
	if err != nil {
		return n, damaged(err)
	}
	return n, nil
}

// manifest returns what the backup says of itself, once its body has been read and is what the manifest speaks for.
func (o *opened) manifest(key string) (Manifest, error) {
	if !o.ended {
		return Manifest{}, errors.New("backup: the body was not read")
	}
	signed, err := io.ReadAll(io.LimitReader(o.r, noteLimit))
	if err != nil {
		return Manifest{}, damaged(err)
	}
	m, err := readManifest(bytes.TrimLeft(signed, "\x00"), key)
	if err != nil {
		return m, err
	}
	if m.Header != o.header || m.Size != o.size || m.SHA256 != hex.EncodeToString(o.sum.Sum(nil)) {
		return m, damaged(errors.New("the manifest speaks for something else"))
	}
	return m, nil
}
