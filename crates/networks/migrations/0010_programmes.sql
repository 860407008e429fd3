-- A programme is a network with a course of sessions and an end.
ALTER TABLE network ADD COLUMN kind TEXT NOT NULL DEFAULT 'network';
