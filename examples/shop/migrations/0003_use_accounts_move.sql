-- ashlar: no-transaction
-- In batches: each row is locked for a moment only, and running it again does no harm. Hashes stay as they are, so everybody keeps their password. Nobody has
-- ever shown that an address is theirs: each account confirms its own at its next log-in.

DO $batches$
DECLARE
  batch_first accounts.id%TYPE := (SELECT id FROM accounts ORDER BY id LIMIT 1);
  batch_last accounts.id%TYPE;
BEGIN
  WHILE batch_first IS NOT NULL LOOP
    batch_last := (
      SELECT id FROM (SELECT id FROM accounts WHERE id >= batch_first ORDER BY id LIMIT 1000) AS batch
      ORDER BY id DESC LIMIT 1
    );
    UPDATE accounts SET
      email = lower(email),
      roles = CASE role WHEN 'manager' THEN '{staff,manager}'::text[] WHEN 'staff' THEN '{staff}' ELSE '{}' END
    WHERE id BETWEEN batch_first AND batch_last;
    INSERT INTO auth_credentials (user_id, password_hash)
      SELECT id, password_hash FROM accounts WHERE id BETWEEN batch_first AND batch_last
      ON CONFLICT DO NOTHING;
    COMMIT;
    batch_first := (SELECT id FROM accounts WHERE id > batch_last ORDER BY id LIMIT 1);
  END LOOP;
END
$batches$;
