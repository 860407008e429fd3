//! A school as the register knows it today.

use std::{fmt, str::FromStr};

use foundation::{DbError, OrgRef, Sql, clock::date_in_words, db::AsText};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

/// The stage of education a school serves, grouped so that like is compared with like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Nursery schools.
    Nursery,
    /// Primary, infant, junior, first and middle-deemed-primary schools.
    Primary,
    /// Secondary and middle-deemed-secondary schools.
    Secondary,
    /// From four or five to sixteen or later in one school.
    AllThrough,
    /// Sixth-form schools and colleges.
    Post16,
    /// Special schools, whatever their ages.
    Special,
    /// Pupil referral units and other alternative provision.
    Alternative,
    /// Everything else.
    Other,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 8] = [
        Self::Nursery,
        Self::Primary,
        Self::Secondary,
        Self::AllThrough,
        Self::Post16,
        Self::Special,
        Self::Alternative,
        Self::Other,
    ];

    /// The word stored in the database and used in addresses.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Nursery => "nursery",
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::AllThrough => "all-through",
            Self::Post16 => "post-16",
            Self::Special => "special",
            Self::Alternative => "alternative",
            Self::Other => "other",
        }
    }

    /// The words on a page.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Nursery => "Nursery",
            Self::Primary => "Primary",
            Self::Secondary => "Secondary",
            Self::AllThrough => "All-through",
            Self::Post16 => "16 to 19",
            Self::Special => "Special",
            Self::Alternative => "Alternative provision",
            Self::Other => "Other",
        }
    }

    /// Groups the register's words: the phase, and for schools outside the phases the type.
    #[must_use]
    pub fn from_register(phase: Option<&str>, kind: Option<&str>, group: Option<&str>) -> Self {
        let phase = phase.unwrap_or("").to_lowercase();
        let kind = format!("{} {}", kind.unwrap_or(""), group.unwrap_or("")).to_lowercase();
        if kind.contains("special") {
            return Self::Special;
        }
        if kind.contains("referral") || kind.contains("alternative provision") {
            return Self::Alternative;
        }
        match phase.as_str() {
            "nursery" => Self::Nursery,
            "primary" | "middle deemed primary" => Self::Primary,
            "secondary" | "middle deemed secondary" => Self::Secondary,
            "all-through" | "all through" => Self::AllThrough,
            "16 plus" => Self::Post16,
            _ if kind.contains("nursery") => Self::Nursery,
            _ => Self::Other,
        }
    }

    /// Whether a school of this phase has results of the given stage (`primary`, `secondary`,
    /// `post-16` or `all`, as indicators state it).
    #[must_use]
    pub fn takes(self, stage: &str) -> bool {
        match stage {
            "primary" => matches!(
                self,
                Self::Primary
                    | Self::AllThrough
                    | Self::Special
                    | Self::Alternative
                    | Self::Nursery
            ),
            "secondary" => matches!(
                self,
                Self::Secondary | Self::AllThrough | Self::Special | Self::Alternative
            ),
            "post-16" => {
                matches!(self, Self::Secondary | Self::AllThrough | Self::Post16 | Self::Special)
            }
            _ => true,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Phase {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|phase| phase.key() == text)
            .ok_or_else(|| format!("“{text}” is not a phase"))
    }
}

/// A school of the register.
#[derive(Clone, Debug, PartialEq)]
pub struct School {
    /// Unique reference number; a conversion to an academy brings a new one.
    pub urn: u32,
    /// Name.
    pub name: String,
    /// Phase, grouped.
    pub phase: Phase,
    /// Type of establishment, in the register's words.
    pub kind: String,
    /// Group of types, in the register's words.
    pub kind_group: Option<String>,
    /// `Open`, `Closed`, `Open, but proposed to close`, `Proposed to open`.
    pub status: String,
    /// Whether it is open, proposed to close included.
    pub is_open: bool,
    /// Three-digit code of the local authority; 0 where the register has none.
    pub authority: u16,
    /// Name of the local authority.
    pub authority_name: String,
    /// Number within the authority.
    pub number: Option<u16>,
    /// The trust's group number.
    pub trust: Option<u32>,
    /// The trust's name.
    pub trust_name: Option<String>,
    /// The federation's name.
    pub federation_name: Option<String>,
    /// Diocese.
    pub diocese: Option<String>,
    /// Region of England.
    pub region: Option<String>,
    /// District council.
    pub district: Option<String>,
    /// Street and locality.
    pub address: Option<String>,
    /// Town.
    pub town: Option<String>,
    /// County.
    pub county: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Degrees north (WGS84).
    pub lat: Option<f64>,
    /// Degrees east (WGS84).
    pub lon: Option<f64>,
    /// Urban or rural, in the register's words.
    pub urban_rural: Option<String>,
    /// Pupils on roll.
    pub pupils: Option<i64>,
    /// Places.
    pub capacity: Option<i64>,
    /// Percentage of pupils eligible for free school meals (0–100), as the register has it.
    pub fsm_percent: Option<f64>,
    /// Lowest age by statute.
    pub low_age: Option<i64>,
    /// Highest age by statute.
    pub high_age: Option<i64>,
    /// `Mixed`, `Girls`, `Boys`.
    pub gender: Option<String>,
    /// Religious character.
    pub religion: Option<String>,
    /// Admissions policy.
    pub admissions: Option<String>,
    /// Whether it has a sixth form, in the register's words.
    pub sixth_form: Option<String>,
    /// When it opened.
    pub opened: Option<Date>,
    /// When it closed or will close.
    pub closed: Option<Date>,
    /// Website.
    pub website: Option<String>,
    /// Tenth of neighbourhoods by income deprivation affecting children, 1 the most deprived.
    pub idaci_decile: Option<i64>,
    /// The day the register was taken.
    pub as_at: Option<Date>,
    /// The import file that says so.
    pub file: i64,
}

impl School {
    /// How records name it.
    #[must_use]
    pub const fn org(&self) -> OrgRef {
        OrgRef::School(self.urn)
    }

    /// The body legally responsible: the trust, otherwise the local authority.
    #[must_use]
    pub fn responsible(&self) -> Vec<OrgRef> {
        crate::bodies::responsible(self.trust, self.authority)
    }

    /// Where it is, when known: degrees north and east.
    #[must_use]
    pub fn position(&self) -> Option<(f64, f64)> {
        self.lat.zip(self.lon)
    }

    /// "Primary in Kirkhaven, Northmere", for lists.
    #[must_use]
    pub fn detail(&self) -> String {
        detail(self.phase, self.town.as_deref(), &self.authority_name)
    }

    /// "4 to 11", where both ages are known.
    #[must_use]
    pub fn ages(&self) -> Option<String> {
        self.low_age.zip(self.high_age).map(|(low, high)| format!("{low} to {high}"))
    }

    /// Opened or closed when, in words; nothing for a school that is open with no date.
    #[must_use]
    pub fn dates(&self) -> Option<String> {
        match (self.opened, self.closed) {
            (_, Some(closed)) if !self.is_open => Some(format!("closed {}", date_in_words(closed))),
            (Some(opened), _) => Some(format!("opened {}", date_in_words(opened))),
            _ => None,
        }
    }
}

pub(crate) fn detail(phase: Phase, town: Option<&str>, authority: &str) -> String {
    let place = match town {
        Some(town) if !authority.is_empty() && !town.eq_ignore_ascii_case(authority) => {
            format!("{town}, {authority}")
        }
        Some(town) => town.to_owned(),
        None => authority.to_owned(),
    };
    if place.is_empty() {
        phase.in_words().to_owned()
    } else {
        format!("{}, {place}", phase.in_words())
    }
}

/// The columns [`Row`] reads, for queries of this room.
pub(crate) const COLUMNS: &str = "urn, name, phase, kind, kind_group, status, is_open, authority, \
    authority_name, number, trust, trust_name, federation_name, diocese, region, district, \
    address, town, county, postcode, lat, lon, urban_rural, pupils, capacity, fsm_percent, \
    low_age, high_age, gender, religion, admissions, sixth_form, opened, closed, website, \
    idaci_decile, as_at, file";

#[derive(FromQueryResult)]
pub(crate) struct Row {
    urn: i64,
    name: String,
    phase: AsText<Phase>,
    kind: String,
    kind_group: Option<String>,
    status: String,
    is_open: bool,
    authority: i64,
    authority_name: String,
    number: Option<i64>,
    trust: Option<i64>,
    trust_name: Option<String>,
    federation_name: Option<String>,
    diocese: Option<String>,
    region: Option<String>,
    district: Option<String>,
    address: Option<String>,
    town: Option<String>,
    county: Option<String>,
    postcode: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
    urban_rural: Option<String>,
    pupils: Option<i64>,
    capacity: Option<i64>,
    fsm_percent: Option<f64>,
    low_age: Option<i64>,
    high_age: Option<i64>,
    gender: Option<String>,
    religion: Option<String>,
    admissions: Option<String>,
    sixth_form: Option<String>,
    opened: Option<String>,
    closed: Option<String>,
    website: Option<String>,
    idaci_decile: Option<i64>,
    as_at: Option<String>,
    file: i64,
}

impl From<Row> for School {
    fn from(row: Row) -> Self {
        let date = |text: Option<String>| text.and_then(|text| text.parse().ok());
        Self {
            urn: small(row.urn),
            name: row.name,
            phase: row.phase.0,
            kind: row.kind,
            kind_group: row.kind_group,
            status: row.status,
            is_open: row.is_open,
            authority: u16::try_from(row.authority).unwrap_or(0),
            authority_name: row.authority_name,
            number: row.number.and_then(|n| u16::try_from(n).ok()),
            trust: row.trust.and_then(|n| u32::try_from(n).ok()),
            trust_name: row.trust_name,
            federation_name: row.federation_name,
            diocese: row.diocese,
            region: row.region,
            district: row.district,
            address: row.address,
            town: row.town,
            county: row.county,
            postcode: row.postcode,
            lat: row.lat,
            lon: row.lon,
            urban_rural: row.urban_rural,
            pupils: row.pupils,
            capacity: row.capacity,
            fsm_percent: row.fsm_percent,
            low_age: row.low_age,
            high_age: row.high_age,
            gender: row.gender,
            religion: row.religion,
            admissions: row.admissions,
            sixth_form: row.sixth_form,
            opened: date(row.opened),
            closed: date(row.closed),
            website: row.website,
            idaci_decile: row.idaci_decile,
            as_at: date(row.as_at),
            file: row.file,
        }
    }
}

/// A number the database holds as 64 bits and this room never stores above 32.
pub(crate) fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// `1, 2, 3` for an `IN (…)` over numbers; a number that no row has when there is none.
pub(crate) fn number_list<N: fmt::Display>(numbers: impl IntoIterator<Item = N>) -> String {
    use fmt::Write as _;
    let mut text = String::new();
    for number in numbers {
        let comma = if text.is_empty() { "" } else { "," };
        let _ = write!(text, "{comma}{number}");
    }
    if text.is_empty() { "-1".to_owned() } else { text }
}

/// A school by its number.
///
/// # Errors
/// When the database cannot be read.
pub async fn school(db: &impl Sql, urn: u32) -> Result<Option<School>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM school WHERE urn = $1");
    let row: Option<Row> = db.first(&sql, [i64::from(urn).into()]).await?;
    Ok(row.map(School::from))
}

/// Schools by their numbers, in the order of the alphabet; unknown numbers are left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn schools(db: &impl Sql, urns: &[u32]) -> Result<Vec<School>, DbError> {
    let mut found = Vec::with_capacity(urns.len());
    for some in urns.chunks(5_000) {
        let list = number_list(some);
        let sql =
            format!("SELECT {COLUMNS} FROM school WHERE urn IN ({list}) ORDER BY sort_name, urn");
        let rows: Vec<Row> = db.all(&sql, []).await?;
        found.extend(rows.into_iter().map(School::from));
    }
    if urns.len() > 5_000 {
        found.sort_by_cached_key(|school| (crate::fold::fold(&school.name), school.urn));
    }
    Ok(found)
}

/// How many schools are open.
///
/// # Errors
/// When the database cannot be read.
pub async fn open_schools(db: &impl Sql) -> Result<i64, DbError> {
    db.count("SELECT count(*) AS n FROM school WHERE is_open", []).await
}

/// Which schools a list is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Of this local authority.
    pub authority: Option<u16>,
    /// Of this trust.
    pub trust: Option<u32>,
    /// Of this region.
    pub region: Option<String>,
    /// Of this phase.
    pub phase: Option<Phase>,
    /// Closed ones too.
    pub closed_too: bool,
}

/// A page of the schools in a scope, in the order of the alphabet, and how many there are in all.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(
    db: &impl Sql,
    scope: &Scope,
    offset: usize,
    limit: usize,
) -> Result<(Vec<School>, usize), DbError> {
    let mut filter = String::from("1 = 1");
    let mut values: Vec<sea_orm::Value> = Vec::new();
    let mut add = |column: &str, value: sea_orm::Value| {
        values.push(value);
        filter += &format!(" AND {column} = ${}", values.len());
    };
    if let Some(code) = scope.authority {
        add("authority", i64::from(code).into());
    }
    if let Some(uid) = scope.trust {
        add("trust", i64::from(uid).into());
    }
    if let Some(region) = &scope.region {
        add("region", region.clone().into());
    }
    if let Some(phase) = scope.phase {
        add("phase", phase.key().into());
    }
    if !scope.closed_too {
        filter += " AND is_open";
    }
    let n = db
        .count(&format!("SELECT count(*) AS n FROM school WHERE {filter}"), values.clone())
        .await?;
    let sql = format!(
        "SELECT {COLUMNS} FROM school WHERE {filter} ORDER BY sort_name, urn LIMIT {limit} OFFSET {offset}"
    );
    let rows: Vec<Row> = db.all(&sql, values).await?;
    Ok((rows.into_iter().map(School::from).collect(), usize::try_from(n).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_follow_the_registers_words_and_the_type_where_there_is_no_phase() {
        let phase = |p, k| Phase::from_register(Some(p), Some(k), None);
        assert_eq!(phase("Primary", "Community school"), Phase::Primary);
        assert_eq!(phase("Middle deemed secondary", "Academy converter"), Phase::Secondary);
        assert_eq!(phase("Not applicable", "Community special school"), Phase::Special);
        assert_eq!(phase("Not applicable", "Pupil referral unit"), Phase::Alternative);
        assert_eq!(phase("16 plus", "Free schools 16 to 19"), Phase::Post16);
        assert_eq!(phase("Not applicable", "Other independent school"), Phase::Other);
        for phase in Phase::ALL {
            assert_eq!(phase.key().parse(), Ok(phase));
        }
    }

    #[test]
    fn an_empty_list_names_no_school() {
        assert_eq!(number_list::<u32>([]), "-1");
        assert_eq!(number_list([1, 22]), "1,22");
    }
}
