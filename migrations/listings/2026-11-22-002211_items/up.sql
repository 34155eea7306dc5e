-- What agencies can offer: types of services, and items of them, the same in the whole country.
CREATE TABLE listings.types (
    code    text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9_]{0,39}$'),
    name_en text NOT NULL,
    name_zh text NOT NULL
);

CREATE TABLE listings.items (
    -- Short, because lists of them are long: those of a gram, and those of a city.
    number      integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    code        text    NOT NULL UNIQUE CHECK (char_length(code) BETWEEN 3 AND 81),
    type_code   text    NOT NULL REFERENCES listings.types,
    name_en     text    NOT NULL CHECK (char_length(name_en) BETWEEN 1 AND 120),
    name_zh     text    NOT NULL CHECK (char_length(name_zh) BETWEEN 1 AND 120),
    summary_en  text    NOT NULL CHECK (char_length(summary_en) <= 500),
    summary_zh  text    NOT NULL CHECK (char_length(summary_zh) <= 500),
    life_events text[]  NOT NULL CHECK (life_events <@ ARRAY[
        'birth', 'school', 'work', 'marriage', 'home', 'car', 'business', 'retirement', 'illness',
        'moving', 'travel', 'death'
    ]),
    -- Further words by which it is found.
    keywords    text[]  NOT NULL CHECK (cardinality(keywords) <= 20),
    -- How many grams its names and keywords have: of two that fit equally well, the shorter is meant.
    grams       integer NOT NULL CHECK (grams >= 0),
    CHECK (code LIKE replace(type_code, '_', '\_') || '.%')
);
CREATE INDEX items_of_type ON listings.items (type_code, number);

-- Which items have a piece of a word in their names and keywords: one or two Chinese characters, or
-- three letters. Misspelt words still share most of their pieces.
CREATE TABLE listings.grams (
    gram  text      PRIMARY KEY CHECK (char_length(gram) BETWEEN 1 AND 3),
    -- How many there are.
    times integer   NOT NULL CHECK (times >= 0),
    items integer[] NOT NULL
);

-- A city says that it has an item, at a counter at least. What can be used here is a listing.
CREATE TABLE listings.offers (
    city  integer NOT NULL REFERENCES public.cities,
    item  integer NOT NULL REFERENCES listings.items,
    since date    NOT NULL,
    PRIMARY KEY (city, item)
);
CREATE INDEX offers_of_item ON listings.offers (item, city);

-- In which cities an item is listed.
CREATE INDEX listings_everywhere ON listings.listings (item, city);

INSERT INTO listings.types (code, name_en, name_zh) VALUES
    ('agriculture', 'Agriculture', '农业农村'),
    ('archives', 'Archives', '档案'),
    ('civil_affairs', 'Civil affairs', '民政'),
    ('commerce', 'Commerce', '商务'),
    ('construction', 'Construction', '工程建设'),
    ('culture', 'Culture and tourism', '文化旅游'),
    ('disability', 'Disability', '残疾人服务'),
    ('education', 'Education', '教育'),
    ('elderly', 'Care of the elderly', '养老服务'),
    ('emergency', 'Safety and emergencies', '应急管理'),
    ('employment', 'Employment', '就业'),
    ('energy', 'Energy', '能源'),
    ('environment', 'Environment', '生态环境'),
    ('exit_entry', 'Exit and entry', '出入境'),
    ('feedback', 'Opinions and suggestions', '意见建议'),
    ('fire', 'Fire protection', '消防'),
    ('food_drug', 'Food and drugs', '食品药品'),
    ('forestry', 'Forestry', '林业'),
    ('housing', 'Housing', '住房保障'),
    ('housing_fund', 'Housing fund', '住房公积金'),
    ('justice', 'Justice', '司法'),
    ('market', 'Market regulation', '市场监管'),
    ('marriage', 'Marriage', '婚姻登记'),
    ('maternal_child', 'Mothers and children', '妇幼'),
    ('medical', 'Medical care', '医疗卫生'),
    ('medical_insurance', 'Medical insurance', '医疗保障'),
    ('natural_resources', 'Natural resources', '自然资源'),
    ('postal', 'Post', '邮政'),
    ('public_security', 'Public security', '公安户政'),
    ('real_estate', 'Real estate', '不动产登记'),
    ('science', 'Science and technology', '科技'),
    ('social_security', 'Social security', '社会保险'),
    ('sports', 'Sports', '体育'),
    ('tax', 'Tax', '税务'),
    ('traffic_police', 'Traffic police', '交通管理'),
    ('transport', 'Transport', '交通运输'),
    ('urban_management', 'Urban management', '城市管理'),
    ('utilities', 'Utilities', '水电燃气'),
    ('veterans', 'Veterans', '退役军人'),
    ('water', 'Water affairs', '水务');

INSERT INTO listings.items
    (code, type_code, name_en, name_zh, summary_en, summary_zh, life_events, keywords, grams)
VALUES
    ('exit_entry.hk_macao_endorsement', 'exit_entry',
     'Renewal of an endorsement for Hong Kong and Macao', '往来港澳通行证签注续签',
     'A new endorsement on a travel permit that is still valid.',
     '在有效的往来港澳通行证上再次签注。',
     '{travel}', '{visa,exit-entry permit,港澳签注,赴港澳,旅游签注,续签}', 0),
    ('feedback.hotline_12345', 'feedback',
     'Public service hotline 12345', '12345政务服务便民热线',
     'Questions, requests for help, complaints, reports, suggestions and thanks.',
     '咨询、求助、投诉、举报、建议和表扬。',
     '{home}', '{complaint,suggestion,report a problem,mayor,市长热线,投诉,举报,建议}', 0),
    ('market.stall_permit', 'market',
     'Permit for a street stall', '便民摊点经营许可',
     'To sell from a stall at a place that the city has set aside for it.',
     '在划定的便民服务点设摊经营。',
     '{business,work}', '{street vendor,hawker,night market,摆摊,地摊,小商贩,夜市}', 0),
    ('public_security.id_card_appointment', 'public_security',
     'Appointment for an identity card', '居民身份证办理预约',
     'A time at a police service hall for photo, fingerprints and application.',
     '预约公安办事大厅拍照、采集指纹并办理身份证。',
     '{birth,moving}', '{ID card,photo,fingerprints,身份证拍照,换身份证,办身份证}', 0),
    ('public_security.residence_permit', 'public_security',
     'Residence permit record', '居住证信息查询',
     'What the register says of your residence permit: number, address, validity.',
     '查询居住证的编号、地址和有效期。',
     '{moving,work,school}', '{residence card,暂住证,居住登记}', 0),
    ('utilities.water_bill', 'utilities',
     'Water bill', '水费账单缴纳',
     'What you owe for water, and to pay it.',
     '查询并缴纳用水费用。',
     '{home}', '{water rates,tap water,pay water,交水费,自来水}', 0);

-- The pieces of the first items, as the program makes those of all others.
CREATE TEMPORARY TABLE first_grams ON COMMIT DROP AS
WITH texts AS (
    SELECT number, lower(text) AS text
    FROM listings.items, unnest(ARRAY[name_en, name_zh] || keywords) AS text
), words AS (
    SELECT number, '  ' || word || ' ' AS word
    FROM texts, regexp_split_to_table(text, '[^a-z0-9]+') AS word
    WHERE word NOT IN ('', 'a', 'an', 'and', 'at', 'by', 'can', 'do', 'for', 'from', 'get', 'how', 'i',
        'in', 'is', 'me', 'my', 'need', 'of', 'on', 'or', 'please', 'the', 'to', 'want', 'what',
        'where', 'with')
), runs AS (
    SELECT number, run[1] AS run FROM texts, regexp_matches(text, '[一-鿿]+', 'g') AS run
)
SELECT number, substr(word, n, 3) AS gram
FROM words, generate_series(1, char_length(word) - 2) AS n
UNION
SELECT number, substr(run, n, length)
FROM runs, generate_series(1, 2) AS length, generate_series(1, char_length(run) - length + 1) AS n;

INSERT INTO listings.grams (gram, times, items)
SELECT gram, count(*), array_agg(number ORDER BY number) FROM first_grams GROUP BY gram;

UPDATE listings.items SET grams =
    (SELECT count(*) FROM first_grams WHERE first_grams.number = items.number);
