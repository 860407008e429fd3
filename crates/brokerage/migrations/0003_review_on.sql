-- The day on which broker and head look at progress together, where for now that is all.
ALTER TABLE support_request ADD COLUMN review_on TEXT;
