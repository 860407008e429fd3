-- Time that belongs to another record, such as a visit, is settled there; empty for time alone.
ALTER TABLE time_entry ADD COLUMN held_by TEXT NOT NULL DEFAULT '';
