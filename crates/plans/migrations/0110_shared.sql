-- What the members of a partnership agree on. A new version is a new row; nothing is overwritten.
CREATE TABLE charter (
  partnership TEXT NOT NULL,
  number BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  ways TEXT NOT NULL,
  shares TEXT NOT NULL,
  account TEXT,
  name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (partnership, number)
);

CREATE TABLE charter_acceptance (
  partnership TEXT NOT NULL,
  number BIGINT NOT NULL,
  org TEXT NOT NULL,
  account TEXT,
  name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (partnership, number, org),
  FOREIGN KEY (partnership, number) REFERENCES charter (partnership, number)
);

-- What they want to reach together, each looked after by one of them.
CREATE TABLE shared_goal (
  id TEXT PRIMARY KEY,
  partnership TEXT NOT NULL,
  title TEXT NOT NULL,
  seen_by TEXT NOT NULL,
  lead TEXT NOT NULL,
  due TEXT NOT NULL,
  state TEXT NOT NULL,
  moved_on TEXT NOT NULL,
  told_on TEXT,
  version BIGINT NOT NULL
);
CREATE INDEX shared_goal_partnership ON shared_goal (partnership);

CREATE TABLE shared_goal_note (
  id TEXT PRIMARY KEY,
  goal TEXT NOT NULL REFERENCES shared_goal (id),
  act TEXT NOT NULL,
  words TEXT NOT NULL,
  account TEXT,
  name TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX shared_goal_note_goal ON shared_goal_note (goal, at);
