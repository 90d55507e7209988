-- ashlar: no-transaction
-- Without a transaction and CONCURRENTLY: reads and writes go on.

DROP INDEX CONCURRENTLY users_email_key;
