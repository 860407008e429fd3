CREATE TABLE audit (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL,
  responsible TEXT NOT NULL,
  title TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  framework TEXT NOT NULL,
  lead TEXT NOT NULL,
  due TEXT,
  created_at BIGINT NOT NULL,
  agreed_at BIGINT,
  frozen_at BIGINT,
  hash TEXT,
  frozen_for TEXT,
  version BIGINT NOT NULL
);
CREATE INDEX audit_org ON audit (org);

CREATE TABLE audit_section (
  audit TEXT NOT NULL REFERENCES audit (id),
  area TEXT NOT NULL,
  place BIGINT NOT NULL,
  name TEXT NOT NULL,
  assignee TEXT REFERENCES account (id),
  assignee_name TEXT,
  done BOOLEAN NOT NULL,
  none_seen BOOLEAN NOT NULL,
  root_causes TEXT NOT NULL,
  severity BIGINT,
  confidence TEXT,
  self_grade TEXT,
  moderated_severity BIGINT,
  moderation_note TEXT,
  school_comment TEXT NOT NULL,
  facts TEXT NOT NULL,
  signals TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (audit, area)
);
CREATE INDEX audit_section_assignee ON audit_section (assignee);

CREATE TABLE finding (
  id TEXT PRIMARY KEY,
  audit TEXT NOT NULL,
  area TEXT NOT NULL,
  kind TEXT NOT NULL,
  statement TEXT NOT NULL,
  kpis TEXT NOT NULL,
  place BIGINT NOT NULL,
  shared BOOLEAN NOT NULL,
  FOREIGN KEY (audit, area) REFERENCES audit_section (audit, area)
);
CREATE INDEX finding_audit ON finding (audit);
CREATE INDEX finding_shared ON finding (shared, kind);

CREATE TABLE audit_evidence (
  id TEXT PRIMARY KEY,
  audit TEXT NOT NULL,
  area TEXT NOT NULL,
  kind TEXT NOT NULL,
  summary TEXT NOT NULL,
  seen_on TEXT,
  strength BIGINT NOT NULL,
  FOREIGN KEY (audit, area) REFERENCES audit_section (audit, area)
);
CREATE INDEX audit_evidence_audit ON audit_evidence (audit);
