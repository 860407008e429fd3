//! Loops that close: what runs out, who is reminded, what is released, capped, counted and kept.

use access::{Action, Post, Role};
use brokerage::cadre::{self, SupporterRef, capacity, mentors};
use brokerage::proposals::{self, NewProposal, Reply, Side};
use brokerage::{contribution, daily, desk, interests, persons, requests};
use foundation::{OrgRef, Sql};
use jiff::{SignedDuration, ToSpan, civil::date};
use matching::Depth;
use testkit::{TestApp, both};

use crate::world::{HARBOUR, OAKFIELD, World, leader, matching, permit, setup, system, world};

/// Proposes Aisha for a request; the proposal's id.
async fn propose(
    t: &TestApp,
    w: &World,
    id: requests::RequestId,
    half_days: u32,
) -> Result<proposals::ProposalId, brokerage::ActError> {
    let request = requests::request(&t.app.db, id).await.unwrap().unwrap();
    let broker = permit(t, &w.marcus, Action::Broker, &request.resource()).await;
    let new = NewProposal {
        supporter: SupporterRef::Designation(w.aisha_as),
        half_days,
        reason: String::new(),
        message: String::new(),
    };
    proposals::propose(&t.app, &broker, id, request.version, &new).await
}

async fn say(t: &TestApp, w: &World, id: proposals::ProposalId, side: Side, reply: &Reply) {
    let it = proposals::proposal(&t.app.db, id).await.unwrap().unwrap();
    let request = requests::request(&t.app.db, it.request).await.unwrap().unwrap();
    let who = if side == Side::Supported { &w.priya } else { &w.daniel };
    let may = permit(t, who, Action::Sign, &it.side_resource(&request, side)).await;
    proposals::respond(&t.app, &may, id, side, reply).await.unwrap();
}

fn all_handlers() -> foundation::jobs::Handlers {
    brokerage::handlers(foundation::mail::handlers(foundation::jobs::Handlers::default()))
}

#[tokio::test]
async fn the_daily_round_reminds_once_lets_interests_expire_and_calls_reviews() {
    both(&setup().with_handlers(all_handlers), async |t| {
        let w = world(&t).await;
        let id = matching(&t, &w).await;
        let proposal = propose(&t, &w, id, 4).await.unwrap();
        let own = interests::own(w.priya.account, HARBOUR);
        let own = permit(&t, &w.priya, Action::Create, &own).await;
        let new =
            interests::NewDeclaration { org: HARBOUR, kinds: Vec::new(), detail: String::new() };
        let declared = interests::acts::declare(&t.app, &own, proposal, &new).await.unwrap();
        let assessed = interests::Assessment::None;
        interests::acts::assess(&t.app, &system(&t), declared, &assessed).await.unwrap();
        say(&t, &w, proposal, Side::Supported, &Reply::Accept).await;

        let tend = async || daily::tend(&t.app, &system(&t)).await.unwrap();
        let nothing = daily::Tended::default();
        t.advance(SignedDuration::from_hours(24 * 6));
        assert_eq!(tend().await, nothing, "a week-end lies between: not five working days yet");
        t.advance(SignedDuration::from_hours(24));
        assert_eq!(tend().await, daily::Tended { reminded: 1, ..nothing });
        assert_eq!(tend().await, nothing, "reminded once");
        let letters = t.letters().await;
        let waits: Vec<_> =
            letters.iter().filter(|l| l.subject == "A proposed match waits for you").collect();
        assert_eq!(waits.len(), 1, "only the head who has not answered");
        assert!(waits[0].recipient.starts_with("daniel"), "{}", waits[0].recipient);

        t.advance(SignedDuration::from_hours(24 * 365));
        assert_eq!(tend().await, daily::Tended { expired: 1, ..nothing });
        let it = interests::declaration(&t.app.db, declared).await.unwrap().unwrap();
        assert_eq!(it.state, interests::State::Expired);
        t.advance(SignedDuration::from_hours(24 * 366));
        assert_eq!(tend().await, daily::Tended { reviews: 1, ..nothing });
        let aisha = cadre::designation(&t.app.db, w.aisha_as).await.unwrap().unwrap();
        assert_eq!(aisha.state, cadre::State::ReviewDue);

        // As a job it sets the next round by itself, once a day.
        brokerage::schedule(&t.app).await.unwrap();
        brokerage::schedule(&t.app).await.unwrap();
        t.advance(SignedDuration::from_hours(24));
        let _ = t.run_jobs().await;
        let sql = "SELECT count(*) AS n FROM job WHERE kind = 'brokerage tend'";
        assert_eq!(t.app.db.count(sql, []).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn without_the_release_of_the_home_school_nobody_is_proposed() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = matching(&t, &w).await;
        let page = format!("/cadre/{}", w.aisha_as);
        let back = format!("{page}/take-back");
        let why = [("reason", "We are two teachers short")];
        let _ = t.post(Some(&w.priya), &back, &why).await.expect(403);
        let _ = t.post(Some(&w.daniel), &back, &[]).await.expect(422).contains("Say why");
        let _ = t.post(Some(&w.daniel), &back, &why).await.expect(303);
        let told = propose(&t, &w, id, 4).await.unwrap_err().to_string();
        assert!(told.contains("cannot be proposed"), "{told}");
        let _ = t.post(Some(&w.daniel), &format!("{page}/release"), &[]).await.expect(303);
        propose(&t, &w, id, 4).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_week_is_not_booked_beyond_the_cap_whatever_was_pledged() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = matching(&t, &w).await;
        // Four half-days are pledged a week; Aisha's own cap is two. Of 28 weeks one has the tests, so
        // 54 can be had.
        let supporter = SupporterRef::Designation(w.aisha_as);
        let period = (date(2027, 1, 4), date(2027, 7, 16));
        capacity::pledge(&t.app, &system(&t), supporter, OAKFIELD, period, 4, &[]).await.unwrap();
        let told = propose(&t, &w, id, 55).await.unwrap_err().to_string();
        assert!(told.contains("between half a day and 27 days"), "{told}");
        propose(&t, &w, id, 54).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn near_neighbours_may_say_that_they_have_talked() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = matching(&t, &w).await;
        let proposal = propose(&t, &w, id, 4).await.unwrap();
        say(&t, &w, proposal, Side::Supported, &Reply::AcceptHavingTalked).await;
        let it = proposals::proposal(&t.app.db, proposal).await.unwrap().unwrap();
        assert!(it.talked.0.is_some() && it.talked.1.is_none());
        let page = format!("/requests/{id}/proposal/{proposal}");
        let _ = t.get(Some(&w.daniel), &page).await.expect(200).contains("Talked about sharing");
    })
    .await;
}

#[tokio::test]
async fn every_head_who_supports_a_school_learns_of_one_more_support() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let first = matching(&t, &w).await;
        let agreed = propose(&t, &w, first, 4).await.unwrap();
        for side in [Side::Supported, Side::Supporting] {
            say(&t, &w, agreed, side, &Reply::Accept).await;
        }
        let (_, other) = leader(&t, w.alliance, "Bea Lund", 999_202, Depth::Expert).await;
        let post = [Post::new(OrgRef::School(999_202), Role::Head, "Headteacher")];
        let ella = t.person("Ella Moor", &post).await;
        let second = matching(&t, &w).await;
        let request = requests::request(&t.app.db, second).await.unwrap().unwrap();
        let broker = permit(&t, &w.marcus, Action::Broker, &request.resource()).await;
        let new = NewProposal {
            supporter: SupporterRef::Designation(other),
            half_days: 4,
            reason: String::new(),
            message: String::new(),
        };
        let it = proposals::propose(&t.app, &broker, second, request.version, &new).await.unwrap();
        let told = |letters: &[foundation::mail::Letter]| {
            let about = "Another support in a school you work with";
            letters.iter().filter(|l| l.subject == about).count()
        };
        assert_eq!(told(&t.letters().await), 0);
        say(&t, &w, it, Side::Supported, &Reply::Accept).await;
        let proposal = proposals::proposal(&t.app.db, it).await.unwrap().unwrap();
        let side = proposal.side_resource(&request, Side::Supporting);
        let may = permit(&t, &ella, Action::Sign, &side).await;
        proposals::respond(&t.app, &may, it, Side::Supporting, &Reply::Accept).await.unwrap();
        let letters = t.letters().await;
        assert_eq!(told(&letters), 1);
        let letter = letters.iter().find(|l| l.body.contains("one more support")).unwrap();
        assert!(letter.recipient.starts_with("daniel"));
        assert!(!letter.body.contains("Early reading"), "what it is about is the school's to say");
        // The second head reads that there is another one, not what it is about.
        let page = format!("/requests/{second}/proposal/{it}");
        let shown = t.get(Some(&ella), &page).await.expect(200);
        let _ = shown.contains("Other support in this school").contains("ask the head what it is");
        let _ = t.get(Some(&w.priya), &page).await.expect(200).contains("Both heads said yes");
        let shown = t.get(Some(&w.marcus), &format!("/desk/{second}")).await.expect(200);
        let _ = shown.contains("Other support in this school");
    })
    .await;
}

#[tokio::test]
async fn a_new_head_is_offered_a_mentor_for_two_years() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let (_, id) = leader(&t, w.alliance, "Bea Lund", 999_202, Depth::Expert).await;
        let today = t.app.clock.today();
        assert!(mentors::new_heads(&t.app.db, w.alliance, today).await.unwrap().is_empty());
        let tx = t.app.db.write().await.unwrap();
        let sql = "UPDATE post SET start_on = '2026-09-01' WHERE account = $1";
        tx.run(sql, [w.priya.account.into()]).await.unwrap();
        tx.commit().await.unwrap();
        let heads = mentors::new_heads(&t.app.db, w.alliance, today).await.unwrap();
        let priya = heads.iter().find(|one| one.account == w.priya.account).unwrap();
        let none = mentors::mentors_for(&t.app.db, w.alliance, priya, today).await.unwrap();
        assert!(none.is_empty(), "nobody mentors heads yet");
        let sql = "UPDATE designation SET role = 'headteacher-mentor' WHERE id = $1";
        let tx = t.app.db.write().await.unwrap();
        tx.run(sql, [id.into()]).await.unwrap();
        tx.commit().await.unwrap();
        let found = mentors::mentors_for(&t.app.db, w.alliance, priya, today).await.unwrap();
        assert_eq!(found.len(), 1);
        let shown = t.get(Some(&w.marcus), "/cadre").await.expect(200);
        let _ = shown.contains("Heads in their first two years").contains("1 without a mentor");
        let shown = t.get(Some(&w.marcus), "/desk/new-heads").await.expect(200);
        let _ = shown.contains("Priya Shah").contains("31 August 2028").contains("Bea Lund");
        let _ = t.get(Some(&w.priya), "/requests").await.expect(200).contains("Ask for a mentor");
        let _ = t
            .get(Some(&w.priya), "/requests/new?for=mentor")
            .await
            .expect(200)
            .contains("A mentor in my first two years");
        t.advance(SignedDuration::from_hours(24 * 800));
        let later = t.app.clock.today();
        assert!(mentors::new_heads(&t.app.db, w.alliance, later).await.unwrap().is_empty());
        let priya = t.sign_in(w.priya.account, "Priya Shah").await;
        let _ = t.get(Some(&priya), "/requests").await.expect(200).lacks("Ask for a mentor");
    })
    .await;
}

#[tokio::test]
async fn a_new_head_says_not_now_or_no_and_changes_their_mind() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let (bea, id) = leader(&t, w.alliance, "Bea Lund", 999_202, Depth::Expert).await;
        // Nobody is new yet: there is nothing to answer.
        let _ = t.get(Some(&w.priya), "/requests/mentor").await.expect(404);
        let tx = t.app.db.write().await.unwrap();
        let sql = "UPDATE post SET start_on = '2026-09-01' WHERE account = $1";
        tx.run(sql, [w.priya.account.into()]).await.unwrap();
        let sql = "UPDATE designation SET role = 'headteacher-mentor' WHERE id = $1";
        tx.run(sql, [id.into()]).await.unwrap();
        tx.commit().await.unwrap();
        let week = async || {
            let broker = t.visitor(&w.marcus).await;
            let list = brokerage::waiting(&t.app, &broker).await.unwrap();
            list.into_iter().map(|(one, _)| format!("{} {}. ", one.text, one.detail)).collect()
        };
        let told: String = week().await;
        assert!(told.contains("A new head has no mentor yet Priya Shah"), "{told}");
        // Nobody answers for another school, and no other school reads the list.
        let form = [("answer", "not-now")];
        for who in [&w.daniel, &w.tom, &bea, &w.marcus, &w.other_broker] {
            let _ = t.get(Some(who), "/requests/mentor").await.expect(404);
            let _ = t.post(Some(who), "/requests/mentor", &form).await.expect(404);
        }
        for who in [&w.daniel, &w.priya, &bea] {
            let _ = t.get(Some(who), "/desk/new-heads").await.expect(404);
        }
        let other = t.get(Some(&w.other_broker), "/desk/new-heads").await.expect(200);
        let _ = other.lacks("Priya");
        let ask = t.post(Some(&w.priya), "/requests/mentor", &[]).await.expect(422);
        let _ = ask.contains("Choose one of the answers");
        // Not now: the broker reads it, is not sent to ring, and the suggestion is quiet for a term.
        let _ = t.post(Some(&w.priya), "/requests/mentor", &form).await.expect(303);
        let told: String = week().await;
        assert!(!told.contains("mentor"), "{told}");
        let list = t.get(Some(&w.marcus), "/desk/new-heads").await.expect(200);
        let _ = list.contains("Not now; asked again after 31 March 2027").contains("Priya Shah");
        let own = t.get(Some(&w.priya), "/requests").await.expect(200);
        let _ = own.lacks("Ask for a mentor").contains("Change your mind");
        let _ = t.get(Some(&w.daniel), "/cadre").await.expect(200).lacks("new-heads");
        // No, by whoever asks for the school; then yes after all.
        let post = [Post::new(HARBOUR, Role::Head, "Deputy head")];
        let deputy = t.person("Dot Vane", &post).await;
        let no = [("answer", "no")];
        let form = t.get(Some(&deputy), "/requests/mentor").await.expect(200);
        let _ = form.contains("A mentor for Priya Shah");
        let _ = t.post(Some(&deputy), "/requests/mentor", &no).await.expect(303);
        let list = t.get(Some(&w.marcus), "/desk/new-heads").await.expect(200);
        let _ = list.contains("No, thank you");
        t.advance(SignedDuration::from_hours(24 * 200));
        let told: String = week().await;
        assert!(!told.contains("mentor"), "a no holds beyond a term: {told}");
        let priya = t.sign_in(w.priya.account, "Priya Shah").await;
        let yes = [("answer", "yes")];
        let _ = t.post(Some(&priya), "/requests/mentor", &yes).await.expect(303);
        let told: String = week().await;
        assert!(told.contains("no mentor yet Priya Shah"), "{told}");
        let _ = t.post(Some(&priya), "/requests/mentor", &[("answer", "not-now")]).await;
        t.advance(SignedDuration::from_hours(24 * 220));
        let told: String = week().await;
        assert!(
            told.contains("no mentor yet Priya Shah"),
            "after a term it is asked again: {told}"
        );
        // With a mentor who was agreed she is on the list of those who have one.
        let today = t.app.clock.today();
        let tx = t.app.db.write().await.unwrap();
        tx.run(
            "INSERT INTO commitment (id, supporter, from_org, to_org, from_on, to_on, half_days,
               state, created_at) VALUES ('c1', $1, $2, $3, $4, $5, 6, 'agreed', 0)",
            [
                SupporterRef::Designation(id).into(),
                OrgRef::School(999_202).into(),
                HARBOUR.into(),
                today.to_string().into(),
                today.saturating_add(100.days()).to_string().into(),
            ],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let told: String = week().await;
        assert!(!told.contains("mentor"), "{told}");
        let marcus = t.sign_in(w.marcus.account, "Marcus Bell").await;
        let list = t.get(Some(&marcus), "/desk/new-heads").await.expect(200);
        let _ = list.contains("With a mentor").contains("Their mentor").contains("Bea Lund");
    })
    .await;
}

/// What a room above answers: here from what this room was told.
async fn gave(
    app: foundation::App,
    account: access::AccountId,
) -> Result<Vec<contribution::Contribution>, foundation::DbError> {
    let promised = contribution::promised(&app.db, account).await?;
    Ok(promised
        .into_iter()
        .map(|one| contribution::Contribution {
            to: one.to,
            school: "Harbour View".to_owned(),
            title: one.title,
            role: one.role,
            from_on: one.from_on,
            to_on: one.to_on,
            agreed: None,
            given: Some(one.half_days),
            stands: "Complete".to_owned(),
            became: Vec::new(),
            sphere: String::new(),
        })
        .collect())
}

#[tokio::test]
async fn what_somebody_gave_is_theirs_to_take_and_what_they_hold_is_handed_over_first() {
    both(&setup(), async |mut t| {
        let w = world(&t).await;
        let id = matching(&t, &w).await;
        propose(&t, &w, id, 4).await.unwrap();
        let given = async || contribution::promised(&t.app.db, w.aisha.account).await.unwrap();
        assert!(given().await.is_empty(), "time that is only held is no contribution");
        let what = persons::duties(t.app.clone(), (w.aisha.account, OAKFIELD)).await.unwrap();
        let what: Vec<_> = what.iter().map(|duty| duty.what.as_str()).collect();
        assert_eq!(what.len(), 3, "{what:?}");
        assert!(what[1].starts_with("2 days promised to Harbour View"), "{what:?}");
        let elsewhere = persons::duties(t.app.clone(), (w.aisha.account, HARBOUR)).await.unwrap();
        assert!(elsewhere.is_empty());
        // Marcus is not the only broker; Priya is the only head.
        let broker = persons::duties(t.app.clone(), (w.marcus.account, w.alliance)).await.unwrap();
        assert!(broker.is_empty(), "{broker:?}");
        let head = persons::duties(t.app.clone(), (w.priya.account, HARBOUR)).await.unwrap();
        assert_eq!(head.len(), 1, "{head:?}");

        let tx = t.app.db.write().await.unwrap();
        let aisha = SupporterRef::Designation(w.aisha_as);
        let taken = capacity::Taken {
            agreement: "one",
            request: Some(id),
            from: OAKFIELD,
            to: HARBOUR,
            period: (date(2027, 1, 4), date(2027, 7, 16)),
            state: capacity::CommitmentState::Done,
            shares: &[(aisha, 3)],
        };
        capacity::take_for_agreement(&tx, &t.app, &system(&t), &taken).await.unwrap();
        capacity::judge(&tx, &t.app, &system(&t), aisha, "one", 0.75).await.unwrap();
        tx.commit().await.unwrap();
        let all = given().await;
        assert_eq!((all.len(), all[0].half_days, all[0].complete), (1, 3, true));
        assert_eq!(all[0].title, "Early reading");
        // The rooms above say what was given; here one that knows of a support.
        t.layer(axum::Extension(contribution::Contributions::default().asking(gave)));
        let mine = t.get(Some(&w.aisha), "/cadre/mine").await.expect(200);
        let _ = mine.contains("Early reading").contains("1½ days");
        // In which sphere and year: hers is local, and the support began in January.
        let mine = t.get(Some(&w.aisha), "/cadre/mine").await.expect(200);
        let _ = mine.contains("How far it reached").contains("2026–27, local").contains("1.5");
        let csv = t.get(Some(&w.aisha), "/cadre/mine.csv").await.expect(200);
        let _ = csv.contains("Harbour View");
        let _ = t.get(Some(&w.daniel), "/cadre/mine").await.expect(200).lacks("Early reading");
        // The judgement counts in the next match, drawn to the middle because it is the only one.
        let next = matching(&t, &w).await;
        let case = desk::case(&t.app.db, next, t.app.clock.today()).await.unwrap().unwrap();
        assert_eq!(case.supporter(aisha).unwrap().model.track.judged, 1);
        let extract = persons::extract(t.app.clone(), w.aisha.account).await.unwrap();
        assert_eq!(extract["designations"][0]["judged"][0]["share"], 0.75);
        assert_eq!(extract["time_promised"][0]["half_days"], 3);
        let register = t.get(Some(&w.marcus), "/cadre.csv").await.expect(200);
        let _ = register.contains("Aisha Khan").contains("Oakfield Primary");
        let _ = t.get(None, "/cadre.csv").await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn looks_at_what_is_the_brokers_own_are_recorded() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = matching(&t, &w).await;
        let _ = t.get(Some(&w.marcus), &format!("/desk/{id}")).await.expect(200);
        let looks = access::looks::by(&t.app.db, w.marcus.account, jiff::Timestamp::UNIX_EPOCH);
        let looks = looks.await.unwrap();
        assert!(looks.iter().any(|l| l.subject == "desk" && l.subject_id == id.to_string()));
    })
    .await;
}

#[tokio::test]
async fn for_now_progress_only_with_the_head_s_consent_and_on_a_day() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let own = access::Resource::new(access::Kind::Request, access::Zone::School, HARBOUR);
        let head = permit(&t, &w.priya, Action::Create, &own).await;
        let ask = crate::world::ask();
        let id = requests::acts::draft(&t.app, &head, HARBOUR, w.alliance, &ask).await.unwrap();
        requests::acts::submit(&t.app, &head, id).await.unwrap();
        let (desk, page) = (format!("/desk/{id}"), format!("/requests/{id}"));
        let state = async || requests::request(&t.app.db, id).await.unwrap().unwrap().state;
        let tag = async |who: &testkit::Persona| {
            let visitor = t.visitor(who).await;
            let all = brokerage::waiting(&t.app, &visitor).await.unwrap();
            all.into_iter().next().map(|(one, _)| (one.tag, one.detail)).unwrap_or_default()
        };
        let (priya, marcus) = (Some(&w.priya), Some(&w.marcus));
        let _ =
            t.post(marcus, &format!("{desk}/answer"), &[("answer", "review")]).await.expect(303);
        assert_eq!(state().await, requests::State::Accepted, "it rests until the head has spoken");
        assert_eq!(tag(&w.priya).await.0, "Waiting for you");
        assert_eq!(tag(&w.marcus).await.0, "With the head");
        let day = |year| {
            [
                ("instead", "review"),
                ("review_on-day", "12"),
                ("review_on-month", "3"),
                ("review_on-year", year),
            ]
        };
        let start = format!("{desk}/start");
        let _ = t.post(marcus, &start, &day("2027")).await.expect(409);
        let _ = t.get(priya, &page).await.expect(200).contains("a review of progress only");
        let _ = t.post(priya, &format!("{page}/consent"), &[]).await.expect(303);
        let letters = t.letters().await;
        assert!(letters.iter().any(|l| l.subject == "A head agrees to a review of progress"));
        assert_eq!(tag(&w.marcus).await.1, "Choose a day to review progress");
        let _ = t.get(marcus, &desk).await.expect(200).contains("When do you look at progress");
        let _ = t.post(marcus, &start, &[("instead", "review")]).await.expect(422);
        let past = t.post(marcus, &start, &day("2020")).await.expect(422);
        let _ = past.contains("still to come").contains("2020");
        let _ = t.post(marcus, &start, &day("2027")).await.expect(303);
        assert_eq!(state().await, requests::State::ReviewProgressOnly);
        let _ = t.get(priya, &page).await.expect(200).contains("together on 12 March 2027");
        assert_eq!(tag(&w.priya).await.1, "Together on 12 March 2027");
        assert_eq!(tag(&w.marcus).await.0, "Progress review");
        // Help is needed after all: the request goes on from there.
        let _ = t.post(marcus, &start, &[]).await.expect(303);
        assert_eq!(state().await, requests::State::Matching);
    })
    .await;
}
