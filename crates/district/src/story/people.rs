//! Who is who. All invented.

use jiff::civil::{Date, date};

use super::Key;
use crate::Urn;

/// A person.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Short name other records use.
    pub key: Key,
    /// Full name.
    pub name: String,
    /// Address for mail, at a domain that cannot receive any.
    pub email: String,
    /// The persona this person stands for, if one: what they come here to do.
    pub persona: Option<&'static str>,
}

/// Who somebody works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Employer {
    /// A school.
    School(Urn),
    /// A trust, by its place in `District::trusts`.
    Trust(usize),
    /// An authority, by its place in `District::authorities`.
    Authority(usize),
    /// The alliance.
    Alliance,
    /// An organisation outside education.
    Partner(&'static str),
}

/// What somebody may do in the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Head or deputy of a school.
    Head,
    /// Staff with delegated parts.
    DelegatedStaff,
    /// A leader who works beyond their school.
    SystemLeader,
    /// Brokers support.
    Broker,
    /// Executive of a responsible body.
    TrustExecutive,
    /// Governor or trustee.
    Governor,
    /// Chair of governors.
    Chair,
    /// Convenes a network.
    Convenor,
    /// Commissions or funds.
    Commissioner,
    /// External partner.
    Partner,
    /// Imports, accounts, data protection.
    Administrator,
    /// Runs the installation.
    Operator,
}

/// A post somebody holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// Who.
    pub person: Key,
    /// For whom.
    pub employer: Employer,
    /// Title.
    pub title: &'static str,
    /// What it lets them do.
    pub role: Role,
    /// Since when.
    pub start: Date,
}

use Employer::{Alliance, Authority, Partner, School, Trust};

/// Key, name, persona, employer, title, role, start.
type Row = (Key, &'static str, Option<&'static str>, Employer, &'static str, Role, Date);

const NAMED: &[Row] = &[
    (
        "priya",
        "Priya Venkataraman",
        Some("Headteacher of a supported primary"),
        School(999_101),
        "Headteacher",
        Role::Head,
        date(2024, 9, 1),
    ),
    (
        "daniel",
        "Daniel Osei-Marsh",
        Some("Head of a supporting school (NLE)"),
        School(999_207),
        "Headteacher",
        Role::Head,
        date(2016, 9, 1),
    ),
    (
        "aisha",
        "Aisha Khan",
        Some("Specialist leader: early reading"),
        School(999_207),
        "Assistant head, Year 2 teacher",
        Role::SystemLeader,
        date(2018, 9, 1),
    ),
    (
        "marcus",
        "Marcus Thorne-Ellery",
        Some("Broker"),
        Alliance,
        "Broker of support",
        Role::Broker,
        date(2021, 1, 4),
    ),
    (
        "chen",
        "Dr Lian Chen",
        Some("Trust chief executive"),
        Trust(0),
        "Chief executive",
        Role::TrustExecutive,
        date(2017, 4, 1),
    ),
    (
        "helen",
        "Helen Garrowby",
        Some("Trust director of school improvement"),
        Trust(0),
        "Director of school improvement",
        Role::TrustExecutive,
        date(2020, 9, 1),
    ),
    ("tom", "Tom Arkless", Some("Trustee"), Trust(0), "Trustee", Role::Governor, date(2022, 1, 10)),
    (
        "grace",
        "Grace Adeyemi-Holt",
        Some("Network convenor"),
        School(999_201),
        "Head of English",
        Role::Convenor,
        date(2019, 9, 1),
    ),
    (
        "joe",
        "Joe Pendrick",
        Some("Teacher and subject lead"),
        School(999_108),
        "Year 4 teacher, mathematics lead",
        Role::DelegatedStaff,
        date(2021, 9, 1),
    ),
    (
        "bev",
        "Bev Sallis",
        Some("Estates manager, support-staff specialist"),
        School(999_207),
        "Estates manager",
        Role::SystemLeader,
        date(2013, 2, 4),
    ),
    (
        "samir",
        "Samir Haddad",
        Some("National Leader of Governance"),
        School(999_202),
        "Chair of governors",
        Role::Chair,
        date(2015, 11, 2),
    ),
    (
        "ruth",
        "Ruth Okafor-Lyle",
        Some("Commissioner and funder"),
        Authority(0),
        "Head of education commissioning",
        Role::Commissioner,
        date(2018, 6, 4),
    ),
    (
        "lena",
        "Lena Brandvold",
        Some("Partner: NHS children's therapies"),
        Partner("Estermouth Sound Children\u{2019}s Therapies"),
        "Service lead, speech and language",
        Role::Partner,
        date(2020, 3, 2),
    ),
    (
        "omar",
        "Omar Benyahia",
        Some("New headteacher (month 3)"),
        School(999_109),
        "Headteacher",
        Role::Head,
        date(2026, 9, 1),
    ),
    (
        "kit",
        "Kit Lindqvist",
        Some("Data, accounts and data protection"),
        Alliance,
        "Data and systems officer",
        Role::Administrator,
        date(2022, 5, 9),
    ),
    // Around Harbour View and Oakfield.
    (
        "moira",
        "Moira Stannard",
        None,
        School(999_101),
        "Chair of governors",
        Role::Chair,
        date(2019, 10, 1),
    ),
    (
        "jess",
        "Jess Tolliver",
        None,
        School(999_101),
        "Key stage 1 lead",
        Role::DelegatedStaff,
        date(2023, 9, 1),
    ),
    (
        "nasreen",
        "Nasreen Qadir",
        None,
        School(999_101),
        "SENCO",
        Role::DelegatedStaff,
        date(2020, 9, 1),
    ),
    (
        "colin",
        "Colin Wetherall",
        None,
        School(999_207),
        "Chair of governors",
        Role::Chair,
        date(2018, 10, 1),
    ),
    (
        "petra",
        "Petra Lund",
        None,
        School(999_207),
        "Year 3 lead",
        Role::DelegatedStaff,
        date(2021, 9, 1),
    ),
    // Specialists elsewhere in the cadre.
    (
        "ifeoma",
        "Ifeoma Castell",
        None,
        School(999_202),
        "Assistant head, mathematics",
        Role::SystemLeader,
        date(2017, 9, 1),
    ),
    (
        "rhodri",
        "Rhodri Vane",
        None,
        School(999_102),
        "Deputy head, curriculum",
        Role::SystemLeader,
        date(2016, 9, 1),
    ),
    (
        "yolanda",
        "Yolanda Finch-Abara",
        None,
        School(999_103),
        "Assistant head, English as an additional language",
        Role::SystemLeader,
        date(2019, 9, 1),
    ),
    (
        "stefan",
        "Stefan Brockway",
        None,
        School(999_201),
        "Deputy head, behaviour and attendance",
        Role::SystemLeader,
        date(2018, 1, 8),
    ),
    (
        "miriam",
        "Miriam Okell",
        None,
        School(999_112),
        "Head of outreach, autism",
        Role::SystemLeader,
        date(2014, 9, 1),
    ),
    (
        "gwil",
        "Gwil Tranter",
        None,
        School(999_210),
        "School business leader",
        Role::SystemLeader,
        date(2012, 4, 2),
    ),
    (
        "anneka",
        "Anneka Dray",
        None,
        School(999_205),
        "Early years lead",
        Role::SystemLeader,
        date(2020, 9, 1),
    ),
    (
        "teo",
        "Teo Marchetti",
        None,
        School(999_206),
        "Network manager (technical)",
        Role::SystemLeader,
        date(2015, 7, 6),
    ),
    (
        "roz",
        "Roz Haverstock",
        None,
        School(999_211),
        "Head of science",
        Role::SystemLeader,
        date(2017, 9, 1),
    ),
];

/// Heads of the other alliance schools.
const HEADS: [(Urn, Key, &str, i16); 21] = [
    (999_102, "head-bayside", "Judith Marlowe-Quist", 2015),
    (999_103, "head-st-brede", "Brother Anselm Coyle", 2018),
    (999_104, "head-lanternfield-infant", "Wendy Castledine", 2012),
    (999_105, "head-lanternfield-junior", "Sunil Rajaratnam", 2019),
    (999_106, "head-estermouth-sound", "Fiona Drummond-Lee", 2022),
    (999_107, "head-skarrowby", "Alastair Penhale", 2014),
    (999_108, "head-brinewick", "Chidi Nwosu", 2021),
    (999_110, "head-pellingsea", "Tamsin Yelland", 2017),
    (999_111, "head-saltern-lane", "Delia Cresswick", 2010),
    (999_112, "head-windrose", "Harpreet Sahota", 2016),
    (999_201, "head-corvenham", "Gareth Ingleby", 2013),
    (999_202, "head-threll", "Rosalind Maybury", 2011),
    (999_203, "head-hagglewick", "Emeka Obi", 2020),
    (999_204, "head-fennimoor", "Bethan Lasko", 2018),
    (999_205, "head-ludderby", "Kasia Wolanska", 2023),
    (999_206, "head-kestlebridge", "Viktor Hale", 2019),
    (999_208, "head-mizzenford", "Noor Al-Rashid", 2021),
    (999_209, "head-yarrowstead", "Quentin Ash", 2009),
    (999_210, "head-oarsby", "Leah Trevanion", 2017),
    (999_211, "head-petrelness", "Imran Sadiq", 2020),
    (999_212, "head-ropewalk", "Ursula Banfield", 2022),
];

pub(crate) fn people() -> Vec<Person> {
    let named = NAMED.iter().map(|&(key, name, persona, ..)| (key, name, persona));
    let heads = HEADS.iter().map(|&(_, key, name, _)| (key, name, None));
    named
        .chain(heads)
        .map(|(key, name, persona)| Person {
            key,
            name: name.to_owned(),
            email: format!("{key}@tideway.example"),
            persona,
        })
        .collect()
}

pub(crate) fn posts() -> Vec<Post> {
    let named = NAMED.iter().map(|&(person, _, _, employer, title, role, start)| Post {
        person,
        employer,
        title,
        role,
        start,
    });
    let heads = HEADS.iter().map(|&(urn, person, _, year)| Post {
        person,
        employer: School(urn),
        title: "Headteacher",
        role: Role::Head,
        start: date(year, 9, 1),
    });
    // Second posts: heads who lead beyond their school, and who runs the installation.
    let second = [
        ("kit", Alliance, "Data and systems officer", Role::Operator, date(2022, 5, 9)),
        ("daniel", Alliance, "National Leader of Education", Role::SystemLeader, date(2020, 9, 1)),
        ("samir", Alliance, "National Leader of Governance", Role::SystemLeader, date(2021, 9, 1)),
        ("grace", Alliance, "Convenor, Heads of English", Role::Convenor, date(2023, 9, 1)),
        ("head-threll", Alliance, "Professional partner", Role::SystemLeader, date(2022, 9, 1)),
        (
            "head-windrose",
            Alliance,
            "Local Leader of Education",
            Role::SystemLeader,
            date(2023, 9, 1),
        ),
    ]
    .map(|(person, employer, title, role, start)| Post {
        person,
        employer,
        title,
        role,
        start,
    });
    named.chain(heads).chain(second).collect()
}

/// The key of a school's head.
pub(crate) fn head_of(urn: Urn) -> Key {
    match urn {
        999_101 => "priya",
        999_109 => "omar",
        999_207 => "daniel",
        other => HEADS.iter().find(|h| h.0 == other).map_or("marcus", |h| h.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alliance::MEMBERS;

    #[test]
    fn every_member_school_has_one_head() {
        let posts = posts();
        for member in &MEMBERS {
            let heads = posts
                .iter()
                .filter(|p| p.employer == School(member.urn) && p.role == Role::Head)
                .count();
            assert_eq!(heads, 1, "{}", member.name);
            assert_ne!(head_of(member.urn), "marcus", "{}", member.name);
        }
    }
}
