-- A worry about an adult: the header. Its id is the header's record.
-- +kith personal
CREATE TABLE adults_concern (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  number      TEXT NOT NULL,
  reporter_id TEXT NOT NULL DEFAULT '',
  recorded_at {{int}} NOT NULL,
  happened_at {{int}} NOT NULL,
  precision   TEXT NOT NULL,
  place       TEXT NOT NULL DEFAULT '',
  activity    TEXT NOT NULL DEFAULT '',
  about_id    TEXT NOT NULL DEFAULT '',
  about_name  TEXT NOT NULL DEFAULT '',
  works_kind  TEXT NOT NULL DEFAULT '',
  employer    TEXT NOT NULL DEFAULT '',
  self        {{bool}} NOT NULL DEFAULT FALSE,
  harm        {{bool}} NOT NULL,
  office_kind TEXT NOT NULL,
  state       TEXT NOT NULL,
  read_at     {{int}} NOT NULL DEFAULT 0,
  taken_at    {{int}} NOT NULL DEFAULT 0,
  taken_by    TEXT NOT NULL DEFAULT '',
  origin_id   TEXT NOT NULL DEFAULT '',
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX adults_concern_org ON adults_concern (org_id, recorded_at);
CREATE INDEX adults_concern_state ON adults_concern (district_id, state);
CREATE INDEX adults_concern_reporter ON adults_concern (reporter_id, recorded_at) WHERE reporter_id <> '';
CREATE INDEX adults_concern_origin ON adults_concern (origin_id) WHERE origin_id <> '';

-- One person's words. Never changed, never removed.
-- +kith personal
CREATE TABLE adults_account (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  concern_id  TEXT NOT NULL REFERENCES adults_concern (id),
  author_id   TEXT NOT NULL DEFAULT '',
  author      TEXT NOT NULL DEFAULT '',
  words       TEXT NOT NULL,
  later       {{bool}} NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX adults_account_concern ON adults_account (concern_id, at);

-- The decision maker's part. Its id is the part's record, which steps and actions hang on as record_id.
-- +kith personal
CREATE TABLE adults_case (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  concern_id  TEXT NOT NULL UNIQUE REFERENCES adults_concern (id),
  kind        TEXT NOT NULL DEFAULT '',
  due_at      {{int}} NOT NULL DEFAULT 0,
  told_at     {{int}} NOT NULL DEFAULT 0,
  outcome_code TEXT NOT NULL DEFAULT '',
  decided_at  {{int}} NOT NULL DEFAULT 0
) {{strict}};
-- +kith personal
CREATE TABLE adults_decision (
  id            TEXT PRIMARY KEY,
  district_id   TEXT NOT NULL,
  concern_id    TEXT NOT NULL REFERENCES adults_concern (id),
  what_kind     TEXT NOT NULL,
  kind          TEXT NOT NULL DEFAULT '',
  edition       TEXT NOT NULL DEFAULT '',
  criteria_code TEXT NOT NULL DEFAULT '',
  outcome_code  TEXT NOT NULL DEFAULT '',
  reasons       TEXT NOT NULL,
  consulted     TEXT NOT NULL DEFAULT '',
  by_id         TEXT NOT NULL,
  at            {{int}} NOT NULL
) {{strict}};
CREATE INDEX adults_decision_concern ON adults_decision (concern_id, at);
-- +kith personal
CREATE TABLE adults_step (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  kind        TEXT NOT NULL,
  who         TEXT NOT NULL DEFAULT '',
  words       TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX adults_step_record ON adults_step (record_id, at);
-- +kith personal
CREATE TABLE adults_action (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  what        TEXT NOT NULL,
  due_on      TEXT NOT NULL DEFAULT '',
  done_at     {{int}} NOT NULL DEFAULT 0,
  done_by     TEXT NOT NULL DEFAULT '',
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX adults_action_record ON adults_action (record_id);
-- +kith personal
CREATE TABLE adults_feedback (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  concern_id  TEXT NOT NULL REFERENCES adults_concern (id),
  words       TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX adults_feedback_concern ON adults_feedback (concern_id, at);

-- What happened to a child: an entry of the child's file, a record of its own. Nothing in it leads to the adult's record.
-- +kith personal
CREATE TABLE adults_entry (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  child_id    TEXT NOT NULL,
  reference   TEXT NOT NULL,
  words       TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX adults_entry_child ON adults_entry (child_id);

-- A child named in a worry about an adult, and where it leads: to the child's entry, once that was made (LLC-4). record_id is the
-- decision maker's part.
-- +kith personal
CREATE TABLE adults_child (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  child_id    TEXT NOT NULL,
  name        TEXT NOT NULL,
  entry_id    TEXT NOT NULL DEFAULT '',
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX adults_child_record ON adults_child (record_id);

-- Who of those who may decide opened it first, written with the audit entry of the reading.
-- +kith personal
CREATE TABLE adults_opening (
  record_id   TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  district_id TEXT NOT NULL,
  at          {{int}} NOT NULL,
  PRIMARY KEY (record_id, account_id)
) {{clustered}};

-- Each telling, and when it is looked at again if nobody has taken it (LLC-2).
-- +kith personal
CREATE TABLE adults_alert (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  to_id       TEXT NOT NULL,
  step        {{int}} NOT NULL,
  at          {{int}} NOT NULL,
  mailed_at   {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX adults_alert_record ON adults_alert (record_id, at);
CREATE TABLE adults_watch (
  concern_id  TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  due_at      {{int}} NOT NULL,
  step        {{int}} NOT NULL
) {{clustered}};
CREATE INDEX adults_watch_due ON adults_watch (district_id, due_at);

-- How a school's worries go: whether its head is its proprietor too, and which lead reads low-level ones first.
CREATE TABLE adults_school (
  org_id      TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  proprietor  {{bool}} NOT NULL DEFAULT FALSE,
  first_id    TEXT NOT NULL DEFAULT ''
) {{strict}};

-- Who stands in for a recipient, and until which day the recipient is away.
CREATE TABLE adults_cover (
  org_id      TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  district_id TEXT NOT NULL,
  stand_in_id TEXT NOT NULL DEFAULT '',
  away_until  TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (org_id, account_id)
) {{clustered}};

-- Two people of a school who live together. Neither reads what is about the other (LLC-2). one_id < other_id.
CREATE TABLE adults_household (
  org_id      TEXT NOT NULL,
  one_id      TEXT NOT NULL,
  other_id    TEXT NOT NULL,
  district_id TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL,
  PRIMARY KEY (org_id, one_id, other_id)
) {{clustered}};

-- The district's settings: whom to ring, the clocks, and how many within how many months are shown as a pattern.
CREATE TABLE adults_setting (
  district_id        TEXT PRIMARY KEY,
  officer_name       TEXT NOT NULL,
  officer_phone      TEXT NOT NULL,
  low_minutes        {{int}} NOT NULL DEFAULT 60,
  allegation_minutes {{int}} NOT NULL DEFAULT 15,
  pattern_count      {{int}} NOT NULL DEFAULT 3,
  pattern_months     {{int}} NOT NULL DEFAULT 12
) {{strict}};

-- The criteria of the harm threshold and the outcomes, by edition: law is data. A decision keeps its edition.
CREATE TABLE adults_listed (
  district_id TEXT NOT NULL,
  edition     TEXT NOT NULL,
  list        TEXT NOT NULL,
  code        TEXT NOT NULL,
  words       TEXT NOT NULL,
  position    {{int}} NOT NULL,
  from_on     TEXT NOT NULL,
  PRIMARY KEY (district_id, edition, list, code)
) {{clustered}};

-- How often somebody looked for a colleague or a child in the pickers.
CREATE TABLE adults_look (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX adults_look_account ON adults_look (account_id, at);
