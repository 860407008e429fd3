-- What somebody who leads beyond their school is working at for themselves, one goal at a time.
CREATE TABLE leader_goal (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES account (id),
  competency TEXT NOT NULL,
  words TEXT NOT NULL,
  by_on TEXT NOT NULL,
  set_on TEXT NOT NULL,
  closed_on TEXT,
  came_of_it TEXT NOT NULL DEFAULT ''
);
CREATE INDEX leader_goal_person ON leader_goal (person);
