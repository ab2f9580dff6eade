-- What can be learnt. Formats of which a school takes one or the other share an exclusive group.
CREATE TABLE training_course (
  id              TEXT PRIMARY KEY,
  district_id     TEXT NOT NULL,
  org_id          TEXT NOT NULL,
  title           TEXT NOT NULL,
  format          TEXT NOT NULL,
  summary         TEXT NOT NULL DEFAULT '',
  outcomes        TEXT NOT NULL DEFAULT '',
  audience        TEXT NOT NULL DEFAULT '',
  board           TEXT NOT NULL DEFAULT '',
  exclusive_group TEXT NOT NULL DEFAULT '',
  uses_place      {{bool}} NOT NULL DEFAULT TRUE,
  cascades        {{bool}} NOT NULL DEFAULT FALSE,
  validity_months {{int}} NOT NULL DEFAULT 0,
  cpd_minutes     {{int}} NOT NULL DEFAULT 0,
  source_key      TEXT NOT NULL DEFAULT '',
  version         {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_course_org ON training_course (district_id, org_id, title);
CREATE UNIQUE INDEX training_course_source ON training_course (district_id, source_key) WHERE source_key <> '';

-- A block is what is asked for at one time under one set of rules, which are its columns.
CREATE TABLE training_block (
  id              TEXT PRIMARY KEY,
  district_id     TEXT NOT NULL,
  org_id          TEXT NOT NULL,
  title           TEXT NOT NULL,
  summary         TEXT NOT NULL DEFAULT '',
  open_to         TEXT NOT NULL DEFAULT '',
  way             TEXT NOT NULL,
  state           TEXT NOT NULL,
  opens_at        {{int}} NOT NULL DEFAULT 0,
  closes_at       {{int}} NOT NULL DEFAULT 0,
  tells_on        TEXT NOT NULL DEFAULT '',
  per_school      {{int}} NOT NULL DEFAULT 1,
  second          TEXT NOT NULL DEFAULT 'refuse',
  places          {{int}} NOT NULL DEFAULT 0,
  needs_manager   {{bool}} NOT NULL DEFAULT FALSE,
  invited_only    {{bool}} NOT NULL DEFAULT FALSE,
  additional      {{bool}} NOT NULL DEFAULT FALSE,
  hold_hours      {{int}} NOT NULL DEFAULT 48,
  offer_hours     {{int}} NOT NULL DEFAULT 72,
  run_closes_days {{int}} NOT NULL DEFAULT 2,
  cancel_days     {{int}} NOT NULL DEFAULT 0,
  cancel_working  {{bool}} NOT NULL DEFAULT TRUE,
  late_terms      TEXT NOT NULL DEFAULT '',
  allocated_at    {{int}} NOT NULL DEFAULT 0,
  asked           {{int}} NOT NULL DEFAULT 0,
  source_key      TEXT NOT NULL DEFAULT '',
  version         {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_block_state ON training_block (district_id, state, closes_at);
CREATE UNIQUE INDEX training_block_source ON training_block (district_id, source_key) WHERE source_key <> '';

-- Who goes first in a block: position 0 before position 1 before everybody else.
CREATE TABLE training_tier (
  block_id    TEXT NOT NULL REFERENCES training_block (id),
  position    {{int}} NOT NULL,
  kind        TEXT NOT NULL,
  value       TEXT NOT NULL,
  district_id TEXT NOT NULL,
  words       TEXT NOT NULL,
  PRIMARY KEY (block_id, position, kind, value)
) {{clustered}};

-- One dated run of a course. No venue: to be confirmed. capacity 0: no limit of its own.
CREATE TABLE training_run (
  id           TEXT PRIMARY KEY,
  district_id  TEXT NOT NULL,
  block_id     TEXT NOT NULL REFERENCES training_block (id),
  course_id    TEXT NOT NULL REFERENCES training_course (id),
  venue_id     TEXT NOT NULL DEFAULT '',
  online       {{bool}} NOT NULL DEFAULT FALSE,
  capacity     {{int}} NOT NULL DEFAULT 0,
  trainer      TEXT NOT NULL DEFAULT '',
  access_notes TEXT NOT NULL DEFAULT '',
  state        TEXT NOT NULL,
  first_on     TEXT NOT NULL,
  source_key   TEXT NOT NULL DEFAULT '',
  version      {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_run_block ON training_run (block_id, first_on);
CREATE INDEX training_run_on ON training_run (district_id, first_on);
CREATE UNIQUE INDEX training_run_source ON training_run (district_id, source_key) WHERE source_key <> '';

-- The days of a run, in order. Times are "09:15" in Europe/London, '' where none is known yet.
CREATE TABLE training_run_day (
  run_id      TEXT NOT NULL REFERENCES training_run (id),
  n           {{int}} NOT NULL,
  district_id TEXT NOT NULL,
  on_day      TEXT NOT NULL,
  starts      TEXT NOT NULL DEFAULT '',
  ends        TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (run_id, n)
) {{clustered}};

-- The ledger of seats: one row for each booking, with what places are decided by and no name. id is that of the booking.
CREATE TABLE training_place (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  block_id    TEXT NOT NULL REFERENCES training_block (id),
  party       TEXT NOT NULL,
  person      TEXT NOT NULL,
  outward     TEXT NOT NULL DEFAULT '',
  ward        TEXT NOT NULL DEFAULT '',
  staff_group TEXT NOT NULL DEFAULT '',
  first_run   TEXT NOT NULL REFERENCES training_run (id),
  second_run  TEXT NOT NULL DEFAULT '',
  arrived_at  {{int}} NOT NULL,
  state       TEXT NOT NULL,
  run_id      TEXT NOT NULL DEFAULT '',
  until_at    {{int}} NOT NULL DEFAULT 0,
  tier        {{int}} NOT NULL DEFAULT 0,
  choice      {{int}} NOT NULL DEFAULT 0,
  turn        {{int}} NOT NULL DEFAULT 0,
  seat        {{int}} NOT NULL DEFAULT 0,
  approved_at {{int}} NOT NULL DEFAULT 0,
  late        {{bool}} NOT NULL DEFAULT FALSE,
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_place_block ON training_place (block_id, state, run_id);
CREATE INDEX training_place_run ON training_place (run_id, state);
CREATE INDEX training_place_person ON training_place (district_id, person, state);
CREATE INDEX training_place_until ON training_place (district_id, state, until_at);

-- Who asks for a place and for whom: the part of a booking that names people. id is the record's.
-- +kith personal
CREATE TABLE training_booking (
  id            TEXT PRIMARY KEY,
  district_id   TEXT NOT NULL,
  block_id      TEXT NOT NULL REFERENCES training_block (id),
  org_id        TEXT NOT NULL,
  org_name      TEXT NOT NULL,
  name          TEXT NOT NULL,
  title         TEXT NOT NULL,
  account_id    TEXT NOT NULL DEFAULT '',
  email         TEXT NOT NULL DEFAULT '',
  manager_name  TEXT NOT NULL DEFAULT '',
  manager_email TEXT NOT NULL DEFAULT '',
  one_day_why   TEXT NOT NULL DEFAULT '',
  by_id         TEXT NOT NULL,
  channel       TEXT NOT NULL,
  sender        TEXT NOT NULL DEFAULT '',
  sender_email  TEXT NOT NULL DEFAULT '',
  entered_at    {{int}} NOT NULL,
  told          TEXT NOT NULL DEFAULT '',
  version       {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_booking_block ON training_booking (block_id);
CREATE INDEX training_booking_by ON training_booking (district_id, by_id);
CREATE INDEX training_booking_account ON training_booking (district_id, account_id);
CREATE INDEX training_booking_org ON training_booking (district_id, org_id);

-- What somebody needs, for access or at the table: a record of its own, read by fewer.
-- +kith personal
CREATE TABLE training_need (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  booking_id  TEXT NOT NULL REFERENCES training_booking (id),
  access      TEXT NOT NULL DEFAULT '',
  diet        TEXT NOT NULL DEFAULT '',
  version     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_need_booking ON training_need (booking_id);

-- What a secret in a letter opens: one offer, one approval. The secret itself is nowhere.
CREATE TABLE training_link (
  hash        TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  place_id    TEXT NOT NULL REFERENCES training_place (id),
  purpose     TEXT NOT NULL,
  until_at    {{int}} NOT NULL
) {{clustered}};
CREATE INDEX training_link_place ON training_link (place_id, purpose);

-- Who was invited to a block. id is the record's; person tells without a name whether somebody asking is on the list.
-- +kith personal
CREATE TABLE training_invitation (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  block_id    TEXT NOT NULL REFERENCES training_block (id),
  name        TEXT NOT NULL,
  email       TEXT NOT NULL,
  org_name    TEXT NOT NULL DEFAULT '',
  entered_at  {{int}} NOT NULL,
  mailed_at   {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_invitation_block ON training_invitation (block_id, name);

-- The addresses of invitations, hashed: all that asking for a place needs to know.
CREATE TABLE training_invited (
  block_id    TEXT NOT NULL REFERENCES training_block (id),
  address     TEXT NOT NULL,
  district_id TEXT NOT NULL,
  PRIMARY KEY (block_id, address)
) {{clustered}};

-- Who wants a course that has no dates yet (TRN-19), in the order of asking.
-- +kith personal
CREATE TABLE training_interest (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  course_id   TEXT NOT NULL REFERENCES training_course (id),
  account_id  TEXT NOT NULL DEFAULT '',
  name        TEXT NOT NULL,
  email       TEXT NOT NULL,
  org_name    TEXT NOT NULL DEFAULT '',
  asked_at    {{int}} NOT NULL,
  told_at     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_interest_course ON training_interest (course_id, told_at, asked_at);
