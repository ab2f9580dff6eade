-- Whom venues ring about the dates of an organiser: a name or a role, and a telephone number.
CREATE TABLE training_office (
  org_id      TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  rings       TEXT NOT NULL,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};

-- What a venue was last told of a date. It names nobody. mark is that of all that the letter says, entry the days and hours as they were told last,
-- was those before them; sequence is that of the letter, -1 before the first, sent that of the letter that has gone. off: it was told that it is off.
-- numbers: it was told how many come.
CREATE TABLE training_venue_told (
  run_id      TEXT NOT NULL REFERENCES training_run (id),
  venue_id    TEXT NOT NULL,
  district_id TEXT NOT NULL,
  mark        TEXT NOT NULL DEFAULT '',
  entry       TEXT NOT NULL DEFAULT '',
  was         TEXT NOT NULL DEFAULT '',
  sequence    {{int}} NOT NULL DEFAULT -1,
  sent        {{int}} NOT NULL DEFAULT -1,
  told_at     {{int}} NOT NULL DEFAULT 0,
  off         {{bool}} NOT NULL DEFAULT FALSE,
  numbers     {{bool}} NOT NULL DEFAULT FALSE,
  PRIMARY KEY (run_id, venue_id)
) {{clustered}};
