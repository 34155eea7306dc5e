DROP TABLE payments.refund_letters, payments.refund_lines, payments.refunds, payments.refund_totals,
    payments.payment_shares, payments.bill_instalments, payments.bill_shares,
    payments.bill_lines, payments.part_payments;
ALTER TABLE payments.bill_settlements
    ADD FOREIGN KEY (city, bill_id) REFERENCES payments.bills;
ALTER TABLE payments.payments
    DROP CONSTRAINT payments_principal_minor_check,
    DROP CONSTRAINT payments_check,
    ADD CHECK (principal_minor > 0),
    ADD FOREIGN KEY (city, bill_id) REFERENCES payments.bills;
DROP INDEX payments.bills_of_payer;
ALTER TABLE payments.bills RESET (fillfactor);
ALTER TABLE payments.bills
    DROP CONSTRAINT bills_state_check,
    ADD CONSTRAINT bills_state_check CHECK (state IN ('open', 'paid')),
    DROP COLUMN payer_person_id,
    DROP COLUMN expires_at,
    DROP COLUMN allows_partial,
    DROP COLUMN line_count,
    DROP COLUMN share_count,
    DROP COLUMN instalment_count,
    DROP COLUMN payment_count,
    DROP COLUMN principal_paid_minor,
    DROP COLUMN surcharge_paid_minor,
    DROP COLUMN accrued_minor,
    DROP COLUMN accrued_on,
    DROP COLUMN closed_at,
    DROP COLUMN cancel_reason;
