DELETE FROM public.rules WHERE id BETWEEN '01999999-0000-7000-8000-000000001801'
    AND '01999999-0000-7000-8000-000000001805';
DROP TABLE hospital.credit_takers, hospital.charge_refunds, hospital.settlement_lines,
    hospital.settlements, hospital.charge_lines, hospital.charges;
