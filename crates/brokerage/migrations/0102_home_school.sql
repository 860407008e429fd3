-- Schools that are designated with the person who leads from them, in a role for which the pack asks it.
CREATE TABLE home_school (
  org TEXT NOT NULL,
  partnership TEXT NOT NULL,
  role TEXT NOT NULL,
  since_on TEXT NOT NULL,
  until_on TEXT NOT NULL,
  by_account TEXT,
  by_name TEXT NOT NULL,
  ended_on TEXT,
  reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (org, partnership, role)
);
