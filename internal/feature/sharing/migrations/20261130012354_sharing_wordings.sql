-- Whose turn it is to change the lists of purposes and grounds of a district: taken first, so that two who change them come one after
-- the other.
CREATE TABLE sharing_list (
  district_id TEXT PRIMARY KEY,
  version     {{int}} NOT NULL
) {{strict}};

-- The wordings that a district gave to purposes and lawful grounds of sharing: of those that ship, and of its own. entry is the code
-- of one that ships, or the id of the first wording of one that the district added. A wording holds from its day on until a later one
-- does; retired: the entry is not offered from that day. dropped_at: taken back before it held. No row is ever changed otherwise.
CREATE TABLE sharing_wording (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  list        TEXT NOT NULL,
  entry       TEXT NOT NULL,
  words       TEXT NOT NULL,
  hint        TEXT NOT NULL,
  from_on     TEXT NOT NULL,
  retired     {{bool}} NOT NULL,
  reason      TEXT NOT NULL,
  by_id       TEXT NOT NULL,
  at          {{int}} NOT NULL,
  dropped_at  {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE INDEX sharing_wording_of ON sharing_wording (district_id, list, entry, at);
