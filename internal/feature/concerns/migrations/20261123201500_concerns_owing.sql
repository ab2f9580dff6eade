-- Whoever wants to hear back and has not: few of a school's concerns, found without reading all of them.
CREATE INDEX concerns_triage_owing ON concerns_triage (org_id, reply_due) WHERE reply = TRUE AND replied_at = 0;
