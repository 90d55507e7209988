-- In an app with several processes this belongs to the next release: those of the one before still read the column.

SET LOCAL lock_timeout = '5s';

-- Of users that those have registered meanwhile. Nobody has them twice.
UPDATE users SET email = normalize(lower(email), NFC) WHERE email <> normalize(lower(email), NFC);

INSERT INTO auth_credentials (user_id, password_hash)
  SELECT id, password_hash FROM users WHERE password_hash IS NOT NULL
  ON CONFLICT DO NOTHING;

ALTER TABLE users DROP COLUMN password_hash;

ALTER TABLE users ALTER COLUMN id DROP DEFAULT;
