//! What the hospitals of the demo city are made of. Hospitals and people are made up.

use chrono::Weekday::{self, Fri, Mon, Sat, Thu, Tue, Wed};
use citygate_booking::DayPart;

use crate::model::{
    ClinicKind::{self, DiseaseClinic, Expert, General, Special},
    Grade,
    PhysicalType::{self, Building, Campus, Floor},
    Title::{self, AssociateChief, Attending, Chief},
};

pub(crate) struct DemoHospital {
    pub en: &'static str,
    pub zh: &'static str,
    pub pinyin: &'static str,
    pub grade: Grade,
    pub telecom: &'static str,
    pub address_en: &'static str,
    pub address_zh: &'static str,
    /// Longitude and latitude, in millionths of a degree.
    pub position: (i64, i64),
}

pub(crate) const HOSPITALS: [DemoHospital; 3] = [
    DemoHospital {
        en: "Hangzhou First Hospital",
        zh: "杭州市第一医院",
        pinyin: "hzsdyyy",
        grade: Grade::ThreeA,
        telecom: "+86 571 5550 0100",
        address_en: "261 Lakeside Road",
        address_zh: "湖滨路261号",
        position: (120_163_000, 30_254_000),
    },
    DemoHospital {
        en: "Hangzhou Women's and Children's Hospital",
        zh: "杭州市妇女儿童医院",
        pinyin: "hzsfnetyy",
        grade: Grade::TwoA,
        telecom: "+86 571 5550 0200",
        address_en: "18 Canal East Road",
        address_zh: "运河东路18号",
        position: (120_152_000, 30_312_000),
    },
    DemoHospital {
        en: "Qianjiang Community Hospital",
        zh: "钱江社区医院",
        pinyin: "qjsqyy",
        grade: Grade::OneA,
        telecom: "+86 571 5550 0300",
        address_en: "5 Civic Street",
        address_zh: "市民街5号",
        position: (120_211_000, 30_206_000),
    },
];

pub(crate) struct DemoLocation {
    pub hospital: usize,
    pub number: &'static str,
    pub part_of: Option<&'static str>,
    pub physical_type: PhysicalType,
    pub en: &'static str,
    pub zh: &'static str,
}

const fn location(
    hospital: usize,
    (number, part_of): (&'static str, Option<&'static str>),
    physical_type: PhysicalType,
    (en, zh): (&'static str, &'static str),
) -> DemoLocation {
    DemoLocation { hospital, number, part_of, physical_type, en, zh }
}

pub(crate) const LOCATIONS: [DemoLocation; 11] = [
    location(0, ("LAKE", None), Campus, ("Lakeside campus", "湖滨院区")),
    location(0, ("LAKE-2", Some("LAKE")), Building, ("Building 2", "2号楼")),
    location(0, ("LAKE-2-1", Some("LAKE-2")), Floor, ("Floor 1", "1层")),
    location(0, ("LAKE-2-3", Some("LAKE-2")), Floor, ("Floor 3", "3层")),
    location(0, ("NORTH", None), Campus, ("North campus", "城北院区")),
    location(0, ("NORTH-1", Some("NORTH")), Building, ("Building 1", "1号楼")),
    location(0, ("NORTH-1-2", Some("NORTH-1")), Floor, ("Floor 2", "2层")),
    location(1, ("CANAL", None), Campus, ("Canal campus", "运河院区")),
    location(1, ("CANAL-1", Some("CANAL")), Building, ("Outpatient building", "门诊楼")),
    location(2, ("CIVIC", None), Campus, ("Civic campus", "市民院区")),
    location(2, ("CIVIC-1", Some("CIVIC")), Floor, ("Floor 1", "1层")),
];

pub(crate) struct DemoDepartment {
    pub hospital: usize,
    pub number: &'static str,
    pub part_of: Option<&'static str>,
    pub specialty: &'static str,
    pub en: &'static str,
    pub zh: &'static str,
    pub pinyin: &'static str,
    pub location: &'static str,
}

const fn department(
    (hospital, location): (usize, &'static str),
    (number, part_of): (&'static str, Option<&'static str>),
    specialty: &'static str,
    (en, zh, pinyin): (&'static str, &'static str, &'static str),
) -> DemoDepartment {
    DemoDepartment { hospital, number, part_of, specialty, en, zh, pinyin, location }
}

const LAKE_1: (usize, &str) = (0, "LAKE-2-1");
const LAKE_3: (usize, &str) = (0, "LAKE-2-3");
const NORTH: (usize, &str) = (0, "NORTH-1-2");
const CANAL: (usize, &str) = (1, "CANAL-1");

pub(crate) const DEPARTMENTS: [DemoDepartment; 17] = [
    department(LAKE_1, ("IM", None), "03", ("Internal medicine", "内科", "nk")),
    department(LAKE_3, ("CARD", Some("IM")), "03.04", ("Cardiology", "心血管内科", "xxgnk")),
    department(LAKE_3, ("RESP", Some("IM")), "03.01", ("Respiratory medicine", "呼吸内科", "hxnk")),
    department(LAKE_1, ("GI", Some("IM")), "03.02", ("Gastroenterology", "消化内科", "xhnk")),
    department(LAKE_1, ("NEUR", Some("IM")), "03.03", ("Neurology", "神经内科", "sjnk")),
    department(LAKE_1, ("ENDO", Some("IM")), "03.07", ("Endocrinology", "内分泌科", "nfmk")),
    department(LAKE_1, ("DIAB", Some("ENDO")), "03.07", ("Diabetes clinic", "糖尿病门诊", "tnbmz")),
    department(NORTH, ("SURG", None), "04", ("Surgery", "外科", "wk")),
    department(NORTH, ("GS", Some("SURG")), "04.01", ("General surgery", "普通外科", "ptwk")),
    department(NORTH, ("ORTH", Some("SURG")), "04.03", ("Orthopaedics", "骨科", "gk")),
    department(LAKE_1, ("DERM", None), "13", ("Dermatology", "皮肤科", "pfk")),
    department(NORTH, ("TCM", None), "50", ("Chinese medicine", "中医科", "zyk")),
    department(CANAL, ("OBGY", None), "05", ("Obstetrics and gynaecology", "妇产科", "fck")),
    department(CANAL, ("GYN", Some("OBGY")), "05.01", ("Gynaecology", "妇科", "fk")),
    department(CANAL, ("OBST", Some("OBGY")), "05.02", ("Obstetrics", "产科", "ck")),
    department(CANAL, ("PED", None), "07", ("Paediatrics", "儿科", "ek")),
    department((2, "CIVIC-1"), ("GP", None), "02", ("General practice", "全科医疗科", "qkylk")),
];

pub(crate) struct DemoDoctor {
    pub hospital: usize,
    pub number: &'static str,
    pub department: &'static str,
    pub en: &'static str,
    pub zh: &'static str,
    pub title: Title,
    pub speciality_en: &'static str,
    pub speciality_zh: &'static str,
    pub kinds: &'static [ClinicKind],
}

const fn doctor(
    (hospital, department, number): (usize, &'static str, &'static str),
    (en, zh, title): (&'static str, &'static str, Title),
    (speciality_en, speciality_zh): (&'static str, &'static str),
    kinds: &'static [ClinicKind],
) -> DemoDoctor {
    DemoDoctor { hospital, number, department, en, zh, title, speciality_en, speciality_zh, kinds }
}

pub(crate) const DOCTORS: [DemoDoctor; 12] = [
    doctor(
        (0, "CARD", "D01"),
        ("Fang Wei", "方薇", Chief),
        ("Coronary heart disease", "冠心病"),
        &[Expert, Special],
    ),
    doctor(
        (0, "CARD", "D02"),
        ("Zhou Ming", "周明", AssociateChief),
        ("Arrhythmia", "心律失常"),
        &[Expert, General],
    ),
    doctor(
        (0, "RESP", "D03"),
        ("Wu Xia", "吴霞", Chief),
        ("Asthma and cough", "哮喘与慢性咳嗽"),
        &[Expert],
    ),
    doctor((0, "GI", "D04"), ("Xu Lei", "徐磊", Attending), ("Stomach", "胃病"), &[General]),
    doctor(
        (0, "ORTH", "D05"),
        ("Sun Hao", "孙浩", AssociateChief),
        ("Knees and sports injuries", "膝关节与运动损伤"),
        &[Expert],
    ),
    doctor(
        (0, "NEUR", "D06"),
        ("Zhu Lin", "朱琳", AssociateChief),
        ("Headache and dizziness", "头痛与眩晕"),
        &[Expert],
    ),
    doctor(
        (0, "DIAB", "D07"),
        ("Hu Bin", "胡斌", Chief),
        ("Diabetes", "糖尿病"),
        &[Expert, DiseaseClinic],
    ),
    doctor((0, "DERM", "D08"), ("He Yan", "何燕", Attending), ("Eczema", "湿疹"), &[General]),
    doctor(
        (1, "GYN", "D09"),
        ("Lin Fang", "林芳", Chief),
        ("Gynaecological endocrinology", "妇科内分泌"),
        &[Expert],
    ),
    doctor(
        (1, "OBST", "D10"),
        ("Guo Min", "郭敏", AssociateChief),
        ("High-risk pregnancy", "高危妊娠"),
        &[Expert, General],
    ),
    doctor((1, "PED", "D11"), ("Ma Chao", "马超", Attending), ("Fever", "发热"), &[General]),
    doctor(
        (2, "GP", "D12"),
        ("Luo Dan", "罗丹", Attending),
        ("Family care", "家庭医疗"),
        &[General],
    ),
];

/// A session that comes back every week.
pub(crate) struct Clinic {
    pub hospital: usize,
    pub department: &'static str,
    pub doctor: Option<&'static str>,
    pub kind: ClinicKind,
    pub weekdays: &'static [Weekday],
    pub part: DayPart,
    /// Of half an hour each.
    pub slots: i32,
    /// In a slot, for the app, at the counter and for partners.
    pub places: [u16; 3],
    /// Whether places are given by lot.
    pub drawn: bool,
}

const fn clinic(
    (hospital, department, doctor): (usize, &'static str, Option<&'static str>),
    kind: ClinicKind,
    (weekdays, part): (&'static [Weekday], DayPart),
    (slots, places): (i32, [u16; 3]),
) -> Clinic {
    Clinic { hospital, department, doctor, kind, weekdays, part, slots, places, drawn: false }
}

const WORKING_DAYS: &[Weekday] = &[Mon, Tue, Wed, Thu, Fri];
const AM: DayPart = DayPart::Morning;
const PM: DayPart = DayPart::Afternoon;

pub(crate) const CLINICS: [Clinic; 9] = [
    clinic((0, "CARD", None), General, (WORKING_DAYS, AM), (7, [4, 2, 1])),
    Clinic {
        drawn: true,
        ..clinic((0, "CARD", Some("D01")), Expert, (&[Mon, Wed], AM), (6, [2, 1, 0]))
    },
    clinic((0, "CARD", Some("D02")), Expert, (&[Tue, Fri], PM), (6, [2, 1, 0])),
    clinic((0, "RESP", Some("D03")), Expert, (&[Thu], PM), (6, [2, 1, 1])),
    clinic((0, "ORTH", Some("D05")), Expert, (&[Thu], AM), (6, [3, 1, 0])),
    clinic((0, "DIAB", Some("D07")), DiseaseClinic, (&[Wed], AM), (6, [3, 1, 1])),
    clinic((1, "GYN", Some("D09")), Expert, (&[Tue], AM), (6, [3, 1, 0])),
    clinic((1, "PED", None), General, (&[Mon, Wed, Sat], AM), (7, [5, 3, 0])),
    clinic((2, "GP", Some("D12")), General, (&[Tue, Fri], PM), (7, [2, 2, 1])),
];
