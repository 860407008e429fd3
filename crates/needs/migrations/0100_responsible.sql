-- Who is responsible for a school is asked of the register when an audit is read, not kept with it.
ALTER TABLE audit DROP COLUMN responsible;
