//! What this room knows of a person: what they still look after, and what it holds about them.

use access::{AccountId, leaving::Duty};
use foundation::{App, DbError, OrgRef, Sql as _};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

use crate::{introductions, network};

/// What somebody still looks after: the networks they convene.
///
/// # Errors
/// When the database cannot be read.
pub async fn duties(app: App, (account, org): (AccountId, OrgRef)) -> Result<Vec<Duty>, DbError> {
    let mut duties = Vec::new();
    for of in network::convened_by(&app.db, account).await? {
        let members =
            access::partnerships::members(&app.db, of.partnership, app.clock.today()).await?;
        if org == of.partnership || members.contains(&org) {
            duties.push(Duty {
                what: format!("Convenes “{}”", of.name),
                href: format!("{}/edit", of.address()),
            });
        }
    }
    Ok(duties)
}

#[derive(FromQueryResult)]
struct Presence {
    title: String,
    on_date: String,
    came: Option<bool>,
}

#[derive(FromQueryResult)]
struct Said {
    words: String,
}

/// What is held about somebody: the networks they convene and belong to, the meetings they came to
/// and what they put on agendas.
///
/// # Errors
/// When the database cannot be read.
pub async fn extract(app: App, account: AccountId) -> Result<Value, DbError> {
    let names = |all: Vec<network::Network>| all.into_iter().map(|of| of.name).collect::<Vec<_>>();
    let convened = names(network::convened_by(&app.db, account).await?);
    let mut joined = Vec::new();
    for member in network::of_person(&app.db, account).await? {
        let of = network::find(&app.db, member.network).await?;
        joined.push(json!({ "network": of.map(|of| of.name), "for": member.org }));
    }
    let came: Vec<Presence> = app
        .db
        .all(
            "SELECT m.title, m.on_date, p.came FROM network_presence p
             JOIN network_meeting m ON m.id = p.meeting WHERE p.account = $1 ORDER BY m.on_date",
            [account.into()],
        )
        .await?;
    let came: Vec<Value> = came
        .into_iter()
        .map(|it| json!({ "meeting": it.title, "on": it.on_date, "came": it.came }))
        .collect();
    let said: Vec<Said> = app
        .db
        .all(
            "SELECT words FROM network_item WHERE account = $1 ORDER BY added_at",
            [account.into()],
        )
        .await?;
    let said: Vec<String> = said.into_iter().map(|it| it.words).collect();
    let mut introduced = Vec::new();
    for it in introductions::of_person(&app.db, account).await? {
        let said = it.seen_by(account).map(|(own, _)| own.said);
        introduced
            .push(json!({ "matter": it.matter, "state": it.state().key(), "said_yes": said }));
    }
    Ok(
        json!({ "introductions": introduced, "convenes": convened, "belongs to": joined, "meetings": came, "agenda": said }),
    )
}
