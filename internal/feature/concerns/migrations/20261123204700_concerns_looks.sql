-- Who looked for many children at a school lately is asked on every day's page of its leads.
CREATE INDEX concerns_look_org ON concerns_look (org_id, at);
