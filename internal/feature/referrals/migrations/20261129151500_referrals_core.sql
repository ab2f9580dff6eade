-- A concern sent to another body. Its id is the record's; the record hangs on the concern's header.
-- +kith personal
CREATE TABLE referrals_referral (
  id            TEXT PRIMARY KEY,
  district_id   TEXT NOT NULL,
  org_id        TEXT NOT NULL,
  concern_id    TEXT NOT NULL,
  decision_id   TEXT NOT NULL,
  way           TEXT NOT NULL,
  to_id         TEXT NOT NULL DEFAULT '',
  to_name       TEXT NOT NULL,
  asks          TEXT NOT NULL DEFAULT '',
  by_id         TEXT NOT NULL,
  at            {{int}} NOT NULL,
  expected_at   {{int}} NOT NULL,
  state         TEXT NOT NULL,
  received_at   {{int}} NOT NULL DEFAULT 0,
  received_name TEXT NOT NULL DEFAULT '',
  outcome_key   TEXT NOT NULL DEFAULT '',
  decided_at    {{int}} NOT NULL DEFAULT 0,
  chased_at     {{int}} NOT NULL DEFAULT 0,
  reads_until   {{int}} NOT NULL DEFAULT 0,
  edition       TEXT NOT NULL,
  told          {{int}} NOT NULL DEFAULT 0,
  version       {{int}} NOT NULL DEFAULT 0
) {{strict}};
-- A decision is sent once, and again only when the first was withdrawn.
CREATE UNIQUE INDEX referrals_referral_decision ON referrals_referral (decision_id) WHERE state <> 'withdrawn';
CREATE INDEX referrals_referral_org ON referrals_referral (org_id, state, expected_at);
CREATE INDEX referrals_referral_to ON referrals_referral (to_id, state, expected_at) WHERE to_id <> '';
CREATE INDEX referrals_referral_concern ON referrals_referral (concern_id);
CREATE INDEX referrals_referral_due ON referrals_referral (district_id, expected_at) WHERE state IN ('sent', 'received') AND told < 2;

-- What one side did, and their words.
-- +kith personal
CREATE TABLE referrals_step (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  kind        TEXT NOT NULL,
  outcome_key TEXT NOT NULL DEFAULT '',
  words       TEXT NOT NULL DEFAULT '',
  feedback    TEXT NOT NULL DEFAULT '',
  who         TEXT NOT NULL DEFAULT '',
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX referrals_step_record ON referrals_step (record_id, at);

-- A school's way up the district's ladder (REF-2). Its id is a record of its own: the service does not read it.
-- +kith personal
CREATE TABLE referrals_disagreement (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  referral_id TEXT NOT NULL REFERENCES referrals_referral (id),
  edition     TEXT NOT NULL,
  rung        {{int}} NOT NULL,
  due_at      {{int}} NOT NULL,
  end_kind    TEXT NOT NULL DEFAULT '',
  ended_at    {{int}} NOT NULL DEFAULT 0,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX referrals_disagreement_referral ON referrals_disagreement (referral_id, at);

-- One step or answer on the ladder, with what keeps the child safe until then.
-- +kith personal
CREATE TABLE referrals_climb (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  rung        {{int}} NOT NULL,
  kind        TEXT NOT NULL,
  words       TEXT NOT NULL,
  who         TEXT NOT NULL DEFAULT '',
  safe        {{bool}} NOT NULL,
  safety      TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX referrals_climb_record ON referrals_climb (record_id, at);

-- The district's own editions of times, answers and ladder. Without one the edition that ships holds.
CREATE TABLE referrals_edition (
  district_id TEXT NOT NULL,
  edition     TEXT NOT NULL,
  from_on     TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL,
  PRIMARY KEY (district_id, edition)
) {{clustered}};
CREATE TABLE referrals_practice (
  district_id TEXT NOT NULL,
  edition     TEXT NOT NULL,
  position    {{int}} NOT NULL,
  kind        TEXT NOT NULL,
  item        TEXT NOT NULL,
  words       TEXT NOT NULL,
  hint        TEXT NOT NULL,
  other       TEXT NOT NULL,
  days        {{int}} NOT NULL,
  PRIMARY KEY (district_id, edition, position)
) {{clustered}};
