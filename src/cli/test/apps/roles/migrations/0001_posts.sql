CREATE TABLE "posts" (
  "id" integer PRIMARY KEY,
  "title" text NOT NULL,
  "published" boolean NOT NULL DEFAULT false,
  "author_id" text NOT NULL,
  "deleted_at" timestamptz
);
INSERT INTO "posts" ("id", "title", "published", "author_id", "deleted_at") VALUES
  (1, 'Of Ada', false, 'ada', NULL),
  (2, 'Published', true, 'ada', NULL),
  (3, 'Gone', true, 'ada', now());
