-- The stamp of a district's calendar: a new one with each change of its dates or hours, so that every process tells by one look
-- whether what it keeps still holds. opens and closes are minutes after midnight.
CREATE TABLE directory_calendar (
  district_id TEXT PRIMARY KEY,
  stamp       TEXT NOT NULL,
  opens       {{int}} NOT NULL DEFAULT 480,
  closes      {{int}} NOT NULL DEFAULT 990
) {{strict}};

-- When schools are closed: holidays, INSET days, closures that nobody planned, bank holidays beyond those shipped. org_id is the
-- school that it is about, '' for every school of the district.
CREATE TABLE directory_term_date (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL DEFAULT '',
  kind        TEXT NOT NULL,
  name        TEXT NOT NULL,
  from_on     TEXT NOT NULL,
  to_on       TEXT NOT NULL,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX directory_term_date_from ON directory_term_date (district_id, from_on);

-- The school years in which a school keeps dates of its own in place of its district's. year is the one in which it begins.
CREATE TABLE directory_term_own (
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  year        {{int}} NOT NULL,
  PRIMARY KEY (org_id, year)
) {{clustered}};
