-- Two people who face the same: each learns who the other is when both have said yes.
CREATE TABLE introduction (
  id TEXT PRIMARY KEY,
  partnership TEXT NOT NULL,
  matter TEXT NOT NULL,
  one TEXT NOT NULL REFERENCES account (id),
  one_name TEXT NOT NULL,
  one_org TEXT NOT NULL,
  one_said BOOLEAN NOT NULL,
  other TEXT NOT NULL REFERENCES account (id),
  other_name TEXT NOT NULL,
  other_org TEXT NOT NULL,
  other_said BOOLEAN NOT NULL,
  by_account TEXT NOT NULL REFERENCES account (id),
  by_name TEXT NOT NULL,
  state TEXT NOT NULL,
  made_on TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX introduction_one ON introduction (one);
CREATE INDEX introduction_other ON introduction (other);
CREATE INDEX introduction_partnership ON introduction (partnership);
