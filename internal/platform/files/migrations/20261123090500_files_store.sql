-- A file is receiving while its chunks come in, pending until its form is sent, claimed once it belongs to a record, erased
-- when its key is gone. Only a claimed file has a record; until then it is its uploader's alone.
-- +kith personal
CREATE TABLE file (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  record_id   TEXT NOT NULL DEFAULT '',
  org_id      TEXT NOT NULL DEFAULT '',
  account_id  TEXT NOT NULL,
  name        TEXT NOT NULL,
  type        TEXT NOT NULL,
  size        {{int}} NOT NULL,
  sha256      TEXT NOT NULL,
  state       TEXT NOT NULL,
  made_at     {{int}} NOT NULL,
  claimed_at  {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX file_record ON file (record_id) WHERE record_id <> '';
CREATE INDEX file_account ON file (account_id, state);
CREATE INDEX file_state ON file (state, made_at);

-- The file's own key, sealed under the program's key for files. Without this row the chunks are noise.
CREATE TABLE file_key (
  file_id     TEXT PRIMARY KEY REFERENCES file (id),
  district_id TEXT NOT NULL,
  key         {{bytes}} NOT NULL
) {{strict}};

-- 256 KiB of the file each, numbered from 0, sealed under the file's own key.
CREATE TABLE file_chunk (
  file_id     TEXT NOT NULL REFERENCES file (id),
  n           {{int}} NOT NULL,
  district_id TEXT NOT NULL,
  body        {{bytes}} NOT NULL,
  PRIMARY KEY (file_id, n)
) {{strict}};

-- +kith postgres
-- What is sealed cannot be packed.
ALTER TABLE file_chunk ALTER COLUMN body SET STORAGE EXTERNAL;
-- +kith end

-- How many bytes the claimed files of an organisation have.
CREATE TABLE file_quota (
  org_id      TEXT NOT NULL,
  district_id TEXT NOT NULL,
  used        {{int}} NOT NULL,
  PRIMARY KEY (district_id, org_id)
) {{clustered}};
