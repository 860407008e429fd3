-- Every figure of a school, one row a school instead of one a figure: pages that read a whole
-- family or a whole region take it from here. Derived; register::kpis::packed says how it is laid
-- out. A school without a row (as after this migration) is read figure by figure.
-- @sqlite
CREATE TABLE school_figures (urn BIGINT PRIMARY KEY, figures BLOB NOT NULL);
-- @postgres
CREATE TABLE school_figures (urn BIGINT PRIMARY KEY, figures BYTEA NOT NULL);

-- @both
-- The schools of an authority, and of England, added together: what stands in for a total that no
-- imported file publishes. Derived; columns as in `kpi_value`.
CREATE TABLE area_total (
  subject BIGINT NOT NULL,
  kpi BIGINT NOT NULL,
  pupils BIGINT NOT NULL,
  period BIGINT NOT NULL,
  schools BIGINT NOT NULL,
  form BIGINT NOT NULL,
  value DOUBLE PRECISION,
  n DOUBLE PRECISION,
  low DOUBLE PRECISION,
  high DOUBLE PRECISION,
  PRIMARY KEY (subject, kpi, pupils, period)
);
