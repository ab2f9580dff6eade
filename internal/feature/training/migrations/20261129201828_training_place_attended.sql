-- Whether whoever had the place was there, once the register is closed (TRN-2): 1 they were, 2 somebody came in their stead, 0 nobody did.
-- -1: no register of the run was closed. It stands in the ledger, without a name, so that coverage can count by it.
ALTER TABLE training_place ADD COLUMN attended {{int}} NOT NULL DEFAULT -1;
