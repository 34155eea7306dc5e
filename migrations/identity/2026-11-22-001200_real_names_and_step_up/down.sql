DROP TABLE identity.step_ups, identity.step_up_codes, identity.verifications;
