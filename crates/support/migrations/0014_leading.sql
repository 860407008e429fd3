-- How somebody leads in another school: as they see it themselves, and as the head of that school does.
-- Read side by side by the one person it is about.
CREATE TABLE leading_view (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  leader TEXT NOT NULL REFERENCES account (id),
  -- The school that is asked.
  partner TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_on TEXT NOT NULL,
  answered_by TEXT REFERENCES account (id),
  answered_on TEXT
);
CREATE INDEX leading_leader ON leading_view (leader);
CREATE INDEX leading_partner ON leading_view (partner);
-- A level from 1 (seldom) to 4 (nearly always); 0 where the partner could not see it.
CREATE TABLE leading_said (
  question TEXT NOT NULL REFERENCES leading_view (id),
  side TEXT NOT NULL,
  behaviour TEXT NOT NULL,
  level BIGINT NOT NULL,
  example TEXT NOT NULL,
  PRIMARY KEY (question, side, behaviour)
);
