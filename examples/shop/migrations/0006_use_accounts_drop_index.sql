-- ashlar: no-transaction
-- Without a transaction and CONCURRENTLY: reads and writes go on.

DROP INDEX CONCURRENTLY accounts_email_key;
