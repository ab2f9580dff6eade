-- Who can sign in, what they are where, and the sessions that are open.
CREATE TABLE account (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  email       TEXT NOT NULL,
  name        TEXT NOT NULL,
  phone       TEXT NOT NULL DEFAULT '',
  state       TEXT NOT NULL,
  created_at  {{int}} NOT NULL,
  version     {{int}} NOT NULL DEFAULT 0,
  UNIQUE (district_id, email)
) {{strict}};

-- A post: what somebody is in an organisation, from a day until a day. Every post makes them a member there.
CREATE TABLE account_post (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL REFERENCES account (id),
  org_id      TEXT NOT NULL,
  role        TEXT NOT NULL,
  title       TEXT NOT NULL,
  from_at     {{int}} NOT NULL,
  until_at    {{int}} NOT NULL
) {{strict}};
CREATE INDEX account_post_account ON account_post (account_id);
CREATE INDEX account_post_org ON account_post (org_id, role);

-- A session: the hash of a secret that only the browser holds. Ended sessions are deleted.
CREATE TABLE account_session (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  second_at  {{int}} NOT NULL,
  created_at {{int}} NOT NULL,
  seen_at    {{int}} NOT NULL,
  ends_at    {{int}} NOT NULL
) {{strict}};
CREATE INDEX account_session_account ON account_session (account_id);
