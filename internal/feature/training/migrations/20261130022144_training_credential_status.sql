-- The bit of each credential in a status list of the district: which list, and which bit of it. It names nobody, so that anybody may read the list.
CREATE TABLE training_credential (
  district_id TEXT NOT NULL,
  list        {{int}} NOT NULL,
  status_bit  {{int}} NOT NULL,
  learnt_id   TEXT NOT NULL,
  withdrawn   {{bool}} NOT NULL DEFAULT FALSE,
  PRIMARY KEY (district_id, list, status_bit)
) {{clustered}};
CREATE UNIQUE INDEX training_credential_learnt ON training_credential (learnt_id);
