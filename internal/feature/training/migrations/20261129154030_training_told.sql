-- When whoever asked was written to about the allocation; 0 while the letter has not gone.
ALTER TABLE training_booking ADD COLUMN told_at {{int}} NOT NULL DEFAULT 0;
