-- What else the register says of an establishment or a group.
ALTER TABLE directory_organisation ADD COLUMN la_name TEXT NOT NULL DEFAULT '';
ALTER TABLE directory_organisation ADD COLUMN type_group TEXT NOT NULL DEFAULT '';
ALTER TABLE directory_organisation ADD COLUMN gender TEXT NOT NULL DEFAULT '';
ALTER TABLE directory_organisation ADD COLUMN religion TEXT NOT NULL DEFAULT '';
ALTER TABLE directory_organisation ADD COLUMN nursery TEXT NOT NULL DEFAULT '';
ALTER TABLE directory_organisation ADD COLUMN sixth_form TEXT NOT NULL DEFAULT '';
ALTER TABLE directory_organisation ADD COLUMN capacity {{int}} NOT NULL DEFAULT 0;
ALTER TABLE directory_organisation ADD COLUMN pupils {{int}} NOT NULL DEFAULT 0;
ALTER TABLE directory_organisation ADD COLUMN trust_uid TEXT NOT NULL DEFAULT '';
ALTER TABLE directory_organisation ADD COLUMN federation_uid TEXT NOT NULL DEFAULT '';
ALTER TABLE directory_organisation ADD COLUMN ukprn TEXT NOT NULL DEFAULT '';
ALTER TABLE directory_organisation ADD COLUMN district_code TEXT NOT NULL DEFAULT '';
ALTER TABLE directory_organisation ADD COLUMN public_number TEXT NOT NULL DEFAULT '';
ALTER TABLE directory_organisation ADD COLUMN companies_house TEXT NOT NULL DEFAULT '';
CREATE INDEX directory_organisation_trust ON directory_organisation (district_id, trust_uid) WHERE trust_uid <> '';
CREATE INDEX directory_organisation_federation ON directory_organisation (district_id, federation_uid) WHERE federation_uid <> '';

-- Which establishment took another's place, as the register links them.
CREATE TABLE directory_link (
  district_id    TEXT NOT NULL,
  urn            TEXT NOT NULL,
  link_urn       TEXT NOT NULL,
  type           TEXT NOT NULL,
  kind           TEXT NOT NULL,
  name           TEXT NOT NULL DEFAULT '',
  established_on TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (district_id, urn, link_urn, type)
) {{clustered}};
CREATE INDEX directory_link_back ON directory_link (district_id, link_urn);

-- Where a postcode lies. The key is without its space.
CREATE TABLE directory_postcode (
  district_id   TEXT NOT NULL,
  postcode      TEXT NOT NULL,
  latitude      {{real}} NOT NULL,
  longitude     {{real}} NOT NULL,
  metres        {{int}} NOT NULL DEFAULT 0,
  district_code TEXT NOT NULL DEFAULT '',
  ward_code     TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (district_id, postcode)
) {{clustered}};

-- Wards and other areas. rings is JSON: polygons of rings of [longitude, latitude].
CREATE TABLE directory_area (
  district_id TEXT NOT NULL,
  code        TEXT NOT NULL,
  kind        TEXT NOT NULL,
  name        TEXT NOT NULL,
  rings       TEXT NOT NULL,
  min_lon     {{real}} NOT NULL,
  min_lat     {{real}} NOT NULL,
  max_lon     {{real}} NOT NULL,
  max_lat     {{real}} NOT NULL,
  label_lon   {{real}} NOT NULL,
  label_lat   {{real}} NOT NULL,
  PRIMARY KEY (district_id, code)
) {{clustered}};
CREATE INDEX directory_area_kind ON directory_area (district_id, kind, name);
