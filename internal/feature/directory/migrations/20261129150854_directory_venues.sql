-- A building is one address; the rooms or houses people meet in there are venues, each of which may be spelt several ways.
CREATE TABLE directory_building (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  address     TEXT NOT NULL,
  postcode    TEXT NOT NULL,
  key         TEXT NOT NULL,
  UNIQUE (district_id, key)
) {{strict}};

CREATE TABLE directory_venue (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  building_id TEXT NOT NULL REFERENCES directory_building (id),
  name        TEXT NOT NULL,
  capacity    {{int}} NOT NULL DEFAULT 0,
  access      TEXT NOT NULL DEFAULT '',
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX directory_venue_name ON directory_venue (district_id, name);
CREATE INDEX directory_venue_building ON directory_venue (building_id);

-- Every way in which a venue is written, folded; its name is one of them.
CREATE TABLE directory_venue_spelling (
  district_id TEXT NOT NULL,
  key         TEXT NOT NULL,
  spelling    TEXT NOT NULL,
  venue_id    TEXT NOT NULL REFERENCES directory_venue (id),
  PRIMARY KEY (district_id, key)
) {{clustered}};
CREATE INDEX directory_venue_spelling_venue ON directory_venue_spelling (venue_id);
