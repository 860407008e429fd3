-- A school's own way in: whoever works there asks through it, and its leaders let them in.
CREATE TABLE way_in (
  org TEXT PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  opened_by TEXT NOT NULL,
  opened_at BIGINT NOT NULL
);

-- Somebody who asked to be let in; confirmed once they opened the letter sent to their address.
CREATE TABLE join_request (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  title TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  confirmed_at BIGINT
);
CREATE INDEX join_request_org ON join_request (org);
