CREATE TABLE account (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password TEXT,
  created_at BIGINT NOT NULL,
  closed_at BIGINT
);

-- One person may hold many posts in many organisations, each with its dates.
CREATE TABLE post (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  org TEXT NOT NULL,
  role TEXT NOT NULL,
  title TEXT NOT NULL,
  start_on TEXT NOT NULL,
  end_on TEXT
);
CREATE INDEX post_account ON post (account);
CREATE INDEX post_org ON post (org);

-- Only the hash of a token is kept: a stolen database opens no session.
CREATE TABLE session (
  token_hash TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  label TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX session_account ON session (account);

CREATE TABLE sign_in_link (
  token_hash TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  reusable BOOLEAN NOT NULL,
  used_at BIGINT
);

-- Alliances, clusters, hubs and their members over time.
CREATE TABLE partnership (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  lead TEXT,
  start_on TEXT NOT NULL,
  end_on TEXT
);
CREATE TABLE partnership_member (
  partnership TEXT NOT NULL REFERENCES partnership (org),
  org TEXT NOT NULL,
  start_on TEXT NOT NULL,
  end_on TEXT,
  PRIMARY KEY (partnership, org, start_on)
);
CREATE INDEX partnership_member_org ON partnership_member (org);
