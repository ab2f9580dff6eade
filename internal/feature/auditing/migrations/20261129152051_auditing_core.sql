-- Who is mailed the checkpoints of the audit log, and what became of each day's copy. Nobody of these needs an account.
CREATE TABLE auditing_recipient (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  name        TEXT NOT NULL,
  email       TEXT NOT NULL,
  added_at    {{int}} NOT NULL,
  added_by    TEXT NOT NULL,
  ended_at    {{int}} NOT NULL DEFAULT 0,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE UNIQUE INDEX auditing_recipient_email ON auditing_recipient (district_id, email) WHERE ended_at = 0;

-- One copy a day and recipient. size is how many entries the checkpoint speaks for that left.
CREATE TABLE auditing_copy (
  id           TEXT PRIMARY KEY,
  district_id  TEXT NOT NULL,
  recipient_id TEXT NOT NULL REFERENCES auditing_recipient (id),
  day          TEXT NOT NULL,
  state        TEXT NOT NULL,
  size         {{int}} NOT NULL DEFAULT 0,
  sent_at      {{int}} NOT NULL DEFAULT 0,
  UNIQUE (recipient_id, day)
) {{strict}};
CREATE INDEX auditing_copy_day ON auditing_copy (district_id, day);
