-- Whoever looked after the whole installation is its operator from now on; an administrator looks
-- after one partnership and is appointed there.
UPDATE post SET role = 'operator' WHERE role = 'administrator';

-- An organisation belongs to a partnership from the day on which its leaders agreed. Those who
-- belong to one today have agreed.
ALTER TABLE partnership_member ADD COLUMN agreed_on TEXT;
UPDATE partnership_member SET agreed_on = start_on;
