-- The districts that this database serves. SQLite has one unless more are made; a request's district comes from its host name.
CREATE TABLE directory_district (
  id      TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  host    TEXT NOT NULL DEFAULT '',
  demo    {{bool}} NOT NULL DEFAULT FALSE,
  made_at {{int}} NOT NULL
) {{strict}};
