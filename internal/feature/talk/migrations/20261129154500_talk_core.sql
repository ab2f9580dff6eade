-- The code of a school's box, as a hash under a key of the school's own. One is in use at a time.
CREATE TABLE talk_box (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  school_key  {{bytes}} NOT NULL,
  code_hash   {{bytes}} NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL,
  ended_at    {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE UNIQUE INDEX talk_box_org ON talk_box (org_id) WHERE ended_at = 0;
CREATE INDEX talk_box_live ON talk_box (district_id) WHERE ended_at = 0;

-- A pupil who asked: the concern that it is, and the hash of the two words with which they come back.
-- +kith personal
CREATE TABLE talk_asking (
  record_id   TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  pair_hash   {{bytes}} NOT NULL,
  at          {{int}} NOT NULL,
  until_at    {{int}} NOT NULL
) {{strict}};
CREATE INDEX talk_asking_pair ON talk_asking (org_id, pair_hash, at);

-- What an adult wrote for the pupil to find.
-- +kith personal
CREATE TABLE talk_answer (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  words       TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX talk_answer_record ON talk_answer (record_id, at);
