-- What keeps both schools safe while one supports the other.

-- A floor under the supporting school's own results: a reading beyond it asks for a pause.
CREATE TABLE home_floor (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL,
  kpi TEXT NOT NULL,
  grp TEXT NOT NULL,
  floor DOUBLE PRECISION NOT NULL,
  set_by TEXT NOT NULL,
  set_at BIGINT NOT NULL,
  -- The newest year looked at, so that one reading speaks once.
  seen_year BIGINT,
  -- The reason that stands at the matching desk since the floor was crossed.
  guard TEXT,
  lifted_at BIGINT
);
CREATE UNIQUE INDEX home_floor_once ON home_floor (org, kpi, grp) WHERE lifted_at IS NULL;

CREATE TABLE risk (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  what TEXT NOT NULL,
  likelihood TEXT NOT NULL,
  impact TEXT NOT NULL,
  mitigation TEXT NOT NULL,
  owner TEXT NOT NULL,
  state TEXT NOT NULL,
  words TEXT NOT NULL DEFAULT '',
  noted_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX risk_agreement ON risk (agreement);

CREATE TABLE concern (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  summary TEXT NOT NULL,
  detail TEXT NOT NULL,
  raised_by TEXT NOT NULL,
  state TEXT NOT NULL,
  raised_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX concern_agreement ON concern (agreement);
-- What was said at each step; it stays as it was said.
CREATE TABLE concern_step (
  concern TEXT NOT NULL REFERENCES concern (id),
  number BIGINT NOT NULL,
  act TEXT NOT NULL,
  words TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (concern, number)
);
