-- One run of an import: everything in it was applied in one transaction and is rolled back in one.
CREATE TABLE import_batch (
  id BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  by_key TEXT NOT NULL,
  by_name TEXT NOT NULL,
  rolled_back_at BIGINT,
  rolled_back_by TEXT
);

-- A file of a batch. Its number is what every fact of the register refers to. `as_at` is the day
-- it describes by its name; `as_of` orders files: that day, or else the day of the import.
CREATE TABLE import_file (
  id BIGINT PRIMARY KEY,
  batch BIGINT NOT NULL REFERENCES import_batch (id),
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  family TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  source TEXT NOT NULL,
  licence TEXT NOT NULL,
  mapping TEXT NOT NULL,
  mapping_version BIGINT NOT NULL,
  period TEXT,
  release_status TEXT NOT NULL,
  as_at TEXT,
  as_of TEXT NOT NULL,
  rows_met BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  missing_values BIGINT NOT NULL,
  problems BIGINT NOT NULL,
  live BOOLEAN NOT NULL
);
CREATE INDEX import_file_batch ON import_file (batch);
CREATE INDEX import_file_hash ON import_file (hash);

CREATE TABLE import_problem (
  file BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  severity TEXT NOT NULL,
  code TEXT NOT NULL,
  at_row BIGINT,
  at_column TEXT,
  value TEXT,
  what TEXT NOT NULL,
  remedy TEXT NOT NULL,
  PRIMARY KEY (file, seq)
);

-- Files that were uploaded together and wait for somebody to look at their preview and apply them.
-- Kept in the database so that any of several servers can apply them.
CREATE TABLE import_upload (
  id TEXT PRIMARY KEY,
  parcel TEXT NOT NULL,
  name TEXT NOT NULL,
  hint TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  at BIGINT NOT NULL,
  by_name TEXT NOT NULL
);
-- @sqlite
CREATE TABLE import_upload_part (upload TEXT NOT NULL, seq BIGINT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (upload, seq));
-- @postgres
CREATE TABLE import_upload_part (upload TEXT NOT NULL, seq BIGINT NOT NULL, body BYTEA NOT NULL, PRIMARY KEY (upload, seq));

-- @both
-- What each register file said about a school. A text that did not change since an earlier file
-- is kept once; `school_listing` says which file said which text.
CREATE TABLE school_version (
  id BIGINT PRIMARY KEY,
  urn BIGINT NOT NULL,
  digest BIGINT NOT NULL,
  trust BIGINT,
  trust_name TEXT,
  record TEXT NOT NULL
);
CREATE INDEX school_version_urn ON school_version (urn);

-- @sqlite
CREATE TABLE school_listing (
  urn BIGINT NOT NULL, file BIGINT NOT NULL, version BIGINT NOT NULL,
  PRIMARY KEY (urn, file)) WITHOUT ROWID;
-- @postgres
CREATE TABLE school_listing (
  urn BIGINT NOT NULL, file BIGINT NOT NULL, version BIGINT NOT NULL,
  PRIMARY KEY (urn, file));

-- @both
-- The register as it stands: for each school the text of its newest listing. Derived.
CREATE TABLE school (
  urn BIGINT PRIMARY KEY,
  file BIGINT NOT NULL,
  version BIGINT NOT NULL,
  as_at TEXT,
  name TEXT NOT NULL,
  sort_name TEXT NOT NULL,
  phase TEXT NOT NULL,
  kind TEXT NOT NULL,
  kind_group TEXT,
  status TEXT NOT NULL,
  is_open BOOLEAN NOT NULL,
  authority BIGINT NOT NULL,
  authority_name TEXT NOT NULL,
  number BIGINT,
  trust BIGINT,
  trust_name TEXT,
  federation_name TEXT,
  diocese TEXT,
  region TEXT,
  district TEXT,
  address TEXT,
  town TEXT,
  county TEXT,
  postcode TEXT,
  postcode_key TEXT,
  lat DOUBLE PRECISION,
  lon DOUBLE PRECISION,
  urban_rural TEXT,
  pupils BIGINT,
  capacity BIGINT,
  fsm_percent DOUBLE PRECISION,
  low_age BIGINT,
  high_age BIGINT,
  gender TEXT,
  religion TEXT,
  admissions TEXT,
  sixth_form TEXT,
  opened TEXT,
  closed TEXT,
  website TEXT,
  idaci_decile BIGINT
);
CREATE INDEX school_authority ON school (authority);
CREATE INDEX school_trust ON school (trust);
CREATE INDEX school_region ON school (region);
CREATE INDEX school_postcode ON school (postcode_key);
CREATE INDEX school_sort ON school (sort_name, urn);

-- Links between schools, as each links file states them.
-- @sqlite
CREATE TABLE school_link (
  urn BIGINT NOT NULL, other BIGINT NOT NULL, kind TEXT NOT NULL, file BIGINT NOT NULL,
  other_name TEXT, words TEXT NOT NULL, established TEXT,
  PRIMARY KEY (urn, other, words, file)) WITHOUT ROWID;
-- @postgres
CREATE TABLE school_link (
  urn BIGINT NOT NULL, other BIGINT NOT NULL, kind TEXT NOT NULL, file BIGINT NOT NULL,
  other_name TEXT, words TEXT NOT NULL, established TEXT,
  PRIMARY KEY (urn, other, words, file));

-- @both
-- Whose figures continue whose: the unbroken line of one-to-one conversions behind a school,
-- nearest first. Derived from the links.
-- @sqlite
CREATE TABLE school_line (
  urn BIGINT NOT NULL, step BIGINT NOT NULL, earlier BIGINT NOT NULL,
  PRIMARY KEY (urn, step)) WITHOUT ROWID;
-- @postgres
CREATE TABLE school_line (
  urn BIGINT NOT NULL, step BIGINT NOT NULL, earlier BIGINT NOT NULL,
  PRIMARY KEY (urn, step));

-- @both
-- Trusts, federations and sponsors, and their members, as each groups file states them.
CREATE TABLE group_listing (
  file BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  uid BIGINT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT,
  status TEXT,
  opened TEXT,
  closed TEXT,
  companies_house TEXT,
  member BIGINT,
  joined TEXT,
  PRIMARY KEY (file, seq)
);
-- Trusts as they stand. Derived.
CREATE TABLE trust (
  uid BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  sort_name TEXT NOT NULL,
  kind TEXT,
  status TEXT,
  opened TEXT,
  closed TEXT,
  companies_house TEXT
);
-- Which school was seen in which trust, from when to when. Derived.
CREATE TABLE trust_member (
  urn BIGINT NOT NULL,
  trust BIGINT NOT NULL,
  trust_name TEXT NOT NULL,
  since TEXT NOT NULL,
  since_exact BOOLEAN NOT NULL,
  until TEXT,
  PRIMARY KEY (urn, trust, since)
);
CREATE INDEX trust_member_trust ON trust_member (trust);

CREATE TABLE postcode_listing (
  postcode_key TEXT NOT NULL,
  file BIGINT NOT NULL,
  lsoa TEXT,
  idaci_score DOUBLE PRECISION,
  idaci_rank BIGINT,
  idaci_decile BIGINT,
  imd_decile BIGINT,
  PRIMARY KEY (postcode_key, file)
);

CREATE TABLE inspection (
  file BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  urn BIGINT NOT NULL,
  urn_then BIGINT NOT NULL,
  number TEXT,
  kind TEXT,
  started TEXT,
  published TEXT,
  latest BOOLEAN NOT NULL,
  concern TEXT,
  outcome TEXT,
  grades TEXT NOT NULL,
  PRIMARY KEY (file, seq)
);
CREATE INDEX inspection_urn ON inspection (urn);

-- One reading of one indicator. `subject` is a school's number, or above ten million an area
-- (register::kpis::Subject). `kpi` is the number of the indicator's code, `pupils` the group of
-- pupils, `period` the calendar year in which the school year ends. `stand` is how firm the
-- release is × 10,000,000 + the file: of several readings the greatest counts.
-- `form`: 0 a number, 1 a share (`value` of `n`), 2 an estimate with `low` and `high`,
-- from 10 the reason why there is none.
-- @sqlite
CREATE TABLE kpi_value (
  subject BIGINT NOT NULL, kpi BIGINT NOT NULL, pupils BIGINT NOT NULL, period BIGINT NOT NULL,
  stand BIGINT NOT NULL, form BIGINT NOT NULL,
  value DOUBLE PRECISION, n DOUBLE PRECISION, low DOUBLE PRECISION, high DOUBLE PRECISION,
  PRIMARY KEY (subject, kpi, pupils, period, stand)) WITHOUT ROWID;
-- @postgres
CREATE TABLE kpi_value (
  subject BIGINT NOT NULL, kpi BIGINT NOT NULL, pupils BIGINT NOT NULL, period BIGINT NOT NULL,
  stand BIGINT NOT NULL, form BIGINT NOT NULL,
  value DOUBLE PRECISION, n DOUBLE PRECISION, low DOUBLE PRECISION, high DOUBLE PRECISION,
  PRIMARY KEY (subject, kpi, pupils, period, stand));

-- @both
-- The family of each school. Derived; `members` is a list of [urn, distance, parts of distance²].
CREATE TABLE school_family (
  urn BIGINT PRIMARY KEY,
  method TEXT NOT NULL,
  pool BIGINT NOT NULL,
  doubts TEXT NOT NULL,
  members TEXT NOT NULL
);

-- The words under which schools, trusts and authorities are found. Derived; bytes compare alike
-- in both databases.
-- @sqlite
CREATE TABLE search_term (
  term TEXT NOT NULL, subject BIGINT NOT NULL, PRIMARY KEY (term, subject)) WITHOUT ROWID;
CREATE TABLE search_word (term TEXT PRIMARY KEY, uses BIGINT NOT NULL) WITHOUT ROWID;
CREATE TABLE search_gram (
  gram TEXT NOT NULL, term TEXT NOT NULL, PRIMARY KEY (gram, term)) WITHOUT ROWID;
CREATE TABLE search_name (
  subject BIGINT PRIMARY KEY, sort_name TEXT NOT NULL, name TEXT NOT NULL, detail TEXT NOT NULL,
  is_open BOOLEAN NOT NULL, phase TEXT NOT NULL, authority BIGINT NOT NULL);
-- @postgres
CREATE TABLE search_term (
  term TEXT COLLATE "C" NOT NULL, subject BIGINT NOT NULL, PRIMARY KEY (term, subject));
CREATE TABLE search_word (term TEXT COLLATE "C" PRIMARY KEY, uses BIGINT NOT NULL);
CREATE TABLE search_gram (
  gram TEXT COLLATE "C" NOT NULL, term TEXT COLLATE "C" NOT NULL, PRIMARY KEY (gram, term));
CREATE TABLE search_name (
  subject BIGINT PRIMARY KEY, sort_name TEXT COLLATE "C" NOT NULL, name TEXT NOT NULL,
  detail TEXT NOT NULL, is_open BOOLEAN NOT NULL, phase TEXT NOT NULL, authority BIGINT NOT NULL);
ALTER TABLE school ALTER COLUMN sort_name TYPE TEXT COLLATE "C";
ALTER TABLE school ALTER COLUMN postcode_key TYPE TEXT COLLATE "C";
ALTER TABLE trust ALTER COLUMN sort_name TYPE TEXT COLLATE "C";
