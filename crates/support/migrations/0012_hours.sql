-- Short sessions, counted in hours. As many as make a half-day become one in the books, so that what
-- stands in the books stays whole half-days; what is left over counts towards the next.
CREATE TABLE time_session (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  account TEXT NOT NULL,
  on_date TEXT NOT NULL,
  hours BIGINT NOT NULL CHECK (hours > 0),
  what TEXT NOT NULL,
  recorded_by TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  taken_back BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX time_session_agreement ON time_session (agreement, account);
