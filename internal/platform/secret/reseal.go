package secret

// Reseal returns what was sealed under old sealed under fresh, for the change of the root key. What is under fresh already
// comes back as it is, so that a change that was interrupted can be done again. ErrOpen: it is under neither.
func Reseal(old, fresh [32]byte, sealed, ad []byte) ([]byte, error) {
	plain, err := Open(old, sealed, ad)
	if err != nil {
		_, err := Open(fresh, sealed, ad)
		return sealed, err
	}
	return Seal(fresh, plain, ad), nil
}
