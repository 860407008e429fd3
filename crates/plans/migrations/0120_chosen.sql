-- The practices of the library that an objective uses, and what the school changes in them.
CREATE TABLE objective_practice (
  id TEXT PRIMARY KEY,
  objective TEXT NOT NULL REFERENCES plan_objective (id),
  practice TEXT NOT NULL,
  title TEXT NOT NULL,
  adaptation TEXT NOT NULL,
  chosen_on TEXT NOT NULL
);
CREATE INDEX objective_practice_objective ON objective_practice (objective);
