CREATE TABLE items (id uuid PRIMARY KEY, number integer NOT NULL);
CREATE TABLE orders (id uuid PRIMARY KEY, reference text NOT NULL);
CREATE TABLE ashlar_idempotency (
  id bytea PRIMARY KEY, fingerprint bytea NOT NULL, status integer NOT NULL, headers jsonb NOT NULL, body bytea,
  size integer NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz NOT NULL);
CREATE INDEX ashlar_idempotency_expires ON ashlar_idempotency (expires_at);
