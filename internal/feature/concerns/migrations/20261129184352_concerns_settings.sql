-- What a district sets for its concerns: whom to ring first, and how long its clocks are. A district without a row has what is shipped.
CREATE TABLE concerns_settings (
  district_id TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  phone       TEXT NOT NULL,
  urgent      {{int}} NOT NULL, -- minutes
  normal      {{int}} NOT NULL, -- minutes of school time
  high        {{int}} NOT NULL, -- minutes
  reply       {{int}} NOT NULL, -- school days
  box         {{int}} NOT NULL, -- school days
  silent      {{int}} NOT NULL, -- school days
  together    {{int}} NOT NULL, -- entries in 90 days
  version     {{int}} NOT NULL
) {{strict}};
INSERT INTO concerns_settings (district_id, name, phone, urgent, normal, high, reply, box, silent, together, version)
  SELECT district_id, name, phone, 15, 120, 120, 2, 1, 2, 5, 0 FROM concerns_service;
DROP TABLE concerns_service;
