-- People who lead beyond their school, and when they are free.
CREATE TABLE designation (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES account (id),
  person_name TEXT NOT NULL,
  org TEXT NOT NULL,
  partnership TEXT NOT NULL,
  role TEXT NOT NULL,
  specialisms TEXT NOT NULL,
  phases TEXT NOT NULL,
  on_site BOOLEAN NOT NULL,
  online BOOLEAN NOT NULL,
  travel_limit_km DOUBLE PRECISION,
  weekly_cap BIGINT NOT NULL,
  concurrent_cap BIGINT NOT NULL,
  state TEXT NOT NULL,
  released_by TEXT,
  start_on TEXT,
  review_due TEXT,
  training_until TEXT,
  conduct_on TEXT,
  reply TEXT,
  version BIGINT NOT NULL
);
CREATE INDEX designation_partnership ON designation (partnership);
CREATE INDEX designation_person ON designation (person);
CREATE INDEX designation_org ON designation (org);

-- Half-days free by week (the Monday), for a designation or an offer.
CREATE TABLE availability (
  supporter TEXT NOT NULL,
  week TEXT NOT NULL,
  half_days BIGINT NOT NULL,
  PRIMARY KEY (supporter, week)
);

-- Help that a school or a person offers.
CREATE TABLE offer (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL,
  partnership TEXT NOT NULL,
  title TEXT NOT NULL,
  about TEXT NOT NULL,
  specialisms TEXT NOT NULL,
  phases TEXT NOT NULL,
  on_site BOOLEAN NOT NULL,
  online BOOLEAN NOT NULL,
  conditions TEXT NOT NULL,
  day_rate_pence BIGINT NOT NULL,
  weekly_cap BIGINT NOT NULL,
  from_on TEXT NOT NULL,
  to_on TEXT NOT NULL,
  finding TEXT,
  state TEXT NOT NULL,
  made_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX offer_partnership ON offer (partnership);
CREATE INDEX offer_org ON offer (org);

-- Half-days promised to a support, from a proposal on; freed again when it falls through.
CREATE TABLE commitment (
  id TEXT PRIMARY KEY,
  supporter TEXT NOT NULL,
  from_org TEXT NOT NULL,
  to_org TEXT NOT NULL,
  request TEXT,
  from_on TEXT NOT NULL,
  to_on TEXT NOT NULL,
  half_days BIGINT NOT NULL,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX commitment_supporter ON commitment (supporter);
CREATE INDEX commitment_from ON commitment (from_org);
CREATE INDEX commitment_to ON commitment (to_org);

-- Why a school cannot spare anybody at the moment.
CREATE TABLE home_guard (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL,
  reason TEXT NOT NULL,
  since TEXT NOT NULL,
  until_on TEXT,
  cleared_at BIGINT
);
CREATE INDEX home_guard_org ON home_guard (org);

-- How earlier support was judged by those who received it, nought to one.
CREATE TABLE judgement (
  id TEXT PRIMARY KEY,
  supporter TEXT NOT NULL,
  about TEXT NOT NULL,
  share DOUBLE PRECISION NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX judgement_supporter ON judgement (supporter);

CREATE TABLE support_request (
  id TEXT PRIMARY KEY,
  org TEXT NOT NULL,
  responsible TEXT NOT NULL,
  partnership TEXT NOT NULL,
  title TEXT NOT NULL,
  need TEXT NOT NULL,
  outcome TEXT NOT NULL,
  findings TEXT NOT NULL,
  audit TEXT,
  beneficiaries TEXT NOT NULL,
  specialisms TEXT NOT NULL,
  tier TEXT NOT NULL,
  phase TEXT NOT NULL,
  earliest TEXT NOT NULL,
  latest TEXT NOT NULL,
  half_days BIGINT NOT NULL,
  mode TEXT NOT NULL,
  severity BIGINT NOT NULL,
  team BOOLEAN NOT NULL,
  budget_pence BIGINT,
  give_back TEXT NOT NULL,
  funder TEXT,
  avoid TEXT NOT NULL,
  avoid_why TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  submitted_at BIGINT,
  due_at BIGINT,
  answered_at BIGINT,
  broker TEXT,
  answer TEXT NOT NULL,
  review_consent BOOLEAN NOT NULL,
  agreement TEXT,
  version BIGINT NOT NULL
);
CREATE INDEX support_request_org ON support_request (org);
CREATE INDEX support_request_partnership ON support_request (partnership, state);

CREATE TABLE request_shortlist (
  request TEXT NOT NULL REFERENCES support_request (id),
  supporter TEXT NOT NULL,
  PRIMARY KEY (request, supporter)
);

-- What the broker proposed and what both sides said.
CREATE TABLE match_proposal (
  id TEXT PRIMARY KEY,
  request TEXT NOT NULL REFERENCES support_request (id),
  supporter TEXT NOT NULL,
  supporter_org TEXT NOT NULL,
  label TEXT NOT NULL,
  person TEXT,
  half_days BIGINT NOT NULL,
  place BIGINT,
  considered BIGINT NOT NULL,
  candidate TEXT NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  state TEXT NOT NULL,
  proposed_by TEXT NOT NULL,
  proposed_at BIGINT NOT NULL,
  supported_answer TEXT NOT NULL,
  supported_reason TEXT NOT NULL,
  supporting_answer TEXT NOT NULL,
  supporting_reason TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX match_proposal_request ON match_proposal (request);
CREATE INDEX match_proposal_org ON match_proposal (supporter_org);

-- Interests people declare before a match goes ahead.
CREATE TABLE declaration (
  id TEXT PRIMARY KEY,
  proposal TEXT NOT NULL REFERENCES match_proposal (id),
  request TEXT NOT NULL REFERENCES support_request (id),
  org TEXT NOT NULL,
  about TEXT NOT NULL,
  person TEXT,
  person_name TEXT NOT NULL,
  kinds TEXT NOT NULL,
  detail TEXT NOT NULL,
  state TEXT NOT NULL,
  mitigation TEXT NOT NULL,
  assessed_by TEXT,
  head_accepted TEXT,
  chair_accepted TEXT,
  declared_at BIGINT NOT NULL,
  valid_to TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX declaration_request ON declaration (request);
CREATE INDEX declaration_about ON declaration (about);

CREATE TABLE diligence (
  proposal TEXT NOT NULL REFERENCES match_proposal (id),
  item TEXT NOT NULL,
  note TEXT NOT NULL,
  done_by TEXT NOT NULL,
  done_at BIGINT NOT NULL,
  PRIMARY KEY (proposal, item)
);
