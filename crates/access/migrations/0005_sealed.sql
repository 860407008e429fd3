-- The key of a private conversation, wrapped once for each of its people. What it opens lies in
-- the tables of the rooms; the keys that open these wraps lie in a file outside the database.
CREATE TABLE sealed_key (
  conversation TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES account (id),
  wrapped TEXT NOT NULL,
  PRIMARY KEY (conversation, account)
);
-- A salt a person, so that no two people's wrapping keys are alike.
CREATE TABLE key_salt (
  account TEXT PRIMARY KEY REFERENCES account (id),
  salt TEXT NOT NULL
);
