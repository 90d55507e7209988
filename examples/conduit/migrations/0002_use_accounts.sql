SET LOCAL lock_timeout = '5s';

CREATE TABLE auth_api_keys (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,
  secret_hash text NOT NULL,
  scopes text[],
  organisation_id uuid,
  per_minute integer,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  created_by text NOT NULL,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  CONSTRAINT auth_api_keys_prefix_unique UNIQUE (prefix),
  CONSTRAINT auth_api_keys_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

CREATE TABLE auth_credentials (
  user_id uuid PRIMARY KEY,
  password_hash text,
  password_changed_at timestamp with time zone,
  epoch integer DEFAULT 1 NOT NULL,
  must_reset boolean DEFAULT false NOT NULL,
  CONSTRAINT auth_credentials_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

CREATE TABLE auth_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamp with time zone DEFAULT now() NOT NULL,
  event text NOT NULL,
  user_id text,
  actor_id text,
  request_id text,
  address text,
  details jsonb DEFAULT '{}'::jsonb NOT NULL
);

CREATE TABLE auth_factors (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  type text NOT NULL,
  name text DEFAULT ''::text NOT NULL,
  secret text NOT NULL,
  credential_id text,
  counter bigint DEFAULT '0'::bigint NOT NULL,
  details jsonb DEFAULT '{}'::jsonb NOT NULL,
  confirmed_at timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  last_used_at timestamp with time zone,
  CONSTRAINT auth_factors_credential_id_unique UNIQUE (credential_id),
  CONSTRAINT auth_factors_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

CREATE TABLE auth_identities (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  provider text NOT NULL,
  subject text NOT NULL,
  email text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  last_used_at timestamp with time zone,
  CONSTRAINT auth_identities_provider_subject_unique UNIQUE (provider, subject),
  CONSTRAINT auth_identities_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

CREATE TABLE auth_limits (
  key character varying(255) PRIMARY KEY,
  points integer DEFAULT 0 NOT NULL,
  expire bigint
);

CREATE TABLE auth_one_time_tokens (
  hash text PRIMARY KEY,
  purpose text NOT NULL,
  user_id uuid,
  subject text,
  details jsonb DEFAULT '{}'::jsonb NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT auth_one_time_tokens_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

CREATE TABLE auth_sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  kind text NOT NULL,
  secret_hash text,
  methods text[] DEFAULT '{}'::text[] NOT NULL,
  authenticated_at timestamp with time zone DEFAULT now() NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  user_agent text,
  address text,
  client_id text,
  scopes text[],
  organisation_id uuid,
  impersonator_id text,
  CONSTRAINT auth_sessions_secret_hash_unique UNIQUE (secret_hash),
  CONSTRAINT auth_sessions_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

CREATE TABLE auth_refresh_tokens (
  hash text PRIMARY KEY,
  session_id uuid NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  used_at timestamp with time zone,
  successor text,
  CONSTRAINT auth_refresh_tokens_session_id_auth_sessions_id_fk FOREIGN KEY (session_id) REFERENCES auth_sessions(id) ON DELETE CASCADE
);

CREATE TABLE auth_revocations (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xact xid8 DEFAULT pg_current_xact_id() NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  epoch integer,
  at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE auth_signing_keys (
  kid text PRIMARY KEY,
  algorithm text NOT NULL,
  public_key jsonb NOT NULL,
  private_key text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  signs_from timestamp with time zone NOT NULL,
  retires_at timestamp with time zone
);

ALTER TABLE users ADD COLUMN email_verified_at timestamp with time zone;

ALTER TABLE users ADD COLUMN roles text[] DEFAULT '{}'::text[] NOT NULL;

ALTER TABLE users ADD COLUMN disabled_at timestamp with time zone;

-- Who registers from now on has it in auth_credentials.
ALTER TABLE users ALTER COLUMN password_hash DROP NOT NULL;

CREATE INDEX auth_api_keys_user_id_index ON auth_api_keys (user_id);

CREATE INDEX auth_events_user_id_id_index ON auth_events (user_id, id);

CREATE INDEX auth_factors_user_id_index ON auth_factors (user_id);

CREATE INDEX auth_identities_user_id_index ON auth_identities (user_id);

CREATE INDEX auth_one_time_tokens_expires_at_index ON auth_one_time_tokens (expires_at);

CREATE INDEX auth_one_time_tokens_user_id_purpose_index ON auth_one_time_tokens (user_id, purpose);

CREATE INDEX auth_sessions_expires_at_index ON auth_sessions (expires_at);

CREATE INDEX auth_sessions_user_id_index ON auth_sessions (user_id);

CREATE INDEX auth_refresh_tokens_session_id_index ON auth_refresh_tokens (session_id);

CREATE INDEX auth_revocations_at_index ON auth_revocations (at);

CREATE INDEX auth_revocations_xact_index ON auth_revocations (xact);
