-- What an organisation lets another body read: which kinds of record, why, from when to when.
CREATE TABLE data_share (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  reader TEXT NOT NULL,
  kinds TEXT NOT NULL,
  purpose TEXT NOT NULL,
  start_on TEXT NOT NULL,
  end_on TEXT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX data_share_owner ON data_share (owner);
