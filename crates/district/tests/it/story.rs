//! The story hangs together.

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;

use district::story::{
    AuditState, DeploymentState, DesignationState, FindingKind, RequestState, Role, Step,
};
use district::{HARBOUR_VIEW, Story};

fn in_order<S: Debug>(what: &str, steps: &[Step<S>]) {
    assert!(!steps.is_empty(), "{what} has no history");
    for pair in steps.windows(2) {
        assert!(pair[0].at <= pair[1].at, "{what}: {:?} before {:?}", pair[0], pair[1]);
    }
}

fn covers<S: Copy + Eq + Hash + Debug>(seen: impl Iterator<Item = S>, wanted: &[S]) {
    let seen: HashSet<S> = seen.collect();
    for state in wanted {
        assert!(seen.contains(state), "{state:?} never occurs as a latest state");
    }
}

#[test]
fn histories_run_forwards_and_people_exist() {
    let story = Story::tideway();
    let people: HashSet<&str> = story.people.iter().map(|p| p.key).chain(["system"]).collect();
    assert_eq!(people.len(), story.people.len() + 1, "a key is used twice");
    for d in &story.designations {
        in_order(d.key, &d.steps);
    }
    for a in &story.audits {
        in_order(a.key, &a.steps);
        assert!(a.steps.iter().all(|s| people.contains(s.by)), "{}", a.key);
    }
    for r in &story.requests {
        in_order(r.key, &r.steps);
        assert!(r.steps.iter().all(|s| people.contains(s.by)), "{}", r.key);
        assert!(r.audit.is_none_or(|k| story.audits.iter().any(|a| a.key == k)), "{}", r.key);
    }
    for d in &story.deployments {
        in_order(d.key, &d.steps);
        assert!(d.steps.iter().all(|s| people.contains(s.by)), "{}", d.key);
        assert!(d.team.iter().all(|t| people.contains(t.person)), "{}", d.key);
        assert!(d.visits.iter().all(|v| people.contains(v.visitor)), "{}", d.key);
        assert!(d.request.is_none_or(|k| story.requests.iter().any(|r| r.key == k)), "{}", d.key);
        assert!(!d.supporter_goal.is_empty() && !d.success_criteria.is_empty(), "{}", d.key);
        assert_ne!(d.supported, d.supporting);
        assert!(d.start < d.end);
    }
    for post in &story.posts {
        assert!(people.contains(post.person), "{}", post.person);
    }
}

#[test]
fn all_fifteen_personas_are_here() {
    let story = Story::tideway();
    for name in [
        "priya", "daniel", "aisha", "marcus", "chen", "helen", "tom", "grace", "joe", "bev",
        "samir", "ruth", "lena", "omar", "kit",
    ] {
        assert!(story.person(name).unwrap().persona.is_some(), "{name}");
    }
    for role in [
        Role::Head,
        Role::SystemLeader,
        Role::Broker,
        Role::TrustExecutive,
        Role::Governor,
        Role::Convenor,
        Role::Commissioner,
        Role::Partner,
        Role::Administrator,
        Role::DelegatedStaff,
    ] {
        assert!(story.posts.iter().any(|p| p.role == role), "{role:?}");
    }
}

#[test]
fn at_the_opening_every_stage_can_be_seen() {
    let story = Story::tideway().until(Story::OPENING);
    use AuditState as A;
    covers(
        story.audits.iter().map(|a| a.steps.last().unwrap().to),
        &[A::Draft, A::InProgress, A::Ready, A::Agreed, A::Moderated, A::Frozen, A::Withdrawn],
    );
    use RequestState as R;
    covers(
        story.requests.iter().map(|r| r.steps.last().unwrap().to),
        &[
            R::Draft,
            R::Submitted,
            R::Accepted,
            R::ReturnedForDetail,
            R::DeclinedWithReason,
            R::Matching,
            R::Proposed,
            R::ChemistryOk,
            R::Rematch,
            R::CoiClear,
            R::Agreement,
            R::Fulfilled,
            R::Withdrawn,
            R::ReviewProgressOnly,
        ],
    );
    use DeploymentState as D;
    covers(
        story.deployments.iter().filter_map(district::story::Deployment::state),
        &[
            D::Drafting,
            D::Offered,
            D::SignedSupporting,
            D::SignedSupported,
            D::Active,
            D::UnderVariation,
            D::Paused,
            D::Exiting,
            D::Sustaining,
            D::Sustained,
            D::Lapsed,
            D::Cancelled,
            D::TerminatedEarly,
        ],
    );
    use DesignationState as N;
    covers(
        story.designations.iter().map(|d| d.steps.last().unwrap().to),
        &[
            N::Nominated,
            N::Applied,
            N::Designated,
            N::Active,
            N::ReviewDue,
            N::Renewed,
            N::Lapsed,
            N::Withdrawn,
        ],
    );
}

#[test]
fn the_clock_can_be_stopped_anywhere() {
    let at = |day| Story::tideway().until(day);
    assert!(at(Story::OPENING).deployment("dep-harbour-view").is_none());
    let midway = at(Story::MIDWAY);
    let d = midway.deployment("dep-harbour-view").unwrap();
    assert_eq!(d.state(), Some(DeploymentState::Active));
    assert_eq!(d.reviews.len(), 1);
    assert!(d.objectives[0].milestones[0].actual.is_some());
    assert!(d.objectives[0].milestones[1].actual.is_none(), "June has not come");
    let late = at(Story::HINDSIGHT);
    let d = late.deployment("dep-harbour-view").unwrap();
    assert_eq!(d.state(), Some(DeploymentState::Sustaining));
    let acts = late.acts();
    assert!(acts.windows(2).all(|w| w[0].at() <= w[1].at()));
    assert!(acts.iter().all(|a| a.at().date() <= Story::HINDSIGHT));
}

#[test]
fn the_agreement_adds_up_as_the_storyboard_says() {
    let story = Story::tideway();
    let d = story.deployment("dep-harbour-view").unwrap();
    assert_eq!(d.half_days_pledged(), 25, "12.5 days");
    let delivered: u16 = d.team.iter().map(|t| t.delivered).sum();
    assert_eq!(delivered, 24, "12 days");
    let pledged_pounds: u32 =
        d.team.iter().map(|t| u32::from(t.half_days) * u32::from(t.day_rate) / 2).sum();
    assert_eq!(pledged_pounds, 4_375);
    let request = story.requests.iter().find(|r| r.key == "req-harbour-view").unwrap();
    assert_eq!((request.school, request.budget), (HARBOUR_VIEW, 4_375));
    assert_eq!(request.avoid[0].0, 999_102);
}

#[test]
fn agreed_audits_name_a_strength_and_a_need() {
    for audit in Story::tideway().audits {
        let agreed = audit.steps.iter().any(|s| s.to == AuditState::Agreed);
        let has = |kind| audit.findings.iter().any(|f| f.kind == kind);
        assert!(!agreed || (has(FindingKind::Strength) && has(FindingKind::Need)), "{}", audit.key);
    }
}
