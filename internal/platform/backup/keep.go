package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
)

const (
	dayLong = 24 * time.Hour
	// Stale is how old the last good backup may be: a day, and two hours for the night when it ran late.
	Stale = 26 * time.Hour
	// weeks and months are how long one backup a week and one a month are kept, beyond the daily ones.
	weeks, months = 8, 12
)

const (
	namePrefix, nameEnd = "kith-", ".kithbackup"
	nameTime            = "20060102T150405Z"
)

// Name returns the name of a scheduled backup.
func Name(at clock.Millis) string { return namePrefix + at.Time().Format(nameTime) + nameEnd }

// In returns when the scheduled backups of a folder were made, oldest first. A file that has no such name is not ours.
func In(dir string) ([]clock.Millis, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, errs.Of(errs.Unavailable, err, "The backup folder "+dir+" cannot be read.")
	}
	var out []clock.Millis
	for _, f := range files {
		mid, ok := strings.CutPrefix(f.Name(), namePrefix)
		mid, ends := strings.CutSuffix(mid, nameEnd)
		if at, err := time.Parse(nameTime, mid); ok && ends && err == nil && f.Type().IsRegular() {
			out = append(out, clock.Of(at))
		}
	}
	slices.Sort(out)
	return out, nil
}

// Drop returns which backups have had their time: kept are the last of each of the newest daily days that have one, of the
// newest 8 weeks and of the newest 12 months. made is sorted, oldest first. The newest is always kept.
func Drop(made []clock.Millis, daily int) (drop []clock.Millis) {
	keep := map[clock.Millis]bool{}
	last := func(n int, period func(time.Time) string) {
		seen := map[string]bool{}
		for _, m := range slices.Backward(made) {
			if p := period(m.London()); !seen[p] && len(seen) < n {
				seen[p], keep[m] = true, true
			}
		}
	}
	last(max(daily, 1), func(t time.Time) string { return t.Format(time.DateOnly) })
	last(weeks, func(t time.Time) string { return isoWeek(t) })
	last(months, func(t time.Time) string { return t.Format("2006-01") })
	for _, m := range made {
		if !keep[m] {
			drop = append(drop, m)
		}
	}
	return drop
}

func isoWeek(t time.Time) string {
	// the Monday of the week stands for it
	return t.AddDate(0, 0, -(int(t.Weekday())+6)%7).Format(time.DateOnly)
}

// Sum returns the SHA-256 of a file, in hexadecimal: compared with the one of the day on which the file was made, it tells
// that the disk has changed it since.
func Sum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Prune removes the backups of a folder that have had their time.
func Prune(dir string, daily int) error {
	made, err := In(dir)
	if err != nil {
		return err
	}
	for _, m := range Drop(made, daily) {
		if err := os.Remove(filepath.Join(dir, Name(m))); err != nil {
			return err
		}
	}
	return nil
}

// Due says whether a backup is due at now, when one is to be made daily at hour:minute in Europe/London and last was made.
func Due(now, last clock.Millis, hour, minute int) bool {
	at := clock.DayOf(now.Time()).At(hour, minute)
	if now.Time().Before(at) {
		at = clock.DayOf(now.Time()).Add(-1).At(hour, minute)
	}
	return last < clock.Of(at)
}
