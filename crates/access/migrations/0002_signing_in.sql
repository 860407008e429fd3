-- One row a bucket: the moment at which it is full again. Buckets are named by keyed hashes, so
-- the table says nothing about who tried to sign in.
CREATE TABLE rate_limit (
  bucket TEXT PRIMARY KEY,
  free_at BIGINT NOT NULL
);

-- The secret of the authenticator app is sealed with the key file outside this database.
ALTER TABLE account ADD COLUMN totp TEXT;
ALTER TABLE account ADD COLUMN totp_since BIGINT;
-- The last time step whose code was used: a code works once.
ALTER TABLE account ADD COLUMN totp_step BIGINT;

CREATE TABLE recovery_code (
  code_hash TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  used_at BIGINT
);
CREATE INDEX recovery_code_account ON recovery_code (account);
