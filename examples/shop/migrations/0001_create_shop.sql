CREATE TYPE account_role AS ENUM ('customer', 'staff', 'manager');

CREATE TYPE order_status AS ENUM ('placed', 'shipped', 'cancelled');

CREATE TABLE accounts (
  id uuid PRIMARY KEY,
  email character varying(255) NOT NULL,
  name character varying(100) NOT NULL,
  password_hash text NOT NULL,
  role account_role DEFAULT 'customer'::account_role NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE ashlar_audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamp with time zone DEFAULT now() NOT NULL,
  actor text,
  action text NOT NULL,
  table_name text NOT NULL,
  row_key jsonb,
  request_id text,
  operation text,
  reason text,
  before jsonb,
  after jsonb
);

CREATE TABLE categories (
  id uuid PRIMARY KEY,
  name character varying(80) NOT NULL,
  slug character varying(80) NOT NULL,
  parent_id uuid,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT categories_not_below_itself CHECK (parent_id <> id),
  CONSTRAINT categories_parent_id_categories_id_fk FOREIGN KEY (parent_id) REFERENCES categories(id)
);

CREATE TABLE orders (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL,
  status order_status DEFAULT 'placed'::order_status NOT NULL,
  total numeric(14,2) NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT orders_customer_id_accounts_id_fk FOREIGN KEY (customer_id) REFERENCES accounts(id)
);

CREATE TABLE products (
  id uuid PRIMARY KEY,
  name character varying(120) NOT NULL,
  slug character varying(120) NOT NULL,
  description text DEFAULT ''::text NOT NULL,
  price numeric(10,2) NOT NULL,
  cost numeric(10,2) NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  created_by uuid,
  updated_by uuid,
  deleted_at timestamp with time zone,
  version integer DEFAULT 1 NOT NULL,
  CONSTRAINT products_price_covers_cost CHECK (price >= cost AND cost >= 0::numeric)
);

CREATE TABLE order_lines (
  order_id uuid NOT NULL,
  product_id uuid NOT NULL,
  name character varying(120) NOT NULL,
  quantity integer NOT NULL,
  unit_price numeric(10,2) NOT NULL,
  total numeric(14,2) GENERATED ALWAYS AS ((quantity::numeric * unit_price)) STORED NOT NULL,
  CONSTRAINT order_lines_order_id_product_id_pk PRIMARY KEY (order_id, product_id),
  CONSTRAINT order_lines_quantity_positive CHECK (quantity > 0),
  CONSTRAINT order_lines_order_id_orders_id_fk FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE CASCADE,
  CONSTRAINT order_lines_product_id_products_id_fk FOREIGN KEY (product_id) REFERENCES products(id)
);

CREATE TABLE product_categories (
  product_id uuid NOT NULL,
  category_id uuid NOT NULL,
  CONSTRAINT product_categories_product_id_category_id_pk PRIMARY KEY (product_id, category_id),
  CONSTRAINT product_categories_category_id_categories_id_fk FOREIGN KEY (category_id) REFERENCES categories(id) ON DELETE CASCADE,
  CONSTRAINT product_categories_product_id_products_id_fk FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE
);

CREATE TABLE stock (
  product_id uuid PRIMARY KEY,
  pieces integer DEFAULT 0 NOT NULL,
  CONSTRAINT stock_not_negative CHECK (pieces >= 0),
  CONSTRAINT stock_product_id_products_id_fk FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX accounts_email_key ON accounts (lower(email::text));

CREATE INDEX accounts_name_id_index ON accounts (name, id);

CREATE INDEX accounts_role_index ON accounts (role);

CREATE INDEX ashlar_audit_actor ON ashlar_audit (actor, id);

CREATE INDEX ashlar_audit_row ON ashlar_audit (table_name, row_key, id);

CREATE INDEX categories_name_id_index ON categories (name, id);

CREATE INDEX categories_parent_id_index ON categories (parent_id);

CREATE UNIQUE INDEX categories_slug_key ON categories (slug);

CREATE INDEX orders_created_at_id_index ON orders (created_at, id);

CREATE INDEX orders_customer_id_created_at_id_index ON orders (customer_id, created_at, id);

CREATE INDEX orders_status_created_at_id_index ON orders (status, created_at, id);

CREATE INDEX products_created_at_id_index ON products (created_at, id);

CREATE INDEX products_name_id_index ON products (name, id);

CREATE INDEX products_price_id_index ON products (price, id);

CREATE INDEX products_search_index ON products USING gin ((setweight(to_tsvector('english'::regconfig, COALESCE(name, ''::character varying)::text), 'A'::"char") || setweight(to_tsvector('english'::regconfig, COALESCE(description, ''::text)), 'D'::"char")));

CREATE UNIQUE INDEX products_slug_key ON products (slug) WHERE deleted_at IS NULL;

CREATE INDEX order_lines_product_id_index ON order_lines (product_id);

CREATE INDEX product_categories_category_id_index ON product_categories (category_id);
