//! Trusts, authorities and regions, and the name of any organisation.

use foundation::{DbError, OrgRef, Sql, Tx, db::AsText, web::Names};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

use crate::school::small;

/// A trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// The register's group number.
    pub uid: u32,
    /// Name.
    pub name: String,
    /// Kind, in the register's words, where a groups file was imported.
    pub kind: Option<String>,
    /// Open or closed, in the register's words.
    pub status: Option<String>,
    /// When it was incorporated.
    pub opened: Option<Date>,
    /// When it closed.
    pub closed: Option<Date>,
    /// Company number.
    pub companies_house: Option<String>,
}

impl Trust {
    /// How records name it.
    #[must_use]
    pub const fn org(&self) -> OrgRef {
        OrgRef::Trust(self.uid)
    }
}

/// A time during which a school was seen in a trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The school.
    pub urn: u32,
    /// The trust's group number.
    pub trust: u32,
    /// The trust's name at that time.
    pub trust_name: String,
    /// The first day; the day of the first register that says so where `exact` is false.
    pub since: Option<Date>,
    /// Whether the register gives the day of joining.
    pub exact: bool,
    /// The day of the last register that says so, for a membership that has ended.
    pub until: Option<Date>,
}

/// A local authority.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Authority {
    code: i64,
    /// Name.
    pub name: String,
    /// Region.
    pub region: Option<String>,
}

impl Authority {
    /// Three-digit code.
    #[must_use]
    pub fn code(&self) -> u16 {
        u16::try_from(self.code).unwrap_or(0)
    }

    /// How records name it.
    #[must_use]
    pub fn org(&self) -> OrgRef {
        OrgRef::Authority(self.code())
    }
}

/// A trust by its group number.
///
/// # Errors
/// When the database cannot be read.
pub async fn trust(db: &impl Sql, uid: u32) -> Result<Option<Trust>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        uid: i64,
        name: String,
        kind: Option<String>,
        status: Option<String>,
        opened: Option<AsText<Date>>,
        closed: Option<AsText<Date>>,
        companies_house: Option<String>,
    }
    let row: Option<Row> = db
        .first(
            "SELECT uid, name, kind, status, opened, closed, companies_house FROM trust WHERE uid = $1",
            [i64::from(uid).into()],
        )
        .await?;
    Ok(row.map(|row| Trust {
        uid: small(row.uid),
        name: row.name,
        kind: row.kind,
        status: row.status,
        opened: row.opened.map(|day| day.0),
        closed: row.closed.map(|day| day.0),
        companies_house: row.companies_house,
    }))
}

async fn memberships(db: &impl Sql, column: &str, key: u32) -> Result<Vec<Membership>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        urn: i64,
        trust: i64,
        trust_name: String,
        since: String,
        since_exact: bool,
        until: Option<AsText<Date>>,
    }
    let sql = format!(
        "SELECT urn, trust, trust_name, since, since_exact, until FROM trust_member
         WHERE {column} = $1 ORDER BY since, trust, urn"
    );
    let rows: Vec<Row> = db.all(&sql, [i64::from(key).into()]).await?;
    Ok(rows
        .into_iter()
        .map(|row| Membership {
            urn: small(row.urn),
            trust: small(row.trust),
            trust_name: row.trust_name,
            since: row.since.parse().ok(),
            exact: row.since_exact,
            until: row.until.map(|day| day.0),
        })
        .collect())
}

/// The trusts a school has been seen in, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn trusts_of(db: &impl Sql, urn: u32) -> Result<Vec<Membership>, DbError> {
    memberships(db, "urn", urn).await
}

/// The schools that have been seen in a trust, oldest membership first.
///
/// # Errors
/// When the database cannot be read.
pub async fn members_of(db: &impl Sql, uid: u32) -> Result<Vec<Membership>, DbError> {
    memberships(db, "trust", uid).await
}

/// Every local authority that has a school, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn authorities(db: &impl Sql) -> Result<Vec<Authority>, DbError> {
    db.all("SELECT code, name, region FROM local_authority ORDER BY name, code", []).await
}

/// Works the authorities out again from the register's schools.
pub(crate) async fn rebuild(tx: &Tx) -> Result<(), DbError> {
    tx.script(
        "DELETE FROM local_authority;
         INSERT INTO local_authority (code, name, region)
           SELECT authority, max(authority_name), max(region) FROM school
           WHERE authority > 0 GROUP BY authority;",
    )
    .await
}

/// A local authority by its code.
///
/// # Errors
/// When the database cannot be read.
pub async fn authority(db: &impl Sql, code: u16) -> Result<Option<Authority>, DbError> {
    db.first(
        "SELECT code, name, region FROM local_authority WHERE code = $1",
        [i64::from(code).into()],
    )
    .await
}

/// Every region that has a school, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn regions(db: &impl Sql) -> Result<Vec<String>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        region: String,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT DISTINCT region FROM local_authority WHERE region IS NOT NULL ORDER BY region",
            [],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.region).collect())
}

/// How the product calls organisations: as the register does.
#[must_use]
pub fn names() -> Names {
    Names::asking(|db, org| async move { org_name(&db, org).await })
}

/// The name of any organisation. What is unknown is named by its number, so that a record is
/// never without a name.
///
/// # Errors
/// When the database cannot be read.
pub async fn org_name(db: &impl Sql, org: OrgRef) -> Result<String, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
    }
    let (sql, key, otherwise) = match org {
        OrgRef::School(urn) => {
            ("SELECT name FROM school WHERE urn = $1", i64::from(urn), format!("School {urn}"))
        }
        OrgRef::Trust(uid) => {
            ("SELECT name FROM trust WHERE uid = $1", i64::from(uid), format!("Trust {uid}"))
        }
        OrgRef::Authority(code) => (
            "SELECT authority_name AS name FROM school WHERE authority = $1 LIMIT 1",
            i64::from(code),
            format!("Authority {code}"),
        ),
        OrgRef::Partnership(_) => {
            let found = access::partnerships::get(db, org).await?;
            return Ok(found.map_or_else(|| "A partnership".to_owned(), |p| p.name));
        }
        OrgRef::Partner(_) => return Ok("A partner organisation".to_owned()),
    };
    let row: Option<Row> = db.first(sql, [key.into()]).await?;
    Ok(row.map_or(otherwise, |row| row.name))
}
