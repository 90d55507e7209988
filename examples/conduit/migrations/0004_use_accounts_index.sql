-- ashlar: no-transaction
-- Without a transaction and CONCURRENTLY: reads and writes go on while the index is built.

CREATE UNIQUE INDEX CONCURRENTLY users_email_unique ON users (email);
