/** Number of the tables' layout, in the database's `user_version`. */
export const SCHEMA_VERSION = 2

/** The tables. Decimals are text exactly as they were recorded; times are milliseconds since 1970. */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS journal (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  account TEXT NOT NULL,
  last_sequence INTEGER NOT NULL,
  last_ms INTEGER,
  highest_client_order_id TEXT
);
CREATE TABLE IF NOT EXISTS orders (
  client_order_id TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  pair TEXT NOT NULL,
  trade_type TEXT NOT NULL,
  order_type TEXT NOT NULL,
  time_in_force TEXT NOT NULL,
  position_action TEXT NOT NULL,
  amount TEXT NOT NULL,
  price TEXT,
  max_slippage TEXT NOT NULL,
  leverage REAL NOT NULL,
  created_ms INTEGER NOT NULL,
  state TEXT NOT NULL,
  exchange_order_id TEXT,
  code TEXT,
  message TEXT,
  place_outcome TEXT,
  cancel_outcome TEXT,
  updated_ms INTEGER NOT NULL,
  done INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS orders_by_time ON orders (created_ms, sequence);
CREATE INDEX IF NOT EXISTS open_orders ON orders (sequence) WHERE done = 0;
CREATE TABLE IF NOT EXISTS changes (
  sequence INTEGER NOT NULL,
  kind TEXT NOT NULL,
  client_order_id TEXT NOT NULL,
  pair TEXT NOT NULL,
  request TEXT,
  outcome TEXT,
  state TEXT,
  exchange_order_id TEXT,
  code TEXT,
  message TEXT,
  at_ms INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS changes_by_time ON changes (at_ms, sequence);
CREATE INDEX IF NOT EXISTS changes_by_order ON changes (client_order_id);
CREATE TABLE IF NOT EXISTS fills (
  sequence INTEGER NOT NULL,
  pair TEXT NOT NULL,
  trade_id TEXT NOT NULL,
  client_order_id TEXT NOT NULL,
  exchange_order_id TEXT,
  trade_type TEXT NOT NULL,
  position_action TEXT NOT NULL,
  price TEXT NOT NULL,
  amount TEXT NOT NULL,
  fee_asset TEXT,
  fee_amount TEXT,
  is_maker INTEGER NOT NULL,
  fill_ms INTEGER NOT NULL,
  UNIQUE (pair, trade_id, client_order_id)
);
CREATE INDEX IF NOT EXISTS fills_by_time ON fills (fill_ms, sequence);
CREATE INDEX IF NOT EXISTS fills_by_pair ON fills (pair, fill_ms, sequence);
CREATE INDEX IF NOT EXISTS fills_by_order ON fills (client_order_id);
CREATE INDEX IF NOT EXISTS fills_without_fee ON fills (fill_ms) WHERE fee_amount IS NULL;
CREATE TABLE IF NOT EXISTS funding (
  sequence INTEGER NOT NULL,
  pair TEXT NOT NULL,
  payment_id TEXT NOT NULL,
  asset TEXT NOT NULL,
  amount TEXT NOT NULL,
  paid_ms INTEGER NOT NULL,
  UNIQUE (pair, payment_id)
);
CREATE INDEX IF NOT EXISTS funding_by_time ON funding (paid_ms, sequence);
CREATE TABLE IF NOT EXISTS balances (
  asset TEXT PRIMARY KEY,
  total TEXT NOT NULL,
  at_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS positions (
  pair TEXT PRIMARY KEY,
  amount TEXT NOT NULL,
  entry_price TEXT NOT NULL,
  at_ms INTEGER NOT NULL
);
`

/**
 * Before and after `SCHEMA`, what brings tables of version 1 here: there one trade of two own orders was one fill.
 */
export const FROM_VERSION_1 = {
  before: `
ALTER TABLE fills RENAME TO fills_of_version_1;
DROP INDEX fills_by_time;
DROP INDEX fills_by_pair;
DROP INDEX fills_by_order;
`,
  after: `
INSERT INTO fills SELECT * FROM fills_of_version_1 ORDER BY rowid;
DROP TABLE fills_of_version_1;
`,
}
