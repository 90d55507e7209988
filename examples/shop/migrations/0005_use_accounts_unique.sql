-- Takes over the index that was built before, and needs its lock for a moment only.

SET LOCAL lock_timeout = '5s';

ALTER TABLE accounts ADD CONSTRAINT accounts_email_unique UNIQUE USING INDEX accounts_email_unique;
