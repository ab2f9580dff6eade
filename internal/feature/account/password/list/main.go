// Command list makes common.bin from a JSON array of passwords, which npm's @zxcvbn-ts/language-common (MIT) has as
// src/passwords.json. Run it in the folder password:
//
//	go run ./list PASSWORDS.json >common.bin
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "list not made:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("give the JSON file")
	}
	body, err := os.ReadFile(os.Args[1])
	if err != nil {
		return err
	}
	var words []string
	if err := json.Unmarshal(body, &words); err != nil {
		return err
	}
	var sums [][]byte
	for _, w := range words {
		sum := sha256.Sum256([]byte(strings.ToLower(w)))
		sums = append(sums, sum[:5])
	}
	slices.SortFunc(sums, bytes.Compare)
	_, err = os.Stdout.Write(bytes.Join(slices.CompactFunc(sums, bytes.Equal), nil))
	return err
}
