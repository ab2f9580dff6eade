-- Who said that two children are brother or sister, and when; who said that they are not, when and why. Both ends of a tie hold
-- the same. '' and 0 are of ties that were there before anybody was asked to say so.
ALTER TABLE people_tie ADD COLUMN by_id TEXT NOT NULL DEFAULT '';
ALTER TABLE people_tie ADD COLUMN at {{int}} NOT NULL DEFAULT 0;
ALTER TABLE people_tie ADD COLUMN ended_at {{int}} NOT NULL DEFAULT 0;
ALTER TABLE people_tie ADD COLUMN ended_by TEXT NOT NULL DEFAULT '';
ALTER TABLE people_tie ADD COLUMN ended_why TEXT NOT NULL DEFAULT '';
