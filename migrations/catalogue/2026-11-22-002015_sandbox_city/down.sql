DELETE FROM public.cities WHERE sandbox;
ALTER TABLE public.cities DROP sandbox;
