-- Files that were uploaded for an import, in pieces, until they are read or given up.
CREATE TABLE bulk_part (
  district_id TEXT NOT NULL,
  upload_id   TEXT NOT NULL,
  n           {{int}} NOT NULL,
  body        {{bytes}} NOT NULL,
  PRIMARY KEY (upload_id, n)
) {{clustered}};
