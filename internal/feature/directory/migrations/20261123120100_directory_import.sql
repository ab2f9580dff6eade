-- A file of a public register on its way: sent, taken, and what became of it.
CREATE TABLE directory_import (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  kind        TEXT NOT NULL,
  name        TEXT NOT NULL,
  state       TEXT NOT NULL,
  taken       {{int}} NOT NULL DEFAULT 0,
  read        {{int}} NOT NULL DEFAULT 0,
  created     {{int}} NOT NULL DEFAULT 0,
  updated     {{int}} NOT NULL DEFAULT 0,
  unchanged   {{int}} NOT NULL DEFAULT 0,
  rejected    {{int}} NOT NULL DEFAULT 0,
  problem     TEXT NOT NULL DEFAULT '',
  made_at     {{int}} NOT NULL,
  ended_at    {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX directory_import_made ON directory_import (district_id, made_at);

CREATE TABLE directory_import_rejection (
  import_id   TEXT NOT NULL REFERENCES directory_import (id),
  n           {{int}} NOT NULL,
  district_id TEXT NOT NULL,
  line        {{int}} NOT NULL,
  field       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  PRIMARY KEY (import_id, n)
) {{clustered}};
