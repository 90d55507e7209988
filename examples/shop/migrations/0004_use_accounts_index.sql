-- ashlar: no-transaction
-- Without a transaction and CONCURRENTLY: reads and writes go on while the index is built.

CREATE UNIQUE INDEX CONCURRENTLY accounts_email_unique ON accounts (email);
