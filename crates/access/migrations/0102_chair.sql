-- Who of a board chairs it: the chair signs and accepts safeguards, a member reads. Until now the
-- words on the door said so.
ALTER TABLE post ADD COLUMN chair BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE post SET chair = TRUE
WHERE role = 'governor' AND lower(title) LIKE '%chair%'
  AND lower(title) NOT LIKE '%vice%' AND lower(title) NOT LIKE '%deputy%';
