DELETE FROM identity.access_purposes WHERE code = 'hospital.visit';
