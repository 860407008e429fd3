use std::fmt::{Debug, Display};

use super::{tables::Line, *};

/// Tries every state, act and standing against a list written the other way round: the words of
/// each line in the specification.
fn exhaustive<S, A>(
    states: &[S],
    acts: &[A],
    lines: &'static [Line<S, A>],
    listed: &[(S, A, S, &str)],
) where
    S: Copy + Eq + Display + Debug,
    A: Copy + Eq + Debug,
{
    assert_eq!(lines.len(), listed.len());
    for &state in states {
        for &act in acts {
            let expected = listed.iter().find(|line| line.0 == state && line.1 == act);
            for &standing in Standing::ALL {
                let letter = match standing {
                    Standing::Head => 'H',
                    Standing::Lead => 'L',
                    Standing::Owner => 'O',
                    Standing::Supporter => 'P',
                    Standing::Author => 'W',
                    Standing::System => 'S',
                };
                let to = expected.filter(|line| line.3.contains(letter)).map(|line| line.2);
                let found = transition(lines, state, act, &[standing]).ok();
                assert_eq!(found, to, "{state} {act:?} {standing:?}");
            }
            assert!(transition(lines, state, act, &[]).is_err(), "{state} {act:?} by nobody");
        }
    }
}

#[test]
fn a_plan_follows_its_machine_and_nothing_else() {
    use PlanAct as P;
    use PlanState as S;
    exhaustive(
        S::ALL,
        P::ALL,
        PLANS,
        &[
            (S::Draft, P::Propose, S::Proposed, "H"),
            (S::Proposed, P::Agree, S::Agreed, "H"),
            (S::Agreed, P::Adopt, S::Adopted, "H"),
            (S::Agreed, P::Begin, S::Live, "HS"),
            (S::Adopted, P::Begin, S::Live, "HS"),
            (S::Live, P::Review, S::Reviewed, "H"),
            (S::Reviewed, P::Review, S::Reviewed, "H"),
            (S::Live, P::Close, S::Closed, "H"),
            (S::Reviewed, P::Close, S::Closed, "H"),
            (S::Closed, P::Archive, S::Archived, "HS"),
        ],
    );
}

#[test]
fn an_objective_follows_its_machine_and_nothing_else() {
    use ObjectiveAct as B;
    use ObjectiveState as O;
    exhaustive(
        O::ALL,
        B::ALL,
        OBJECTIVES,
        &[
            (O::Draft, B::Begin, O::Live, "HS"),
            (O::Draft, B::Drop, O::Dropped, "H"),
            (O::Live, B::Pause, O::Paused, "H"),
            (O::Paused, B::Resume, O::Live, "H"),
            (O::Live, B::Achieve, O::Achieved, "HL"),
            (O::Live, B::Miss, O::NotAchieved, "HL"),
            (O::Live, B::Drop, O::Dropped, "H"),
            (O::Paused, B::Drop, O::Dropped, "H"),
        ],
    );
}

#[test]
fn an_action_follows_its_machine_and_nothing_else() {
    use ActionAct as A;
    use ActionState as D;
    exhaustive(
        D::ALL,
        A::ALL,
        ACTIONS,
        &[
            (D::NotStarted, A::Start, D::InProgress, "OLH"),
            (D::NotStarted, A::Report, D::NotStarted, "OLH"),
            (D::InProgress, A::Report, D::InProgress, "OLH"),
            (D::Blocked, A::Report, D::Blocked, "OLH"),
            (D::InProgress, A::Block, D::Blocked, "OLH"),
            (D::Blocked, A::Resume, D::InProgress, "OLH"),
            (D::InProgress, A::Finish, D::Done, "OLH"),
            (D::Done, A::Check, D::Checked, "LH"),
            (D::Done, A::Undo, D::InProgress, "OLH"),
            (D::NotStarted, A::Drop, D::Dropped, "LH"),
            (D::InProgress, A::Drop, D::Dropped, "LH"),
            (D::Blocked, A::Drop, D::Dropped, "LH"),
            (D::Done, A::Drop, D::Dropped, "LH"),
        ],
    );
}

#[test]
fn a_suggestion_follows_its_machine_and_its_author_never_decides() {
    use SuggestionAct as G;
    use SuggestionState as U;
    exhaustive(
        U::ALL,
        G::ALL,
        SUGGESTIONS,
        &[
            (U::Open, G::Accept, U::Accepted, "LH"),
            (U::Open, G::Adapt, U::Adapted, "LH"),
            (U::Open, G::Decline, U::Declined, "LH"),
            (U::Open, G::Withdraw, U::Withdrawn, "W"),
        ],
    );
}

#[test]
fn the_way_to_done_is_a_way_through_the_machine() {
    for &state in ActionState::ALL {
        let end = state
            .way_to_done()
            .iter()
            .try_fold(state, |at, &act| transition(ACTIONS, at, act, &[Standing::Owner]));
        match state.is_open() {
            true => assert_eq!(end, Ok(ActionState::Done)),
            false => assert!(state.way_to_done().is_empty()),
        }
    }
}

#[test]
fn a_closed_plan_is_read_only_and_a_draft_is_the_schools_alone() {
    for state in [PlanState::Closed, PlanState::Archived] {
        for work in [Work::Edit, Work::Suggest, Work::Report] {
            assert!(!state.allows(work), "{state} {work:?}");
        }
    }
    assert!(PlanState::Draft.allows(Work::Edit));
    assert!(!PlanState::Draft.allows(Work::Suggest) && !PlanState::Draft.allows(Work::Report));
    assert!(PlanState::Live.allows(Work::Suggest) && PlanState::Live.allows(Work::Report));
}
