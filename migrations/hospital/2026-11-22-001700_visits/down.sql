DELETE FROM public.rules WHERE key LIKE 'hospital.queue.%';
DROP TABLE hospital.announcements;
DROP TABLE hospital.plan_events;
DROP TABLE hospital.steps;
DROP TABLE hospital.orders;
DROP TABLE hospital.queue_entries;
DROP TABLE hospital.queue_numbers;
DROP TABLE hospital.queues;
DROP TABLE hospital.visits;
