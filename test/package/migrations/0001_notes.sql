CREATE TABLE notes (title text PRIMARY KEY);
