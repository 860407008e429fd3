-- Who looked at what in the private zones: one row a person, record and day.
CREATE TABLE look (
  account TEXT NOT NULL,
  subject TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  day TEXT NOT NULL,
  name TEXT NOT NULL,
  acting_for TEXT,
  owner TEXT NOT NULL,
  zone TEXT NOT NULL,
  rule TEXT NOT NULL,
  reason TEXT,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  times BIGINT NOT NULL,
  PRIMARY KEY (account, subject, subject_id, day)
);
CREATE INDEX look_owner ON look (owner, last_at);
CREATE INDEX look_account ON look (account, last_at);

-- An administrator's hour of reading one organisation's records, with the reason.
CREATE TABLE broken_glass (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  owner TEXT NOT NULL,
  reason TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX broken_glass_account ON broken_glass (account, expires_at);
