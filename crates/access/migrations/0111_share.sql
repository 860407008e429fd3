-- How much of full time a post is, in hundredths, for heads who lead several schools.
ALTER TABLE post ADD COLUMN share BIGINT;
