CREATE TABLE posts (title text);
