-- What was seen of an objective between its milestones: a lesson, a book, a voice; never about a child.
CREATE TABLE objective_evidence (
  id TEXT PRIMARY KEY,
  objective TEXT NOT NULL REFERENCES plan_objective (id),
  words TEXT NOT NULL,
  seen_on TEXT NOT NULL,
  account TEXT REFERENCES account (id),
  name TEXT NOT NULL,
  noted_at BIGINT NOT NULL
);
CREATE INDEX objective_evidence_objective ON objective_evidence (objective);
