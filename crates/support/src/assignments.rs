//! One person, several schools, one shared theme: a school improvement partner. Every school has an
//! agreement of its own, so that its notes, its days and its plan stay its own; the assignment holds
//! them together.

use access::{Kind as RecordKind, Permit, Resource, Zone};
use brokerage::cadre::{self, Designation, DesignationId};
use foundation::{
    App, DbError, OrgRef, Sql,
    db::{AsText, At},
    events::{self, Event},
    id_type,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    agreements::{
        Agreement, AgreementId, TeamMember, Terms,
        acts::{self, Origin},
        store,
    },
    drafting, neighbours,
    pack::{Kind, pack},
};

id_type! {
    /// An assignment.
    AssignmentId
}

/// An assignment.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Assignment {
    /// The identifier.
    pub id: AssignmentId,
    /// The theme all its schools share.
    pub theme: String,
    /// The area of the framework it belongs to; empty where none was named.
    pub area: String,
    /// The partnership whose broker looks after it.
    pub partnership: OrgRef,
    /// In which role, and of which school, the partner comes.
    pub designation: DesignationId,
    start_on: AsText<Date>,
    end_on: AsText<Date>,
}

/// What begins an assignment.
#[derive(Clone, Debug)]
pub struct NewAssignment {
    /// Who comes, by their designation.
    pub partner: DesignationId,
    /// The shared theme.
    pub theme: String,
    /// The area of the framework; empty for none.
    pub area: String,
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
    /// The schools, and how many half-days each of them has.
    pub schools: Vec<OrgRef>,
    /// Half-days for each school.
    pub half_days: i64,
}

const COLUMNS: &str = "id, theme, area, partnership, designation, start_on, end_on";

impl Assignment {
    /// The first and the last day.
    #[must_use]
    pub const fn dates(&self) -> (Date, Date) {
        (self.start_on.0, self.end_on.0)
    }

    /// The record as the policy sees it: the partner's, the releasing school's, every school's that
    /// takes part, and the broker's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn resource(
        &self,
        db: &impl Sql,
        partner: &Designation,
        agreements: &[Agreement],
    ) -> Result<Resource, DbError> {
        let mut parties = vec![partner.org];
        parties.extend(agreements.iter().map(|one| one.supported));
        let bodies = neighbours::responsible(db, &parties).await?;
        Ok(Resource::new(RecordKind::Agreement, Zone::Parties, partner.org)
            .parties(parties)
            .through(Some(self.partnership))
            .people([partner.person])
            .responsible(bodies))
    }
}

/// The kind of support an assignment makes with each school, where the pack has one.
#[must_use]
pub fn kind() -> Option<&'static Kind> {
    pack().kinds.iter().find(|kind| kind.several)
}

/// The people of a partnership who may come to several schools, by name: those who are free to be
/// proposed and hold a role that is meant for it.
///
/// # Errors
/// When the database cannot be read.
pub async fn partners(
    db: &impl Sql,
    partnership: OrgRef,
    today: Date,
) -> Result<Vec<Designation>, DbError> {
    let mut all = cadre::cadre_of(db, partnership).await?;
    let several = |one: &Designation| {
        brokerage::packs::role(&one.role)
            .is_some_and(|role| role.several && role.is_given_on(today))
    };
    all.retain(|one| several(one) && one.is_live(today) && one.is_current(today));
    Ok(all)
}

/// An assignment by its identifier.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: AssignmentId) -> Result<Option<Assignment>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM assignment WHERE id = $1"), [id.into()]).await
}

/// Every assignment, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn all(db: &impl Sql) -> Result<Vec<Assignment>, DbError> {
    db.all(&format!("SELECT {COLUMNS} FROM assignment ORDER BY start_on DESC, theme, id"), []).await
}

/// The assignment an agreement belongs to.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_agreement(
    db: &impl Sql,
    agreement: AgreementId,
) -> Result<Option<Assignment>, DbError> {
    db.first(
        &format!(
            "SELECT {COLUMNS} FROM assignment WHERE id =
               (SELECT assignment FROM assignment_agreement WHERE agreement = $1)"
        ),
        [agreement.into()],
    )
    .await
}

/// The agreements of an assignment, one for each school, by the schools' names.
///
/// # Errors
/// When the database cannot be read.
pub async fn agreements(db: &impl Sql, id: AssignmentId) -> Result<Vec<Agreement>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        agreement: AgreementId,
    }
    let rows: Vec<Row> = db
        .all("SELECT agreement FROM assignment_agreement WHERE assignment = $1", [id.into()])
        .await?;
    let mut all = Vec::new();
    for row in rows {
        all.extend(store::find(db, row.agreement).await?);
    }
    let names = neighbours::names(db, all.iter().map(|one| one.supported)).await?;
    all.sort_by_cached_key(|one| (names.get(&one.supported).cloned(), one.id));
    Ok(all)
}

/// Begins an assignment: an agreement for each school is written and sent to both sides to sign.
/// The permit is the broker's.
///
/// # Errors
/// [`Refusal`] naming the field, before anything is written; or what stands in the way of sending
/// an agreement, which then waits as a draft.
pub async fn begin(
    app: &App,
    permit: &Permit,
    partnership: OrgRef,
    new: &NewAssignment,
    today: Date,
) -> Result<AssignmentId, Refusal> {
    let kind = kind().ok_or_else(|| {
        Refusal::NotNow("This installation's pack has no support over several schools.".to_owned())
    })?;
    let mut able = partners(&app.db, partnership, today).await?;
    able.retain(|one| one.id == new.partner);
    let Some(partner) = able.pop() else {
        return Err(Refusal::field("partner", "Choose who comes"));
    };
    if new.theme.trim().is_empty() {
        return Err(Refusal::field("theme", "Say in a few words what all of them work on"));
    }
    if new.schools.is_empty() {
        return Err(Refusal::field("schools", "Choose at least one school"));
    }
    let written = written(app, kind, &partner, new, today).await?;
    let id = AssignmentId::new(&app.ids);
    let context = permit.context();
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO assignment (id, theme, area, partnership, designation, start_on, end_on,
           made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            id.into(),
            new.theme.trim().into(),
            new.area.clone().into(),
            partnership.into(),
            new.partner.into(),
            AsText(new.start).into(),
            AsText(new.end).into(),
            context.actor.key().into(),
            At(context.at).into(),
        ],
    )
    .await?;
    let facts = json!({ "schools": new.schools.len(), "theme": new.theme.trim() });
    let event = Event::new("assignment", id, "begun").owned_by(partner.org).with(facts);
    events::append(&tx, context, event).await?;
    tx.commit().await?;
    join(app, permit, id, partnership, &written).await?;
    Ok(id)
}

/// Brings further schools into an assignment, under its theme and until its last day.
///
/// # Errors
/// As [`begin`].
pub async fn widen(
    app: &App,
    permit: &Permit,
    it: &Assignment,
    schools: &[OrgRef],
    half_days: i64,
    today: Date,
) -> Result<(), Refusal> {
    let kind = kind().ok_or(Refusal::NotFound)?;
    let partner = cadre::designation(&app.db, it.designation).await?.ok_or(Refusal::NotFound)?;
    let there = agreements(&app.db, it.id).await?;
    if schools.is_empty() || schools.iter().any(|org| there.iter().any(|one| one.supported == *org))
    {
        return Err(Refusal::field("schools", "Choose a school that does not take part yet"));
    }
    let (start, end) = it.dates();
    let new = NewAssignment {
        partner: it.designation,
        theme: it.theme.clone(),
        area: it.area.clone(),
        start: start.max(today),
        end,
        schools: schools.to_vec(),
        half_days,
    };
    let written = written(app, kind, &partner, &new, today).await?;
    join(app, permit, it.id, it.partnership, &written).await
}

/// The agreement with each school, complete, or what is wrong with one of them.
async fn written(
    app: &App,
    kind: &'static Kind,
    partner: &Designation,
    new: &NewAssignment,
    today: Date,
) -> Result<Vec<Terms>, Refusal> {
    let mut all = Vec::new();
    for &school in &new.schools {
        if school == partner.org {
            return Err(Refusal::field(
                "schools",
                "The partner's own school needs no agreement with itself: leave it out",
            ));
        }
        let mut terms = Terms::draft(kind, school, partner.org);
        new.theme.trim().clone_into(&mut terms.title);
        terms.area.clone_from(&new.area);
        terms.success = vec![new.theme.trim().to_owned()];
        terms.role.code.clone_from(&partner.role);
        terms.team = vec![TeamMember {
            account: Some(partner.person),
            name: partner.name.clone(),
            part: String::new(),
            half_days: new.half_days,
            lead: true,
        }];
        (terms.start_on, terms.end_on) = (Some(new.start), Some(new.end));
        drafting::complete(&app.db, &mut terms, kind, new.start.max(today)).await?;
        if let Some(gap) = terms.gaps().into_iter().next() {
            let field = match gap.field {
                "start_on" | "end_on" => gap.field,
                "team" => "days",
                _ => "theme",
            };
            return Err(Refusal::Field { field, message: gap.message });
        }
        all.push(terms);
    }
    Ok(all)
}

async fn join(
    app: &App,
    permit: &Permit,
    id: AssignmentId,
    partnership: OrgRef,
    written: &[Terms],
) -> Result<(), Refusal> {
    let origin = Origin { partnership: Some(partnership), ..Origin::default() };
    for terms in written {
        let agreement = acts::draft(app, permit, terms, origin).await?;
        app.db
            .run(
                "INSERT INTO assignment_agreement (agreement, assignment) VALUES ($1, $2)",
                [agreement.into(), id.into()],
            )
            .await?;
        acts::offer(app, permit, agreement).await?;
    }
    Ok(())
}
