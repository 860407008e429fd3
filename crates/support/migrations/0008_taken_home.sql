-- What kind of gain it is: a skill, a practice brought home, a post filled, a saving.
ALTER TABLE capacity_gain ADD COLUMN kind TEXT NOT NULL DEFAULT 'skill';

-- What the supporting school says it took home, or that it was nothing.
CREATE TABLE taken_home (
  agreement TEXT PRIMARY KEY REFERENCES agreement (id),
  goal TEXT NOT NULL,
  words TEXT NOT NULL,
  said_by TEXT NOT NULL,
  said_at BIGINT NOT NULL
);
