use super::*;

fn parse(kind: DocumentType, number: &str) -> Result<Document, InvalidDocument> {
    let abroad = kind == DocumentType::ForeignPassport;
    Document::parse(kind, number, abroad.then(|| "SWE".parse().unwrap()))
}

/// Numbers of each kind, as typed and as kept.
const VALID: [(DocumentType, &str, &str); 20] = [
    (DocumentType::ResidentId, "11010519491231002X", "11010519491231002X"),
    (DocumentType::ResidentId, "11010519491231002x", "11010519491231002X"),
    (DocumentType::ResidentId, "440524188001010014", "440524188001010014"),
    (DocumentType::ResidentId, "330106199003070014", "330106199003070014"),
    (DocumentType::ResidentId, "330106199305120021", "330106199305120021"),
    (DocumentType::ResidencePermit, "810000199001010019", "810000199001010019"),
    (DocumentType::ResidencePermit, "820000198506150022", "820000198506150022"),
    (DocumentType::ResidencePermit, "830000197811200038", "830000197811200038"),
    (DocumentType::PermanentResidenceCard, "911156198801010014", "911156198801010014"),
    (DocumentType::PermanentResidenceCard, "USA330105198801", "USA330105198801"),
    (DocumentType::HkMacaoTravelPermit, "h12345678", "H12345678"),
    (DocumentType::HkMacaoTravelPermit, "H1234567802", "H12345678"),
    (DocumentType::HkMacaoTravelPermit, "M0123456799", "M01234567"),
    (DocumentType::TaiwanTravelPermit, "12345678", "12345678"),
    (DocumentType::ForeignPassport, "l898902c3", "L898902C3"),
    (DocumentType::ForeignPassport, "123456", "123456"),
    (DocumentType::PrcPassport, "E12345678", "E12345678"),
    (DocumentType::PrcPassport, "EA1234567", "EA1234567"),
    (DocumentType::PrcPassport, "ej1234567", "EJ1234567"),
    (DocumentType::PrcPassport, "G12345678", "G12345678"),
];

#[test]
fn each_kind_has_its_numbers_in_one_form() {
    for (kind, typed, kept) in VALID {
        let document = parse(kind, typed).unwrap_or_else(|fault| panic!("{typed}: {fault}"));
        assert_eq!((document.kind(), document.expose()), (kind, kept));
        let again = Document::from_kept(&document.kept()).unwrap();
        assert!(again == document, "{typed} comes back as it was");
    }
}

#[test]
fn a_number_of_one_kind_is_none_of_another() {
    for (kind, number, _) in VALID {
        for other in DocumentType::ALL {
            // Eight digits are a passport's of some country, and so are E and eight digits.
            let loose = other == DocumentType::ForeignPassport && number.len() < 10;
            if other != kind && !loose {
                assert!(parse(other, number).is_err(), "{number} as {other:?}");
            }
        }
    }
}

#[test]
fn another_form_is_refused_and_not_repeated() {
    use DocumentType::*;
    for (kind, number) in [
        (ResidentId, ""),
        (ResidentId, "110105491231002"),
        (ResidentId, "1101051949123１002X"),
        (ResidencePermit, "810001199001010019"),
        (PermanentResidenceCard, "US1330105198801"),
        (PermanentResidenceCard, "USA33010519880"),
        (HkMacaoTravelPermit, "T12345678"),
        (HkMacaoTravelPermit, "H123456780"),
        (HkMacaoTravelPermit, "H12345678012"),
        (TaiwanTravelPermit, "1234567"),
        (TaiwanTravelPermit, "123456789"),
        (ForeignPassport, "12345"),
        (ForeignPassport, "1234567890"),
        (ForeignPassport, "12345-6"),
        (ForeignPassport, "12345é"),
        (PrcPassport, "E1234567"),
        (PrcPassport, "X12345678"),
        (PrcPassport, " E12345678"),
    ] {
        let fault = parse(kind, number).unwrap_err().to_string();
        assert!(number.is_empty() || !fault.contains(number), "{fault}");
    }
}

/// The documents with a check character, each with one character after another replaced by every
/// other that could stand there.
#[test]
fn no_single_slip_in_a_number_with_a_check_character_goes_unnoticed() {
    for (kind, number, kept) in VALID.into_iter().filter(|(_, _, kept)| kept.len() == 18) {
        for at in 0..18 {
            for slip in "0123456789X".chars() {
                let mut slipped: Vec<char> = number.to_uppercase().chars().collect();
                slipped[at] = slip;
                let slipped: String = slipped.into_iter().collect();
                assert_eq!(parse(kind, &slipped).is_ok(), slipped == kept, "{slipped}");
            }
        }
    }
}

#[test]
fn a_foreign_passport_and_nothing_else_has_an_issuer() {
    let sweden: Country = "SWE".parse().unwrap();
    for kind in DocumentType::ALL {
        let number = VALID.iter().find(|(one, ..)| *one == kind).unwrap().1;
        let abroad = kind == DocumentType::ForeignPassport;
        assert_eq!(Document::parse(kind, number, Some(sweden)).is_ok(), abroad);
        assert_eq!(Document::parse(kind, number, None).is_ok(), !abroad);
    }
}

#[test]
fn a_citizen_number_is_found_whichever_card_it_stands_on() {
    let permit = parse(DocumentType::ResidencePermit, "810000199001010019").unwrap();
    let named: ResidentIdNumber = "810000199001010019".parse().unwrap();
    assert!(Document::from(&named) == permit);
    assert_eq!((permit.index_field(), permit.kept().as_str()), ("id_number", named.expose()));
    let passport = parse(DocumentType::ForeignPassport, "12345678").unwrap();
    let taiwan = parse(DocumentType::TaiwanTravelPermit, "12345678").unwrap();
    assert_eq!(passport.index_field(), taiwan.index_field());
    assert_ne!(passport.kept(), taiwan.kept());
    for damaged in ["", "x", "foreign_passport SWE", "foreign_passport XYZ 123456", "a b c d"] {
        assert!(Document::from_kept(damaged).is_none(), "{damaged}");
    }
}

#[test]
fn nothing_prints_a_number() {
    for (kind, typed, kept) in VALID {
        let document = parse(kind, typed).unwrap();
        let printed = format!("{document:?} {document} {}", document.masked());
        assert!(!printed.contains(kept), "{printed}");
        assert_eq!(document.masked().len(), kept.len());
    }
    let masked = |kind, number| parse(kind, number).unwrap().masked();
    assert_eq!(masked(DocumentType::ResidentId, "330106199003070014"), "3301**********0014");
    assert_eq!(masked(DocumentType::ForeignPassport, "123456"), "1***56");
}

/// The specimen of Doc 9303, part 4, appendix B, issued by Sweden instead of Utopia.
const ZONE: &str = "P<SWEERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n\
                    L898902C36UTO7408122F1204159ZE184226B<<<<<10";

#[test]
fn the_specimen_of_the_standard_is_read() {
    for text in [ZONE.to_owned(), ZONE.replace('\n', ""), ZONE.replace('\n', "\r\n") + "\n"] {
        let zone: Mrz = text.parse().unwrap();
        assert_eq!((zone.number.as_str(), zone.issuer.code()), ("L898902C3", "SWE"));
        assert_eq!(format!("{zone:?}"), "***");
    }
    let document = |number: &str, issuer: &str| {
        Document::parse(DocumentType::ForeignPassport, number, issuer.parse().ok()).unwrap()
    };
    let zone: Mrz = ZONE.parse().unwrap();
    assert_eq!(zone.check(&document("L898902C3", "SWE")), Ok(()));
    for other in [document("L898902C4", "SWE"), document("L898902C3", "NOR")] {
        assert_eq!(zone.check(&other), Err(InvalidDocument::OtherZone));
    }
}

#[test]
fn a_personal_number_that_is_not_there_may_have_no_check_digit() {
    let zone = |second: &str| {
        format!("POCHNLIU<<YANG<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n{second}").parse::<Mrz>()
    };
    let passport = Document::parse(DocumentType::PrcPassport, "E12345678", None).unwrap();
    for second in [
        "E123456782CHN9003071M3001019<<<<<<<<<<<<<<00",
        "E123456782CHN9003071M3001019<<<<<<<<<<<<<<<0",
    ] {
        assert_eq!(zone(second).unwrap().check(&passport), Ok(()));
    }
    for (second, digit) in [
        ("E123456783CHN9003071M3001019<<<<<<<<<<<<<<00", "number"),
        ("E123456782CHN9003072M3001019<<<<<<<<<<<<<<00", "birth date"),
        ("E123456782CHN9003071M3001018<<<<<<<<<<<<<<00", "expiry date"),
        ("E123456782CHN9003071M3001019<<<<<<<<<<<<<<10", "personal number"),
        ("E123456782CHN9003071M3001019<<<<<<<<<<<<<<01", "whole"),
    ] {
        assert_eq!(zone(second), Err(mrz::InvalidMrz::CheckDigit(digit)));
    }
    assert_eq!(zone("E123456782CHN900A071M3001019<<<<<<<<<<<<<<00"), Err(mrz::InvalidMrz::Date));
}

#[test]
fn no_single_slip_in_what_a_check_digit_is_over_goes_unnoticed() {
    let checked = (0..10).chain(13..20).chain(21..44).map(|at| 45 + at);
    for at in checked {
        for slip in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<".chars() {
            let mut zone: Vec<char> = ZONE.chars().collect();
            // Weights 7, 3 and 1 cannot tell characters apart whose values differ by ten.
            let value = |c: char| c.to_digit(36).unwrap_or(0);
            if value(slip).abs_diff(value(zone[at])) % 10 == 0 {
                continue;
            }
            zone[at] = slip;
            let zone: String = zone.into_iter().collect();
            assert!(zone.parse::<Mrz>().is_err(), "{zone}");
        }
    }
}

#[test]
fn what_is_no_zone_is_refused() {
    for wrong in [
        String::new(),
        "P<SWE".to_owned(),
        ZONE.to_lowercase(),
        ZONE.replacen('P', "V", 1),
        ZONE.replacen("SWE", "UTO", 1),
        ZONE.replace('<', " "),
        format!("{ZONE}<"),
        ZONE.replacen('<', "é", 1),
        format!("\n{ZONE}"),
    ] {
        assert!(wrong.parse::<Mrz>().is_err(), "{wrong:?}");
    }
}
