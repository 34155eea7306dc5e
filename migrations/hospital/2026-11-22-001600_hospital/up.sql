CREATE SCHEMA hospital;
