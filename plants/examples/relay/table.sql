-- The primary key is the lock: a second row with the same key is refused, whoever comes at the same moment.
CREATE TABLE azumuta_bookings (
  key text PRIMARY KEY,
  erp_order text NOT NULL,
  good text NOT NULL,
  scrap text,
  taken_at timestamptz NOT NULL DEFAULT now(),
  -- What the ERP calls the booking. Empty: it is being booked, or nobody knows.
  reference text
);
