-- When the count of the step began that a watch waits for, so that it is counted anew when a school's calendar changes. 0 for
-- watches of before.
ALTER TABLE concerns_watch ADD COLUMN since_at {{int}} NOT NULL DEFAULT 0;
