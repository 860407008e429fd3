-- Improvement plans: owned by a school, priority → objective → action → milestone.
CREATE TABLE improvement_plan (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL,
  title TEXT NOT NULL,
  aim TEXT NOT NULL,
  state TEXT NOT NULL,
  audit TEXT,
  start_on TEXT NOT NULL,
  end_on TEXT NOT NULL,
  -- After how many school days and weekends in term an action without word counts as quiet.
  stale_after BIGINT NOT NULL,
  -- The highest step of the ladder to which the school has agreed.
  ladder_top BIGINT NOT NULL,
  governors_on TEXT,
  live_at BIGINT,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX improvement_plan_org ON improvement_plan (org);
CREATE INDEX improvement_plan_audit ON improvement_plan (audit);
CREATE INDEX improvement_plan_state ON improvement_plan (state, start_on);

CREATE TABLE plan_priority (
  id TEXT PRIMARY KEY,
  plan TEXT NOT NULL REFERENCES improvement_plan (id),
  title TEXT NOT NULL,
  position BIGINT NOT NULL,
  UNIQUE (plan, title)
);

CREATE TABLE plan_objective (
  id TEXT PRIMARY KEY,
  plan TEXT NOT NULL REFERENCES improvement_plan (id),
  priority TEXT NOT NULL REFERENCES plan_priority (id),
  area TEXT NOT NULL,
  words TEXT NOT NULL,
  lead TEXT REFERENCES account (id),
  lead_name TEXT NOT NULL,
  lead_role TEXT NOT NULL,
  state TEXT NOT NULL,
  rag TEXT,
  rag_words TEXT NOT NULL,
  rag_on TEXT,
  -- The indicator it is to move, with where it began once the objective is under way.
  kpi TEXT,
  pupils TEXT NOT NULL,
  baseline TEXT,
  target DOUBLE PRECISION,
  position BIGINT NOT NULL,
  version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX plan_objective_plan ON plan_objective (plan, position);
CREATE INDEX plan_objective_lead ON plan_objective (lead);

CREATE TABLE objective_agreement (
  objective TEXT NOT NULL REFERENCES plan_objective (id),
  agreement TEXT NOT NULL REFERENCES agreement (id),
  PRIMARY KEY (objective, agreement)
);
CREATE INDEX objective_agreement_agreement ON objective_agreement (agreement);

CREATE TABLE objective_finding (
  objective TEXT NOT NULL REFERENCES plan_objective (id),
  finding TEXT NOT NULL REFERENCES finding (id),
  PRIMARY KEY (objective, finding)
);
CREATE INDEX objective_finding_finding ON objective_finding (finding);

CREATE TABLE plan_action (
  id TEXT PRIMARY KEY,
  objective TEXT NOT NULL REFERENCES plan_objective (id),
  words TEXT NOT NULL,
  owner TEXT REFERENCES account (id),
  owner_name TEXT NOT NULL,
  owner_email TEXT NOT NULL,
  owner_role TEXT NOT NULL,
  start_on TEXT NOT NULL,
  due_on TEXT NOT NULL,
  state TEXT NOT NULL,
  quick BOOLEAN NOT NULL,
  needs TEXT NOT NULL,
  rag TEXT,
  rag_words TEXT NOT NULL,
  -- When something was last heard of it.
  heard_at BIGINT NOT NULL,
  finished_at BIGINT,
  position BIGINT NOT NULL,
  version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX plan_action_objective ON plan_action (objective, position);
CREATE INDEX plan_action_owner ON plan_action (owner);
CREATE INDEX plan_action_open ON plan_action (state, due_on);

-- What was said about an action, in the order in which it was said.
CREATE TABLE action_note (
  id TEXT PRIMARY KEY,
  action TEXT NOT NULL REFERENCES plan_action (id),
  at BIGINT NOT NULL,
  author TEXT NOT NULL,
  author_name TEXT NOT NULL,
  act TEXT NOT NULL,
  words TEXT NOT NULL,
  needs TEXT NOT NULL,
  due_before TEXT,
  due_after TEXT
);
CREATE INDEX action_note_action ON action_note (action, at);

-- Steps of the ladder taken because nothing was heard since a moment: once each.
CREATE TABLE action_step (
  action TEXT NOT NULL REFERENCES plan_action (id),
  since BIGINT NOT NULL,
  rung BIGINT NOT NULL,
  taken_at BIGINT NOT NULL,
  told TEXT NOT NULL,
  closed_at BIGINT,
  PRIMARY KEY (action, since, rung)
);

-- Reminders sent: once each.
CREATE TABLE plan_reminder (
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  for_on TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  PRIMARY KEY (subject, kind, for_on)
);

CREATE TABLE plan_milestone (
  id TEXT PRIMARY KEY,
  objective TEXT NOT NULL REFERENCES plan_objective (id),
  title TEXT NOT NULL,
  measure TEXT NOT NULL,
  due_on TEXT NOT NULL,
  state TEXT NOT NULL,
  actual DOUBLE PRECISION,
  forecast DOUBLE PRECISION,
  done BOOLEAN,
  recorded_on TEXT,
  rag TEXT,
  words TEXT NOT NULL,
  reviewed_on TEXT,
  -- The milestone of an agreement that this one is, where it is shared.
  shared TEXT REFERENCES milestone (id),
  agreement TEXT REFERENCES agreement (id),
  position BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX plan_milestone_objective ON plan_milestone (objective, due_on);

CREATE TABLE plan_suggestion (
  id TEXT PRIMARY KEY,
  plan TEXT NOT NULL REFERENCES improvement_plan (id),
  objective TEXT REFERENCES plan_objective (id),
  action TEXT REFERENCES plan_action (id),
  kind TEXT NOT NULL,
  changes TEXT NOT NULL,
  why TEXT NOT NULL,
  author TEXT NOT NULL REFERENCES account (id),
  author_name TEXT NOT NULL,
  author_org TEXT,
  state TEXT NOT NULL,
  reply TEXT NOT NULL,
  chosen TEXT,
  decided_by TEXT NOT NULL,
  decided_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX plan_suggestion_plan ON plan_suggestion (plan, state);
CREATE INDEX plan_suggestion_author ON plan_suggestion (author);

CREATE TABLE plan_review (
  plan TEXT NOT NULL REFERENCES improvement_plan (id),
  number BIGINT NOT NULL,
  held_on TEXT NOT NULL,
  words TEXT NOT NULL,
  judged TEXT NOT NULL,
  next_on TEXT,
  by_name TEXT NOT NULL,
  PRIMARY KEY (plan, number)
);

-- The whole plan as it stood when it was agreed, reviewed or closed.
CREATE TABLE plan_version (
  plan TEXT NOT NULL REFERENCES improvement_plan (id),
  number BIGINT NOT NULL,
  occasion TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  content TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (plan, number)
);

-- @sqlite
CREATE TRIGGER plan_version_no_update BEFORE UPDATE ON plan_version
  BEGIN SELECT RAISE(ABORT, 'versions of a plan never change'); END;
CREATE TRIGGER plan_version_no_delete BEFORE DELETE ON plan_version
  BEGIN SELECT RAISE(ABORT, 'versions of a plan never change'); END;
-- @postgres
CREATE FUNCTION plan_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'versions of a plan never change'; END $$;
CREATE TRIGGER plan_version_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_version
  FOR EACH STATEMENT EXECUTE FUNCTION plan_version_stays();
