"""What the database itself refuses: changed books, entries that do not add up, gaps in invoice numbers."""

from django.db import migrations

# Refusals carry the name of the rule they break as a constraint's, so that services can tell them apart.
FROZEN = """
CREATE FUNCTION billing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % % refused: what is posted never changes', TG_OP, TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'books_are_frozen';
END $$;

CREATE FUNCTION billing_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    filled boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', TG_TABLE_NAME) INTO filled;
    IF filled THEN
        RAISE EXCEPTION 'TRUNCATE of % refused: what is posted never changes', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'books_are_frozen';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON billing_journalentry
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON billing_journalline
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON billing_ledgeraccount
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON billing_postingperiod
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON billing_sessioncharge
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER currency_frozen BEFORE UPDATE OF currency, organisation_id ON billing_account
    FOR EACH ROW WHEN (OLD.currency <> NEW.currency OR OLD.organisation_id <> NEW.organisation_id)
    EXECUTE FUNCTION billing_refuse_change();
"""
KEPT_TABLES = (
    "journalentry", "journalline", "ledgeraccount", "ledgerbalance", "postingperiod", "sessioncharge",
    "invoice", "invoiceline", "taxline", "invoiceseries",
)  # fmt: skip
NO_TRUNCATE = "\n".join(
    f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON billing_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_truncate();"
    for table in KEPT_TABLES
)

# Postings hold the shared lock until their commit, so a month is closed only when nothing is on its way into it.
PERIODS = """
CREATE FUNCTION billing_entry_arrives() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_current_xact_id();
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('billing.period', NEW.organisation_id));
    IF EXISTS (
        SELECT 1 FROM billing_postingperiod WHERE organisation_id = NEW.organisation_id AND closed
        AND month = date_trunc('month', NEW.booked_on)::date
    ) THEN
        RAISE EXCEPTION 'the month % is closed: % "%" cannot be booked on %',
            to_char(NEW.booked_on, 'YYYY-MM'), NEW.kind, NEW.key, NEW.booked_on
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_period_open';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER arrives BEFORE INSERT ON billing_journalentry
    FOR EACH ROW EXECUTE FUNCTION billing_entry_arrives();

CREATE FUNCTION billing_period_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('billing.period', NEW.organisation_id));
    RETURN NEW;
END $$;
CREATE TRIGGER changes BEFORE INSERT OR UPDATE ON billing_postingperiod
    FOR EACH ROW EXECUTE FUNCTION billing_period_changes();
"""

# `xid` is the transaction that wrote the entry: no other one may add lines to it.
LINES = """
CREATE FUNCTION billing_line_arrives() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry record;
BEGIN
    SELECT e.key, e.xid = pg_current_xact_id() AS is_ours, e.currency, e.organisation_id,
           l.currency AS its_currency, l.organisation_id AS its_organisation, l.code INTO entry
    FROM billing_journalentry e, billing_ledgeraccount l WHERE e.id = NEW.entry_id AND l.id = NEW.ledger_account_id;
    IF NOT entry.is_ours THEN
        RAISE EXCEPTION 'a line for entry "%" refused: it was posted before', entry.key
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'books_are_frozen';
    END IF;
    IF NEW.currency <> entry.currency OR NEW.currency <> entry.its_currency THEN
        RAISE EXCEPTION 'a line of % for entry "%" in %, ledger account % in %',
            NEW.currency, entry.key, entry.currency, entry.code, entry.its_currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_line_currency';
    END IF;
    IF entry.organisation_id <> entry.its_organisation THEN
        RAISE EXCEPTION 'entry "%" and ledger account % belong to two organisations', entry.key, entry.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_line_organisation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER arrives BEFORE INSERT ON billing_journalline
    FOR EACH ROW EXECUTE FUNCTION billing_line_arrives();

CREATE FUNCTION billing_entry_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry billing_journalentry;
    wrong record;
BEGIN
    IF TG_TABLE_NAME = 'billing_journalline' THEN
        SELECT * INTO entry FROM billing_journalentry WHERE id = NEW.entry_id;
    ELSE
        entry := NEW;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM billing_journalline WHERE entry_id = entry.id) THEN
        RAISE EXCEPTION 'entry "%" has no lines', entry.key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_entry_adds_up';
    END IF;
    SELECT currency, sum(amount_minor) AS amount INTO wrong FROM billing_journalline
        WHERE entry_id = entry.id GROUP BY currency HAVING sum(amount_minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry "%" does not add up: % % are left', entry.key, wrong.amount, wrong.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_entry_adds_up';
    END IF;
    IF entry.reverses_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM billing_journalline WHERE entry_id IN (entry.id, entry.reverses_id)
        GROUP BY ledger_account_id, tax_code HAVING sum(amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'entry "%" is no mirror of what it takes back', entry.key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_entry_mirrors';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT ON billing_journalentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_entry_adds_up();
CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT ON billing_journalline DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_entry_adds_up();
"""

# Balances are locked in one order, whatever the order of the lines: those of one account first, then the shared ones.
BALANCES = """
CREATE FUNCTION billing_balances_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO billing_ledgerbalance AS b (ledger_account_id, slot, amount_minor)
    SELECT ledger_account_id, slot, sum(amount_minor) FROM (
        SELECT n.ledger_account_id, n.amount_minor,
               CASE WHEN l.account_id IS NULL AND l.party_id IS NULL THEN 1 + pg_backend_pid() % 16 ELSE 0 END AS slot
        FROM new_lines n JOIN billing_ledgeraccount l ON l.id = n.ledger_account_id
    ) placed
    GROUP BY ledger_account_id, slot ORDER BY slot > 0, ledger_account_id
    ON CONFLICT (ledger_account_id, slot) DO UPDATE SET amount_minor = b.amount_minor + excluded.amount_minor;
    RETURN NULL;
END $$;
CREATE TRIGGER balances_follow AFTER INSERT ON billing_journalline REFERENCING NEW TABLE AS new_lines
    FOR EACH STATEMENT EXECUTE FUNCTION billing_balances_follow();

CREATE FUNCTION billing_refuse_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of a balance refused: it follows from lines', TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'books_are_frozen';
END $$;
CREATE TRIGGER only_by_lines BEFORE INSERT OR UPDATE OR DELETE ON billing_ledgerbalance
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION billing_refuse_balance();

CREATE FUNCTION billing_wallet_opens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO billing_ledgerbalance (ledger_account_id, slot, amount_minor, ceiling_minor)
    SELECT NEW.id, 0, 0, overshoot_minor FROM billing_account WHERE id = NEW.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER wallet_opens AFTER INSERT ON billing_ledgeraccount
    FOR EACH ROW WHEN (NEW.purpose = 'wallet') EXECUTE FUNCTION billing_wallet_opens();

CREATE FUNCTION billing_overshoot_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE billing_ledgerbalance SET ceiling_minor = NEW.overshoot_minor WHERE ledger_account_id IN (
        SELECT id FROM billing_ledgeraccount WHERE account_id = NEW.id AND purpose = 'wallet');
    RETURN NULL;
END $$;
CREATE TRIGGER overshoot_changes AFTER UPDATE OF overshoot_minor ON billing_account
    FOR EACH ROW WHEN (OLD.overshoot_minor <> NEW.overshoot_minor) EXECUTE FUNCTION billing_overshoot_changes();
ALTER TABLE billing_ledgerbalance ALTER COLUMN slot SET DEFAULT 0;
ALTER TABLE billing_ledgerbalance SET (fillfactor = 50);
"""

INVOICES = """
CREATE FUNCTION billing_invoice_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    original billing_invoice;
    credited bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'an invoice begins as a draft' USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_begins_as_draft';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state = 'issued' THEN
        RAISE EXCEPTION '% of % refused: it has been issued', TG_OP, OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_is_frozen';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.state = 'issued' THEN
        IF NEW.number IS DISTINCT FROM (SELECT last_number FROM billing_invoiceseries WHERE id = NEW.series_id) THEN
            RAISE EXCEPTION '% is not the number its series gave out last', NEW.code
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_series_gapless';
        END IF;
        IF NEW.kind = 'credit_note' THEN
            SELECT * INTO original FROM billing_invoice WHERE id = NEW.corrects_id FOR UPDATE;
            SELECT coalesce(sum(payable_minor), 0) + NEW.payable_minor INTO credited FROM billing_invoice
                WHERE corrects_id = NEW.corrects_id AND state = 'issued';
            IF original.state <> 'issued' OR original.kind <> 'invoice' OR original.currency <> NEW.currency
               OR credited > original.payable_minor THEN
                RAISE EXCEPTION '% credits % of % to %, more than there is', NEW.code, credited, original.payable_minor, original.code
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_credited_at_most_once';
            END IF;
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER changes BEFORE INSERT OR UPDATE OR DELETE ON billing_invoice
    FOR EACH ROW EXECUTE FUNCTION billing_invoice_changes();

CREATE FUNCTION billing_invoice_part_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its record;
    touched bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN touched := ARRAY[NEW.invoice_id];
    ELSIF TG_OP = 'DELETE' THEN touched := ARRAY[OLD.invoice_id];
    ELSE touched := ARRAY[OLD.invoice_id, NEW.invoice_id];
    END IF;
    -- The lock lets an issue that is on its way finish first, and then its answer counts.
    FOR its IN SELECT state, code FROM billing_invoice WHERE id = ANY (touched) FOR SHARE LOOP
        IF its.state = 'issued' THEN
            RAISE EXCEPTION '% of a line of % refused: it has been issued', TG_OP, its.code
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_is_frozen';
        END IF;
    END LOOP;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER changes BEFORE INSERT OR UPDATE OR DELETE ON billing_invoiceline
    FOR EACH ROW EXECUTE FUNCTION billing_invoice_part_changes();
CREATE TRIGGER changes BEFORE INSERT OR UPDATE OR DELETE ON billing_taxline
    FOR EACH ROW EXECUTE FUNCTION billing_invoice_part_changes();
"""

SERIES = """
CREATE FUNCTION billing_series_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.last_number <> 0 THEN
            RAISE EXCEPTION 'series % must begin at 0', NEW.prefix
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_series_gapless';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.last_number > 0 THEN
            RAISE EXCEPTION 'DELETE of series % refused: it has been used', OLD.prefix
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_series_frozen';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.last_number NOT IN (OLD.last_number, OLD.last_number + 1) THEN
        RAISE EXCEPTION 'series % goes from % to %', OLD.prefix, OLD.last_number, NEW.last_number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_series_gapless';
    END IF;
    IF (NEW.organisation_id, NEW.issuer_id, NEW.kind, NEW.year, NEW.prefix) IS DISTINCT FROM
       (OLD.organisation_id, OLD.issuer_id, OLD.kind, OLD.year, OLD.prefix) AND OLD.last_number > 0 THEN
        RAISE EXCEPTION 'UPDATE of series % refused: it has been used', OLD.prefix
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoice_series_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER changes BEFORE INSERT OR UPDATE OR DELETE ON billing_invoiceseries
    FOR EACH ROW EXECUTE FUNCTION billing_series_changes();

CREATE FUNCTION billing_number_is_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM billing_invoice WHERE series_id = NEW.id AND number = NEW.last_number) THEN
        RAISE EXCEPTION 'series % gave % to no invoice', NEW.prefix, NEW.last_number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_series_gapless';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER number_is_used AFTER UPDATE OF last_number ON billing_invoiceseries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.last_number <> OLD.last_number)
    EXECUTE FUNCTION billing_number_is_used();
"""
FUNCTIONS = (
    "refuse_change", "refuse_truncate", "entry_arrives", "period_changes", "line_arrives", "entry_adds_up",
    "balances_follow", "refuse_balance", "wallet_opens", "overshoot_changes", "invoice_changes",
    "invoice_part_changes", "series_changes", "number_is_used",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_books")]

    operations = [
        migrations.RunSQL(
            "\n".join((FROZEN, NO_TRUNCATE, PERIODS, LINES, BALANCES, INVOICES, SERIES)),
            "\n".join(f"DROP FUNCTION billing_{name} CASCADE;" for name in FUNCTIONS),
        ),
    ]
