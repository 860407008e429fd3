-- Reviews that a school commissions. The findings belong to the school.
CREATE TABLE commission (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  kind TEXT NOT NULL,
  scope TEXT NOT NULL,
  reviewer TEXT NOT NULL REFERENCES account (id),
  reviewer_name TEXT NOT NULL,
  team TEXT NOT NULL,
  from_on TEXT NOT NULL,
  to_on TEXT NOT NULL,
  interests TEXT NOT NULL DEFAULT '',
  findings TEXT NOT NULL DEFAULT '',
  facts TEXT NOT NULL DEFAULT '',
  response TEXT NOT NULL DEFAULT '',
  follow_up TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  -- The seal over the findings, once they are final.
  hash TEXT,
  -- How far the school has published them: school, network or public.
  shown TEXT NOT NULL,
  partnership TEXT,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX commission_owner ON commission (owner);
CREATE INDEX commission_reviewer ON commission (reviewer);
-- @sqlite
CREATE TRIGGER findings_final BEFORE UPDATE OF findings ON commission WHEN OLD.hash IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'final findings never change'); END;
-- @postgres
CREATE TRIGGER findings_final BEFORE UPDATE OF findings ON commission
  FOR EACH ROW WHEN (OLD.hash IS NOT NULL) EXECUTE FUNCTION visits_sealed();
