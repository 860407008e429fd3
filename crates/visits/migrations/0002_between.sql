-- Private conversations. What others may know (day, length, kind) is plain; the words are sealed.
CREATE TABLE coaching_pair (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  kind TEXT NOT NULL,
  one TEXT NOT NULL REFERENCES account (id),
  one_name TEXT NOT NULL,
  one_org TEXT NOT NULL,
  other TEXT NOT NULL REFERENCES account (id),
  other_name TEXT NOT NULL,
  other_org TEXT NOT NULL,
  state TEXT NOT NULL,
  erase_on TEXT,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX coaching_pair_one ON coaching_pair (one);
CREATE INDEX coaching_pair_other ON coaching_pair (other);
CREATE INDEX coaching_pair_agreement ON coaching_pair (agreement);
CREATE TABLE coaching_session (
  id TEXT PRIMARY KEY,
  pair TEXT NOT NULL REFERENCES coaching_pair (id),
  on_date TEXT NOT NULL,
  minutes BIGINT NOT NULL,
  template TEXT NOT NULL,
  author TEXT NOT NULL REFERENCES account (id),
  -- Sealed for the two; empty once erased.
  body TEXT NOT NULL,
  acknowledged BOOLEAN NOT NULL,
  shared_step TEXT NOT NULL DEFAULT '',
  shared_by TEXT NOT NULL DEFAULT '',
  logged_at BIGINT NOT NULL
);
CREATE INDEX coaching_session_pair ON coaching_session (pair, on_date);

-- Joint practice development: one question, tried in both schools.
CREATE TABLE joint_cycle (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  question TEXT NOT NULL,
  one TEXT NOT NULL,
  other TEXT NOT NULL,
  partnership TEXT,
  state TEXT NOT NULL,
  spread TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX joint_cycle_agreement ON joint_cycle (agreement);
CREATE TABLE joint_school (
  cycle TEXT NOT NULL REFERENCES joint_cycle (id),
  org TEXT NOT NULL,
  goal TEXT NOT NULL DEFAULT '',
  practice TEXT NOT NULL DEFAULT '',
  before_words TEXT NOT NULL DEFAULT '',
  after_words TEXT NOT NULL DEFAULT '',
  change_words TEXT NOT NULL DEFAULT '',
  no_change TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL,
  PRIMARY KEY (cycle, org)
);
