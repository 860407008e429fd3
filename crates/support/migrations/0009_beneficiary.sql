-- Whom the time is for at the school that receives it, by the pack's codes; empty where nobody said.
ALTER TABLE time_entry ADD COLUMN beneficiary TEXT NOT NULL DEFAULT '';
