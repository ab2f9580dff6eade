package files

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
)

// lid seals and opens the chunks of one file: AES-256-GCM under the file's own key. The nonce is the chunk's number, which a
// key meets once, since a file is never changed. The file's id and the number are sealed with it, so that no chunk can take
// the place of another.
type lid struct{ cipher.AEAD }

func sealer(key [32]byte) lid {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key has the right length by its type
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return lid{gcm}
}

func place(file string, n int64) (nonce, ad []byte) {
	nonce = binary.BigEndian.AppendUint64(make([]byte, 4, 12), uint64(n))
	return nonce, append([]byte(file), nonce...)
}

func (l lid) seal(file string, n int64, plain []byte) []byte {
	nonce, ad := place(file, n)
	return l.Seal(nil, nonce, plain, ad)
}

// open appends chunk n to whole.
func (l lid) open(whole []byte, file string, n int64, sealed []byte) ([]byte, error) {
	nonce, ad := place(file, n)
	out, err := l.Open(whole, nonce, sealed, ad)
	if err != nil {
		return nil, fmt.Errorf("files: chunk %d of file %s was changed, or belongs elsewhere", n, file)
	}
	return out, nil
}
