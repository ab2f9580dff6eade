-- What somebody has typed and not yet sent. It belongs to its author alone and is never searched.
CREATE TABLE web_draft (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL,
  form        TEXT NOT NULL,
  body        TEXT NOT NULL,
  at          {{int}} NOT NULL
) {{strict}};
CREATE INDEX web_draft_mine ON web_draft (account_id, form, at);
