-- Where a school stands in its improvement, with who said so and why; every change is a line.
CREATE TABLE improvement_stage (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL,
  stage TEXT NOT NULL,
  reason TEXT NOT NULL,
  account TEXT,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX improvement_stage_org ON improvement_stage (org, at);

-- How much support a school is judged to need, on what evidence, until when; and its answer.
CREATE TABLE tier_decision (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL,
  tier TEXT NOT NULL,
  evidence TEXT NOT NULL,
  review_on TEXT,
  account TEXT,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  agrees BOOLEAN,
  reply TEXT NOT NULL,
  replied_at BIGINT,
  reply_account TEXT,
  reply_name TEXT
);
CREATE INDEX tier_decision_org ON tier_decision (org, at);
CREATE INDEX tier_decision_account ON tier_decision (account);
