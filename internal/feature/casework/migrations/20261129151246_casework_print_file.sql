-- The hash of a PDF's own bytes, so that the file itself can be put in and known again; '' for what was only shown.
ALTER TABLE casework_print ADD COLUMN file_sha256 TEXT NOT NULL DEFAULT '';
CREATE INDEX casework_print_sha256 ON casework_print (sha256);
CREATE INDEX casework_print_file ON casework_print (file_sha256) WHERE file_sha256 <> '';
