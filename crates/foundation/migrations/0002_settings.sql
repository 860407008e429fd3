-- What the product remembers about itself: whether this is the demonstration, since when.
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
