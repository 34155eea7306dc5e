DROP TABLE public.offices;
