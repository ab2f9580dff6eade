-- The ledger of interest in courses without dates (TRN-19): where somebody works who wants one, and no name, so that demand can be counted.
-- id is that of the interest. party is an organisation's id, '' where it is not known. told_at: when they were told of dates, 0 while they wait.
CREATE TABLE training_wish (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  course_id   TEXT NOT NULL REFERENCES training_course (id),
  party       TEXT NOT NULL DEFAULT '',
  outward     TEXT NOT NULL DEFAULT '',
  ward        TEXT NOT NULL DEFAULT '',
  told_at     {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX training_wish_course ON training_wish (district_id, told_at, course_id);
INSERT INTO training_wish (id, district_id, course_id, told_at) SELECT id, district_id, course_id, told_at FROM training_interest;
