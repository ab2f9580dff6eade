-- One row for each separately readable thing. Slices' own tables hold only record_id (or share the id) and JOIN this one, so
-- that restricting a record takes effect everywhere at once. Nobody is '', never NULL.
-- +kith personal
CREATE TABLE access_record (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  kind        TEXT NOT NULL,
  part        TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  child_id    TEXT NOT NULL DEFAULT '',
  author_id   TEXT NOT NULL DEFAULT '',
  subject_id  TEXT NOT NULL DEFAULT '',
  restricted  {{bool}} NOT NULL DEFAULT FALSE,
  locked      {{bool}} NOT NULL DEFAULT FALSE,
  parent_id   TEXT NOT NULL DEFAULT ''
) {{clustered}};
CREATE INDEX access_record_parent ON access_record (parent_id) WHERE parent_id <> '';

-- From from_at until until_at the account or organisation to_id stands in the relation kind to the record and its parts.
CREATE TABLE access_grant (
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  kind        TEXT NOT NULL,
  to_id       TEXT NOT NULL,
  from_at     {{int}} NOT NULL,
  until_at    {{int}} NOT NULL,
  by_id       TEXT NOT NULL,
  reason      TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (record_id, kind, to_id, from_at)
) {{clustered}};
CREATE INDEX access_grant_to ON access_grant (to_id, kind, until_at);
