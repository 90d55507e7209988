CREATE TABLE ashlar_idempotency (
  id bytea PRIMARY KEY,
  fingerprint bytea NOT NULL,
  status integer NOT NULL,
  headers jsonb NOT NULL,
  body bytea,
  size integer NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL
);

CREATE INDEX ashlar_idempotency_expires ON ashlar_idempotency (expires_at);
