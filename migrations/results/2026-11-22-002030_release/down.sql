DELETE FROM public.rules WHERE key = 'results.release';
DROP TABLE results.viewings, results.views, results.release_events, results.releases;
