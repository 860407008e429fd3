//! Plans: written by each school, agreed, and worked on month by month.

use std::collections::BTreeSet;

use access::{AccountId, Action as Deed, Kind, Resource, Zone};
use foundation::OrgRef;
use jiff::{
    ToSpan as _,
    civil::{Date, date},
};
use plans::{
    ActionId, ObjectiveId, PlanId,
    acts::{
        action::{self, NewAction, Said},
        milestone::{self, New},
        objective::{self, NewObjective},
        plan::{self, LADDER_TOP, NewPlan, NewReview, PlanFrame, STALE_AFTER},
        several,
        suggestion::{self, Decision, NewSuggestion},
    },
    machine::{ActionAct, ActionState, PlanAct},
    model::{ObjectiveWords, SuggestionKind},
    store::Whole,
};
use support::milestones::{Gauge, Rag};
use testkit::TestApp;

use super::{Alliance, Chance, Size, Support};

/// An action and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Fate {
    pub(crate) id: ActionId,
    pub(crate) objective: usize,
    pub(crate) words: String,
    pub(crate) owner: Option<AccountId>,
    pub(crate) start_on: Date,
    pub(crate) due_on: Date,
    /// The day on which it was done.
    pub(crate) done_on: Option<Date>,
    pub(crate) state: ActionState,
    version: i64,
}

impl Fate {
    /// Whether it still counts as something to do.
    pub(crate) fn is_open(&self) -> bool {
        matches!(
            self.state,
            ActionState::NotStarted | ActionState::InProgress | ActionState::Blocked
        )
    }

    /// Whether it is done, checked or not.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.state, ActionState::Done | ActionState::Checked)
    }
}

/// A school's plan and what was noted about it.
#[derive(Debug)]
pub(crate) struct PlanNote {
    pub(crate) id: PlanId,
    pub(crate) urn: u32,
    pub(crate) objectives: Vec<ObjectiveId>,
    pub(crate) actions: Vec<Fate>,
    /// Milestones of each objective.
    pub(crate) milestones: usize,
    /// The places of supports whose schools share its first objectives.
    pub(crate) linked: Vec<usize>,
    /// Suggestions that wait for an answer.
    pub(crate) waiting: usize,
    /// The days on which somebody wrote anything about it.
    pub(crate) heard: BTreeSet<Date>,
    months: usize,
}

fn place(urn: u32) -> Resource {
    Resource::new(Kind::Plan, Zone::School, OrgRef::School(urn))
}

/// The school writes a plan of its own, in which the supports it receives meet, and agrees it.
pub(crate) async fn write(
    t: &TestApp,
    all: &Alliance,
    urn: u32,
    size: Size,
    supports: &[Support],
    chance: &mut Chance,
) -> PlanNote {
    let app = &t.app;
    let (head, doer) = (&all.heads[&urn], &all.doers[&urn]);
    let by = access::authorize(app, &head.visitor, Deed::Create, &place(urn)).unwrap();
    let new = NewPlan {
        org: OrgRef::School(urn),
        audit: None,
        needs: Vec::new(),
        frame: PlanFrame {
            title: format!("Plan of {urn}"),
            aim: "Every child is known".to_owned(),
            start_on: date(2027, 1, 4),
            end_on: date(2027, 12, 17),
            stale_after: STALE_AFTER,
            ladder_top: LADDER_TOP,
        },
    };
    let id = plan::create(app, &by, &new).await.unwrap();
    let linked: Vec<usize> =
        (0..supports.len()).filter(|&at| supports[at].receiver == urn).collect();
    let mut note = PlanNote {
        id,
        urn,
        objectives: Vec::new(),
        actions: Vec::new(),
        milestones: 1,
        linked,
        waiting: 0,
        heard: BTreeSet::from([app.clock.today()]),
        months: 0,
    };
    for at in 0..size.objectives {
        let new = NewObjective {
            priority: format!("Priority {}", at / 4),
            area: "curriculum-and-teaching".to_owned(),
            words: ObjectiveWords {
                title: format!("Objective {at:02}"),
                why: "The books of six children".to_owned(),
                ..ObjectiveWords::default()
            },
            lead: Some(head.persona.account),
            lead_name: head.persona.name.clone(),
            lead_role: "Headteacher".to_owned(),
            agreements: note.linked.get(at).map(|&n| supports[n].id).into_iter().collect(),
            ..NewObjective::default()
        };
        let objective = objective::add(app, &by, id, &new).await.unwrap();
        note.objectives.push(objective);
        let new = New {
            title: format!("Milestone {at:02}"),
            gauge: Gauge::Statement,
            due_on: date(2027, 7, 16),
        };
        milestone::add(app, &by, objective, &new).await.unwrap();
        let list: Vec<NewAction> = (0..size.actions)
            .map(|n| {
                let due = date(2027, 2, 1)
                    .saturating_add(i64::try_from(chance.below(300)).unwrap().days());
                let owner = match n % 3 {
                    0 => Some(head),
                    1 => Some(doer),
                    _ => None,
                };
                NewAction {
                    words: format!("Action {at:02}-{n:02}"),
                    owner: owner.map(|one| one.persona.account),
                    owner_name: String::new(),
                    owner_email: String::new(),
                    owner_role: if owner.is_some() { String::new() } else { "Tutors".to_owned() },
                    start_on: due.saturating_sub(14.days()).max(date(2027, 1, 4)),
                    due_on: due,
                    quick: false,
                }
            })
            .collect();
        let ids = several::add(app, &by, objective, &list).await.unwrap();
        note.actions.extend(ids.into_iter().zip(list).map(|(id, one)| Fate {
            id,
            objective: at,
            words: one.words,
            owner: one.owner,
            start_on: one.start_on,
            due_on: one.due_on,
            done_on: None,
            state: ActionState::NotStarted,
            version: 1,
        }));
    }
    for act in [PlanAct::Propose, PlanAct::Agree, PlanAct::Begin] {
        plan::take(app, &head.permit(t, &place(urn)), id, act, "", None).await.unwrap();
    }
    for (nth, &support) in note.linked.clone().iter().enumerate().take(size.objectives) {
        suggest(t, all, &mut note, &supports[support], nth).await;
    }
    note
}

/// The leader of a support suggests an action; every other school takes it up at once.
async fn suggest(t: &TestApp, all: &Alliance, note: &mut PlanNote, support: &Support, nth: usize) {
    let app = &t.app;
    let whole = Whole::load(app, &app.db, note.id).await.unwrap();
    let due = date(2027, 5, 21);
    let words = format!("Suggested under {}", support.title);
    let wanted = [("words", words.as_str()), ("owner_role", "Tutors"), ("due_on", "2027-05-21")];
    let new = NewSuggestion {
        kind: SuggestionKind::NewAction,
        objective: Some(note.objectives[nth]),
        action: None,
        wanted: wanted.map(|(field, text)| (field.to_owned(), text.to_owned())).to_vec(),
        why: "We saw it help at home.".to_owned(),
    };
    let by = support.leader.permit(t, &whole.resource());
    let id = suggestion::suggest(app, &by, note.id, &new).await.unwrap();
    if note.urn % 2 == 1 {
        note.waiting += 1;
        return;
    }
    let by = all.heads[&note.urn].permit(t, &place(note.urn));
    let yes = Decision::Accept { reply: String::new() };
    suggestion::decide(app, &by, id, &yes).await.unwrap();
    let whole = Whole::load(app, &app.db, note.id).await.unwrap();
    let added = whole.actions.iter().find(|one| one.words == words).unwrap();
    note.actions.push(Fate {
        id: added.id,
        objective: nth,
        words,
        owner: None,
        start_on: added.start_on(),
        due_on: due,
        done_on: None,
        state: ActionState::NotStarted,
        version: added.version,
    });
}

/// A month of work: what is due is gone through together; some of it needs a word of its own.
pub(crate) async fn month(t: &TestApp, all: &Alliance, note: &mut PlanNote, chance: &mut Chance) {
    let app = &t.app;
    let head = &all.heads[&note.urn];
    let today = app.clock.today();
    let mut done = Vec::new();
    for fate in note.actions.iter_mut().filter(|fate| fate.is_open() && fate.due_on <= today) {
        let by = head.permit(t, &place(note.urn));
        let mut said = Said { words: "We talked about it.".to_owned(), ..Said::default() };
        let acts: &[ActionAct] = match chance.below(20) {
            0 if fate.state == ActionState::NotStarted => &[ActionAct::Start],
            1 if fate.state == ActionState::NotStarted => &[ActionAct::Start, ActionAct::Block],
            2 => &[ActionAct::Drop],
            3 => {
                said.due = Some(today.saturating_add(60.days()));
                &[ActionAct::Report]
            }
            4..=6 => &[],
            _ => {
                done.push((fate.id, fate.version));
                // Each step of the way raises the version once: the act is one writing.
                fate.version += 1;
                fate.state = ActionState::Done;
                fate.done_on = Some(today);
                continue;
            }
        };
        for &act in acts {
            note.heard.insert(today);
            if act == ActionAct::Block {
                said.needs = "A room".to_owned();
            }
            fate.state = action::take(app, &by, fate.id, fate.version, act, &said).await.unwrap();
            fate.version += 1;
        }
        fate.due_on = said.due.unwrap_or(fate.due_on);
    }
    for some in done.chunks(several::MOST) {
        note.heard.insert(today);
        let by = head.permit(t, &place(note.urn));
        several::finish(app, &by, note.id, some, "Gone through together.").await.unwrap();
    }
    note.months += 1;
    // The lead confirms the first thing that is done.
    if let Some(fate) = note.actions.iter_mut().find(|fate| fate.state == ActionState::Done) {
        note.heard.insert(today);
        let by = head.permit(t, &place(note.urn));
        let said = Said::default();
        fate.state =
            action::take(app, &by, fate.id, fate.version, ActionAct::Check, &said).await.unwrap();
        fate.version += 1;
    }
}

/// The school reviews its plan: every objective gets a colour with words.
pub(crate) async fn review(t: &TestApp, all: &Alliance, note: &mut PlanNote) {
    let judged = note
        .objectives
        .iter()
        .enumerate()
        .map(|(at, &id)| {
            let rag = [Rag::Green, Rag::Amber, Rag::Red, Rag::TooEarly][at % 4];
            (id, rag, "As the books show.".to_owned())
        })
        .collect();
    let new = NewReview { after: 0, words: "We go on.".to_owned(), judged, next_on: None };
    let by = all.heads[&note.urn].permit(t, &place(note.urn));
    plan::review(&t.app, &by, note.id, &new).await.unwrap();
    note.heard.insert(t.app.clock.today());
}
