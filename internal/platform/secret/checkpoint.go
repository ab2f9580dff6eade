package secret

import "crypto/ed25519"

// LoadCheckpoint finds the key that signs audit checkpoints, and makes none: where checkpoints were signed before, a new key
// would only look like somebody else's.
func LoadCheckpoint(p Places) (ed25519.PrivateKey, Source, error) {
	seed, s, err := checkpointKey.load(p, false)
	if err != nil {
		return nil, s, err
	}
	return ed25519.NewKeyFromSeed(seed[:]), s, nil
}
