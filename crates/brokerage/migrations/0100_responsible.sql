-- Who is responsible for a school is asked of the register when a request is read, not kept with it.
ALTER TABLE support_request DROP COLUMN responsible;
