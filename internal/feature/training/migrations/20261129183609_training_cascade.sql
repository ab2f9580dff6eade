-- The ledger of cascades: one row for each, with what is counted and no name. booking_id is the place on the course it comes from,
-- '' for training elsewhere. Money is in pence. lead_mark tells whether somebody who signs in is the one who passes it on.
CREATE TABLE training_cascade (
  id           TEXT PRIMARY KEY,
  district_id  TEXT NOT NULL,
  org_id       TEXT NOT NULL,
  booking_id   TEXT NOT NULL DEFAULT '',
  run_id       TEXT NOT NULL DEFAULT '',
  title        TEXT NOT NULL,
  kind         TEXT NOT NULL,
  attended_on  TEXT NOT NULL,
  lead_mark    TEXT NOT NULL,
  aim          {{int}} NOT NULL DEFAULT 0,
  due_on       TEXT NOT NULL,
  costs_given  {{bool}} NOT NULL DEFAULT FALSE,
  fee          {{int}} NOT NULL DEFAULT 0,
  cover        {{int}} NOT NULL DEFAULT 0,
  state        TEXT NOT NULL,
  changed      TEXT NOT NULL DEFAULT '',
  made_at      {{int}} NOT NULL,
  told_at      {{int}} NOT NULL DEFAULT 0,
  reminded_at  {{int}} NOT NULL DEFAULT 0,
  completed_at {{int}} NOT NULL DEFAULT 0,
  version      {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE UNIQUE INDEX training_cascade_booking ON training_cascade (booking_id) WHERE booking_id <> '';
CREATE INDEX training_cascade_org ON training_cascade (org_id, state);
CREATE INDEX training_cascade_due ON training_cascade (district_id, state, due_on);

-- Who attended and passes it on. id is that of the cascade, and the record's.
-- +kith personal
CREATE TABLE training_cascade_lead (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL DEFAULT '',
  name        TEXT NOT NULL,
  title       TEXT NOT NULL DEFAULT '',
  email       TEXT NOT NULL DEFAULT ''
) {{strict}};
CREATE INDEX training_cascade_lead_account ON training_cascade_lead (district_id, account_id);

-- One session in which it is passed on. code_key and link_key are what a code and a link are recognised by; neither is kept.
CREATE TABLE training_cascade_session (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  cascade_id  TEXT NOT NULL REFERENCES training_cascade (id),
  on_day      TEXT NOT NULL,
  starts      TEXT NOT NULL DEFAULT '',
  minutes     {{int}} NOT NULL,
  place       TEXT NOT NULL DEFAULT '',
  cost        {{int}} NOT NULL DEFAULT 0,
  state       TEXT NOT NULL,
  opened_at   {{int}} NOT NULL DEFAULT 0,
  code_key    TEXT NOT NULL DEFAULT '',
  link_key    TEXT NOT NULL DEFAULT '',
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_cascade_session_of ON training_cascade_session (cascade_id, on_day);
CREATE UNIQUE INDEX training_cascade_session_code ON training_cascade_session (district_id, code_key) WHERE code_key <> '';
CREATE UNIQUE INDEX training_cascade_session_link ON training_cascade_session (district_id, link_key) WHERE link_key <> '';

-- The ledger of reach: that one person was at one session, by a mark that says no name.
CREATE TABLE training_cascade_reach (
  session_id  TEXT NOT NULL REFERENCES training_cascade_session (id),
  person      TEXT NOT NULL,
  district_id TEXT NOT NULL,
  cascade_id  TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  PRIMARY KEY (session_id, person)
) {{clustered}};
CREATE INDEX training_cascade_reach_of ON training_cascade_reach (cascade_id, person);
CREATE INDEX training_cascade_reach_org ON training_cascade_reach (district_id, org_id);

-- Who signed in. id is the record's. off: taken off the list again.
-- +kith personal
CREATE TABLE training_cascade_sign_in (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  session_id  TEXT NOT NULL REFERENCES training_cascade_session (id),
  cascade_id  TEXT NOT NULL,
  person      TEXT NOT NULL,
  account_id  TEXT NOT NULL DEFAULT '',
  name        TEXT NOT NULL,
  title       TEXT NOT NULL DEFAULT '',
  how         TEXT NOT NULL,
  signed_at   {{int}} NOT NULL,
  off         {{bool}} NOT NULL DEFAULT FALSE
) {{strict}};
CREATE INDEX training_cascade_sign_in_of ON training_cascade_sign_in (session_id, signed_at);

-- What somebody said of a session afterwards. Nobody's name goes with it.
CREATE TABLE training_cascade_answer (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  session_id  TEXT NOT NULL REFERENCES training_cascade_session (id),
  cascade_id  TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  rating      TEXT NOT NULL
) {{strict}};
CREATE INDEX training_cascade_answer_of ON training_cascade_answer (cascade_id, rating);

-- The words that went with an answer. id is the record's, and not the answer's: the two are not to be put together.
-- +kith personal
CREATE TABLE training_cascade_words (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  cascade_id  TEXT NOT NULL,
  words       TEXT NOT NULL
) {{strict}};
CREATE INDEX training_cascade_words_of ON training_cascade_words (cascade_id);
