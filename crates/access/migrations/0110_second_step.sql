-- Whether the person showed in this session something besides their mailbox: a code, a passkey, or a
-- provider's word for it. Sessions that are open now and began with one of the first two did.
ALTER TABLE session ADD COLUMN proved BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE session SET proved = TRUE WHERE way IN ('password', 'passkey');
-- The day on which somebody was first asked to set up a second step: their days of grace begin there.
ALTER TABLE account ADD COLUMN second_asked_on TEXT;
