-- Organisations: schools and other establishments, trusts, collaborations, the authority, agencies, boards.
CREATE TABLE directory_organisation (
  id           TEXT PRIMARY KEY,
  district_id  TEXT NOT NULL,
  kind         TEXT NOT NULL,
  name         TEXT NOT NULL,
  urn          TEXT NOT NULL DEFAULT '',
  group_uid    TEXT NOT NULL DEFAULT '',
  la_code      TEXT NOT NULL DEFAULT '',
  number       TEXT NOT NULL DEFAULT '',
  type         TEXT NOT NULL DEFAULT '',
  phase        TEXT NOT NULL DEFAULT '',
  status       TEXT NOT NULL DEFAULT 'open',
  opened_on    TEXT NOT NULL DEFAULT '',
  closed_on    TEXT NOT NULL DEFAULT '',
  low_age      {{int}} NOT NULL DEFAULT 0,
  high_age     {{int}} NOT NULL DEFAULT 0,
  address      TEXT NOT NULL DEFAULT '',
  town         TEXT NOT NULL DEFAULT '',
  postcode     TEXT NOT NULL DEFAULT '',
  phone        TEXT NOT NULL DEFAULT '',
  website      TEXT NOT NULL DEFAULT '',
  latitude     {{real}} NOT NULL DEFAULT 0,
  longitude    {{real}} NOT NULL DEFAULT 0,
  ward_code    TEXT NOT NULL DEFAULT '',
  source_hash  TEXT NOT NULL DEFAULT '',
  version      {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE UNIQUE INDEX directory_organisation_urn ON directory_organisation (district_id, urn) WHERE urn <> '';
CREATE UNIQUE INDEX directory_organisation_group ON directory_organisation (district_id, group_uid) WHERE group_uid <> '';
CREATE INDEX directory_organisation_name ON directory_organisation (district_id, name);

-- Who belongs to whom: a school to a trust, a school to a collaboration.
CREATE TABLE directory_membership (
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL REFERENCES directory_organisation (id),
  member_id   TEXT NOT NULL REFERENCES directory_organisation (id),
  role        TEXT NOT NULL,
  from_on     TEXT NOT NULL,
  until_on    TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (org_id, member_id, from_on)
) {{clustered}};
CREATE INDEX directory_membership_member ON directory_membership (member_id);
