-- What both heads said about sharing pupils, where the desk asked them to talk first.
ALTER TABLE match_proposal ADD COLUMN supported_talked_at BIGINT;
ALTER TABLE match_proposal ADD COLUMN supporting_talked_at BIGINT;
-- When the heads were reminded of a proposal that waits.
ALTER TABLE match_proposal ADD COLUMN reminded_at BIGINT;
