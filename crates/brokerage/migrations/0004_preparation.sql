-- Training somebody has done, a row a module and day.
CREATE TABLE training (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES account (id),
  module TEXT NOT NULL,
  done_on TEXT NOT NULL,
  until_on TEXT,
  recorded_by TEXT NOT NULL,
  recorded_at BIGINT NOT NULL
);
CREATE INDEX training_person ON training (person);

-- Which version of the code of conduct somebody read and accepted, and when.
CREATE TABLE conduct_acceptance (
  person TEXT NOT NULL REFERENCES account (id),
  version BIGINT NOT NULL,
  accepted_on TEXT NOT NULL,
  PRIMARY KEY (person, version)
);

-- What was ticked until now was the first version.
INSERT INTO conduct_acceptance (person, version, accepted_on)
SELECT person, 1, min(conduct_on) FROM designation WHERE conduct_on IS NOT NULL GROUP BY person;

-- What a designation began without, why, and who decided so.
ALTER TABLE designation ADD COLUMN waiver TEXT;
