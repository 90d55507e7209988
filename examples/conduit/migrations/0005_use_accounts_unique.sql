-- Takes over the index that was built before, and needs its lock for a moment only.

SET LOCAL lock_timeout = '5s';

ALTER TABLE users ADD CONSTRAINT users_email_unique UNIQUE USING INDEX users_email_unique;
