DELETE FROM public.rules WHERE key IN ('provident_fund.withdrawal', 'provident_fund.dispute',
    'provident_fund.transfer', 'provident_fund.statement');
DROP TABLE provident_fund.statements, provident_fund.statement_runs,
    provident_fund.transfers_out, provident_fund.transfers_in, provident_fund.disputes,
    provident_fund.withdrawals, provident_fund.application_steps;
