-- Which rule of the policy let somebody act.
ALTER TABLE event ADD COLUMN rule TEXT;
