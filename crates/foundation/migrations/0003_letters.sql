-- When a letter was handed to the mail server. A letter that was handed over and never marked as
-- sent may have arrived: it is not sent again, and `alongside doctor` counts it.
ALTER TABLE letter ADD COLUMN handed_over_at BIGINT;
