-- A change that is tried small first: what, where, when it stops, when it is looked at, what came of it.
CREATE TABLE plan_trial (
  id TEXT PRIMARY KEY,
  objective TEXT NOT NULL REFERENCES plan_objective (id),
  what TEXT NOT NULL,
  scale TEXT NOT NULL,
  expected TEXT NOT NULL,
  stop_rule TEXT NOT NULL,
  review_on TEXT NOT NULL,
  state TEXT NOT NULL,
  learned TEXT NOT NULL DEFAULT '',
  begun_on TEXT NOT NULL,
  ended_on TEXT,
  version BIGINT NOT NULL
);
CREATE INDEX plan_trial_objective ON plan_trial (objective);

-- Where a school's inquiry into an objective stands, and since when: one row a stage.
CREATE TABLE inquiry_stage (
  id TEXT PRIMARY KEY,
  objective TEXT NOT NULL REFERENCES plan_objective (id),
  stage TEXT NOT NULL,
  since_on TEXT NOT NULL,
  words TEXT NOT NULL
);
CREATE INDEX inquiry_stage_objective ON inquiry_stage (objective);
