-- How a run is kept: what its joining instructions say besides time and place, how many working days before they go, how many days before
-- the reminder (-1: as the notices of this edition), and when its register was closed. id is that of the run. No row: nothing of it yet.
CREATE TABLE training_register (
  id          TEXT PRIMARY KEY REFERENCES training_run (id),
  district_id TEXT NOT NULL,
  joining     TEXT NOT NULL DEFAULT '',
  joining_days  {{int}} NOT NULL DEFAULT -1,
  reminder_days {{int}} NOT NULL DEFAULT -1,
  closed_at   {{int}} NOT NULL DEFAULT 0,
  closed_by_id TEXT NOT NULL DEFAULT '',
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};

-- Who stands in front of a run, besides its organiser: they keep its register and read what people need.
CREATE TABLE training_trainer (
  run_id      TEXT NOT NULL REFERENCES training_run (id),
  account_id  TEXT NOT NULL,
  district_id TEXT NOT NULL,
  PRIMARY KEY (run_id, account_id)
) {{clustered}};
CREATE INDEX training_trainer_account ON training_trainer (account_id);

-- Who was there, by day: part of the booking's record. n is the day of the run, from 0; who came instead stands in instead.
-- +kith personal
CREATE TABLE training_mark (
  booking_id  TEXT NOT NULL REFERENCES training_booking (id),
  run_id      TEXT NOT NULL REFERENCES training_run (id),
  n           {{int}} NOT NULL,
  district_id TEXT NOT NULL,
  kind        TEXT NOT NULL,
  instead     TEXT NOT NULL DEFAULT '',
  how         TEXT NOT NULL,
  by_id       TEXT NOT NULL DEFAULT '',
  at          {{int}} NOT NULL,
  PRIMARY KEY (booking_id, run_id, n)
) {{clustered}};
CREATE INDEX training_mark_run ON training_mark (run_id, n);

-- What somebody with a place was last told, so that a sweep sees what they have to hear. sequence is that of the calendar entry, sent that
-- of the letter that has gone.
-- +kith personal
CREATE TABLE training_told (
  booking_id  TEXT PRIMARY KEY REFERENCES training_booking (id),
  district_id TEXT NOT NULL,
  run_id      TEXT NOT NULL REFERENCES training_run (id),
  email       TEXT NOT NULL DEFAULT '',
  name        TEXT NOT NULL DEFAULT '',
  mark        TEXT NOT NULL,
  days        {{int}} NOT NULL,
  sequence    {{int}} NOT NULL,
  sent        {{int}} NOT NULL DEFAULT -1,
  at          {{int}} NOT NULL,
  off         {{bool}} NOT NULL DEFAULT FALSE,
  reminded_run_id TEXT NOT NULL DEFAULT '',
  joined_run_id   TEXT NOT NULL DEFAULT '',
  evaluated_at {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_told_run ON training_told (run_id, off);

-- What a board asks for before it gives a certificate, and which duties of schools a course meets ("staff_update,dsl_training").
CREATE TABLE training_award (
  course_id   TEXT PRIMARY KEY REFERENCES training_course (id),
  district_id TEXT NOT NULL,
  evaluation  {{bool}} NOT NULL DEFAULT FALSE,
  duties      TEXT NOT NULL DEFAULT '',
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};

-- What somebody who attended thought of it. It names nobody, and its key says nothing of when it came: who has answered stands with
-- what they were told.
CREATE TABLE training_evaluation (
  key         TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  run_id      TEXT NOT NULL REFERENCES training_run (id),
  useful      {{int}} NOT NULL,
  sure_before {{int}} NOT NULL,
  sure_after  {{int}} NOT NULL,
  will_do     TEXT NOT NULL DEFAULT '',
  would_change TEXT NOT NULL DEFAULT ''
) {{clustered}};
CREATE INDEX training_evaluation_run ON training_evaluation (run_id);

-- What somebody has learnt: a line of their training record. id is the record's. booking_id '' where the school wrote it down itself.
-- serial_hash finds a certificate by its serial, which is kept sealed: whoever reads the database cannot list them.
-- +kith personal
CREATE TABLE training_learnt (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL DEFAULT '',
  account_id  TEXT NOT NULL DEFAULT '',
  person      TEXT NOT NULL,
  name        TEXT NOT NULL,
  title       TEXT NOT NULL,
  duties      TEXT NOT NULL DEFAULT '',
  from_day    TEXT NOT NULL,
  until_day   TEXT NOT NULL,
  minutes     {{int}} NOT NULL DEFAULT 0,
  expires_on  TEXT NOT NULL DEFAULT '',
  booking_id  TEXT NOT NULL DEFAULT '',
  run_id      TEXT NOT NULL DEFAULT '',
  serial_hash TEXT NOT NULL DEFAULT '',
  serial_secret {{bytes}},
  issued_at   {{int}} NOT NULL DEFAULT 0,
  withdrawn_at {{int}} NOT NULL DEFAULT 0,
  by_id       TEXT NOT NULL DEFAULT '',
  entered_at  {{int}} NOT NULL,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_learnt_org ON training_learnt (org_id, until_day);
CREATE INDEX training_learnt_account ON training_learnt (account_id, until_day);
CREATE INDEX training_learnt_run ON training_learnt (run_id);
CREATE UNIQUE INDEX training_learnt_booking ON training_learnt (booking_id, person) WHERE booking_id <> '';
CREATE UNIQUE INDEX training_learnt_serial ON training_learnt (serial_hash) WHERE serial_hash <> '';
