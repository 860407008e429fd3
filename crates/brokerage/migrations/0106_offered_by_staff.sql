-- Anybody who works in a school may suggest an offer; its head decides. Who suggested it, and what
-- the head answered when it was not made.
ALTER TABLE offer ADD COLUMN account TEXT;
ALTER TABLE offer ADD COLUMN answer TEXT NOT NULL DEFAULT '';
