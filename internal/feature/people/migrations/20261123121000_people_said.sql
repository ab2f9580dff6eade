-- What else a roll says of a child. The card's name is the one in use; here are the legal and the former ones.
ALTER TABLE people_detail ADD COLUMN legal_given TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN legal_family TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN middle TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN preferred_given TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN preferred_family TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN former_family TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN uln TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN admission TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN house TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN ethnicity TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN sen TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN free_meals TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN premium TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN in_care TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN service_child TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN phone TEXT NOT NULL DEFAULT '';
ALTER TABLE people_detail ADD COLUMN email TEXT NOT NULL DEFAULT '';

ALTER TABLE people_contact ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE people_contact ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE people_contact ADD COLUMN postcode TEXT NOT NULL DEFAULT '';
ALTER TABLE people_contact ADD COLUMN order_words TEXT NOT NULL DEFAULT '';

CREATE INDEX people_detail_source ON people_detail (district_id, source_id) WHERE source_id <> '';
