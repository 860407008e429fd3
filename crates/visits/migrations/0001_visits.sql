-- Visits, their notes, what was agreed, and challenge.
CREATE TABLE visit (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  host TEXT NOT NULL,
  giver TEXT NOT NULL,
  partnership TEXT,
  visitor TEXT NOT NULL REFERENCES account (id),
  visitor_name TEXT NOT NULL,
  kind TEXT NOT NULL,
  on_date TEXT NOT NULL,
  part TEXT NOT NULL,
  online BOOLEAN NOT NULL,
  purpose TEXT NOT NULL,
  meets TEXT NOT NULL,
  arrival TEXT NOT NULL,
  -- The line of the ledger: planned, delivered, cancelled and why.
  entry TEXT NOT NULL REFERENCES time_entry (id),
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  check_by BIGINT,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX visit_agreement ON visit (agreement, on_date);
CREATE INDEX visit_visitor ON visit (visitor, on_date);
CREATE INDEX visit_host ON visit (host, on_date);
CREATE INDEX visit_state ON visit (state, check_by);

-- Nobody is in two places at once.
CREATE TABLE visit_slot (
  person TEXT NOT NULL,
  on_date TEXT NOT NULL,
  half TEXT NOT NULL,
  visit TEXT NOT NULL REFERENCES visit (id),
  PRIMARY KEY (person, on_date, half)
);
CREATE INDEX visit_slot_visit ON visit_slot (visit);

-- The note. The key is made where the note is begun, perhaps without a connection, so that a note
-- that arrives twice is still one note. The device is the one that wrote the newest revision. A
-- note with a hash is sealed: it never changes again.
CREATE TABLE visit_note (
  visit TEXT PRIMARY KEY REFERENCES visit (id),
  note_key TEXT NOT NULL UNIQUE,
  device TEXT NOT NULL,
  revision BIGINT NOT NULL,
  body TEXT NOT NULL,
  hash TEXT,
  sent_at BIGINT
);

-- What was said about a note afterwards: the school's check, the answer, additions. Never changed.
CREATE TABLE visit_remark (
  id TEXT PRIMARY KEY,
  visit TEXT NOT NULL REFERENCES visit (id),
  kind TEXT NOT NULL,
  org TEXT NOT NULL,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX visit_remark_visit ON visit_remark (visit, at);

-- What was agreed at a visit, one line each.
CREATE TABLE visit_step (
  id TEXT PRIMARY KEY,
  visit TEXT NOT NULL REFERENCES visit (id),
  agreement TEXT NOT NULL REFERENCES agreement (id),
  position BIGINT NOT NULL,
  words TEXT NOT NULL,
  state TEXT NOT NULL,
  became TEXT NOT NULL DEFAULT '',
  settled_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX visit_step_agreement ON visit_step (agreement, state);

-- A respectful challenge on evidence, and the replies.
CREATE TABLE challenge (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  visit TEXT REFERENCES visit (id),
  about TEXT NOT NULL,
  by_org TEXT NOT NULL,
  raised_by TEXT NOT NULL,
  raised_name TEXT NOT NULL,
  point TEXT NOT NULL,
  evidence TEXT NOT NULL,
  state TEXT NOT NULL,
  next_step TEXT NOT NULL DEFAULT '',
  due_on TEXT,
  version BIGINT NOT NULL,
  raised_at BIGINT NOT NULL
);
CREATE INDEX challenge_agreement ON challenge (agreement, state);
CREATE TABLE challenge_reply (
  id TEXT PRIMARY KEY,
  challenge TEXT NOT NULL REFERENCES challenge (id),
  org TEXT NOT NULL,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX challenge_reply_challenge ON challenge_reply (challenge, at);

-- What was sent or said never changes, whoever tries.
-- @sqlite
CREATE TRIGGER note_sealed BEFORE UPDATE ON visit_note WHEN OLD.hash IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'a note that was sent never changes'); END;
CREATE TRIGGER remark_fixed BEFORE UPDATE ON visit_remark
  BEGIN SELECT RAISE(ABORT, 'a remark never changes'); END;
CREATE TRIGGER reply_fixed BEFORE UPDATE ON challenge_reply
  BEGIN SELECT RAISE(ABORT, 'a reply never changes'); END;
-- @postgres
CREATE FUNCTION visits_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was sent or said never changes'; END $$;
CREATE TRIGGER note_sealed BEFORE UPDATE ON visit_note
  FOR EACH ROW WHEN (OLD.hash IS NOT NULL) EXECUTE FUNCTION visits_sealed();
CREATE TRIGGER remark_fixed BEFORE UPDATE ON visit_remark
  FOR EACH ROW EXECUTE FUNCTION visits_sealed();
CREATE TRIGGER reply_fixed BEFORE UPDATE ON challenge_reply
  FOR EACH ROW EXECUTE FUNCTION visits_sealed();
