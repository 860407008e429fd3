-- The authorities of the register's schools, worked out with the rest at each import: every search
-- page offers them, and finding them among all schools each time costs more than the search.
CREATE TABLE local_authority (
  code BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  region TEXT
);
INSERT INTO local_authority (code, name, region)
  SELECT authority, max(authority_name), max(region) FROM school WHERE authority > 0 GROUP BY authority;
