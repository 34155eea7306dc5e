-- How hospitals give their places. What a statute asks for is that there is a rule: the figures are
-- those that hospitals and platforms publish, and each hospital or city may have a row of its own.
INSERT INTO public.rules
    (id, key, city, valid_from, valid_to, params, citation_en, citation_zh, verified_on)
VALUES
    ('01999999-0000-7000-8000-000000001501', 'hospital.booking.release', NULL, '2024-01-01', NULL,
     '{"days_ahead": 7, "at": "07:00"}',
     'Practice: hospitals release places at 00:00, 06:00, 06:30, 07:00 or 15:00, for 7, 14, 28 or 90 '
     'days ahead; no statute sets a figure',
     '实践做法：各医院于0时、6时、6时30分、7时或15时放号，预约周期为7、14、28或90天；法律法规未作统一规定',
     '2026-11-22'),
    ('01999999-0000-7000-8000-000000001502', 'hospital.booking.close', NULL, '2024-01-01', NULL,
     '{"minutes_before": 30}',
     'Practice: places can be had until 15:00 to 17:00 of the day before, or on the day itself; patients '
     'check in 30 minutes before their time',
     '实践做法：各医院截止时间为就诊前一日15时至17时或就诊当日；患者应于预约时段前30分钟取号报到',
     '2026-11-22'),
    ('01999999-0000-7000-8000-000000001503', 'hospital.booking.quota', NULL, '2024-01-01', NULL,
     '{"limits": [{"scope": "unit", "window": "day", "max": 1}, {"scope": "city", "window": "day", '
     '"max": 3}]}',
     'Practice: one appointment a day in a department (most hospitals), three a day in all (Peking '
     'University Third Hospital); by real name',
     '实践做法：实名制预约，同一就诊人同日同科室限1个号（多数医院），同日合计限3个号（北京大学第三医院）',
     '2026-11-22'),
    ('01999999-0000-7000-8000-000000001504', 'hospital.booking.quota', 110000, '2024-01-01', NULL,
     '{"limits": [{"scope": "unit", "window": "day", "max": 1}, {"scope": "city", "window": "day", '
     '"max": 2}, {"scope": "city", "window": {"days": 7}, "max": 3}, {"scope": "city", "window": '
     '{"months": 3}, "max": 5}]}',
     'Beijing booking platform 114, help page: one a day in a department of a hospital, two a day, three '
     'in seven days, five in three months',
     '北京市预约挂号统一平台（114）使用帮助：同一就诊人同日同医院同科室限1个号，同日限2个，7日内限3个，3个月内限5个',
     '2026-11-22'),
    ('01999999-0000-7000-8000-000000001505', 'hospital.booking.hold', NULL, '2024-01-01', NULL,
     '{"minutes": 15}',
     'Practice: platforms hold a place for 5 to 30 minutes until its fee is paid; no statute sets a figure',
     '实践做法：预约后须在5至30分钟内支付挂号费，逾期号源释放；法律法规未作统一规定', '2026-11-22'),
    ('01999999-0000-7000-8000-000000001506', 'hospital.booking.cancel', NULL, '2024-01-01', NULL,
     '{"minutes_before": 30}',
     'Practice: a place can be given up until 30 minutes before its time (general clinics), or until '
     '15:00 to 23:59 of the day before',
     '实践做法：普通门诊可于就诊时段前30分钟退号，其他为就诊前一日15时至23时59分前', '2026-11-22'),
    ('01999999-0000-7000-8000-000000001507', 'hospital.booking.giveback', NULL, '2024-01-01', NULL,
     '{"min_minutes": 5, "max_minutes": 120}',
     'Rule of this platform against scalpers: what is given back is offered again after a random while; '
     'buying up and reselling places is punishable by the police',
     '本平台防倒号规则：退回号源随机延时后重新放出；倒卖号源由公安机关依法处理', '2026-11-22'),
    ('01999999-0000-7000-8000-000000001508', 'hospital.booking.waitlist', NULL, '2024-01-01', NULL,
     '{"max_length": 50, "pay_minutes": 1440, "closes": {"days_before": 1, "at": "23:00"}}',
     'Interim Rules on the Quality of Outpatient Care in Medical Institutions (2022): a waitlist for '
     'places that come back; figures of the Affiliated Hospital of Qingdao University: 24 hours to pay, '
     'the list ends at 23:00 of the day before',
     '《医疗机构门诊质量管理暂行规定》（2022年）：建立退号候补机制；时限参照青岛大学附属医院做法：候补成功24小时内付费，就诊前一日23时清空候补',
     '2026-11-22'),
    ('01999999-0000-7000-8000-000000001509', 'hospital.booking.strike', NULL, '2024-01-01', NULL,
     '{"kinds": ["no_show"], "steps": [{"strikes": 3, "within": {"days": 90}, "blocked": {"days": 90}}], '
     '"expires_days": 365, "objection_days": 30}',
     'Practice: who does not come three times within three months cannot book for three months '
     '(hospitals publish ladders of their own); thirty days to object are a rule of this platform',
     '实践做法：3个月内爽约3次，暂停预约3个月（各医院另有规定的从其规定）；30日异议期为本平台规则', '2026-11-22'),
    ('01999999-0000-7000-8000-000000001510', 'hospital.booking.draw', NULL, '2024-01-01', NULL,
     '{"closes_minutes_after_release": 720}',
     'Rule of this platform: for sessions that many want at once, entries are taken for twelve hours and '
     'places are drawn by lot in a way that anybody can check',
     '本平台规则：热门号源登记12小时后随机抽取，过程可公开验证', '2026-11-22');
