-- Links for people without an account: one record, one act, once. Only the hash of the token is
-- kept, and the token itself is signed over every column that says what it is good for.
CREATE TABLE act_link (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  subject TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  act TEXT NOT NULL,
  email TEXT NOT NULL,
  owner TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  revoked_at BIGINT
);
CREATE INDEX act_link_subject ON act_link (subject, subject_id);
