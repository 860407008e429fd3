-- Whom a provider vouches for. The issuer and its subject identify a person; the address is only
-- what the provider told, for the person to recognise the entry.
CREATE TABLE provider_identity (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES account (id),
  provider TEXT NOT NULL,
  email TEXT,
  linked_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX provider_identity_account ON provider_identity (account);

-- What a provider said of where somebody works, for an administrator to act on.
CREATE TABLE suggested_post (
  account TEXT NOT NULL REFERENCES account (id),
  org TEXT NOT NULL,
  provider TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (account, org)
);

-- A passkey's public half. The private one never leaves the person's device.
CREATE TABLE passkey (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  public_key TEXT NOT NULL,
  sign_count BIGINT NOT NULL,
  synced BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX passkey_account ON passkey (account);

-- Challenges that were answered: each is good once.
CREATE TABLE spent_challenge (
  challenge_hash TEXT PRIMARY KEY,
  expires_at BIGINT NOT NULL
);

-- Invitations are links too; a provider's word for an address counts only while one is open.
ALTER TABLE sign_in_link ADD COLUMN purpose TEXT NOT NULL DEFAULT 'sign-in';
-- How the session began: link, password, passkey, or provider:KEY.
ALTER TABLE session ADD COLUMN way TEXT NOT NULL DEFAULT '';
