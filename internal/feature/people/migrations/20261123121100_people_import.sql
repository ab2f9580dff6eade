-- A file of a school's roll, from its upload to the last decision. It is seen by the school's administrators, who read no
-- record: nothing of the children stays here once the import has ended.
CREATE TABLE people_import (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  account_id  TEXT NOT NULL DEFAULT '',
  name        TEXT NOT NULL,
  source      TEXT NOT NULL,
  state       TEXT NOT NULL,
  mapping     TEXT NOT NULL DEFAULT '',
  school      TEXT NOT NULL DEFAULT '',
  confirm     TEXT NOT NULL DEFAULT '',
  problem     TEXT NOT NULL DEFAULT '',
  read        {{int}} NOT NULL DEFAULT 0,
  created     {{int}} NOT NULL DEFAULT 0,
  updated     {{int}} NOT NULL DEFAULT 0,
  unchanged   {{int}} NOT NULL DEFAULT 0,
  gone        {{int}} NOT NULL DEFAULT 0,
  total       {{int}} NOT NULL DEFAULT 0,
  done        {{int}} NOT NULL DEFAULT 0,
  made_at     {{int}} NOT NULL,
  ended_at    {{int}} NOT NULL DEFAULT 0,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX people_import_org ON people_import (org_id, made_at);

-- One row of the difference. act is what will be done with it when the import is applied: add, change, leave, or '' while a
-- person has to decide; state is waiting until then. data, changes and name are emptied when the import ends.
CREATE TABLE people_import_row (
  import_id   TEXT NOT NULL REFERENCES people_import (id),
  n           {{int}} NOT NULL,
  district_id TEXT NOT NULL,
  verdict     TEXT NOT NULL,
  state       TEXT NOT NULL DEFAULT 'waiting',
  act         TEXT NOT NULL DEFAULT '',
  child_id    TEXT NOT NULL DEFAULT '',
  name        TEXT NOT NULL DEFAULT '',
  line        {{int}} NOT NULL DEFAULT 0,
  field       TEXT NOT NULL DEFAULT '',
  reason      TEXT NOT NULL DEFAULT '',
  choices     TEXT NOT NULL DEFAULT '',
  changes     TEXT NOT NULL DEFAULT '',
  data        TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (import_id, n)
) {{clustered}};
CREATE INDEX people_import_row_verdict ON people_import_row (import_id, verdict, n);
CREATE INDEX people_import_row_waiting ON people_import_row (import_id, n) WHERE state = 'waiting' AND act <> '';

-- Mappings that a school has saved under a name, for its next file.
CREATE TABLE people_preset (
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  name        TEXT NOT NULL,
  mapping     TEXT NOT NULL,
  PRIMARY KEY (org_id, name)
) {{clustered}};
