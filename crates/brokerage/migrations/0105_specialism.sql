-- What people and schools can help with beyond what the pack names: added by those who look after a
-- partnership, at once usable by everybody.
CREATE TABLE own_specialism (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  listed_under TEXT NOT NULL,
  areas TEXT NOT NULL,
  added_by TEXT NOT NULL REFERENCES account (id),
  added_name TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  retired BOOLEAN NOT NULL
);
