-- A city in which hospitals try out their systems. Every key begins with the city: what belongs to
-- this one opens nothing of any other. There is no such division, and no resident has its numbers.
ALTER TABLE public.cities ADD sandbox boolean NOT NULL DEFAULT false;

INSERT INTO public.cities (code, name_en, name_zh, time_zone, sandbox) VALUES
    (999900, 'Sandbox', '沙盒市', 'Asia/Shanghai', true);
