-- How often the rules of a block were changed. version counts its locks, of which each request takes one.
ALTER TABLE training_block ADD COLUMN revision {{int}} NOT NULL DEFAULT 0;
