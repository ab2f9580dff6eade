-- A concern's header: when, where, by whom, how urgent, and where it stands. Its id is the header's record.
-- +kith personal
CREATE TABLE concerns_concern (
  id            TEXT PRIMARY KEY,
  district_id   TEXT NOT NULL,
  org_id        TEXT NOT NULL,
  number        TEXT NOT NULL,
  source        TEXT NOT NULL,
  reporter_id   TEXT NOT NULL DEFAULT '',
  recorded_at   {{int}} NOT NULL,
  happened_at   {{int}} NOT NULL,
  precision     TEXT NOT NULL,
  place         TEXT NOT NULL DEFAULT '',
  told          {{bool}} NOT NULL,
  urgent        {{bool}} NOT NULL,
  state         TEXT NOT NULL,
  read_at       {{int}} NOT NULL DEFAULT 0,
  taken_at      {{int}} NOT NULL DEFAULT 0,
  taken_by      TEXT NOT NULL DEFAULT '',
  version       {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX concerns_concern_org ON concerns_concern (org_id, state, recorded_at);
CREATE INDEX concerns_concern_reporter ON concerns_concern (reporter_id, recorded_at) WHERE reporter_id <> '';
CREATE UNIQUE INDEX concerns_concern_number ON concerns_concern (org_id, number);

-- One person's words. Never changed, never removed (CON-6).
-- +kith personal
CREATE TABLE concerns_account (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  concern_id  TEXT NOT NULL REFERENCES concerns_concern (id),
  author_id   TEXT NOT NULL DEFAULT '',
  author      TEXT NOT NULL DEFAULT '',
  said_by     TEXT NOT NULL DEFAULT '',
  done        TEXT NOT NULL DEFAULT '',
  words       TEXT NOT NULL,
  later       {{bool}} NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX concerns_account_concern ON concerns_account (concern_id, at);

-- A numbered mark on the body map of an account.
-- +kith personal
CREATE TABLE concerns_mark (
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL REFERENCES concerns_account (id),
  number      {{int}} NOT NULL,
  zone        TEXT NOT NULL,
  note        TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (record_id, number)
) {{clustered}};

-- A child of a concern, with a role and, where written, a text of their own (CON-4). Its id is the child part's record.
-- +kith personal
CREATE TABLE concerns_child (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  concern_id  TEXT NOT NULL REFERENCES concerns_concern (id),
  child_id    TEXT NOT NULL DEFAULT '',
  name        TEXT NOT NULL,
  role        TEXT NOT NULL,
  words       TEXT NOT NULL DEFAULT '',
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX concerns_child_concern ON concerns_child (concern_id);
CREATE INDEX concerns_child_child ON concerns_child (child_id) WHERE child_id <> '';

-- What the leads think of it. Its id is the lead part's record; its children hold that id as record_id.
-- +kith personal
CREATE TABLE concerns_triage (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  concern_id  TEXT NOT NULL UNIQUE REFERENCES concerns_concern (id),
  title       TEXT NOT NULL DEFAULT '',
  level       {{int}} NOT NULL DEFAULT 0,
  decision    TEXT NOT NULL DEFAULT '',
  review_on   TEXT NOT NULL DEFAULT '',
  reply       {{bool}} NOT NULL DEFAULT FALSE,
  reply_due   {{int}} NOT NULL DEFAULT 0,
  replied_at  {{int}} NOT NULL DEFAULT 0,
  together    TEXT NOT NULL DEFAULT ''
) {{strict}};
CREATE INDEX concerns_triage_review ON concerns_triage (org_id, review_on) WHERE review_on <> '';
-- +kith personal
CREATE TABLE concerns_level (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  level       {{int}} NOT NULL,
  reason      TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX concerns_level_record ON concerns_level (record_id, at);
-- +kith personal
CREATE TABLE concerns_code (
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  edition     TEXT NOT NULL,
  code        TEXT NOT NULL,
  PRIMARY KEY (record_id, edition, code)
) {{clustered}};
-- +kith personal
CREATE TABLE concerns_decision (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  concern_id  TEXT NOT NULL REFERENCES concerns_concern (id),
  kind        TEXT NOT NULL,
  threshold   TEXT NOT NULL,
  consulted   TEXT NOT NULL,
  reasons     TEXT NOT NULL,
  review_on   TEXT NOT NULL DEFAULT '',
  to_name     TEXT NOT NULL DEFAULT '',
  expected_at {{int}} NOT NULL DEFAULT 0,
  answer      TEXT NOT NULL DEFAULT '',
  answered_at {{int}} NOT NULL DEFAULT 0,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX concerns_decision_concern ON concerns_decision (concern_id, at);
-- +kith personal
CREATE TABLE concerns_action (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  what        TEXT NOT NULL,
  owner_id    TEXT NOT NULL,
  due_at      {{int}} NOT NULL,
  done_at     {{int}} NOT NULL DEFAULT 0,
  done_by     TEXT NOT NULL DEFAULT '',
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX concerns_action_record ON concerns_action (record_id);
CREATE INDEX concerns_action_owner ON concerns_action (owner_id, done_at, due_at);
-- +kith personal
CREATE TABLE concerns_parent (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  informed    {{bool}} NOT NULL,
  words       TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX concerns_parent_record ON concerns_parent (record_id, at);

-- What a service advised before the family was told (CON-13), or who was told what after a police notice (ENC-1).
-- +kith personal
CREATE TABLE concerns_advice (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  kind        TEXT NOT NULL,
  who         TEXT NOT NULL,
  words       TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX concerns_advice_record ON concerns_advice (record_id, at);
-- +kith personal
CREATE TABLE concerns_feedback (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  concern_id  TEXT NOT NULL REFERENCES concerns_concern (id),
  words       TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX concerns_feedback_concern ON concerns_feedback (concern_id, at);

-- Who of the lead team opened it first, written with the audit entry of the reading.
-- +kith personal
CREATE TABLE concerns_opening (
  record_id   TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  district_id TEXT NOT NULL,
  at          {{int}} NOT NULL,
  PRIMARY KEY (record_id, account_id)
) {{clustered}};

-- Who is on it just now: a soft claim that lapses and never stops anybody (CON-23).
-- +kith personal
CREATE TABLE concerns_claim (
  record_id   TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};

-- Each telling of a lead, and when it is looked at again if nobody has taken it (CON-11).
-- +kith personal
CREATE TABLE concerns_alert (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  to_id       TEXT NOT NULL,
  step        {{int}} NOT NULL,
  why         TEXT NOT NULL,
  at          {{int}} NOT NULL,
  mailed_at   {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX concerns_alert_record ON concerns_alert (record_id, at);
CREATE TABLE concerns_watch (
  concern_id  TEXT NOT NULL,
  kind        TEXT NOT NULL,
  district_id TEXT NOT NULL,
  due_at      {{int}} NOT NULL,
  step        {{int}} NOT NULL,
  PRIMARY KEY (concern_id, kind)
) {{clustered}};
CREATE INDEX concerns_watch_due ON concerns_watch (district_id, due_at);

-- Who is on duty: a person, a place, a number, from a minute until a minute of a day.
CREATE TABLE concerns_rota (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  on_day      TEXT NOT NULL,
  from_min    {{int}} NOT NULL,
  until_min   {{int}} NOT NULL,
  account_id  TEXT NOT NULL,
  place       TEXT NOT NULL DEFAULT '',
  phone       TEXT NOT NULL DEFAULT ''
) {{strict}};
CREATE INDEX concerns_rota_day ON concerns_rota (org_id, on_day, from_min);

-- The statutory categories, by edition: law is data. An old concern keeps the edition it was categorised under (CON-7).
CREATE TABLE concerns_category (
  district_id TEXT NOT NULL,
  edition     TEXT NOT NULL,
  code        TEXT NOT NULL,
  name        TEXT NOT NULL,
  family      TEXT NOT NULL,
  stop        {{bool}} NOT NULL,
  position    {{int}} NOT NULL,
  from_on     TEXT NOT NULL,
  off         {{bool}} NOT NULL DEFAULT FALSE,
  PRIMARY KEY (district_id, edition, code)
) {{clustered}};

-- Whom to ask before the family is told.
CREATE TABLE concerns_service (
  district_id TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  phone       TEXT NOT NULL
) {{strict}};

-- How often somebody looked for a child in the picker (CON-21).
CREATE TABLE concerns_look (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX concerns_look_account ON concerns_look (account_id, at);
