use super::*;

/// The machine once more, written the other way round: for each state, what is possible.
fn expected(state: State) -> Vec<(Act, Vec<Standing>)> {
    use Standing::{Broker, Chair, Commissioner, Lead, SupportedHead, SupportingHead, System};
    match state {
        State::Drafting => vec![
            (Act::Offer, vec![SupportedHead, SupportingHead, Broker]),
            (Act::Cancel, vec![SupportedHead, SupportingHead, Broker]),
        ],
        State::Offered => vec![
            (Act::SignSupported, vec![SupportedHead]),
            (Act::SignChair, vec![Chair]),
            (Act::SignSupporting, vec![SupportingHead]),
            (Act::Cancel, vec![SupportedHead, SupportingHead, Broker]),
            (Act::TakeBack, vec![SupportedHead, SupportingHead, Broker, Chair]),
        ],
        State::SignedSupporting => vec![
            (Act::SignSupported, vec![SupportedHead]),
            (Act::SignChair, vec![Chair]),
            (Act::Cancel, vec![SupportedHead, SupportingHead, Broker]),
            (Act::TakeBack, vec![SupportedHead, SupportingHead, Broker, Chair]),
        ],
        State::SignedSupported => vec![
            (Act::SignSupporting, vec![SupportingHead]),
            (Act::Cancel, vec![SupportedHead, SupportingHead, Broker]),
            (Act::TakeBack, vec![SupportedHead, SupportingHead, Broker, Chair]),
        ],
        State::Signed => vec![
            (Act::Activate, vec![System]),
            (Act::Cancel, vec![SupportedHead, SupportingHead, Broker]),
            (Act::TakeBack, vec![SupportedHead, SupportingHead, Broker, Chair]),
        ],
        State::Active => vec![
            (Act::Vary, vec![SupportedHead, SupportingHead]),
            (Act::Pause, vec![SupportedHead, SupportingHead, Commissioner]),
            (Act::BeginExit, vec![SupportingHead, Lead]),
            (Act::AcceptReport, vec![SupportedHead]),
            (Act::EndEarly, vec![SupportedHead, SupportingHead]),
        ],
        State::UnderVariation => vec![
            (Act::SignSupported, vec![SupportedHead]),
            (Act::SignChair, vec![Chair]),
            (Act::SignSupporting, vec![SupportingHead]),
            (Act::DropVariation, vec![SupportedHead, SupportingHead]),
        ],
        State::Paused => vec![
            (Act::Resume, vec![SupportedHead, SupportingHead, Commissioner]),
            (Act::EndEarly, vec![SupportedHead, SupportingHead]),
        ],
        State::Exiting => vec![(Act::Confirm, vec![SupportedHead, SupportingHead])],
        State::Completed => vec![(Act::BeginSustaining, vec![System])],
        State::Sustaining => vec![(Act::Hold, vec![System]), (Act::Lapse, vec![System])],
        State::Sustained | State::Lapsed | State::Cancelled | State::TerminatedEarly => vec![],
    }
}

#[test]
fn every_transition_that_is_not_listed_is_refused() {
    let mut allowed = 0;
    for state in State::ALL {
        let listed = expected(state);
        for act in Act::ALL {
            for standing in Standing::ALL {
                let may = listed.iter().any(|(a, who)| *a == act && who.contains(&standing));
                assert_eq!(
                    transition(state, act, &[standing]).is_ok(),
                    may,
                    "{state} {act:?} {standing:?}"
                );
                allowed += usize::from(may);
            }
            assert!(transition(state, act, &[]).is_err(), "{state} {act:?} by nobody");
        }
    }
    assert_eq!(allowed, STEPS.iter().map(|line| line.who.len()).sum::<usize>());
}

#[test]
fn states_keep_their_names() {
    for state in State::ALL {
        assert_eq!(state.key().parse::<State>().unwrap(), state);
    }
    assert!("done".parse::<State>().is_err());
}

#[test]
fn either_order_of_signatures_leads_to_signed_and_a_chair_is_waited_for() {
    let one = Signed { supported: true, ..Signed::default() };
    assert_eq!(one.state(false), State::SignedSupported);
    assert_eq!(one.state(true), State::Offered);
    let other = Signed { supporting: true, ..Signed::default() };
    assert_eq!(other.state(true), State::SignedSupporting);
    let both = Signed { supported: true, supporting: true, chair: false };
    assert_eq!(both.state(false), State::Signed);
    assert_eq!(both.state(true), State::SignedSupporting);
    assert_eq!(Signed { chair: true, ..both }.state(true), State::Signed);
}

#[test]
fn resting_and_ended_records_are_read_only() {
    for state in [State::Paused, State::Completed, State::TerminatedEarly] {
        for work in [Work::Edit, Work::Milestones, Work::Review, Work::Time, Work::Exit] {
            assert!(!allows(state, work), "{state} {work:?}");
        }
    }
    assert!(allows(State::Completed, Work::Feedback));
    assert!(State::ALL.iter().all(|&s| !s.is_over() || !allows(s, Work::Time)));
}
