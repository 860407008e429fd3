-- Colleagues of one field who meet: Heads of English, estates managers, leaders of early reading.
CREATE TABLE network (
  id TEXT PRIMARY KEY,
  partnership TEXT NOT NULL,
  name TEXT NOT NULL,
  about TEXT NOT NULL,
  convenor TEXT NOT NULL REFERENCES account (id),
  convenor_name TEXT NOT NULL,
  founded_on TEXT NOT NULL,
  ended_on TEXT,
  version BIGINT NOT NULL
);
CREATE INDEX network_partnership ON network (partnership);

-- Who belongs to it, and for which school or trust; whoever leaves and comes back has two rows.
CREATE TABLE network_member (
  id TEXT PRIMARY KEY,
  network TEXT NOT NULL REFERENCES network (id),
  account TEXT NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  org TEXT NOT NULL,
  joined_on TEXT NOT NULL,
  left_on TEXT
);
CREATE INDEX network_member_network ON network_member (network);
CREATE INDEX network_member_account ON network_member (account);

CREATE TABLE network_meeting (
  id TEXT PRIMARY KEY,
  network TEXT NOT NULL REFERENCES network (id),
  title TEXT NOT NULL,
  on_date TEXT NOT NULL,
  at_time TEXT NOT NULL,
  place TEXT NOT NULL,
  link TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  notes TEXT NOT NULL DEFAULT '',
  actions TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL
);
CREATE INDEX network_meeting_network ON network_meeting (network);

-- What is on the agenda: a share, a need, an offer, a briefing, a paper.
CREATE TABLE network_item (
  id TEXT PRIMARY KEY,
  meeting TEXT NOT NULL REFERENCES network_meeting (id),
  kind TEXT NOT NULL,
  words TEXT NOT NULL,
  link TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  added_at BIGINT NOT NULL
);
CREATE INDEX network_item_meeting ON network_item (meeting);

-- What somebody answered beforehand, and whether they came; a school whose people have no account
-- stands there without one.
CREATE TABLE network_presence (
  id TEXT PRIMARY KEY,
  meeting TEXT NOT NULL REFERENCES network_meeting (id),
  account TEXT REFERENCES account (id),
  name TEXT NOT NULL,
  org TEXT NOT NULL,
  answer TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  came BOOLEAN
);
CREATE INDEX network_presence_meeting ON network_presence (meeting);
