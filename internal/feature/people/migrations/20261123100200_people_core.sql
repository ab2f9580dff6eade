-- A child's card: name and class, enough to write a concern about the right child. Its id is its record's.
-- +kith personal
CREATE TABLE people_child (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  file_id     TEXT NOT NULL,
  given       TEXT NOT NULL,
  family      TEXT NOT NULL,
  class       TEXT NOT NULL DEFAULT '',
  year        TEXT NOT NULL DEFAULT '',
  state       TEXT NOT NULL DEFAULT 'on_roll',
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX people_child_org ON people_child (org_id, state, family, given, id);

-- What only the file's readers see. Its id is the file's record.
-- +kith personal
CREATE TABLE people_detail (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  child_id    TEXT NOT NULL UNIQUE REFERENCES people_child (id),
  born_on     TEXT NOT NULL DEFAULT '',
  sex         TEXT NOT NULL DEFAULT '',
  upn         TEXT NOT NULL DEFAULT '',
  former_upn  TEXT NOT NULL DEFAULT '',
  source_id   TEXT NOT NULL DEFAULT '',
  language    TEXT NOT NULL DEFAULT '',
  address     TEXT NOT NULL DEFAULT '',
  postcode    TEXT NOT NULL DEFAULT '',
  entered_on  TEXT NOT NULL DEFAULT '',
  left_on     TEXT NOT NULL DEFAULT '',
  source_hash TEXT NOT NULL DEFAULT ''
) {{strict}};
CREATE INDEX people_detail_upn ON people_detail (district_id, upn) WHERE upn <> '';
CREATE INDEX people_detail_born ON people_detail (district_id, born_on);

-- The adults around a child, as the school's roll gives them.
-- +kith personal
CREATE TABLE people_contact (
  id           TEXT PRIMARY KEY,
  district_id  TEXT NOT NULL,
  record_id    TEXT NOT NULL,
  name         TEXT NOT NULL,
  relationship TEXT NOT NULL DEFAULT '',
  phone        TEXT NOT NULL DEFAULT '',
  priority     {{int}} NOT NULL DEFAULT 0,
  parental     {{bool}} NOT NULL DEFAULT FALSE,
  court_order  {{bool}} NOT NULL DEFAULT FALSE
) {{strict}};
CREATE INDEX people_contact_record ON people_contact (record_id);

-- A dated status: child in need, looked after, EHCP. "As at" is answered from the dates (CHR-7).
-- +kith personal
CREATE TABLE people_flag (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  kind        TEXT NOT NULL,
  who         TEXT NOT NULL DEFAULT '',
  from_on     TEXT NOT NULL,
  until_on    TEXT NOT NULL DEFAULT ''
) {{strict}};
CREATE INDEX people_flag_record ON people_flag (record_id);

-- Brothers, sisters and shared homes. Read from both ends.
CREATE TABLE people_tie (
  district_id TEXT NOT NULL,
  child_id    TEXT NOT NULL,
  other_id    TEXT NOT NULL,
  kind        TEXT NOT NULL,
  PRIMARY KEY (child_id, other_id)
) {{clustered}};
