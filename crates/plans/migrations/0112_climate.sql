-- How members see their partnership. Answers are counted as they come in and never kept by person: who
-- has answered stands apart, without the answer, and only until the questions are closed.
CREATE TABLE pulse (
  id TEXT PRIMARY KEY,
  partnership TEXT NOT NULL,
  state TEXT NOT NULL,
  -- JSON: the statements as they stood on the day.
  statements TEXT NOT NULL,
  opened_on TEXT NOT NULL,
  closes_on TEXT NOT NULL,
  replies BIGINT NOT NULL
);
CREATE INDEX pulse_partnership ON pulse (partnership, opened_on);
CREATE TABLE pulse_reply (
  pulse TEXT NOT NULL REFERENCES pulse (id),
  account TEXT NOT NULL REFERENCES account (id),
  PRIMARY KEY (pulse, account)
);
CREATE TABLE pulse_count (
  pulse TEXT NOT NULL REFERENCES pulse (id),
  statement BIGINT NOT NULL,
  level BIGINT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (pulse, statement, level)
);

-- Thanks from somebody to a member of their partnership, read by its members. Nothing counts them.
CREATE TABLE thanks (
  id TEXT PRIMARY KEY,
  partnership TEXT NOT NULL,
  author TEXT NOT NULL REFERENCES account (id),
  from_org TEXT NOT NULL,
  to_org TEXT NOT NULL,
  words TEXT NOT NULL,
  state TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX thanks_partnership ON thanks (partnership, at);
