-- Agreements whose heads were told that results have arrived, so that nobody is told twice.
CREATE TABLE results_told (
  agreement TEXT PRIMARY KEY REFERENCES agreement (id),
  on_date TEXT NOT NULL
);
