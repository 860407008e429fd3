-- A partnership works from the day on which every member had accepted its charter; those that work
-- today have done so since they began.
ALTER TABLE partnership ADD COLUMN active_on TEXT;
UPDATE partnership SET active_on = start_on;
