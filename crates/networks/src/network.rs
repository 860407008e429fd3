//! What a network is, and who belongs to it.

use access::{AccountId, Kind, Post, Resource, Visitor, Zone, accounts, partnerships};
use foundation::{App, DbError, OrgRef, Sql, db::AsText, id_type, words};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

id_type! {
    /// A network.
    NetworkId
}

id_type! {
    /// Somebody's membership.
    MemberId
}

words! {
    /// What sort of coming together it is.
    Sort {
        Network = "network", "Network";
        Programme = "programme", "Programme";
    }
}

/// A network of a partnership.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Network {
    /// The identifier.
    pub id: NetworkId,
    /// The partnership whose people it is for.
    pub partnership: OrgRef,
    /// What it is called: "Heads of English".
    pub name: String,
    /// For whom it is and what for.
    pub about: String,
    /// Who convenes it.
    pub convenor: AccountId,
    /// Their name.
    pub convenor_name: String,
    ended_on: Option<AsText<Date>>,
    kind: AsText<Sort>,
    /// Guards against two changes at once.
    pub version: i64,
}

const COLUMNS: &str =
    "id, partnership, name, about, convenor, convenor_name, ended_on, kind, version";

impl Network {
    /// Whether it meets for good or is a course with an end.
    #[must_use]
    pub const fn sort(&self) -> Sort {
        self.kind.0
    }

    /// The last day, where it has ended.
    #[must_use]
    pub fn ended_on(&self) -> Option<Date> {
        self.ended_on.as_ref().map(|day| day.0)
    }

    /// The record as the policy sees it: shared in the partnership, looked after by its broker and
    /// the convenor.
    #[must_use]
    pub fn resource(&self) -> Resource {
        resource(self.partnership).people([self.convenor])
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> String {
        format!("/networks/{}", self.id)
    }
}

/// The networks of a partnership as the policy sees them.
#[must_use]
pub fn resource(partnership: OrgRef) -> Resource {
    Resource::new(Kind::Partnership, Zone::Network, partnership).through(Some(partnership))
}

/// Somebody who belongs to a network.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Member {
    /// The membership.
    pub id: MemberId,
    /// The network.
    pub network: NetworkId,
    /// Who.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// For which school or trust.
    pub org: OrgRef,
}

/// A network by its identifier.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: NetworkId) -> Result<Option<Network>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM network WHERE id = $1"), [id.into()]).await
}

/// The networks of a partnership that have not ended, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_partnership(db: &impl Sql, partnership: OrgRef) -> Result<Vec<Network>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM network WHERE partnership = $1 AND ended_on IS NULL ORDER BY name, id"
    );
    db.all(&sql, [partnership.into()]).await
}

/// The networks somebody convenes that have not ended.
///
/// # Errors
/// When the database cannot be read.
pub async fn convened_by(db: &impl Sql, account: AccountId) -> Result<Vec<Network>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM network WHERE convenor = $1 AND ended_on IS NULL ORDER BY name, id"
    );
    db.all(&sql, [account.into()]).await
}

/// Everybody who has joined and not left, by name, as the table says.
pub(crate) async fn joined(db: &impl Sql, network: NetworkId) -> Result<Vec<Member>, DbError> {
    db.all(
        "SELECT id, network, account, name, org FROM network_member
         WHERE network = $1 AND left_on IS NULL ORDER BY name, id",
        [network.into()],
    )
    .await
}

/// The memberships of a person that they have not given up.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_person(db: &impl Sql, account: AccountId) -> Result<Vec<Member>, DbError> {
    db.all(
        "SELECT id, network, account, name, org FROM network_member
         WHERE account = $1 AND left_on IS NULL ORDER BY id",
        [account.into()],
    )
    .await
}

/// Who belongs to a network today: those who joined, still work where they joined from, and whose
/// school or trust still belongs to the partnership.
///
/// # Errors
/// When the database cannot be read.
pub async fn members(app: &App, db: &impl Sql, of: &Network) -> Result<Vec<Member>, DbError> {
    let orgs = partnerships::members(db, of.partnership, app.clock.today()).await?;
    let mut all = Vec::new();
    for member in joined(db, of.id).await? {
        if orgs.contains(&member.org)
            && works_at(&accounts::posts(db, &app.clock, member.account).await?, member.org)
        {
            all.push(member);
        }
    }
    Ok(all)
}

/// Whether posts are held at an organisation.
#[must_use]
pub fn works_at(posts: &[Post], org: OrgRef) -> bool {
    posts.iter().any(|post| post.org == org)
}

/// For which organisations of a partnership somebody may join: those they work at.
#[must_use]
pub fn joins_for(visitor: &Visitor, partnership: OrgRef) -> Vec<OrgRef> {
    let mut orgs: Vec<OrgRef> = visitor
        .posts
        .iter()
        .map(|post| post.org)
        .filter(|org| *org != partnership && visitor.has_member(partnership, *org))
        .collect();
    orgs.dedup();
    orgs
}
