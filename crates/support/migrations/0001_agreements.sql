-- Agreements between two schools and everything that hangs on them.
CREATE TABLE agreement (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  supported TEXT NOT NULL,
  supporting TEXT NOT NULL,
  partnership TEXT,
  funder TEXT,
  request TEXT UNIQUE,
  start_on TEXT,
  end_on TEXT,
  -- The version that binds, once one does, and the newest.
  in_force BIGINT,
  latest BIGINT NOT NULL,
  -- Steps of the ladder taken so far.
  ladder BIGINT NOT NULL DEFAULT 0,
  confirmed_supported BOOLEAN NOT NULL DEFAULT FALSE,
  confirmed_supporting BOOLEAN NOT NULL DEFAULT FALSE,
  ended_on TEXT,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX agreement_supported ON agreement (supported);
CREATE INDEX agreement_supporting ON agreement (supporting);
CREATE INDEX agreement_partnership ON agreement (partnership);
CREATE INDEX agreement_state ON agreement (state, start_on);

-- The people of the team, as the newest version names them.
CREATE TABLE agreement_person (
  agreement TEXT NOT NULL REFERENCES agreement (id),
  account TEXT NOT NULL REFERENCES account (id),
  lead BOOLEAN NOT NULL,
  PRIMARY KEY (agreement, account)
);
CREATE INDEX agreement_person_account ON agreement_person (account);

-- The words. A version with a hash is sealed: it never changes again.
CREATE TABLE agreement_version (
  agreement TEXT NOT NULL REFERENCES agreement (id),
  number BIGINT NOT NULL,
  terms TEXT NOT NULL,
  hash TEXT,
  sealed_at BIGINT,
  PRIMARY KEY (agreement, number)
);

CREATE TABLE agreement_signature (
  agreement TEXT NOT NULL,
  number BIGINT NOT NULL,
  capacity TEXT NOT NULL,
  org TEXT NOT NULL,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  signed_at BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (agreement, number, capacity),
  FOREIGN KEY (agreement, number) REFERENCES agreement_version (agreement, number)
);

-- What each side stood at, with the family and its values, before the support began.
CREATE TABLE baseline (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  number BIGINT NOT NULL,
  side TEXT NOT NULL,
  org TEXT NOT NULL,
  kpi TEXT NOT NULL,
  grp TEXT NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  frozen_at BIGINT NOT NULL,
  UNIQUE (agreement, side, kpi, grp)
);

CREATE TABLE milestone (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  side TEXT NOT NULL,
  title TEXT NOT NULL,
  measure TEXT NOT NULL,
  due_on TEXT NOT NULL,
  state TEXT NOT NULL,
  actual DOUBLE PRECISION,
  forecast DOUBLE PRECISION,
  done BOOLEAN,
  recorded_on TEXT,
  proposed TEXT,
  rag TEXT,
  words TEXT NOT NULL DEFAULT '',
  reviewed_on TEXT,
  position BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX milestone_agreement ON milestone (agreement, position);
CREATE INDEX milestone_due ON milestone (state, due_on);

CREATE TABLE progress_review (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  ordinal BIGINT NOT NULL,
  held_on TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  reviewer_name TEXT NOT NULL,
  lines TEXT NOT NULL,
  next_steps TEXT NOT NULL,
  next_on TEXT,
  decision TEXT NOT NULL,
  half_days_used BIGINT NOT NULL,
  half_days_agreed BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  UNIQUE (agreement, ordinal)
);

CREATE TABLE exit_plan (
  agreement TEXT PRIMARY KEY REFERENCES agreement (id),
  owners TEXT NOT NULL,
  stops TEXT NOT NULL,
  stays TEXT NOT NULL,
  ticked TEXT NOT NULL,
  version BIGINT NOT NULL
);

CREATE TABLE capacity_gain (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  side TEXT NOT NULL,
  who TEXT NOT NULL,
  can_now TEXT NOT NULL,
  evidence TEXT NOT NULL,
  recorded_by TEXT NOT NULL,
  recorded_at BIGINT NOT NULL
);
CREATE INDEX capacity_gain_agreement ON capacity_gain (agreement);

CREATE TABLE feedback (
  agreement TEXT NOT NULL REFERENCES agreement (id),
  side TEXT NOT NULL,
  answers TEXT NOT NULL,
  comment TEXT NOT NULL,
  given_by TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  PRIMARY KEY (agreement, side)
);

CREATE TABLE sustainability_check (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  terms BIGINT NOT NULL,
  due_on TEXT NOT NULL,
  held TEXT,
  evidence TEXT NOT NULL DEFAULT '',
  next TEXT NOT NULL DEFAULT '',
  answered_by TEXT,
  answered_at BIGINT,
  UNIQUE (agreement, terms)
);
CREATE INDEX sustainability_check_due ON sustainability_check (answered_at, due_on);

-- Half-days, planned, delivered or cancelled. One row is one gift: who gave, who received.
CREATE TABLE time_entry (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  account TEXT,
  person TEXT NOT NULL,
  giver TEXT NOT NULL,
  receiver TEXT NOT NULL,
  on_date TEXT NOT NULL,
  half_days BIGINT NOT NULL CHECK (half_days > 0),
  what TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  recorded_by TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX time_entry_agreement ON time_entry (agreement, on_date);
CREATE INDEX time_entry_giver ON time_entry (giver, on_date);
CREATE INDEX time_entry_receiver ON time_entry (receiver, on_date);

-- What is sealed, signed or frozen cannot be changed, whoever tries.
-- @sqlite
CREATE TRIGGER version_sealed BEFORE UPDATE ON agreement_version WHEN OLD.hash IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'a sealed version never changes'); END;
CREATE TRIGGER version_kept BEFORE DELETE ON agreement_version WHEN OLD.hash IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'a sealed version never changes'); END;
CREATE TRIGGER signature_fixed BEFORE UPDATE ON agreement_signature
  BEGIN SELECT RAISE(ABORT, 'a signature never changes'); END;
CREATE TRIGGER signature_kept BEFORE DELETE ON agreement_signature
  BEGIN SELECT RAISE(ABORT, 'a signature never changes'); END;
CREATE TRIGGER baseline_fixed BEFORE UPDATE ON baseline
  BEGIN SELECT RAISE(ABORT, 'a baseline never changes'); END;
CREATE TRIGGER baseline_kept BEFORE DELETE ON baseline
  BEGIN SELECT RAISE(ABORT, 'a baseline never changes'); END;
-- @postgres
CREATE FUNCTION support_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what is sealed, signed or frozen never changes'; END $$;
CREATE TRIGGER version_sealed BEFORE UPDATE OR DELETE ON agreement_version
  FOR EACH ROW WHEN (OLD.hash IS NOT NULL) EXECUTE FUNCTION support_sealed();
CREATE TRIGGER signature_fixed BEFORE UPDATE OR DELETE ON agreement_signature
  FOR EACH ROW EXECUTE FUNCTION support_sealed();
CREATE TRIGGER baseline_fixed BEFORE UPDATE OR DELETE ON baseline
  FOR EACH ROW EXECUTE FUNCTION support_sealed();
