-- What somebody can help with, in their own words: found by whoever looks for it.
ALTER TABLE designation ADD COLUMN about TEXT NOT NULL DEFAULT '';
