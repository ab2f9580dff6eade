package store

import (
	"fmt"
	"strings"
)

// Keys is a list of keys, kept as one text: "staff_update,dsl_training". A key holds no comma.
type Keys []string

func (k Keys) String() string { return strings.Join(k, ",") }

// Scan reads the list from the database.
func (k *Keys) Scan(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("keys are kept as text, not %T", from)
	}
	*k = nil
	if text != "" {
		*k = strings.Split(text, ",")
	}
	return nil
}
