-- Issues, their items, who wrote in them, who reads them, and each letter sent.
CREATE TABLE newsletters_issue (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  kind        TEXT NOT NULL,
  roles       TEXT NOT NULL,
  title       TEXT NOT NULL,
  opening     TEXT NOT NULL,
  state       TEXT NOT NULL,
  changed_by  TEXT NOT NULL,
  changed_at  {{int}} NOT NULL,
  approver_id TEXT NOT NULL DEFAULT '',
  send_at     {{int}} NOT NULL DEFAULT 0,
  sent_at     {{int}} NOT NULL DEFAULT 0,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX newsletters_issue_state ON newsletters_issue (district_id, state, sent_at);

CREATE TABLE newsletters_item (
  issue_id    TEXT NOT NULL REFERENCES newsletters_issue (id),
  district_id TEXT NOT NULL,
  position    {{int}} NOT NULL,
  heading     TEXT NOT NULL,
  text        TEXT NOT NULL,
  link        TEXT NOT NULL,
  on_day      TEXT NOT NULL,
  starts      TEXT NOT NULL,
  place       TEXT NOT NULL,
  extra       {{bool}} NOT NULL,
  PRIMARY KEY (issue_id, position)
) {{clustered}};

-- Everybody who has written in an issue: none of them may approve it.
CREATE TABLE newsletters_writer (
  issue_id    TEXT NOT NULL REFERENCES newsletters_issue (id),
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  PRIMARY KEY (issue_id, account_id)
) {{clustered}};

CREATE TABLE newsletters_subscriber (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  email       TEXT NOT NULL,
  state       TEXT NOT NULL,
  source      TEXT NOT NULL,
  asked_at    {{int}} NOT NULL,
  version     {{int}} NOT NULL DEFAULT 0,
  UNIQUE (district_id, email)
) {{strict}};
CREATE INDEX newsletters_subscriber_asked ON newsletters_subscriber (district_id, asked_at);
CREATE INDEX newsletters_subscriber_state ON newsletters_subscriber (district_id, state);

-- What a secret in a letter opens. The secret itself is nowhere.
CREATE TABLE newsletters_link (
  hash          TEXT PRIMARY KEY,
  district_id   TEXT NOT NULL,
  subscriber_id TEXT NOT NULL REFERENCES newsletters_subscriber (id),
  purpose       TEXT NOT NULL,
  until_at      {{int}} NOT NULL
) {{clustered}};
CREATE INDEX newsletters_link_subscriber ON newsletters_link (subscriber_id, purpose);

-- One letter to one reader of an issue. The unique key is why nobody gets two.
CREATE TABLE newsletters_delivery (
  id           TEXT PRIMARY KEY,
  district_id  TEXT NOT NULL,
  issue_id     TEXT NOT NULL REFERENCES newsletters_issue (id),
  batch        {{int}} NOT NULL,
  recipient_id TEXT NOT NULL,
  org_id       TEXT NOT NULL,
  org_name     TEXT NOT NULL,
  role         TEXT NOT NULL,
  email        TEXT NOT NULL,
  state        TEXT NOT NULL,
  why          TEXT NOT NULL DEFAULT '',
  changed_at   {{int}} NOT NULL,
  UNIQUE (issue_id, recipient_id, org_id, role)
) {{strict}};
CREATE INDEX newsletters_delivery_batch ON newsletters_delivery (issue_id, batch, state);
CREATE INDEX newsletters_delivery_state ON newsletters_delivery (district_id, state, changed_at);

CREATE TABLE newsletters_showing (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  issue_id    TEXT NOT NULL REFERENCES newsletters_issue (id),
  channel     TEXT NOT NULL,
  on_day      TEXT NOT NULL,
  who         TEXT NOT NULL,
  note        TEXT NOT NULL
) {{strict}};
CREATE INDEX newsletters_showing_issue ON newsletters_showing (issue_id, on_day);
