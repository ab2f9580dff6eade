-- Who stands in front of a run and is written to: somebody with an account, or somebody from outside by name and address. Only those in
-- training_trainer keep its register. gone: they no longer do. mark is that of what they were last told, sequence that of the calendar entry,
-- -1 before the first, sent that of the letter that has gone. off: they were told that it is off. numbers: they were told how many are booked.
CREATE TABLE training_front (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  run_id      TEXT NOT NULL REFERENCES training_run (id),
  account_id  TEXT NOT NULL DEFAULT '',
  name        TEXT NOT NULL DEFAULT '',
  email       TEXT NOT NULL DEFAULT '',
  gone        {{bool}} NOT NULL DEFAULT FALSE,
  mark        TEXT NOT NULL DEFAULT '',
  days        {{int}} NOT NULL DEFAULT 0,
  sequence    {{int}} NOT NULL DEFAULT -1,
  sent        {{int}} NOT NULL DEFAULT -1,
  told_at     {{int}} NOT NULL DEFAULT 0,
  off         {{bool}} NOT NULL DEFAULT FALSE,
  numbers     {{bool}} NOT NULL DEFAULT FALSE
) {{strict}};
CREATE UNIQUE INDEX training_front_who ON training_front (run_id, account_id, email);
