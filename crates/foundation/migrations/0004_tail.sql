-- The last entry of the record, so that entries taken off its end are missed too.
CREATE TABLE event_tail (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO event_tail (one, seq, hash)
  SELECT 1, seq, hash FROM event WHERE seq = (SELECT max(seq) FROM event);
