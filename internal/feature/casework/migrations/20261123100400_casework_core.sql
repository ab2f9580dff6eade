-- What somebody typed into the search, for an hour, so that nothing typed about a person stands in an address.
CREATE TABLE casework_search (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  typed       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX casework_search_at ON casework_search (at);

-- Each marking of an entry as significant and each taking away, with its reason (CHR-4). record_id is the entry's record.
-- +kith personal
CREATE TABLE casework_mark (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  child_id    TEXT NOT NULL,
  entry_id    TEXT NOT NULL,
  marked      {{bool}} NOT NULL,
  reason      TEXT NOT NULL,
  was         TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX casework_mark_child ON casework_mark (child_id, at);

-- Each chronology that was printed, with the check code at its foot (CHR-5). record_id is the child's file.
-- +kith personal
CREATE TABLE casework_print (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  child_id    TEXT NOT NULL,
  code        TEXT NOT NULL,
  sha256      TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL,
  purpose     TEXT NOT NULL,
  view        TEXT NOT NULL
) {{strict}};
CREATE INDEX casework_print_code ON casework_print (code);

-- Each opening of a child's file in an emergency (SEC-11). record_id is the child's file, org_id the school that keeps it.
-- +kith personal
CREATE TABLE casework_break_glass (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  child_id    TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  at          {{int}} NOT NULL,
  until_at    {{int}} NOT NULL,
  signed_by   TEXT NOT NULL DEFAULT '',
  signed_at   {{int}} NOT NULL DEFAULT 0,
  comment     TEXT NOT NULL DEFAULT '',
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX casework_break_glass_org ON casework_break_glass (org_id, signed_at, at);
CREATE INDEX casework_break_glass_by ON casework_break_glass (by_id, child_id, at);

-- The records that an emergency opened: those there were at that moment, and no later ones.
-- +kith personal
CREATE TABLE casework_break_glass_record (
  break_glass_id TEXT NOT NULL,
  record_id      TEXT NOT NULL,
  district_id    TEXT NOT NULL,
  PRIMARY KEY (break_glass_id, record_id)
) {{clustered}};

-- How often somebody has asked for an emergency opening since from_at. The id is the account's.
CREATE TABLE casework_asker (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  from_at     {{int}} NOT NULL,
  tries       {{int}} NOT NULL,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
