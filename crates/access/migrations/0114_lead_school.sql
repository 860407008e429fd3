-- The member that leads a partnership and answers for it, where its members agreed on one.
ALTER TABLE partnership ADD COLUMN lead_org TEXT;
