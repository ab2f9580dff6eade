-- The log is looked at by day: the newest entries, one day, the last thirty days.
CREATE INDEX audit_entry_at ON audit_entry (district_id, at);
-- Restores that were declared are few, and are shown each time.
CREATE INDEX audit_entry_restored ON audit_entry (at) WHERE action = 'audit.restored';
