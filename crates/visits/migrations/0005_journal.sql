-- A reflective journal: its author's alone, the words sealed. The day and the visit are plain, so
-- that the author finds an entry again; nobody else's question reaches them.
CREATE TABLE journal_entry (
  id TEXT PRIMARY KEY,
  author TEXT NOT NULL REFERENCES account (id),
  on_date TEXT NOT NULL,
  visit TEXT REFERENCES visit (id),
  -- Sealed for the author; empty once erased.
  body TEXT NOT NULL,
  written_at BIGINT NOT NULL
);
CREATE INDEX journal_entry_author ON journal_entry (author, on_date);
