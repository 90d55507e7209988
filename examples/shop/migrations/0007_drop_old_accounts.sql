-- In an app with several processes this belongs to the next release: those of the one before still read the columns.

SET LOCAL lock_timeout = '5s';

-- Of accounts that those have made meanwhile. Nobody has them twice.
UPDATE accounts SET email = lower(email) WHERE email <> lower(email);

INSERT INTO auth_credentials (user_id, password_hash)
  SELECT id, password_hash FROM accounts WHERE password_hash IS NOT NULL
  ON CONFLICT DO NOTHING;

ALTER TABLE accounts DROP COLUMN password_hash;

ALTER TABLE accounts DROP COLUMN role;

DROP TYPE account_role;

ALTER TABLE accounts ALTER COLUMN email TYPE text;
