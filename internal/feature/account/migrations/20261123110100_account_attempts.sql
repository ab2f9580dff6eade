-- Links that were mailed: the hash of what stands in the link. proved_at: the second factor was given (a reset).
CREATE TABLE account_token (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL REFERENCES account (id),
  kind        TEXT NOT NULL,
  proved_at   {{int}} NOT NULL,
  ends_at     {{int}} NOT NULL
) {{strict}};
CREATE INDEX account_token_account ON account_token (account_id);

-- A question put to a passkey and not answered yet. account_id is '' where anybody's passkey may answer.
CREATE TABLE account_ceremony (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  kind        TEXT NOT NULL,
  body        TEXT NOT NULL,
  ends_at     {{int}} NOT NULL
) {{strict}};

-- How often somebody has tried, by a keyed hash of what they tried or where from.
CREATE TABLE account_throttle (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  tries       {{int}} NOT NULL,
  last_at     {{int}} NOT NULL,
  wait_until  {{int}} NOT NULL,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
