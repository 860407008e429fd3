-- Who said that time was delivered or cancelled, and when: for a day they may take it back.
ALTER TABLE time_entry ADD COLUMN settled_by TEXT;
ALTER TABLE time_entry ADD COLUMN settled_at BIGINT;

-- What delivered time costs: one line for each payer and payee. Amounts are pence.
CREATE TABLE charge (
  id TEXT PRIMARY KEY,
  agreement TEXT NOT NULL REFERENCES agreement (id),
  entry TEXT NOT NULL REFERENCES time_entry (id),
  on_date TEXT NOT NULL,
  half_days BIGINT NOT NULL,
  day_rate BIGINT NOT NULL,
  -- The organisation, or the name the agreement gives where it is none we know.
  payer TEXT NOT NULL,
  payee TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  -- Why payer and payee are related, in words; empty where they are not.
  related TEXT NOT NULL,
  state TEXT NOT NULL,
  reference TEXT NOT NULL DEFAULT '',
  words TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX charge_agreement ON charge (agreement, on_date);
-- Delivered time is charged once; a charge that was withdrawn stays on record.
CREATE UNIQUE INDEX charge_once ON charge (entry, payer, payee) WHERE state <> 'withdrawn';

-- A gift of time keeps its giver, its receiver and its size, and once settled its day: what is given
-- and what is received are the same rows and always balance.
-- @sqlite
CREATE TRIGGER entry_to_itself BEFORE INSERT ON time_entry WHEN NEW.giver = NEW.receiver
  BEGIN SELECT RAISE(ABORT, 'nobody gives time to themselves'); END;
CREATE TRIGGER entry_fixed BEFORE UPDATE OF agreement, giver, receiver, half_days
  ON time_entry BEGIN SELECT RAISE(ABORT, 'an entry of time keeps its parties and its size'); END;
CREATE TRIGGER entry_day_fixed BEFORE UPDATE OF on_date ON time_entry WHEN OLD.state <> 'planned'
  BEGIN SELECT RAISE(ABORT, 'only planned time moves to another day'); END;
CREATE TRIGGER entry_kept BEFORE DELETE ON time_entry
  BEGIN SELECT RAISE(ABORT, 'time is cancelled, never deleted'); END;
CREATE TRIGGER charge_fixed BEFORE UPDATE OF agreement, entry, on_date, half_days, day_rate, payer,
  payee, amount ON charge BEGIN SELECT RAISE(ABORT, 'a charge keeps its parties and amount'); END;
CREATE TRIGGER charge_kept BEFORE DELETE ON charge
  BEGIN SELECT RAISE(ABORT, 'a charge is waived or withdrawn, never deleted'); END;
-- @postgres
CREATE FUNCTION support_gift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'time and charges keep their parties and their size'; END $$;
CREATE TRIGGER entry_to_itself BEFORE INSERT ON time_entry
  FOR EACH ROW WHEN (NEW.giver = NEW.receiver) EXECUTE FUNCTION support_gift();
CREATE TRIGGER entry_fixed BEFORE UPDATE OF agreement, giver, receiver, half_days
  ON time_entry FOR EACH ROW EXECUTE FUNCTION support_gift();
CREATE TRIGGER entry_day_fixed BEFORE UPDATE OF on_date ON time_entry
  FOR EACH ROW WHEN (OLD.state <> 'planned') EXECUTE FUNCTION support_gift();
CREATE TRIGGER entry_kept BEFORE DELETE ON time_entry
  FOR EACH ROW EXECUTE FUNCTION support_gift();
CREATE TRIGGER charge_fixed BEFORE UPDATE OF agreement, entry, on_date, half_days, day_rate, payer,
  payee, amount ON charge FOR EACH ROW EXECUTE FUNCTION support_gift();
CREATE TRIGGER charge_kept BEFORE DELETE ON charge
  FOR EACH ROW EXECUTE FUNCTION support_gift();
