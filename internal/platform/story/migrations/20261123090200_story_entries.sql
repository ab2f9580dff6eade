-- The chronology. Each slice writes its entries in its own transaction; who may read one is the record's own matter. Entries
-- of one child lie together, in the order of when things happened.
-- +kith personal
CREATE TABLE story_entry (
  child_id     TEXT NOT NULL,
  at           {{int}} NOT NULL,
  id           TEXT NOT NULL,
  district_id  TEXT NOT NULL,
  precision    TEXT NOT NULL,
  recorded_at  {{int}} NOT NULL,
  record_id    TEXT NOT NULL,
  kind         TEXT NOT NULL,
  line         TEXT NOT NULL,
  detail       TEXT NOT NULL DEFAULT '',
  voice        TEXT NOT NULL DEFAULT '',
  level        {{int}} NOT NULL DEFAULT 0,
  significant  TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (child_id, at, id)
) {{clustered}};
CREATE INDEX story_entry_record ON story_entry (record_id);
