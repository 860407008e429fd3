-- Two people, one of each school, judge the same thing with the same rubric, each alone; then they
-- compare. The rubric is kept as it stood on the day, so that old judgements can always be read.
CREATE TABLE moderation (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  about TEXT NOT NULL,
  rubric TEXT NOT NULL,
  -- JSON: the aspects, and the names of the levels from the lowest to the highest.
  aspects TEXT NOT NULL,
  levels TEXT NOT NULL,
  one TEXT NOT NULL,
  other TEXT NOT NULL,
  partnership TEXT,
  state TEXT NOT NULL,
  -- What both learned about quality, or why it was left.
  words TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
);
CREATE INDEX moderation_agreement ON moderation (agreement);
CREATE INDEX moderation_one ON moderation (one);
CREATE INDEX moderation_other ON moderation (other);
-- What somebody judged for their school: an aspect and a level, both counted from one.
CREATE TABLE moderation_judgement (
  moderation TEXT NOT NULL REFERENCES moderation (id),
  org TEXT NOT NULL,
  aspect BIGINT NOT NULL,
  level BIGINT NOT NULL,
  seen TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  PRIMARY KEY (moderation, org, aspect)
);
-- What the two agreed where they had judged differently.
CREATE TABLE moderation_agreed (
  moderation TEXT NOT NULL REFERENCES moderation (id),
  aspect BIGINT NOT NULL,
  level BIGINT NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (moderation, aspect)
);
