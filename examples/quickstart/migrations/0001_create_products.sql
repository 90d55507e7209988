CREATE TABLE products (
  id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL CONSTRAINT products_name_key UNIQUE,
  stock integer NOT NULL CHECK (stock >= 0)
);
