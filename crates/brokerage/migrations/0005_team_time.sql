-- The agreement a promise belongs to: one for each of its team whose time is counted.
ALTER TABLE commitment ADD COLUMN agreement TEXT;
CREATE INDEX commitment_agreement ON commitment (agreement);
