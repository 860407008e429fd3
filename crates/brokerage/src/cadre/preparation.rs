//! What somebody does before they lead in another school: the training their role needs, and the
//! code of conduct, read and accepted by themselves. A new version of the code is accepted anew.
//!
//! A register from before modules were kept apart shows one date and that the code was accepted:
//! that date stands for every module, the acceptance for the code's first version.

use access::{AccountId, Permit, accounts};
use foundation::{
    App, DbError, Sql, Tx,
    clock::date_in_words,
    db::{AsText, At, Json},
    events::{self, Event},
    id_type,
    mail::{self, Letter},
};
use jiff::{ToSpan, civil::Date};
use needs::ActError;
use sea_orm::{FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    model::{Designation, DesignationId},
    state::State,
};
use crate::packs::{self, ModuleKind};

id_type! {
    /// A piece of training somebody has done.
    TrainingId
}

/// What stands for the code of conduct in a list of what is missing.
pub const CONDUCT: &str = "conduct";

/// A piece of training somebody has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Training {
    /// The person.
    pub person: AccountId,
    /// The module's code.
    pub module: String,
    /// The day it was done.
    pub done_on: Date,
    /// The last day it holds; for good where there is none.
    pub until: Option<Date>,
    /// Who wrote it down.
    pub recorded_by: String,
}

/// What a designation began without, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Codes of modules, or [`CONDUCT`].
    pub of: Vec<String>,
    /// The broker's reason.
    pub why: String,
    /// Who decided so.
    pub by: String,
}

/// What is known of a person's preparation, apart from any one designation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preparation {
    /// Their training, the latest last.
    pub trained: Vec<Training>,
    /// The newest version of the code they accepted.
    pub conduct: Option<u32>,
}

/// The name of a module or of the code, for people.
#[must_use]
pub fn name_of(code: &str) -> String {
    match packs::module(code) {
        Some(module) => module.name.clone(),
        None if code == CONDUCT => "the code of conduct".to_owned(),
        None => code.to_owned(),
    }
}

/// Several of them, in one line.
#[must_use]
pub fn names_of(codes: &[String]) -> String {
    codes.iter().map(|code| name_of(code)).collect::<Vec<_>>().join(", ")
}

impl Designation {
    /// The modules its role needs.
    #[must_use]
    pub fn needed(&self) -> Vec<&'static ModuleKind> {
        let needs = packs::role(&self.role).map_or(&[][..], |role| role.needs.as_slice());
        needs.iter().filter_map(|code| packs::module(code)).collect()
    }

    /// Whether a module holds on a day, and until when, where it ends.
    #[must_use]
    pub fn holds(&self, module: &str, on: Date) -> Option<Option<Date>> {
        let own = self.prepared.trained.iter().rfind(|one| {
            one.module == module && one.done_on <= on && one.until.is_none_or(|until| until >= on)
        });
        match (own, self.training_until) {
            (Some(one), _) => Some(one.until),
            (None, Some(until)) if until >= on => Some(Some(until)),
            _ => None,
        }
    }

    /// Whether the code of conduct in force was accepted.
    #[must_use]
    pub fn accepted_conduct(&self) -> bool {
        self.prepared.conduct.unwrap_or(0) >= packs::conduct().version
    }

    /// What its role needs and the person lacks on a day, by code.
    #[must_use]
    pub fn missing(&self, on: Date) -> Vec<String> {
        let mut codes: Vec<String> = self
            .needed()
            .into_iter()
            .filter(|module| self.holds(&module.code, on).is_none())
            .map(|module| module.code.clone())
            .collect();
        if !self.accepted_conduct() {
            codes.push(CONDUCT.to_owned());
        }
        codes
    }

    /// Whether nothing is missing on a day but what the broker let go.
    #[must_use]
    pub fn is_current(&self, on: Date) -> bool {
        let waived = self.waiver.as_ref().map_or(&[][..], |waiver| waiver.of.as_slice());
        self.missing(on).iter().all(|code| waived.contains(code))
    }

    /// The day on which the first of its modules ends; none where one is missing or all hold for
    /// good.
    #[must_use]
    pub fn trained_until(&self, on: Date) -> Option<Date> {
        let ends: Option<Vec<Option<Date>>> =
            self.needed().into_iter().map(|module| self.holds(&module.code, on)).collect();
        ends?.into_iter().flatten().min()
    }
}

#[derive(FromQueryResult)]
struct Row {
    person: AccountId,
    module: String,
    done_on: AsText<Date>,
    until_on: Option<AsText<Date>>,
    recorded_by: String,
}

#[derive(FromQueryResult)]
struct Accepted {
    person: AccountId,
    version: i64,
}

/// The preparation of the people of some designations: those that meet a condition on `designation`.
pub(super) async fn of_those(
    db: &impl Sql,
    condition: &str,
    values: &[Value],
) -> Result<Vec<(AccountId, Preparation)>, DbError> {
    let who = format!("person IN (SELECT person FROM designation WHERE {condition})");
    read(db, &who, values).await
}

/// What is known of one person's preparation.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, person: AccountId) -> Result<Preparation, DbError> {
    let one = read(db, "person = $1", &[person.into()]).await?.pop();
    Ok(one.map(|(_, known)| known).unwrap_or_default())
}

async fn read(
    db: &impl Sql,
    who: &str,
    values: &[Value],
) -> Result<Vec<(AccountId, Preparation)>, DbError> {
    let mut known: Vec<(AccountId, Preparation)> = Vec::new();
    let sql = format!(
        "SELECT person, module, done_on, until_on, recorded_by FROM training WHERE {who}
         ORDER BY person, done_on, id"
    );
    for row in db.all::<Row>(&sql, values.to_vec()).await? {
        of_person(&mut known, row.person).trained.push(Training {
            person: row.person,
            module: row.module,
            done_on: row.done_on.0,
            until: row.until_on.map(|until| until.0),
            recorded_by: row.recorded_by,
        });
    }
    let sql = format!(
        "SELECT person, max(version) AS version FROM conduct_acceptance WHERE {who} GROUP BY person"
    );
    for row in db.all::<Accepted>(&sql, values.to_vec()).await? {
        of_person(&mut known, row.person).conduct = u32::try_from(row.version).ok();
    }
    Ok(known)
}

fn of_person(known: &mut Vec<(AccountId, Preparation)>, person: AccountId) -> &mut Preparation {
    let at = known.iter().position(|(one, _)| *one == person).unwrap_or_else(|| {
        known.push((person, Preparation::default()));
        known.len() - 1
    });
    &mut known[at].1
}

/// Writes down that the person of a designation has done a module on a day; how long it holds is
/// the pack's to say.
///
/// # Errors
/// When the pack has no such module, the day is still to come, or it no longer holds.
pub async fn record_module(
    app: &App,
    permit: &Permit,
    id: DesignationId,
    module: &str,
    done_on: Date,
) -> Result<(), ActError> {
    let Some(kind) = packs::module(module) else {
        return Err(ActError::missing("module", "Choose the training from the list"));
    };
    let today = foundation::clock::london(permit.context().at);
    if done_on > today {
        return Err(ActError::missing("done", "Enter the day it was done, not one still to come"));
    }
    let until = kind.years.map(|years| done_on.saturating_add(i32::from(years).years()));
    if let Some(until) = until.filter(|until| *until < today) {
        return Err(ActError::missing(
            "done",
            format!(
                "“{}” from that day held until {}: it has to be done again",
                kind.name,
                date_in_words(until)
            ),
        ));
    }
    let tx = app.db.write().await?;
    let it = super::store::designation(&tx, id).await?.ok_or(ActError::NotFound("designation"))?;
    tx.run(
        "INSERT INTO training (id, person, module, done_on, until_on, recorded_by, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            TrainingId::new(&app.ids).into(),
            it.person.into(),
            kind.code.clone().into(),
            done_on.to_string().into(),
            until.map(|until| until.to_string()).into(),
            permit.context().actor.name().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    // What was let go for now is done: when it runs out again, it is asked for again.
    for mut one in super::store::designations_of(&tx, it.person).await? {
        let Some(waiver) = one.waiver.as_mut().filter(|w| w.of.contains(&kind.code)) else {
            continue;
        };
        waiver.of.retain(|code| *code != kind.code);
        let (sql, values): (_, Vec<Value>) = match waiver.of.is_empty() {
            true => ("UPDATE designation SET waiver = NULL WHERE id = $1", vec![one.id.into()]),
            false => (
                "UPDATE designation SET waiver = $2 WHERE id = $1",
                vec![one.id.into(), Json(&*waiver).into()],
            ),
        };
        tx.run(sql, values).await?;
    }
    let event = Event::new("designation", id, "trained").owned_by(it.org);
    let facts = json!({ "module": kind.code, "done_on": done_on, "until": until });
    events::append(&tx, permit.context(), event.with(facts)).await?;
    tx.commit().await?;
    Ok(())
}

/// Somebody accepts the code of conduct, in the version they read. Accepting it twice changes
/// nothing.
///
/// # Errors
/// When the code has changed since they opened it, or the permit is nobody's.
pub async fn accept_conduct(app: &App, permit: &Permit, version: u32) -> Result<(), ActError> {
    if version != packs::conduct().version {
        return Err(ActError::missing(
            "accept",
            "The code has changed since you opened this page. Read it again before you accept it",
        ));
    }
    let person = permit
        .person()
        .ok_or_else(|| ActError::refused("Everybody accepts the code of conduct themselves."))?;
    let tx = app.db.write().await?;
    let written = keep_acceptance(&tx, permit, person, version).await?;
    if written > 0 {
        let event = Event::new("conduct", person, "accepted");
        events::append(&tx, permit.context(), event.with(json!({ "version": version }))).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Keeps an acceptance; nought where it was kept before.
pub(super) async fn keep_acceptance(
    tx: &Tx,
    permit: &Permit,
    person: AccountId,
    version: u32,
) -> Result<u64, DbError> {
    let on = foundation::clock::london(permit.context().at);
    tx.run(
        "INSERT INTO conduct_acceptance (person, version, accepted_on) VALUES ($1, $2, $3)
         ON CONFLICT (person, version) DO NOTHING",
        [person.into(), i64::from(version).into(), on.to_string().into()],
    )
    .await
}

/// The broker lets somebody begin, or go on, although training is missing: kept with the reason,
/// and the person is told. The code of conduct is never let go. In the transaction of the step.
pub(super) async fn waive(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    it: &Designation,
    missing: Vec<String>,
    why: &str,
) -> Result<(), ActError> {
    if missing.iter().any(|code| code == CONDUCT) {
        return Err(ActError::missing(
            "reason",
            "Nobody is offered who has not accepted the code of conduct: they accept it on this \
             page. Training alone can wait, with a reason",
        ));
    }
    let (verb, subject, begins) = match it.state {
        State::Designated => ("began without", "Your designation begins", "begins"),
        _ => ("goes on without", "Your designation goes on", "goes on"),
    };
    let waiver =
        Waiver { of: missing, why: why.to_owned(), by: permit.context().actor.name().to_owned() };
    tx.run(
        "UPDATE designation SET waiver = $2 WHERE id = $1",
        [it.id.into(), Json(&waiver).into()],
    )
    .await?;
    let event = Event::new("designation", it.id, verb).owned_by(it.org);
    events::append(tx, permit.context(), event.with(json!({ "missing": waiver.of }))).await?;
    let Some(person) = accounts::get(tx, it.person).await? else { return Ok(()) };
    let letter = Letter {
        recipient: person.email,
        subject: subject.to_owned(),
        body: format!(
            "Hello {},\n\nYour designation as {} {begins} although something is missing: {}. \
             {} gave this reason:\n\n{why}\n\nWhat is missing and how to answer:\n{}/cadre/{}\n",
            person.name,
            it.role_name(),
            names_of(&waiver.of),
            waiver.by,
            app.config.public_url(),
            it.id
        ),
    };
    mail::post(tx, app, permit.context(), &letter).await?;
    Ok(())
}
