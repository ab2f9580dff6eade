package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// SealTo encrypts r to w with age for every one of recipients ("age1…"); any of them can open it alone.
func SealTo(recipients []string, r io.Reader, w io.Writer) error {
	if len(recipients) == 0 {
		return errors.New("secret: nobody to seal to: name at least one age recipient")
	}
	to := make([]age.Recipient, len(recipients))
	for i, s := range recipients {
		rec, err := age.ParseX25519Recipient(s)
		if err != nil {
			return fmt.Errorf("secret: %q is not an age recipient (age1…)", s)
		}
		to[i] = rec
	}
	out, err := age.Encrypt(w, to...)
	if err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	if _, err := io.Copy(out, r); err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	return nil
}

// OpenWith returns what was sealed in r, opened by identity ("AGE-SECRET-KEY-1…"). Read it to its end before using any of
// it: a changed or shortened file may show only there, as an error that wraps ErrOpen.
func OpenWith(identity string, r io.Reader) (io.Reader, error) {
	id, err := age.ParseX25519Identity(identity)
	if err != nil {
		return nil, &KeyError{ErrGarbled, "The key given is not that of a recovery sheet: it does not read as AGE-SECRET-KEY-1…"}
	}
	plain, err := age.Decrypt(r, id)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, &KeyError{ErrWrong, "This recovery sheet does not open this file: it was sealed to another one. Look for the sheet with the recipient that the backup names."}
	case err != nil:
		return nil, fmt.Errorf("%w: it is not an age file", ErrOpen)
	}
	return opened{plain}, nil
}

type opened struct{ r io.Reader }

func (o opened) Read(b []byte) (int, error) {
	n, err := o.r.Read(b)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%w: the file is damaged or cut short", ErrOpen)
	}
	return n, err
}

// SealTo writes the root key to w, sealed to the recovery sheet's recipient: the only form in which it leaves the machine.
func (r Root) SealTo(recipient string, w io.Writer) error {
	return SealTo([]string{recipient}, bytes.NewReader(rootKey.encode(r.key)), w)
}

// OpenRoot returns the root key that Root.SealTo sealed.
func OpenRoot(identity string, sealed io.Reader) (Root, error) {
	plain, err := OpenWith(identity, sealed)
	if err != nil {
		return Root{}, err
	}
	b, err := io.ReadAll(io.LimitReader(plain, 4096))
	if err != nil {
		return Root{}, err
	}
	key, err := rootKey.parse("the sealed file", b)
	return Root{key}, err
}
