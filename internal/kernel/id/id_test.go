package id

import (
	"math/rand/v2"
	"testing"

	"kith/internal/kernel/clock"
)

func TestIdsAscendEvenWhenTheClockStandsOrGoesBack(t *testing.T) {
	s := Random()
	last := ""
	for i := range 20000 {
		now := clock.Millis(1_800_000_000_000 - int64(i%7))
		v := s.New(now)
		if !Valid(v) || v[14] != '7' {
			t.Fatalf("not a UUIDv7: %s", v)
		}
		if v <= last {
			t.Fatalf("%s does not follow %s", v, last)
		}
		last = v
	}
}

func TestSeededSourceRepeats(t *testing.T) {
	make10 := func() (out [10]string) {
		s := NewSource(rand.NewChaCha8([32]byte{7}))
		for i := range out {
			out[i] = s.New(1_700_000_000_000)
		}
		return out
	}
	first, second := make10(), make10()
	if first != second {
		t.Fatal("the invented district must be the same from the same seed")
	}
}

func TestMalformedIdsAreRefused(t *testing.T) {
	for _, s := range []string{"", "x", "0192f6d0-0000-7000-8000-00000000000G", "0192F6D0-0000-7000-8000-000000000000",
		"0192f6d0000070008000000000000000", "0192f6d0-0000-7000-8000-0000000000000", "' OR 1=1 --"} {
		if Valid(s) {
			t.Errorf("%q must not pass for an id", s)
		}
	}
}
