-- How much of a risk both schools accept for what they hope to win.
ALTER TABLE risk ADD COLUMN appetite TEXT NOT NULL DEFAULT 'cautious';
