-- What a trust or an authority says to those who decide, on which evidence, and what came of it.
CREATE TABLE influence_item (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL,
  topic TEXT NOT NULL,
  way TEXT NOT NULL,
  audience TEXT NOT NULL,
  position TEXT NOT NULL,
  deadline TEXT,
  state TEXT NOT NULL,
  -- Who stood behind it and when, in words: the board, its minute.
  endorsed TEXT NOT NULL,
  sent TEXT NOT NULL,
  submitted_on TEXT,
  response TEXT NOT NULL,
  -- What came of it, or why it was left.
  outcome TEXT NOT NULL,
  changed_on TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX influence_item_org ON influence_item (org);
CREATE TABLE influence_evidence (
  item TEXT NOT NULL REFERENCES influence_item (id),
  record TEXT NOT NULL,
  PRIMARY KEY (item, record)
);
