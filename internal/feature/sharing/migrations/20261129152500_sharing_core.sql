-- Which records are restricted or locked just now, by the record's own id, and nothing of what is in them: for the number that a
-- head is told, and for telling a reader to confirm. Lifting removes the row.
CREATE TABLE sharing_closing (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  mode        TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX sharing_closing_org ON sharing_closing (district_id, org_id, mode);

-- Each step: who restricted, locked, named readers, shared, recalled, when and why. record_id is what the step hangs on, subject_id
-- the concern's header or the file.
-- +kith personal
CREATE TABLE sharing_step (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  subject_id  TEXT NOT NULL,
  kind        TEXT NOT NULL,
  what        TEXT NOT NULL,
  reason      TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX sharing_step_subject ON sharing_step (subject_id, at);

-- A concern or a child's file shared with another school, for a purpose and until an instant. ended_at is when it was recalled, or
-- when its lapse was written down; it is over at until_at whatever stands there.
-- +kith personal
CREATE TABLE sharing_share (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  steps_id    TEXT NOT NULL,
  kind        TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  to_org_id   TEXT NOT NULL,
  purpose     TEXT NOT NULL,
  ground      TEXT NOT NULL,
  edition     TEXT NOT NULL,
  reason      TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL,
  until_at    {{int}} NOT NULL,
  ended_at    {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX sharing_share_of ON sharing_share (record_id, at);
CREATE INDEX sharing_share_to ON sharing_share (to_org_id, until_at);
CREATE INDEX sharing_share_org ON sharing_share (org_id, until_at);

-- The records that a share opened: those there were at that moment.
-- +kith personal
CREATE TABLE sharing_share_record (
  share_id    TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  district_id TEXT NOT NULL,
  PRIMARY KEY (share_id, record_id)
) {{clustered}};

-- What a lead let another school know of: that this school holds information about a brother or sister (CHR-9).
-- +kith personal
CREATE TABLE sharing_tell (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  to_org_id   TEXT NOT NULL,
  typed       TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL,
  ended_at    {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX sharing_tell_record ON sharing_tell (record_id, at);

-- The one line that the other school's leads then see on their own pupil. It names nobody of this school's children.
CREATE TABLE sharing_line (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  sibling_id  TEXT NOT NULL
) {{strict}};
CREATE INDEX sharing_line_sibling ON sharing_line (sibling_id);

-- Forms that were obeyed, so that one that is sent twice is obeyed once.
CREATE TABLE sharing_sent (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL
) {{strict}};
