-- Reference data that every schema may refer to.

CREATE TABLE public.cities (
    code      integer PRIMARY KEY CHECK (code BETWEEN 100000 AND 999999),
    name_en   text    NOT NULL,
    name_zh   text    NOT NULL,
    time_zone text    NOT NULL
);

CREATE TABLE public.agencies (
    city    integer NOT NULL REFERENCES public.cities,
    id      uuid    NOT NULL,
    name_en text    NOT NULL,
    name_zh text    NOT NULL,
    PRIMARY KEY (city, id)
);

-- Days that differ from the plain week: rest days, and weekend days that are worked.
CREATE TABLE public.holidays (
    day     date    PRIMARY KEY,
    working boolean NOT NULL,
    name_en text    NOT NULL,
    name_zh text    NOT NULL
);

-- A rule of law or of an agency, as data. A changed rule is a new row with a new id: a decision
-- keeps the id that it used and can be explained for ever.
CREATE TABLE public.rules (
    id          uuid  PRIMARY KEY,
    key         text  NOT NULL,
    city        integer REFERENCES public.cities,
    valid_from  date  NOT NULL,
    valid_to    date  CHECK (valid_to >= valid_from),
    params      jsonb NOT NULL,
    citation_en text  NOT NULL,
    citation_zh text  NOT NULL,
    verified_on date  NOT NULL,
    UNIQUE NULLS NOT DISTINCT (key, city, valid_from)
);

INSERT INTO public.cities (code, name_en, name_zh, time_zone) VALUES
    (110000, 'Beijing', '北京市', 'Asia/Shanghai'),
    (120000, 'Tianjin', '天津市', 'Asia/Shanghai'),
    (310000, 'Shanghai', '上海市', 'Asia/Shanghai'),
    (330100, 'Hangzhou', '杭州市', 'Asia/Shanghai'),
    (410100, 'Zhengzhou', '郑州市', 'Asia/Shanghai'),
    (440100, 'Guangzhou', '广州市', 'Asia/Shanghai'),
    (440300, 'Shenzhen', '深圳市', 'Asia/Shanghai');
