-- One person works with several schools on one shared theme, with an agreement for each school.
CREATE TABLE assignment (
  id TEXT PRIMARY KEY,
  theme TEXT NOT NULL,
  area TEXT NOT NULL,
  partnership TEXT NOT NULL,
  designation TEXT NOT NULL,
  start_on TEXT NOT NULL,
  end_on TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE TABLE assignment_agreement (
  agreement TEXT PRIMARY KEY REFERENCES agreement (id),
  assignment TEXT NOT NULL REFERENCES assignment (id)
);
CREATE INDEX assignment_agreement_assignment ON assignment_agreement (assignment);
