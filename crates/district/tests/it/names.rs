//! Nothing here may be mistaken for a real place, school, trust or diocese.

use std::collections::HashSet;
use std::fs;

use district::{DEMO_SEED, DIOCESE, District, Options};

use crate::files::public_data;
use crate::rows;

fn plain(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

#[test]
fn no_name_stands_in_the_real_register() {
    let Some(data) = public_data() else {
        eprintln!("skipped: public data not found");
        return;
    };
    let bytes = fs::read(data.join("national/edubasealldata20220831.csv")).unwrap();
    let real = rows(&bytes);
    let column = |name: &str| -> HashSet<String> { real.iter().map(|r| plain(&r[name])).collect() };
    let (schools, towns, trusts) =
        (column("EstablishmentName"), column("Town"), column("Trusts (name)"));
    let authorities = column("LA (name)");
    let codes: HashSet<&str> = real.iter().map(|r| r["LA (code)"].as_str()).collect();
    let postcodes: HashSet<&str> = real.iter().map(|r| r["Postcode"].as_str()).collect();
    for schools_wanted in [300, 20_000] {
        let options = Options { schools: schools_wanted, ..Options::default() };
        let district = District::generate(DEMO_SEED, options);
        for school in &district.schools {
            assert!(!schools.contains(&plain(&school.name)), "{} is a real school", school.name);
            assert!(!postcodes.contains(school.postcode.as_str()), "{}", school.postcode);
            assert!(school.postcode.starts_with('Q'), "{}", school.postcode);
        }
        for town in &district.towns {
            assert!(!towns.contains(&plain(&town.name)), "{} is a real town", town.name);
        }
        for trust in &district.trusts {
            assert!(!trusts.contains(&plain(&trust.name)), "{} is a real trust", trust.name);
        }
        for authority in &district.authorities {
            assert!(!authorities.contains(&plain(&authority.name)), "{}", authority.name);
            assert!(!codes.contains(authority.code.to_string().as_str()), "{}", authority.code);
        }
    }
}

#[test]
fn the_diocese_is_that_of_an_invented_town() {
    let district = crate::demo();
    let see = DIOCESE.1.trim_start_matches("Diocese of ");
    assert!(district.towns.iter().any(|t| t.name == see));
}
