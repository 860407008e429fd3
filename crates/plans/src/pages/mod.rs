//! The pages of this room.

mod action;
mod action_forms;
mod answer;
mod charter;
mod chosen;
mod decide;
mod evidence;
mod goals;
mod history;
mod list;
mod milestone;
mod objective;
mod objective_forms;
mod parts;
mod plan;
mod progress;
mod pulse;
mod several;
mod suggestions;
mod table;
mod terms;
mod thanks;
mod trial;

use access::{Action as Deed, Permit, Visitor, looks};
use axum::{
    Router,
    routing::{get, post},
};
use foundation::{
    App, PageError,
    machine::{Line, No},
    web::{Errors, Form, Format, Frame, Page},
};
use govuk::{Html, NavigationItem, extra::SubNavigation};

use crate::{
    Refusal,
    machine::{Standing, transition},
    model::{Action, ActionId, MilestoneId, Objective, ObjectiveId, PlanId, SuggestionId},
    store::{self, Who, Whole},
};

/// This room's pages.
pub fn routes() -> Router<App> {
    let mut router = Router::new();
    for (ending, format) in [("csv", Format::Csv), ("xlsx", Format::Xlsx), ("json", Format::Json)] {
        router = router.route(
            &format!("/plans/{{id}}/plan.{ending}"),
            get(move |app, visitor, id| table::download(app, visitor, id, format)),
        );
    }
    router
        .route("/partnerships/{id}/charter", get(charter::show).post(charter::write))
        .route("/partnerships/{id}/charter/accept", post(charter::accept))
        .route("/partnerships/{id}/goals", get(goals::list).post(goals::begin))
        .route("/partnerships/{id}/pulse", get(pulse::list).post(pulse::open))
        .route("/pulses/{id}", get(pulse::show).post(pulse::answer))
        .route("/pulses/{id}/close", post(pulse::close))
        .route("/partnerships/{id}/thanks", get(thanks::list).post(thanks::say))
        .route("/thanks/{id}/{act}", post(thanks::act))
        .route("/goals/{id}", get(goals::show).post(goals::act))
        .route("/plans", get(list::list))
        .route("/plans/new", get(list::ask).post(list::begin))
        .route("/audits/{id}/plans", get(list::of_audit))
        .route("/plans/answer/{token}", get(answer::ask).post(answer::answer))
        .route("/plans/{id}", get(plan::show))
        .route("/plans/{id}/summary", get(plan::summary))
        .route("/plans/{id}/edit", get(decide::ask_frame).post(decide::edit_frame))
        .route("/plans/{id}/do/{act}", get(decide::ask).post(decide::act))
        .route("/plans/{id}/review", get(decide::ask_review).post(decide::review))
        .route("/plans/{id}/progress", get(progress::show))
        .route("/plans/{id}/history", get(history::history))
        .route("/plans/{id}/versions/{number}", get(history::version))
        .route("/plans/{id}/suggestions", get(suggestions::list))
        .route(
            "/plans/{id}/suggestions/{suggestion}",
            get(suggestions::show).post(suggestions::decide),
        )
        .route(
            "/plans/{id}/objectives/new",
            get(objective_forms::ask_new).post(objective_forms::add),
        )
        .route("/plans/{id}/objectives/{objective}", get(objective::show))
        .route(
            "/plans/{id}/objectives/{objective}/edit",
            get(objective_forms::ask_edit).post(objective_forms::edit),
        )
        .route(
            "/plans/{id}/objectives/{objective}/do/{act}",
            get(decide::ask_objective).post(decide::act_objective),
        )
        .route(
            "/plans/{id}/objectives/{objective}/judge",
            get(decide::ask_judge).post(decide::judge),
        )
        .route(
            "/plans/{id}/objectives/{objective}/actions/new",
            get(action_forms::ask_new).post(action_forms::add),
        )
        .route(
            "/plans/{id}/objectives/{objective}/milestones/new",
            get(milestone::ask_new).post(milestone::add),
        )
        .route(
            "/plans/{id}/objectives/{objective}/practices",
            get(chosen::ask).post(chosen::choose),
        )
        .route("/plans/{id}/practices/{chosen}/leave", post(chosen::leave))
        .route(
            "/plans/{id}/objectives/{objective}/evidence/new",
            get(evidence::ask).post(evidence::note),
        )
        .route(
            "/plans/{id}/objectives/{objective}/trials/new",
            get(trial::ask_new).post(trial::begin),
        )
        .route("/plans/{id}/trials/{trial}", get(trial::ask_decide).post(trial::decide))
        .route(
            "/plans/{id}/objectives/{objective}/inquiry",
            get(trial::ask_inquiry).post(trial::stand),
        )
        .route("/plans/{id}/milestones/{milestone}", get(milestone::ask_seen).post(milestone::see))
        .route(
            "/plans/{id}/objectives/{objective}/actions/several",
            get(several::ask_list).post(several::add_list),
        )
        .route("/plans/{id}/actions", get(several::ask_through).post(several::go_through))
        .route("/plans/{id}/actions/{action}", get(action::show).post(action::say))
        .route(
            "/plans/{id}/actions/{action}/edit",
            get(action_forms::ask_edit).post(action_forms::edit),
        )
}

/// What every page about one plan begins with.
pub(crate) struct Sight {
    pub(crate) whole: Whole,
    pub(crate) visitor: Visitor,
    pub(crate) who: Who,
    pub(crate) school: String,
}

impl Sight {
    /// What the visitor is in relation to the plan.
    pub(crate) fn standings(
        &self,
        objective: Option<&Objective>,
        action: Option<&Action>,
    ) -> Vec<Standing> {
        self.whole.standings(&self.who, objective, action)
    }

    /// Whether the visitor is the head of the school.
    pub(crate) fn is_head(&self) -> bool {
        self.standings(None, None).contains(&Standing::Head)
    }

    /// Refuses everybody but these, about the plan or one objective of it: asked by a form before it
    /// opens and before a word of it is looked at, as its act asks again.
    pub(crate) fn must_be(
        &self,
        objective: Option<&Objective>,
        any: &'static [Standing],
    ) -> Result<(), PageError> {
        Ok(store::must_be(&self.standings(objective, None), any)?)
    }

    /// The same for whoever writes an objective: its lead, or the head.
    pub(crate) fn must_write(&self, objective: &Objective) -> Result<(), PageError> {
        self.must_be(Some(objective), &[Standing::Head, Standing::Lead])
    }

    /// The same for the head of the school.
    pub(crate) fn must_head(&self) -> Result<(), PageError> {
        self.must_be(None, &[Standing::Head])
    }

    /// Refuses those for whom a step of a state machine is not. Where it is nobody's at the moment
    /// the act itself says so.
    pub(crate) fn must_step<S: Copy + Eq + 'static, A: Copy + Eq + 'static, T: Copy + 'static>(
        &self,
        steps: &[Line<S, A, Standing, T>],
        from: S,
        act: A,
        objective: Option<&Objective>,
    ) -> Result<(), PageError> {
        match transition(steps, from, act, &self.standings(objective, None)) {
            Err(No::NotYours(who)) => Err(Refusal::not_yours(who).into()),
            Ok(_) | Err(No::NotNow) => Ok(()),
        }
    }

    /// Whether the visitor writes an objective: its lead, or the head.
    pub(crate) fn writes(&self, objective: &Objective) -> bool {
        let standings = self.standings(Some(objective), None);
        standings.contains(&Standing::Head) || standings.contains(&Standing::Lead)
    }

    /// The objectives the visitor may read, in order.
    pub(crate) fn objectives(&self) -> impl Iterator<Item = &Objective> {
        self.whole.objectives.iter().filter(|one| self.whole.shows(&self.visitor, one))
    }

    /// Whether the visitor may read an objective.
    pub(crate) fn shows(&self, objective: &Objective) -> bool {
        self.whole.shows(&self.visitor, objective)
    }

    /// An objective the visitor may read.
    pub(crate) fn objective(&self, id: &str) -> Result<&Objective, PageError> {
        let id: ObjectiveId = id.parse().map_err(|_| PageError::NotFound)?;
        let found = self.whole.objective(id)?;
        match self.whole.shows(&self.visitor, found) {
            true => Ok(found),
            false => Err(PageError::NotFound),
        }
    }

    /// An action whose objective the visitor may read.
    pub(crate) fn action(&self, id: &str) -> Result<(&Objective, &Action), PageError> {
        let id: ActionId = id.parse().map_err(|_| PageError::NotFound)?;
        let (objective, action) = self.whole.action(id)?;
        self.objective(&objective.id.to_string())?;
        Ok((objective, action))
    }

    /// A milestone whose objective the visitor may read.
    pub(crate) fn milestone(
        &self,
        id: &str,
    ) -> Result<(&Objective, &crate::model::Milestone), PageError> {
        let id: MilestoneId = id.parse().map_err(|_| PageError::NotFound)?;
        let found = self.whole.milestones.iter().find(|one| one.id == id);
        let found = found.ok_or(PageError::NotFound)?;
        Ok((self.objective(&found.objective.to_string())?, found))
    }

    /// The suggestions the visitor may read: those about objectives they see, new objectives for
    /// those who see the whole, and their own.
    pub(crate) fn suggestions(&self) -> impl Iterator<Item = &crate::model::Suggestion> {
        self.whole.suggestions.iter().filter(|one| match one.objective {
            Some(id) => self.whole.objective(id).is_ok_and(|o| self.whole.shows(&self.visitor, o)),
            None => {
                self.visitor.belongs_to(self.whole.plan.org)
                    || self.visitor.account == Some(one.author)
            }
        })
    }

    /// A suggestion the visitor may read.
    pub(crate) fn suggestion(&self, id: &str) -> Result<&crate::model::Suggestion, PageError> {
        let id: SuggestionId = id.parse().map_err(|_| PageError::NotFound)?;
        self.suggestions().find(|one| one.id == id).ok_or(PageError::NotFound)
    }

    /// The address of a page of this plan.
    pub(crate) fn at(&self, page: &str) -> String {
        match page {
            "" => format!("/plans/{}", self.whole.plan.id),
            page => format!("/plans/{}/{page}", self.whole.plan.id),
        }
    }

    /// Begins a page about this plan.
    pub(crate) fn page(&self, frame: Frame, title: &str, words: String) -> Page {
        frame
            .page(title)
            .crumb("Plans", "/plans")
            .crumb(&self.whole.plan.title, self.at(""))
            .visible_to(words)
    }

    /// Who can see the plan's frame, in words.
    pub(crate) fn visible(&self) -> String {
        let mut words = format!(
            "the leaders of {}, its staff who are named in the plan and the body responsible for \
             the school",
            self.school
        );
        if self.whole.resource().zone == access::Zone::Parties {
            words += "; of objectives linked with an agreement also the other side, its team and \
                      the broker";
        }
        words
    }

    /// Who can see one objective, in words.
    pub(crate) fn visible_of(&self, objective: &Objective) -> String {
        let mut words = format!(
            "the leaders of {}, its staff who are named in the plan and the body responsible for \
             the school",
            self.school
        );
        if self.whole.objective_resource(objective).zone == access::Zone::Parties {
            words += ", and, since it is linked with an agreement, the other side, its team and \
                      the broker";
        }
        words + ", and nobody else"
    }

    /// The links to the parts of a plan.
    pub(crate) fn nav(&self, here: &str) -> Html {
        let items = [
            ("Plan", ""),
            ("Progress", "progress"),
            ("Summary", "summary"),
            ("Suggestions", "suggestions"),
            ("History", "history"),
        ]
        .map(|(words, page)| NavigationItem::new(words, self.at(page)).current(page == here));
        Html::of(&SubNavigation::new("Parts of this plan", items))
    }
}

/// Opens a plan for a visitor who may read it, and records the look where the zone asks for it.
pub(crate) async fn sight(app: &App, visitor: &Visitor, id: &str) -> Result<Sight, PageError> {
    let id: PlanId = id.parse().map_err(|_| PageError::NotFound)?;
    let whole = Whole::load(app, &app.db, id).await?;
    let resource = whole.resource();
    access::authorize(app, visitor, Deed::Read, &resource)?;
    looks::record(app, visitor, &resource, "plan", id).await?;
    let school = register::org_name(&app.db, whole.plan.org).await?;
    let who = Who::Person(Box::new(visitor.clone()));
    Ok(Sight { whole, visitor: visitor.clone(), who, school })
}

/// Opens the summary of a plan: for whoever reads the plan and, once it is agreed, for the board
/// of the school, which reads no more than that. Says which of the two the visitor is.
pub(crate) async fn summary_sight(
    app: &App,
    visitor: &Visitor,
    id: &str,
) -> Result<(Sight, bool), PageError> {
    let plan: PlanId = id.parse().map_err(|_| PageError::NotFound)?;
    let whole = Whole::load(app, &app.db, plan).await?;
    if access::decide(visitor, Deed::Read, &whole.resource()).allowed {
        return Ok((sight(app, visitor, id).await?, false));
    }
    let resource = whole.summary_resource();
    access::authorize(app, visitor, Deed::Read, &resource)?;
    if !whole.plan.state().is_for_board() {
        return Err(PageError::NotFound);
    }
    looks::record(app, visitor, &resource, "plan summary", plan).await?;
    let school = register::org_name(&app.db, whole.plan.org).await?;
    let who = Who::Person(Box::new(visitor.clone()));
    Ok((Sight { whole, visitor: visitor.clone(), who, school }, true))
}

/// Opens a plan for somebody who takes part in it. The state machines decide about the act itself,
/// so the door asks only whether the visitor belongs here at all.
pub(crate) async fn sight_to_act(
    app: &App,
    visitor: &Visitor,
    id: &str,
) -> Result<(Sight, Permit), PageError> {
    let sight = sight(app, visitor, id).await?;
    let resource = sight.whole.resource();
    let mut refused = PageError::NotFound;
    for deed in [Deed::Sign, Deed::Update, Deed::Propose] {
        match access::authorize(app, visitor, deed, &resource) {
            Ok(permit) => return Ok((sight, permit)),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

/// What became of a sent form: done, or to be shown again with what is wrong.
pub(crate) enum Sent {
    /// It is done.
    Done,
    /// Somebody else wrote first; the form is shown again with the newest version.
    Conflict,
    /// Fields are not right.
    Wrong,
}

/// Sorts the outcome of an act that a form asked for.
pub(crate) fn sent<T>(outcome: Result<T, Refusal>, errors: &mut Errors) -> Result<Sent, PageError> {
    match outcome {
        Ok(_) => Ok(Sent::Done),
        Err(refusal) if refusal.is_conflict() => Ok(Sent::Conflict),
        Err(refusal) => {
            refusal.beside(errors)?;
            Ok(Sent::Wrong)
        }
    }
}

/// The version the writer had before them.
pub(crate) fn seen(form: &Form) -> i64 {
    form.0.text("seen").parse().unwrap_or(0)
}

/// What somebody reads whose form met a newer version: nothing typed is lost.
pub(crate) const MEANWHILE: &str = "Somebody else changed this while you were writing. Your words \
    are still here, and what it says now is shown below. Press the button again to save yours";
