DELETE FROM public.rules WHERE key LIKE 'hospital.booking.%';
