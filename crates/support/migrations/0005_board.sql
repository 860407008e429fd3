-- Boards that were told that the report for a term is there, so that nobody is told twice.
CREATE TABLE board_told (
  org TEXT NOT NULL,
  until TEXT NOT NULL,
  PRIMARY KEY (org, until)
);
