-- How far the making afresh of the index has come, while it is under way: one row a source. No row: none is.
CREATE TABLE search_remake (
  district_id TEXT NOT NULL,
  source      TEXT NOT NULL,
  after_id    TEXT NOT NULL,
  done        {{int}} NOT NULL,
  ended       {{bool}} NOT NULL,
  PRIMARY KEY (district_id, source)
) {{clustered}};
