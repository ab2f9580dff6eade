-- The log of who did and who opened what. An entry is inserted and numbered once; nothing else ever happens to it.
CREATE TABLE audit_entry (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  at          {{int}} NOT NULL,
  actor_id    TEXT NOT NULL,
  acting      TEXT NOT NULL,
  rule        TEXT NOT NULL,
  action      TEXT NOT NULL,
  kind        TEXT NOT NULL,
  record_id   TEXT NOT NULL,
  request_id  TEXT NOT NULL,
  detail_mac  TEXT NOT NULL,
  seq         {{int}},
  org_seq     {{int}}
) {{clustered}};
CREATE INDEX audit_entry_waiting ON audit_entry (id) WHERE seq IS NULL;
CREATE UNIQUE INDEX audit_entry_seq ON audit_entry (seq);
CREATE INDEX audit_entry_record ON audit_entry (record_id, at) WHERE record_id <> '';

-- What an entry says beyond its columns, under a key of its own: erasing the row leaves the log whole and says nothing.
CREATE TABLE audit_detail (
  entry_id    TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  key         {{bytes}} NOT NULL,
  body        TEXT NOT NULL
) {{clustered}};

-- The Merkle tree of RFC 6962 over the numbered entries, in the storage order of sumdb/tlog.
CREATE TABLE audit_hash (
  idx  {{int}} PRIMARY KEY,
  hash {{bytes}} NOT NULL
) {{strict}};
CREATE TABLE audit_head (
  id      TEXT PRIMARY KEY,
  size    {{int}} NOT NULL,
  epoch   {{int}} NOT NULL,
  version {{int}} NOT NULL DEFAULT 0
) {{strict}};
INSERT INTO audit_head (id, size, epoch) VALUES ('tree', 0, 1);
CREATE TABLE audit_org (
  org_id TEXT PRIMARY KEY,
  size   {{int}} NOT NULL
) {{strict}};
CREATE TABLE audit_checkpoint (
  size {{int}} NOT NULL,
  epoch {{int}} NOT NULL,
  at   {{int}} NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (epoch, size)
) {{strict}};

-- +kith sqlite
-- +goose StatementBegin
CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit entries are kept'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entry_fixed BEFORE UPDATE ON audit_entry
WHEN OLD.seq IS NOT NULL OR NEW.seq IS NULL OR NEW.org_seq IS NULL
  OR OLD.id <> NEW.id OR OLD.district_id <> NEW.district_id OR OLD.org_id <> NEW.org_id OR OLD.at <> NEW.at OR OLD.actor_id <> NEW.actor_id
  OR OLD.acting <> NEW.acting OR OLD.rule <> NEW.rule OR OLD.action <> NEW.action OR OLD.kind <> NEW.kind OR OLD.record_id <> NEW.record_id
  OR OLD.request_id <> NEW.request_id OR OLD.detail_mac <> NEW.detail_mac
BEGIN SELECT RAISE(ABORT, 'audit entries are fixed'); END;
-- +goose StatementEnd
-- +kith end
-- +kith postgres
-- +goose StatementBegin
CREATE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'audit entries are kept'; END IF;
  IF OLD.seq IS NOT NULL OR NEW.seq IS NULL OR NEW.org_seq IS NULL
    OR ROW(OLD.id, OLD.district_id, OLD.org_id, OLD.at, OLD.actor_id, OLD.acting, OLD.rule, OLD.action, OLD.kind, OLD.record_id, OLD.request_id, OLD.detail_mac)
    IS DISTINCT FROM ROW(NEW.id, NEW.district_id, NEW.org_id, NEW.at, NEW.actor_id, NEW.acting, NEW.rule, NEW.action, NEW.kind, NEW.record_id, NEW.request_id, NEW.detail_mac)
  THEN RAISE EXCEPTION 'audit entries are fixed'; END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_entry_guard BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_guard();
-- +kith end
