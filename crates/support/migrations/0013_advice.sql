-- The report that ends a support of diagnosis and advice: what was seen, what is advised, and whether
-- the school took it.
CREATE TABLE advice_report (
  agreement TEXT PRIMARY KEY REFERENCES agreement (id),
  seen TEXT NOT NULL,
  advised TEXT NOT NULL,
  state TEXT NOT NULL,
  reply TEXT NOT NULL,
  by_account TEXT NOT NULL REFERENCES account (id),
  delivered_on TEXT NOT NULL,
  accepted_on TEXT,
  version BIGINT NOT NULL
);
