-- What came in to a school since an instant is counted on every day's page of its leads, and is few of a school's concerns.
CREATE INDEX concerns_concern_since ON concerns_concern (org_id, recorded_at);
