-- How many of a school's people its head lets go on one and the same day.
CREATE TABLE staffing_floor (
  org TEXT PRIMARY KEY,
  most_out BIGINT NOT NULL,
  set_by TEXT NOT NULL,
  set_at BIGINT NOT NULL
);
