-- What only a divorce has beside its case: the marriage that ends, who has agreed, and the day on
-- which the registry received the application. Where it stands on the legal clock follows from it.
CREATE TABLE marriage.divorces (
    city             integer     NOT NULL,
    case_id          uuid        NOT NULL,
    agency_id        uuid        NOT NULL,
    marriage_city    integer     NOT NULL,
    marriage_id      uuid        NOT NULL,
    rule_id          uuid        NOT NULL REFERENCES public.rules,
    entered_by       uuid        NOT NULL,
    signed_a_at      timestamptz,
    signed_b_at      timestamptz,
    -- The day of the application: the count begins on the next.
    received_on      date,
    withdrawn_by     text        CHECK (withdrawn_by IN ('a', 'b')),
    certified_by     uuid,
    PRIMARY KEY (city, case_id),
    FOREIGN KEY (city, case_id) REFERENCES marriage.cases,
    CHECK (received_on IS NULL OR (signed_a_at IS NOT NULL AND signed_b_at IS NOT NULL))
);
CREATE INDEX divorces_of_marriage ON marriage.divorces (marriage_city, marriage_id);

INSERT INTO public.rules
    (id, key, city, valid_from, valid_to, params, citation_en, citation_zh, verified_on)
VALUES
    ('01999999-0000-7000-8000-000000216101', 'marriage.booking.release', NULL, '2025-05-10', NULL,
     $json${"days_ahead": 30, "at": "00:00"}$json$,
     'Practice: registries can be booked 15 days, 30 days or a month ahead; no statute sets a figure '
     '(Regulations on Marriage Registration, Order 804 of 2025: a registry may offer appointments)',
     '实践做法：各地可提前15日、30日或1个月预约；法律法规未作统一规定（《婚姻登记条例》，国务院令第804号：婚姻登记机关可以提供预约服务）',
     '2026-11-22'),
    ('01999999-0000-7000-8000-000000216102', 'marriage.booking.release', 440100, '2025-05-10', NULL,
     $json${"days_ahead": 30, "at": "08:30"}$json$,
     'Practice of registries in Guangdong: places are released at 08:30 (Zhongshan)',
     '广东婚姻登记机关实践做法：每日8时30分放号（中山）', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216103', 'marriage.booking.release', 440300, '2025-05-10', NULL,
     $json${"days_ahead": 30, "at": "08:30"}$json$,
     'Practice of registries in Guangdong: places are released at 08:30 (Zhongshan)',
     '广东婚姻登记机关实践做法：每日8时30分放号（中山）', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216104', 'marriage.booking.close', NULL, '2025-05-10', NULL,
     $json${"days_before": 1, "at": "24:00"}$json$,
     'Practice: one calendar day of notice where a city has not published another; no statute sets a figure',
     '实践做法：各地未另行公布的，至少提前1日预约；法律法规未作统一规定', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216105', 'marriage.booking.close', 310000, '2025-05-10', NULL,
     $json${"days_before": 2, "at": "24:00"}$json$,
     'Shanghai, marriage registration online: at least two days of notice',
     '上海市婚姻登记网上预约：至少提前2日预约', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216106', 'marriage.booking.close', 330100, '2025-05-10', NULL,
     $json${"working_days_before": 1, "at": "24:00"}$json$,
     'Hangzhou, marriage registration online: at least one working day of notice',
     '杭州市婚姻登记网上预约：至少提前1个工作日预约', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216107', 'marriage.booking.close', 440100, '2025-05-10', NULL,
     $json${"days_before": 1, "at": "24:00"}$json$,
     'Practice of registries in Guangdong (Foshan, Zhongshan, Zhaoqing): one calendar day of notice',
     '广东婚姻登记机关实践做法（佛山、中山、肇庆）：至少提前1日预约', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216108', 'marriage.booking.close', 440300, '2025-05-10', NULL,
     $json${"days_before": 1, "at": "24:00"}$json$,
     'Practice of registries in Guangdong (Foshan, Zhongshan, Zhaoqing): one calendar day of notice',
     '广东婚姻登记机关实践做法（佛山、中山、肇庆）：至少提前1日预约', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216109', 'marriage.booking.quota', NULL, '2025-05-10', NULL,
     $json${"limits": [{"scope": "city", "window": "day", "max": 1}]}$json$,
     'Rule of this gateway: one appointment a day for each of the two, whoever the other is; and one open case',
     '本平台规则：每人每日限1个婚姻登记预约，且同时只能有一个未办结事项', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216110', 'marriage.booking.hold', NULL, '2025-05-10', NULL,
     $json${"minutes": 15}$json$,
     'Regulations on Marriage Registration (Order 804 of 2025): registration is free of charge, so nothing is held for a fee',
     '《婚姻登记条例》（国务院令第804号）：婚姻登记不收取费用，预约无须缴费', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216111', 'marriage.booking.cancel', NULL, '2025-05-10', NULL,
     $json${"days_before": 1, "at": "24:00"}$json$,
     'Practice: an appointment can be given up until the day before it (Zhongshan); no statute sets a figure',
     '实践做法：至迟于预约日前1日取消（中山）；法律法规未作统一规定', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216112', 'marriage.booking.cancel', 440100, '2025-05-10', NULL,
     $json${"days_before": 2, "at": "24:00"}$json$,
     'Practice of registries in Guangdong (Foshan, Shantou): until two calendar days before the appointment',
     '广东婚姻登记机关实践做法（佛山、汕头）：至迟于预约日前2日取消', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216113', 'marriage.booking.cancel', 440300, '2025-05-10', NULL,
     $json${"days_before": 2, "at": "24:00"}$json$,
     'Practice of registries in Guangdong (Foshan, Shantou): until two calendar days before the appointment',
     '广东婚姻登记机关实践做法（佛山、汕头）：至迟于预约日前2日取消', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216114', 'marriage.booking.giveback', NULL, '2025-05-10', NULL,
     $json${"min_minutes": 5, "max_minutes": 120}$json$,
     'Rule of this gateway against the trade in places: what is given back is offered again after a random while',
     '本平台防倒号规则：退回的预约名额随机延时后重新放出', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216115', 'marriage.booking.waitlist', NULL, '2025-05-10', NULL,
     $json${"max_length": 0, "pay_minutes": 60, "closes": {"days_before": 1, "at": "24:00"}}$json$,
     'Rule of this gateway: nobody waits for a place of a registry', '本平台规则：婚姻登记预约不设候补',
     '2026-11-22'),
    ('01999999-0000-7000-8000-000000216116', 'marriage.booking.strike', NULL, '2025-05-10', NULL,
     $json${
       "kinds": ["no_show", "cancel"],
       "steps": [
         {"strikes": {"no_show": 2}, "within": {"days": 180}, "blocked": {"days": 180}},
         {"strikes": {"cancel": 5}, "within": {"days": 180}, "blocked": {"days": 180}},
         {"strikes": {"no_show": 1, "cancel": 2}, "within": {"days": 180}, "blocked": {"days": 180}},
         {"strikes": {"cancel": 3}, "within": {"days": 30}, "blocked": {"days": 180}}
       ],
       "expires_days": 365,
       "objection_days": 30
     }$json$,
     'Practice of the booking platform of Guangdong (Foshan, Shantou): 180 days without online booking after two '
     'no-shows, five cancels, or a no-show and two cancels in 180 days, or three cancels in 30 days; who is blocked '
     'is received at the counter. Thirty days to object are a rule of this gateway',
     '广东婚姻登记预约平台实践做法（佛山、汕头）：180日内爽约2次、取消5次、爽约1次且取消2次，或者30日内取消3次的，180日内不得网上预约（可现场办理）；30日异议期为本平台规则',
     '2026-11-22'),
    -- Of the plain places of a window, in percent: how many the app has on such a day, and how many
    -- are for those who come without an appointment.
    ('01999999-0000-7000-8000-000000216117', 'marriage.surge', NULL, '2025-05-10', NULL,
     $json${
       "days": [
         {
           "name": {"en": "20 May", "zh": "5月20日"},
           "on": {"each_year": "05-20"},
           "app_percent": 200,
           "walk_in_percent": 50
         },
         {
           "name": {"en": "Qixi", "zh": "七夕"},
           "on": {"dates": ["2025-08-29", "2026-08-19", "2027-08-08", "2028-08-26"]},
           "app_percent": 200,
           "walk_in_percent": 50
         },
         {
           "name": {"en": "9 September", "zh": "9月9日"},
           "on": {"each_year": "09-09"},
           "app_percent": 150,
           "walk_in_percent": 50
         }
       ]
     }$json$,
     'Practice: on days that many couples choose, registries receive more, and some without appointment; the figures '
     'are those of this gateway where a registry has none of its own',
     '实践做法：热门登记日增加办理名额并开放现场取号；登记机关未另行规定的，按本平台比例执行', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216118', 'marriage.surge', 310000, '2025-05-10', NULL,
     $json${
       "days": [
         {
           "name": {"en": "20 May", "zh": "5月20日"},
           "on": {"each_year": "05-20"},
           "app_percent": 300,
           "walk_in_percent": 100
         },
         {
           "name": {"en": "Qixi", "zh": "七夕"},
           "on": {"dates": ["2025-08-29", "2026-08-19", "2027-08-08", "2028-08-26"]},
           "app_percent": 300,
           "walk_in_percent": 100
         },
         {
           "name": {"en": "9 September", "zh": "9月9日"},
           "on": {"each_year": "09-09"},
           "app_percent": 300,
           "walk_in_percent": 100
         }
       ]
     }$json$,
     'Practice of Shanghai: on 20 May, Qixi and 9 September walk-in counters are open and limits are lifted; the '
     'figures are those of this gateway',
     '上海市实践做法：5月20日、七夕、9月9日开放现场取号、放开预约限额；具体比例由本平台设定', '2026-11-22'),
    ('01999999-0000-7000-8000-000000216119', 'marriage.divorce', NULL, '2021-01-01', NULL,
     $json${
       "withdrawal": {"length_days": 30, "day_kind": "calendar", "roll": "next_working_day"},
       "certificate": {"length_days": 30, "day_kind": "calendar", "roll": "next_working_day"},
       "statement": {
         "en": "I divorce of my own free will. We have agreed in writing on the support of our children, our property and our debts. I know that either of us may withdraw the application within thirty days, and that both of us must come for the certificate within the thirty days that follow.",
         "zh": "本人自愿离婚。双方已就子女抚养、财产以及债务处理等事项达成书面协议。本人知悉：自婚姻登记机关收到离婚登记申请之日起三十日内，任何一方可以撤回申请；期限届满后三十日内，双方应当亲自申请发给离婚证，未申请的，视为撤回。"
       }
     }$json$,
     'Civil Code, articles 1076 to 1078; how days are counted: articles 201 and 203, and the circular of the Ministry of '
     'Civil Affairs of 2020 (no. 116)',
     '《民法典》第一千零七十六条至第一千零七十八条；期间计算：第二百零一条、第二百零三条，民政部《关于贯彻落实〈中华人民共和国民法典〉中有关婚姻登记规定的通知》（民发〔2020〕116号）',
     '2026-11-22');
