-- What a head in the first two years said when a mentor was suggested, and until when it holds.
CREATE TABLE mentor_wish (
  person TEXT PRIMARY KEY REFERENCES account (id),
  org TEXT NOT NULL,
  answer TEXT NOT NULL,
  until_on TEXT NOT NULL,
  said_on TEXT NOT NULL
);
