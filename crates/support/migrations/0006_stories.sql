-- Case studies: proposed where both schools got better, shown to others with both consents only.
CREATE TABLE case_study (
  agreement TEXT PRIMARY KEY REFERENCES agreement (id),
  state TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  words TEXT NOT NULL DEFAULT '',
  -- The verdict with everything that must be said beside it, as it was when this was proposed.
  verdict TEXT NOT NULL,
  consent_supported BOOLEAN NOT NULL DEFAULT FALSE,
  consent_supporting BOOLEAN NOT NULL DEFAULT FALSE,
  proposed_on TEXT NOT NULL,
  published_on TEXT,
  version BIGINT NOT NULL
);
