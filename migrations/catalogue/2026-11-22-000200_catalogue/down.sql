DROP TABLE public.rules, public.holidays, public.agencies, public.cities;
