package errs

import (
	"errors"
	"fmt"
	"testing"
)

func TestKindAndSentenceSurviveWrapping(t *testing.T) {
	err := func() (err error) {
		defer Wrap(&err, "training.Course(%s)", "42")
		return Refuse("This course is full")
	}()
	if !Is(err, Rule) || Sentence(err) != "This course is full" || err.Error() != "training.Course(42): This course is full" {
		t.Fatalf("kind %v, sentence %q, error %q", KindOf(err), Sentence(err), err)
	}
}

func TestUnknownErrorsShowNothing(t *testing.T) {
	err := fmt.Errorf("query: %w", errors.New("near \"Ivy\": syntax error"))
	if KindOf(err) != Internal || Sentence(err) != "" {
		t.Fatalf("an unknown error must be internal and silent, got %v %q", KindOf(err), Sentence(err))
	}
	if Sentence(Of(Internal, err, "shown to nobody")) != "" {
		t.Fatal("an internal error must not speak to people")
	}
}

func TestCauseStaysForTheOperator(t *testing.T) {
	cause := errors.New("disk full")
	err := Of(Unavailable, cause, "Nothing was saved")
	if !errors.Is(err, cause) || Sentence(err) != "Nothing was saved" {
		t.Fatalf("%v", err)
	}
}
