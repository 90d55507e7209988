CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  username text NOT NULL,
  email text NOT NULL,
  password_hash text NOT NULL,
  bio text,
  image text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

-- "Jake" and "jake" would be taken for one another: a name and an address are unique in any case.
CREATE UNIQUE INDEX users_username_key ON users (lower(username));
CREATE UNIQUE INDEX users_email_key ON users (lower(email));

CREATE TABLE follows (
  follower_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  followed_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  PRIMARY KEY (follower_id, followed_id)
);

CREATE INDEX follows_followed_id ON follows (followed_id);

CREATE TABLE articles (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  slug text NOT NULL CONSTRAINT articles_slug_key UNIQUE,
  title text NOT NULL,
  description text NOT NULL,
  body text NOT NULL,
  author_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE INDEX articles_newest ON articles (created_at DESC, id DESC);
CREATE INDEX articles_newest_by_author ON articles (author_id, created_at DESC, id DESC);

CREATE TABLE article_tags (
  article_id bigint NOT NULL REFERENCES articles ON DELETE CASCADE,
  name text NOT NULL,
  position integer NOT NULL,
  PRIMARY KEY (article_id, name)
);

CREATE INDEX article_tags_name ON article_tags (name);

CREATE TABLE favorites (
  article_id bigint NOT NULL REFERENCES articles ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  PRIMARY KEY (article_id, user_id)
);

CREATE INDEX favorites_user_id ON favorites (user_id);

CREATE TABLE comments (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  article_id bigint NOT NULL REFERENCES articles ON DELETE CASCADE,
  author_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  body text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE INDEX comments_newest_of_article ON comments (article_id, created_at DESC, id DESC);
CREATE INDEX comments_author_id ON comments (author_id);
