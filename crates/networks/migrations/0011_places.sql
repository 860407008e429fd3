-- How many people a meeting has room for, and what came of what was agreed at it.
ALTER TABLE network_meeting ADD COLUMN places BIGINT;
ALTER TABLE network_meeting ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
