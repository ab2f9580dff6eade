package mail

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
)

// Outbox keeps messages as files instead of sending them: for the demonstration, and for an installation that has no mail
// server yet. Only the account that runs the program can read the folder and the files.
type Outbox struct {
	Dir                   string
	FromName, FromAddress string
}

// Send writes m to a file named by its date and a hash of its id, so that the files sort by time and a message sent again
// stays one file. Errors are *RefusedError or those of the file system.
func (o Outbox) Send(_ context.Context, m Message) error {
	g, err := compose(m, o.FromName, o.FromAddress)
	if err != nil {
		return err
	}
	body, err := bytesOf(g)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	sum := sha256.Sum256([]byte(m.MessageID))
	name := fmt.Sprintf("%s-%x.eml", m.At.Time().Format("20060102-150405"), sum[:6])
	tmp, err := os.CreateTemp(o.Dir, "."+name+"-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	_, err = tmp.Write(body)
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(o.Dir, name))
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return fmt.Errorf("mail: %w", err)
	}
	return nil
}
