-- A programme of events under one roof: a safeguarding week, learning events, the annual gathering. Boards and aims are one a line.
CREATE TABLE training_programme (
  id            TEXT PRIMARY KEY,
  district_id   TEXT NOT NULL,
  org_id        TEXT NOT NULL,
  kind          TEXT NOT NULL,
  title         TEXT NOT NULL,
  summary       TEXT NOT NULL DEFAULT '',
  open_to       TEXT NOT NULL DEFAULT '',
  boards        TEXT NOT NULL DEFAULT '',
  aims          TEXT NOT NULL DEFAULT '',
  contact       TEXT NOT NULL DEFAULT '',
  first_on      TEXT NOT NULL,
  last_on       TEXT NOT NULL,
  additional    {{bool}} NOT NULL DEFAULT FALSE,
  propose_until TEXT NOT NULL DEFAULT '',
  block_id      TEXT NOT NULL DEFAULT '',
  state         TEXT NOT NULL,
  changed_at    {{int}} NOT NULL,
  revision      {{int}} NOT NULL DEFAULT 0,
  version       {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_programme_state ON training_programme (district_id, state, last_on);

-- Who may propose besides the organiser: agencies and settings that no school register lists. It says no person's name.
CREATE TABLE training_partner (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  name        TEXT NOT NULL,
  name_key    TEXT NOT NULL,
  kind        TEXT NOT NULL,
  postcode    TEXT NOT NULL DEFAULT '',
  offers      TEXT NOT NULL DEFAULT '',
  source      TEXT NOT NULL,
  state       TEXT NOT NULL,
  asked_for   TEXT NOT NULL DEFAULT '',
  listed_id   TEXT NOT NULL DEFAULT '',
  asked_at    {{int}} NOT NULL,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_partner_name ON training_partner (district_id, org_id, name_key);
CREATE INDEX training_partner_state ON training_partner (district_id, org_id, state, name);

-- Who answers for a partner. id is the partner's and the record's.
-- +kith personal
CREATE TABLE training_contact (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  name        TEXT NOT NULL,
  email       TEXT NOT NULL,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};

-- One session of a programme. Times are "09:15" in Europe/London. run_id: the date at which places are booked here.
CREATE TABLE training_session (
  id             TEXT PRIMARY KEY,
  district_id    TEXT NOT NULL,
  programme_id   TEXT NOT NULL REFERENCES training_programme (id),
  partner_id     TEXT NOT NULL DEFAULT '',
  partner_name   TEXT NOT NULL,
  title          TEXT NOT NULL,
  summary        TEXT NOT NULL DEFAULT '',
  speaker        TEXT NOT NULL DEFAULT '',
  board          TEXT NOT NULL DEFAULT '',
  audience       TEXT NOT NULL DEFAULT '',
  open_to        TEXT NOT NULL DEFAULT '',
  online         {{bool}} NOT NULL DEFAULT FALSE,
  venue_id       TEXT NOT NULL DEFAULT '',
  venue          TEXT NOT NULL DEFAULT '',
  venue_address  TEXT NOT NULL DEFAULT '',
  venue_postcode TEXT NOT NULL DEFAULT '',
  on_day         TEXT NOT NULL,
  starts         TEXT NOT NULL,
  ends           TEXT NOT NULL,
  places         {{int}} NOT NULL DEFAULT 0,
  booking        TEXT NOT NULL,
  booking_to     TEXT NOT NULL DEFAULT '',
  run_id         TEXT NOT NULL DEFAULT '',
  state          TEXT NOT NULL,
  reply          TEXT NOT NULL DEFAULT '',
  source_key     TEXT NOT NULL DEFAULT '',
  sequence       {{int}} NOT NULL DEFAULT 0,
  changed_at     {{int}} NOT NULL,
  revision       {{int}} NOT NULL DEFAULT 0,
  version        {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_session_programme ON training_session (programme_id, on_day, starts);
CREATE INDEX training_session_partner ON training_session (partner_id, programme_id);
CREATE INDEX training_session_run ON training_session (district_id, run_id) WHERE run_id <> '';
CREATE UNIQUE INDEX training_session_source ON training_session (programme_id, source_key) WHERE source_key <> '';

-- What a secret in a letter opens: a partner's proposals for a programme, or one booking. The secret itself is nowhere.
CREATE TABLE training_programme_link (
  hash         TEXT PRIMARY KEY,
  district_id  TEXT NOT NULL,
  purpose      TEXT NOT NULL,
  subject_id   TEXT NOT NULL,
  programme_id TEXT NOT NULL DEFAULT '',
  until_at     {{int}} NOT NULL
) {{clustered}};
CREATE INDEX training_programme_link_subject ON training_programme_link (subject_id, purpose);
