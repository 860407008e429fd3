-- A step leaves the pair only when both have agreed to its words: until then they are sealed like
-- everything else the two wrote.
ALTER TABLE coaching_session ADD COLUMN step_sealed TEXT NOT NULL DEFAULT '';
ALTER TABLE coaching_session ADD COLUMN step_by TEXT REFERENCES account (id);
