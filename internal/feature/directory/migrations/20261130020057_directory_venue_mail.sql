-- Where a venue reads what is to happen there: an address of the house. '': no letters go to it.
ALTER TABLE directory_venue ADD COLUMN email TEXT NOT NULL DEFAULT '';
