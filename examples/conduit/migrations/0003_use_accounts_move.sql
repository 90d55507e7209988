-- ashlar: no-transaction
-- In batches: each row is locked for a moment only, and running it again does no harm. Hashes stay as they are, so everybody keeps their password.

DO $batches$
DECLARE
  batch_first users.id%TYPE := (SELECT id FROM users ORDER BY id LIMIT 1);
  batch_last users.id%TYPE;
BEGIN
  WHILE batch_first IS NOT NULL LOOP
    batch_last := (
      SELECT id FROM (SELECT id FROM users WHERE id >= batch_first ORDER BY id LIMIT 1000) AS batch
      ORDER BY id DESC LIMIT 1
    );
    UPDATE users SET email = normalize(lower(email), NFC) WHERE id BETWEEN batch_first AND batch_last;
    INSERT INTO auth_credentials (user_id, password_hash)
      SELECT id, password_hash FROM users WHERE id BETWEEN batch_first AND batch_last
      ON CONFLICT DO NOTHING;
    COMMIT;
    batch_first := (SELECT id FROM users WHERE id > batch_last ORDER BY id LIMIT 1);
  END LOOP;
END
$batches$;
