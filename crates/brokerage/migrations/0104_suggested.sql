-- The body responsible for a school, or one it shares with, may write down what it would ask for: a
-- draft that is the school's to change, send or set aside.
ALTER TABLE support_request ADD COLUMN suggested_by TEXT;
