-- A practice: what a school does that others could do too. `words` is the working copy; what
-- everybody reads is the version `shown`, frozen when the head published it.
CREATE TABLE practice (
  id TEXT PRIMARY KEY,
  origin TEXT NOT NULL,
  author TEXT NOT NULL REFERENCES account (id),
  author_name TEXT NOT NULL,
  -- The partnership whose members check it.
  partnership TEXT,
  -- The practice it was adapted from.
  parent TEXT REFERENCES practice (id),
  -- The support in which it grew, and the other school it names: that school consents too.
  agreement TEXT REFERENCES agreement (id),
  other TEXT,
  other_consents BOOLEAN NOT NULL DEFAULT FALSE,
  state TEXT NOT NULL,
  words TEXT NOT NULL,
  shown BIGINT,
  due_on TEXT,
  kept_until TEXT,
  reason TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX practice_origin ON practice (origin);

CREATE TABLE practice_version (
  practice TEXT NOT NULL REFERENCES practice (id),
  number BIGINT NOT NULL,
  words TEXT NOT NULL,
  on_date TEXT NOT NULL,
  PRIMARY KEY (practice, number)
);

-- A colleague's look before it is shown; those of an earlier draft are gone.
CREATE TABLE practice_check (
  practice TEXT NOT NULL REFERENCES practice (id),
  account TEXT NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  org TEXT NOT NULL,
  on_date TEXT NOT NULL,
  PRIMARY KEY (practice, account)
);

-- What a school makes of a practice: one record for each school.
CREATE TABLE adoption (
  id TEXT PRIMARY KEY,
  practice TEXT NOT NULL REFERENCES practice (id),
  org TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  -- The version they took up.
  number BIGINT NOT NULL,
  state TEXT NOT NULL,
  changes TEXT NOT NULL DEFAULT '',
  kept TEXT NOT NULL DEFAULT '[]',
  result TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  begun_on TEXT NOT NULL,
  changed_on TEXT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE (practice, org)
);
CREATE INDEX adoption_org ON adoption (org);

-- Somebody asks to come and see it.
CREATE TABLE practice_ask (
  id TEXT PRIMARY KEY,
  practice TEXT NOT NULL REFERENCES practice (id),
  org TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  words TEXT NOT NULL,
  state TEXT NOT NULL,
  answer TEXT NOT NULL DEFAULT '',
  on_date TEXT,
  taken_home TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX practice_ask_practice ON practice_ask (practice);
