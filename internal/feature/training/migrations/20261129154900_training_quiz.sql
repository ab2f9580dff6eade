-- What questions rest on, with the edition that is in force.
CREATE TABLE training_quiz_document (
  district_id TEXT NOT NULL,
  key         TEXT NOT NULL,
  title       TEXT NOT NULL,
  publisher   TEXT NOT NULL,
  edition     TEXT NOT NULL,
  changes     TEXT NOT NULL DEFAULT '',
  since_at    {{int}} NOT NULL,
  version     {{int}} NOT NULL DEFAULT 0,
  PRIMARY KEY (district_id, key)
) {{clustered}};

-- Which editions of the shipped bank a district has taken in.
CREATE TABLE training_quiz_bank (
  district_id TEXT NOT NULL,
  edition     TEXT NOT NULL,
  at          {{int}} NOT NULL,
  PRIMARY KEY (district_id, edition)
) {{clustered}};

-- A question. Its words never change: another replaces it. org_id '' is the district's, source_key is that of the shipped bank.
CREATE TABLE training_quiz_question (
  id           TEXT PRIMARY KEY,
  district_id  TEXT NOT NULL,
  org_id       TEXT NOT NULL DEFAULT '',
  source_key   TEXT NOT NULL DEFAULT '',
  theme        TEXT NOT NULL,
  kind         TEXT NOT NULL,
  staff_groups TEXT NOT NULL DEFAULT '',
  scene        TEXT NOT NULL DEFAULT '',
  words        TEXT NOT NULL,
  explain      TEXT NOT NULL,
  document_key TEXT NOT NULL,
  edition      TEXT NOT NULL,
  para         TEXT NOT NULL,
  state        TEXT NOT NULL,
  replaces_id  TEXT NOT NULL DEFAULT '',
  version      {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_quiz_question_live ON training_quiz_question (district_id, state, org_id);

CREATE TABLE training_quiz_option (
  question_id TEXT NOT NULL REFERENCES training_quiz_question (id),
  n           {{int}} NOT NULL,
  district_id TEXT NOT NULL,
  words       TEXT NOT NULL,
  is_right    {{bool}} NOT NULL,
  PRIMARY KEY (question_id, n)
) {{clustered}};

-- The staff group of somebody at a school, where the lead put them into another than the title says.
CREATE TABLE training_quiz_staff (
  org_id      TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  district_id TEXT NOT NULL,
  staff_group TEXT NOT NULL,
  PRIMARY KEY (org_id, account_id)
) {{clustered}};

CREATE TABLE training_quiz (
  id           TEXT PRIMARY KEY,
  district_id  TEXT NOT NULL,
  org_id       TEXT NOT NULL,
  title        TEXT NOT NULL,
  kind         TEXT NOT NULL,
  training     TEXT NOT NULL DEFAULT '',
  follows_id   TEXT NOT NULL DEFAULT '',
  themes       TEXT NOT NULL DEFAULT '',
  staff_groups TEXT NOT NULL DEFAULT '',
  from_day     TEXT NOT NULL,
  until_day    TEXT NOT NULL,
  size         {{int}} NOT NULL,
  state        TEXT NOT NULL,
  by_id        TEXT NOT NULL,
  called_on    TEXT NOT NULL DEFAULT '',
  closed_at    {{int}} NOT NULL DEFAULT 0,
  version      {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_quiz_org ON training_quiz (org_id, state, until_day);
CREATE INDEX training_quiz_until ON training_quiz (district_id, state, until_day);

CREATE TABLE training_quiz_item (
  quiz_id     TEXT NOT NULL REFERENCES training_quiz (id),
  n           {{int}} NOT NULL,
  district_id TEXT NOT NULL,
  question_id TEXT NOT NULL REFERENCES training_quiz_question (id),
  PRIMARY KEY (quiz_id, n)
) {{clustered}};

-- Who is asked to take a quiz. It says nothing of whether they have.
CREATE TABLE training_quiz_call (
  quiz_id     TEXT NOT NULL REFERENCES training_quiz (id),
  account_id  TEXT NOT NULL,
  district_id TEXT NOT NULL,
  staff_group TEXT NOT NULL,
  told_at     {{int}} NOT NULL DEFAULT 0,
  reminded_at {{int}} NOT NULL DEFAULT 0,
  PRIMARY KEY (quiz_id, account_id)
) {{clustered}};
CREATE INDEX training_quiz_call_account ON training_quiz_call (account_id);

-- The ledger: by question and staff group, how many have answered and how many were right. No name, so that it can be counted for
-- those who may read nobody's answers.
CREATE TABLE training_quiz_tally (
  quiz_id     TEXT NOT NULL REFERENCES training_quiz (id),
  n           {{int}} NOT NULL,
  staff_group TEXT NOT NULL,
  district_id TEXT NOT NULL,
  took        {{int}} NOT NULL,
  rights      {{int}} NOT NULL,
  PRIMARY KEY (quiz_id, n, staff_group)
) {{clustered}};

-- One person's taking of a quiz. id is the record's.
-- +kith personal
CREATE TABLE training_quiz_attempt (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  quiz_id     TEXT NOT NULL REFERENCES training_quiz (id),
  org_id      TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  staff_group TEXT NOT NULL,
  started_at  {{int}} NOT NULL,
  sent_at     {{int}} NOT NULL DEFAULT 0,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE UNIQUE INDEX training_quiz_attempt_one ON training_quiz_attempt (quiz_id, account_id);
CREATE INDEX training_quiz_attempt_account ON training_quiz_attempt (account_id, sent_at);
CREATE INDEX training_quiz_attempt_org ON training_quiz_attempt (org_id, sent_at);

-- +kith personal
CREATE TABLE training_quiz_answer (
  attempt_id  TEXT NOT NULL REFERENCES training_quiz_attempt (id),
  n           {{int}} NOT NULL,
  district_id TEXT NOT NULL,
  choice      TEXT NOT NULL,
  is_right    {{bool}} NOT NULL,
  at          {{int}} NOT NULL,
  PRIMARY KEY (attempt_id, n)
) {{clustered}};

-- What staff have to learn, and what becomes of it.
CREATE TABLE training_quiz_need (
  id           TEXT PRIMARY KEY,
  district_id  TEXT NOT NULL,
  org_id       TEXT NOT NULL,
  theme        TEXT NOT NULL,
  staff_groups TEXT NOT NULL DEFAULT '',
  source       TEXT NOT NULL,
  quiz_id      TEXT NOT NULL DEFAULT '',
  state        TEXT NOT NULL,
  owner_id     TEXT NOT NULL DEFAULT '',
  by_day       TEXT NOT NULL DEFAULT '',
  mode         TEXT NOT NULL DEFAULT '',
  words        TEXT NOT NULL DEFAULT '',
  met_on       TEXT NOT NULL DEFAULT '',
  checked_id   TEXT NOT NULL DEFAULT '',
  made_at      {{int}} NOT NULL,
  version      {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_quiz_need_org ON training_quiz_need (org_id, state);

-- Somebody's wish for training (QUI-4). id is the record's.
-- +kith personal
CREATE TABLE training_quiz_ask (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  staff_group TEXT NOT NULL,
  theme       TEXT NOT NULL,
  asked_at    {{int}} NOT NULL,
  answer      TEXT NOT NULL DEFAULT '',
  answered_by_id TEXT NOT NULL DEFAULT '',
  answered_at {{int}} NOT NULL DEFAULT 0,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_quiz_ask_org ON training_quiz_ask (org_id, answered_at, asked_at);
CREATE INDEX training_quiz_ask_account ON training_quiz_ask (account_id, theme, answered_at);
