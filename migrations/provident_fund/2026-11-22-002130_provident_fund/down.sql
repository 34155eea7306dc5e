DROP SCHEMA provident_fund CASCADE;
