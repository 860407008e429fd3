//! The pages of this room.

mod advice;
mod assignments;
mod board;
mod build;
mod care;
mod close;
mod confirm;
mod decide;
mod fields;
mod floors;
mod hours;
mod influence;
mod leading;
mod letter;
mod list;
mod milestones;
mod money;
pub mod parts;
pub mod points;
mod portfolio;
mod poster;
pub mod quick;
mod report;
mod reviews;
mod roles;
mod show;
mod sign;
mod statements;
mod story;
mod taken;
mod time;
pub mod whom;

pub(crate) use build::usual_end;
pub use show::nav;

use std::collections::HashMap;

use access::{Action, Permit, Visitor, looks};
use axum::{Router, routing::get};
use foundation::{App, OrgRef, PageError, web::Format};

use crate::{
    Refusal,
    agreements::{
        Agreement, AgreementId, Bodies, Side, Standing,
        store::{self, standings},
    },
    neighbours,
};

/// This room's pages.
pub fn routes() -> Router<App> {
    let mut router = Router::new();
    for (ending, format) in [("csv", Format::Csv), ("xlsx", Format::Xlsx), ("json", Format::Json)] {
        router = router
            .route(
                &format!("/agreements/{{id}}/time.{ending}"),
                get(move |app, visitor, id| time::download(app, visitor, id, format)),
            )
            .route(
                &format!("/agreements/{{id}}/impact.{ending}"),
                get(move |app, visitor, id| report::download(app, visitor, id, format)),
            );
        router = router.route(
            &format!("/boards/{{org}}/supports.{ending}"),
            get(move |app, visitor, org, which| board::download(app, visitor, org, which, format)),
        );
        router = router.route(
            &format!("/boards/{{org}}/beneficiaries.{ending}"),
            get(move |app, visitor, org, which| board::for_whom(app, visitor, org, which, format)),
        );
        router = router.route(
            &format!("/portfolio/{{org}}/schools.{ending}"),
            get(move |app, visitor, org| portfolio::download(app, visitor, org, format)),
        );
        router = router.route(
            &format!("/influence/{{org}}/log.{ending}"),
            get(move |app, visitor, org| influence::download(app, visitor, org, format)),
        );
        for name in ["balance", "supports", "returns", "days", "charges", "payers"] {
            router = router.route(
                &format!("/statements/{{org}}/{name}.{ending}"),
                get(move |app, visitor, org, which| {
                    statements::download(app, visitor, org, which, name, format)
                }),
            );
        }
    }
    router
        .route("/agreements", get(list::list))
        .route("/agreements/new", get(build::ask).post(build::begin))
        .route("/agreements/quick", get(quick::ask).post(quick::write))
        .route("/agreements/{id}", get(show::show))
        .route("/agreements/{id}/edit/{step}", get(build::edit).post(build::save))
        .route("/agreements/{id}/offer", axum::routing::post(build::offer))
        .route("/agreements/{id}/sign", get(sign::ask).post(sign::sign))
        .route("/agreements/{id}/print", get(sign::print))
        .route("/agreements/{id}/letter", get(confirm::ask_letter).post(confirm::send_letter))
        .route("/agreements/confirm/{token}", get(confirm::ask).post(confirm::confirm))
        .route("/agreements/{id}/poster", get(poster::poster))
        .route("/agreements/{id}/milestones", get(milestones::milestones))
        .route(
            "/agreements/{id}/milestones/new",
            get(milestones::ask_milestone).post(milestones::add_milestone),
        )
        .route(
            "/agreements/{id}/milestones/{milestone}",
            get(milestones::ask_seen).post(milestones::record_seen),
        )
        .route("/agreements/{id}/reviews", get(reviews::reviews))
        .route("/agreements/{id}/reviews/new", get(reviews::ask_review).post(reviews::hold_review))
        .route("/agreements/{id}/time", get(time::time))
        .route("/agreements/{id}/time/new", get(time::ask_time).post(time::plan_time))
        .route("/agreements/{id}/time/hours", get(hours::ask).post(hours::log))
        .route("/agreements/{id}/time/hours/{session}/undo", axum::routing::post(hours::take_back))
        .route("/agreements/{id}/time/{entry}", get(time::ask_settle).post(time::settle_time))
        .route("/agreements/{id}/time/{entry}/undo", axum::routing::post(time::undo))
        .route("/agreements/{id}/care", get(care::care))
        .route("/agreements/{id}/risks/new", get(care::ask_risk).post(care::note_risk))
        .route("/agreements/{id}/risks/{risk}", get(care::ask_close).post(care::close_risk))
        .route("/agreements/{id}/concerns/new", get(care::ask_concern).post(care::raise_concern))
        .route("/agreements/{id}/concerns/{concern}", get(care::ask_talk).post(care::talk))
        .route("/home-floors", get(floors::list))
        .route("/home-floors/new", get(floors::ask).post(floors::put))
        .route("/home-floors/staffing", get(floors::ask_staffing).post(floors::staffing))
        .route("/home-floors/{id}", get(floors::ask_review).post(floors::review))
        .route("/home-floors/{id}/lift", axum::routing::post(floors::lift))
        .route("/agreements/{id}/charges", get(money::charges))
        .route("/agreements/{id}/charges/{act}", get(money::ask).post(money::act))
        .route("/assignments", get(assignments::list))
        .route("/assignments/new", get(assignments::ask).post(assignments::begin))
        .route("/assignments/{id}", get(assignments::show))
        .route("/assignments/{id}/schools", axum::routing::post(assignments::widen))
        .route("/leading", get(leading::list))
        .route("/leading/{id}", get(leading::show).post(leading::act))
        .route("/agreements/{id}/leading/new", get(leading::ask).post(leading::begin))
        .route("/portfolio/{org}", get(portfolio::show))
        .route("/influence/{org}", get(influence::list))
        .route("/influence/{org}/new", get(influence::ask).post(influence::begin))
        .route("/influence/{org}/{id}", get(influence::show))
        .route("/influence/{org}/{id}/edit", get(influence::ask_edit).post(influence::edit))
        .route("/influence/{org}/{id}/do/{act}", get(influence::ask_act).post(influence::act))
        .route("/boards", get(board::list))
        .route("/boards/{org}", get(board::show))
        .route("/statements", get(statements::list))
        .route("/statements/{org}", get(statements::show))
        .route("/agreements/{id}/exit", get(close::exit))
        .route("/agreements/{id}/exit/letter", get(letter::letter))
        .route("/agreements/{id}/exit/plan", get(close::ask_plan).post(close::write_plan))
        .route("/agreements/{id}/exit/gain", get(close::ask_gain).post(close::write_gain))
        .route("/agreements/{id}/advice", get(advice::show))
        .route("/agreements/{id}/advice/write", get(advice::ask_write).post(advice::write))
        .route("/agreements/{id}/advice/reply", get(advice::ask_reply).post(advice::reply))
        .route("/agreements/{id}/exit/home", get(taken::ask).post(taken::say))
        .route(
            "/agreements/{id}/exit/feedback",
            get(close::ask_feedback).post(close::give_feedback),
        )
        .route("/agreements/{id}/exit/begin", axum::routing::post(close::begin))
        .route("/agreements/{id}/exit/confirm", axum::routing::post(close::confirm))
        .route("/agreements/{id}/checks/{check}", get(close::ask_check).post(close::answer_check))
        .route("/agreements/{id}/impact", get(report::impact))
        .route("/agreements/{id}/story", get(story::show).post(story::act))
        .route("/stories", get(story::list))
        .route("/stories/{id}", get(story::read))
        .route("/agreements/{id}/do/{act}", get(decide::ask).post(decide::act))
}

/// What every page about one agreement begins with.
#[derive(Clone, Debug)]
pub struct Sight {
    /// The agreement.
    pub agreement: Agreement,
    /// What the visitor is in relation to it.
    pub standings: Vec<Standing>,
    /// The names of its organisations.
    pub names: HashMap<OrgRef, String>,
    /// The day on which it is looked at.
    pub today: jiff::civil::Date,
}

impl Sight {
    /// The name of an organisation on this agreement.
    #[must_use]
    pub fn name(&self, org: OrgRef) -> String {
        self.names.get(&org).cloned().unwrap_or_else(|| org.to_string())
    }

    /// The name of the school on a side.
    #[must_use]
    pub fn school(&self, side: Side) -> String {
        self.name(self.agreement.school(side))
    }

    /// What the two sides are.
    #[must_use]
    pub const fn bodies(&self) -> Bodies {
        self.agreement.bodies()
    }

    /// Our own words for two schools, said of the two sides of this agreement.
    #[must_use]
    pub fn say(&self, words: &str) -> String {
        self.bodies().say(words)
    }

    /// Whether the visitor is any of these.
    #[must_use]
    pub fn is(&self, any: &[Standing]) -> bool {
        any.iter().any(|standing| self.standings.contains(standing))
    }

    /// Whether the visitor works on this agreement.
    #[must_use]
    pub fn takes_part(&self) -> bool {
        self.is(&[
            Standing::SupportedHead,
            Standing::SupportingHead,
            Standing::Lead,
            Standing::Member,
            Standing::Broker,
        ])
    }

    /// Whether the visitor is head of either school.
    #[must_use]
    pub fn is_head(&self) -> bool {
        self.is(&[Standing::SupportedHead, Standing::SupportingHead])
    }

    /// The address of a page of this agreement.
    #[must_use]
    pub fn at(&self, page: &str) -> String {
        if page.is_empty() {
            format!("/agreements/{}", self.agreement.id)
        } else {
            format!("/agreements/{}/{page}", self.agreement.id)
        }
    }

    /// "Oakfield Primary supports Harbour View Primary".
    #[must_use]
    pub fn pairing(&self) -> String {
        format!("{} supports {}", self.school(Side::Supporting), self.school(Side::Supported))
    }

    /// Who can see this, in words.
    #[must_use]
    pub fn visible(&self) -> String {
        let mut words = format!(
            "the leaders of {} and {}, the people of the team",
            self.school(Side::Supported),
            self.school(Side::Supporting)
        );
        if let Some(partnership) = self.agreement.partnership {
            words += &format!(", the broker of {}", self.name(partnership));
        }
        words
            + if self.bodies().have_results() {
                " and the bodies responsible for the two schools, and nobody else"
            } else {
                ", and nobody else"
            }
    }

    /// The title, or what stands for it while it is empty.
    #[must_use]
    pub fn title(&self) -> String {
        if self.agreement.title.trim().is_empty() {
            "Agreement without a title yet".to_owned()
        } else {
            self.agreement.title.clone()
        }
    }
}

/// Opens an agreement for a visitor who may do something with it.
///
/// # Errors
/// As [`access::authorize`].
pub async fn sight(
    app: &App,
    visitor: &Visitor,
    id: &str,
    action: Action,
) -> Result<(Sight, Permit), PageError> {
    let id: AgreementId = id.parse().map_err(|_| PageError::NotFound)?;
    let agreement = store::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let resource = agreement.resource(&app.db).await?;
    let permit = access::authorize(app, visitor, action, &resource)?;
    looks::record(app, visitor, &resource, "agreement", id).await?;
    let standings = standings(app, &app.db, &permit, &agreement).await?;
    let orgs = [Some(agreement.supported), Some(agreement.supporting), agreement.partnership];
    let names = neighbours::names(&app.db, orgs.into_iter().flatten()).await?;
    Ok((Sight { agreement, standings, names, today: app.clock.today() }, permit))
}

/// Opens an agreement for a form, for those who may send it: the same question as the act's, so
/// that nobody writes what is refused afterwards. The answer to the others says whose it is.
pub(crate) async fn sight_of_form<T>(
    app: &App,
    visitor: &Visitor,
    id: &str,
    may: impl FnOnce(&[Standing]) -> Result<T, Refusal>,
) -> Result<Sight, PageError> {
    let (sight, _) = sight(app, visitor, id, Action::Read).await?;
    may(&sight.standings)?;
    Ok(sight)
}

/// Opens an agreement for what was sent with such a form, before any word of it is looked at.
pub(crate) async fn sight_to_send<T>(
    app: &App,
    visitor: &Visitor,
    id: &str,
    may: impl FnOnce(&[Standing]) -> Result<T, Refusal>,
) -> Result<(Sight, Permit), PageError> {
    let (sight, permit) = sight_to_act(app, visitor, id).await?;
    may(&sight.standings)?;
    Ok((sight, permit))
}

/// Opens an agreement for somebody who takes part in it: the state machine decides about the act
/// itself, so the door asks only whether the visitor belongs here at all.
///
/// # Errors
/// As [`access::authorize`].
pub async fn sight_to_act(
    app: &App,
    visitor: &Visitor,
    id: &str,
) -> Result<(Sight, Permit), PageError> {
    match sight(app, visitor, id, Action::Sign).await {
        Err(PageError::Forbidden(_)) => match sight(app, visitor, id, Action::Update).await {
            Err(PageError::Forbidden(_)) => sight(app, visitor, id, Action::Propose).await,
            other => other,
        },
        other => other,
    }
}
