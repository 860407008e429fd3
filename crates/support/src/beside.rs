//! Several supports in one school: whoever leads one of them learns that there are others, so that
//! the school keeps one plan. Who else comes, and for what, is for the school to say: a reader who
//! may not open the other agreements learns how many there are and no more.

use access::{Action, Permit, Visitor, accounts};
use foundation::{
    App, DbError, Sql, Tx,
    mail::{self, Letter},
};

use crate::{
    agreements::{
        Agreement,
        machine::State,
        store::{of_org, team_leaders},
    },
    neighbours,
};

/// The other agreements by which the same school is supported now or from a day that is agreed.
///
/// # Errors
/// When the database cannot be read.
pub async fn beside(db: &impl Sql, agreement: &Agreement) -> Result<Vec<Agreement>, DbError> {
    let mut others = of_org(db, agreement.supported).await?;
    others.retain(|other| {
        other.id != agreement.id
            && other.supported == agreement.supported
            && (other.state().in_force() || other.state() == State::Signed)
    });
    Ok(others)
}

/// What stands on the page of an agreement while the same school has other supports: how many, and
/// those of them that the visitor may open, as title and address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// How many there are.
    pub others: usize,
    /// Those that the visitor may open: what it is, and where.
    pub open: Vec<(String, String)>,
}

/// The others, as a visitor may know of them.
///
/// # Errors
/// When the database cannot be read.
pub async fn for_visitor(
    db: &impl Sql,
    agreement: &Agreement,
    visitor: &Visitor,
) -> Result<Beside, DbError> {
    let all = beside(db, agreement).await?;
    let mut open = Vec::new();
    for other in &all {
        if access::decide(visitor, Action::Read, &other.resource(db).await?).allowed {
            open.push((other.title.clone(), format!("/agreements/{}", other.id)));
        }
    }
    Ok(Beside { others: all.len(), open })
}

/// Writes to whoever leads one of several supports that the beginning of another makes meet: the
/// leaders of the supporting side and of each team, once each.
pub(crate) async fn tell_all(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    begun: &Agreement,
) -> Result<(), DbError> {
    let mut all = beside(tx, begun).await?;
    all.retain(|other| other.state().in_force());
    if all.is_empty() {
        return Ok(());
    }
    all.push(begun.clone());
    let names = neighbours::names(tx, [begun.supported]).await?;
    let name = names.get(&begun.supported).cloned().unwrap_or_default();
    let several = all.len();
    let mut told = Vec::new();
    for one in &all {
        let mut readers = accounts::leaders(tx, &app.clock, one.supporting).await?;
        for lead in team_leaders(tx, one.id).await? {
            readers.extend(accounts::get(tx, lead).await?.filter(|who| who.closed_at.is_none()));
        }
        for reader in readers {
            if told.contains(&reader.id) {
                continue;
            }
            told.push(reader.id);
            let body = format!(
                "Hello {},\n\nfrom today {name} has {several} supports at once, yours among them. \
                 Several supports can pull in different directions: please ask its head how they \
                 fit together, and keep to one plan.\n\n{}/agreements/{}\n",
                reader.name,
                app.config.public_url(),
                one.id
            );
            let subject = "Several supports meet where you help".to_owned();
            let letter = Letter { recipient: reader.email, subject, body };
            mail::post(tx, app, permit.context(), &letter).await?;
        }
    }
    Ok(())
}
