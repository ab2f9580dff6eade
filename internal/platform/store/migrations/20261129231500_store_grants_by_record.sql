-- Whether a record is granted to somebody is asked of one record at a time. With until_at before record_id the question read every
-- grant of a kind that an account or a school has: more with each year.
DROP INDEX access_grant_to;
CREATE INDEX access_grant_to ON access_grant (to_id, kind, record_id, until_at, from_at);
