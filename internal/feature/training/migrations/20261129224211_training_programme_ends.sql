-- How programmes, sessions and the part of a partner end, and the reason that everybody concerned reads. published_at: a programme that was
-- public says that it was withdrawn, a draft never shows. ends_on: the first day on which a partner's links work no more.
ALTER TABLE training_programme ADD COLUMN published_at {{int}} NOT NULL DEFAULT 0;
ALTER TABLE training_programme ADD COLUMN withdrawn_at {{int}} NOT NULL DEFAULT 0;
ALTER TABLE training_programme ADD COLUMN withdrawn_why TEXT NOT NULL DEFAULT '';
UPDATE training_programme SET published_at = changed_at WHERE state = 'published';
ALTER TABLE training_session ADD COLUMN why TEXT NOT NULL DEFAULT '';
ALTER TABLE training_partner ADD COLUMN ends_on TEXT NOT NULL DEFAULT '';
ALTER TABLE training_partner ADD COLUMN ends_why TEXT NOT NULL DEFAULT '';
ALTER TABLE training_partner ADD COLUMN ended_at {{int}} NOT NULL DEFAULT 0;
ALTER TABLE training_run ADD COLUMN why TEXT NOT NULL DEFAULT '';

-- What somebody who booked a session without an account was last told. It names nobody. entry is when and where as they read it last, was
-- what they had read before that; sent is the sequence of the letter that has gone, -1 for none; in_calendar: an entry was sent.
CREATE TABLE training_session_told (
  place_id    TEXT PRIMARY KEY REFERENCES training_place (id),
  district_id TEXT NOT NULL,
  standing    TEXT NOT NULL,
  entry       TEXT NOT NULL,
  was         TEXT NOT NULL DEFAULT '',
  in_calendar {{bool}} NOT NULL DEFAULT FALSE,
  sequence    {{int}} NOT NULL DEFAULT 0,
  sent        {{int}} NOT NULL DEFAULT -1,
  at          {{int}} NOT NULL
) {{strict}};
