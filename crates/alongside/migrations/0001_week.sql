-- What somebody wants to hear from Alongside; without a row, the weekly digest.
CREATE TABLE digest_wish (
  account TEXT PRIMARY KEY REFERENCES account (id),
  weekly BOOLEAN NOT NULL
);
-- One digest a person and week, however often the round runs.
CREATE TABLE digest_sent (
  account TEXT NOT NULL REFERENCES account (id),
  week TEXT NOT NULL,
  items BIGINT NOT NULL,
  PRIMARY KEY (account, week)
);
-- One reminder a person and thing.
CREATE TABLE reminder_sent (
  account TEXT NOT NULL REFERENCES account (id),
  thing TEXT NOT NULL,
  on_date TEXT NOT NULL,
  PRIMARY KEY (account, thing, on_date)
);
-- Secret addresses of calendars. Only the hash is kept.
CREATE TABLE calendar_feed (
  token_hash TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX calendar_feed_account ON calendar_feed (account);

-- News from a broker or convenor to the members of a partnership.
CREATE TABLE briefing (
  id TEXT PRIMARY KEY,
  partnership TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  source TEXT NOT NULL,
  author TEXT NOT NULL,
  author_name TEXT NOT NULL,
  sent_at BIGINT NOT NULL
);
CREATE INDEX briefing_partnership ON briefing (partnership, sent_at);
-- To whom it went, when they opened it and when they said that they had read it.
CREATE TABLE briefing_reader (
  briefing TEXT NOT NULL REFERENCES briefing (id),
  account TEXT NOT NULL REFERENCES account (id),
  org TEXT NOT NULL,
  acknowledged_at BIGINT,
  PRIMARY KEY (briefing, account)
);
CREATE INDEX briefing_reader_account ON briefing_reader (account);
