//! The week: home, digest, reminders, calendar, briefings and the broker's glance.

use access::{Action, Permit, Post, Role, partnerships};
use alongside::{routes, week};
use foundation::{Context, OrgRef, Sql as _};
use jiff::{Timestamp, civil::date};
use plans::{
    ActionId, PlanId,
    acts::{
        action::{self, NewAction, Said},
        milestone,
        objective::{self, NewObjective},
        plan::{self as plan_acts, NewPlan, PlanFrame},
    },
    machine::{ActionAct, PlanAct},
    model::ObjectiveWords,
    shared::thanks,
    store::Whole,
};
use support::{
    AgreementId,
    agreements::{Origin, Pen, Side, TeamMember, Terms, acts, store},
    course,
    time::{self, NewEntry},
};
use testkit::{Persona, Setup, TestApp, both};

const HARBOUR: u32 = 999_101;
const OAKFIELD: u32 = 999_207;

fn setup() -> Setup {
    Setup {
        migrations: routes::migrations(),
        routes: || {
            alongside::home::routes()
                .merge(register::routes())
                .merge(support::routes())
                .merge(week::routes())
                .layer(axum::Extension(routes::sections()))
                .layer(axum::Extension(routes::memory()))
                .route("/health", axum::routing::get(alongside::home::health))
        },
        handlers: routes::handlers,
    }
}

struct World {
    alliance: OrgRef,
    priya: Persona,
    daniel: Persona,
    marcus: Persona,
    stranger: Persona,
}

async fn world(t: &TestApp) -> World {
    let context = Context::system("test", t.app.clock.now());
    let start = date(2020, 9, 1);
    let tx = t.app.db.write().await.unwrap();
    let alliance =
        partnerships::found(&tx, &t.app.ids, &context, "Tideway", "alliance", start).await.unwrap();
    for (urn, name) in [(HARBOUR, "Harbour View Primary"), (OAKFIELD, "Oakfield Primary")] {
        let school = OrgRef::School(urn);
        partnerships::join(&tx, &context, alliance, school, start).await.unwrap();
        tx.run(
            "INSERT INTO school (urn, file, version, name, sort_name, phase, kind, status, is_open,
               authority, authority_name)
             VALUES ($1, 1, 1, $2, $2, 'primary', 'Community school', 'Open', TRUE, 990, 'Northmere')",
            [i64::from(urn).into(), name.into()],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let head = |urn| [Post::new(OrgRef::School(urn), Role::Head, "Headteacher")];
    World {
        priya: t.person("Priya Nair", &head(HARBOUR)).await,
        daniel: t.person("Daniel Reyes", &head(OAKFIELD)).await,
        marcus: t.person("Marcus Webb", &[Post::new(alliance, Role::Broker, "Broker")]).await,
        stranger: t.person("Una Far", &head(999_999)).await,
        alliance,
    }
}

async fn permit(t: &TestApp, who: &Persona, id: AgreementId) -> Permit {
    let agreement = store::find(&t.app.db, id).await.unwrap().unwrap();
    let resource = agreement.resource(&t.app.db).await.unwrap();
    let visitor = t.visitor(who).await;
    access::authorize(&t.app, &visitor, Action::Sign, &resource).unwrap()
}

/// Two days of help agreed by two heads, under way since Monday 9 November 2026.
async fn support(t: &TestApp, w: &World) -> AgreementId {
    let kind = support::pack::pack().kind("small").unwrap();
    let (harbour, oakfield) = (OrgRef::School(HARBOUR), OrgRef::School(OAKFIELD));
    let mut terms = Terms::draft(kind, harbour, oakfield);
    terms.title = "Look at the phonics check".to_owned();
    terms.success = vec!["A list of next steps".to_owned()];
    terms.supporter_goal = "See another way of grouping".to_owned();
    terms.start_on = Some(date(2026, 11, 9));
    terms.end_on = Some(date(2026, 12, 11));
    terms.team = vec![TeamMember {
        account: None,
        name: "Aisha Khan".to_owned(),
        part: String::new(),
        half_days: 4,
        lead: true,
    }];
    let visitor = t.visitor(&w.priya).await;
    let resource = access::Resource::new(access::Kind::Agreement, access::Zone::Parties, harbour);
    let create = access::authorize(&t.app, &visitor, Action::Create, &resource).unwrap();
    let origin = Origin { partnership: Some(w.alliance), ..Origin::default() };
    let id = acts::draft(&t.app, &create, &terms, origin).await.unwrap();
    acts::offer(&t.app, &permit(t, &w.priya, id).await, id).await.unwrap();
    for who in [&w.priya, &w.daniel] {
        let hash = store::version(&t.app.db, id, 1).await.unwrap().hash.unwrap();
        let pen = Pen { hash: &hash, name: &who.name, title: "Headteacher" };
        acts::sign(&t.app, &permit(t, who, id).await, id, pen).await.unwrap();
    }
    let system = Permit::system("test", t.app.clock.now());
    assert_eq!(course::tend(&t.app, &system).await.unwrap().started, [id]);
    id
}

async fn plan(t: &TestApp, w: &World, id: AgreementId, on: jiff::civil::Date) {
    let new = NewEntry {
        account: None,
        person: "Aisha Khan".to_owned(),
        from: Side::Supporting,
        on,
        beneficiary: None,
        half_days: 1,
        what: "Four lessons".to_owned(),
    };
    time::plan(&t.app, &permit(t, &w.daniel, id).await, id, &new).await.unwrap();
}

fn at(t: &TestApp, moment: &str) {
    t.app.clock.set(moment.parse::<Timestamp>().unwrap());
}

async fn round(t: &TestApp) -> Vec<foundation::mail::Letter> {
    week::digest::round(&t.app).await.unwrap();
    let mut letters = t.letters().await;
    letters.retain(|letter| letter.subject.contains("week") || letter.subject.contains("reminder"));
    letters.sort_by(|a, b| a.recipient.cmp(&b.recipient));
    letters
}

#[tokio::test]
async fn the_digest_comes_once_a_week_and_only_when_there_is_something() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        assert!(round(&t).await.is_empty(), "nothing is expected of anybody: nobody hears a word");
        let id = support(&t, &w).await;
        plan(&t, &w, id, date(2026, 11, 19)).await;
        // Monday the 16th, in the morning; the round runs twice and is then repeated.
        at(&t, "2026-11-16T07:31:00Z");
        let letters = round(&t).await;
        let readers: Vec<&str> = letters.iter().map(|l| l.recipient.as_str()).collect();
        assert_eq!(readers, ["daniel.reyes@example.org", "priya.nair@example.org"]);
        let text = &letters[1].body;
        assert!(text.contains("My school") && text.contains("19 November 2026: day of support"));
        assert!(round(&t).await.is_empty(), "not twice in a week");
        // Priya wants none; the next week only Daniel hears.
        let priya = t.sign_in(w.priya.account, "Priya Nair").await;
        let _ = t.post(Some(&priya), "/home/letters", &[("weekly", "no")]).await.expect(303);
        let page = t.get(Some(&priya), "/home/letters").await.expect(200);
        let _ = page.contains("A digest once a week?");
        at(&t, "2026-11-20T12:00:00Z");
        let visitor = t.visitor(&w.priya).await;
        let own = access::policy::own(w.priya.account);
        let may = access::authorize(&t.app, &visitor, Action::Update, &own).unwrap();
        let to = Some(OrgRef::School(OAKFIELD));
        let said = "For the morning with our Year 1 team.";
        thanks::say(&t.app, &may, &visitor, w.alliance, to, said).await.unwrap();
        at(&t, "2026-11-23T07:31:00Z");
        let next = round(&t).await;
        assert_eq!(next.len(), 1, "{next:?}");
        let thanked = "Harbour View Primary thanks Oakfield Primary: “For the morning";
        assert!(next[0].body.contains(thanked), "{}", next[0].body);
        assert_eq!(next[0].recipient, "daniel.reyes@example.org");
        assert!(next[0].body.contains("Say which planned days took place"));
        // In the Christmas holidays schools rest.
        at(&t, "2026-12-28T09:00:00Z");
        assert_eq!(week::digest::round(&t.app).await.unwrap(), 0);
        at(&t, "2027-01-04T07:31:00Z");
        let later = round(&t).await;
        assert!(later.iter().all(|one| !one.body.contains("For the morning")), "said once");
    })
    .await;
}

/// Harbour View's plan under way since 4 January: an objective whose lead has an account, another
/// whose lead has none, and under each an action of Nasreen's.
async fn quiet_plan(
    t: &TestApp,
    w: &World,
    [jess, nasreen]: [&Persona; 2],
    with: &[AgreementId],
) -> (PlanId, Vec<ActionId>) {
    let mut actions = Vec::new();
    let org = OrgRef::School(HARBOUR);
    let may = async || {
        let resource = access::Resource::new(access::Kind::Plan, access::Zone::School, org);
        let visitor = t.visitor(&w.priya).await;
        access::authorize(&t.app, &visitor, Action::Create, &resource).unwrap()
    };
    let frame = PlanFrame {
        title: "Plan for 2027".to_owned(),
        aim: "Every child reads by six.".to_owned(),
        start_on: date(2027, 1, 4),
        end_on: date(2027, 12, 17),
        stale_after: 21,
        ladder_top: 3,
    };
    let new = NewPlan { org, audit: None, needs: Vec::new(), frame };
    let permit = may().await;
    let id = plan_acts::create(&t.app, &permit, &new).await.unwrap();
    for (title, lead, action) in [
        ("One phonics programme", Some(jess.account), "Map interventions"),
        ("Provision on one map", None, "Hang the map"),
    ] {
        let new = NewObjective {
            priority: "Every child reads by six".to_owned(),
            area: "curriculum-and-teaching".to_owned(),
            words: ObjectiveWords {
                title: title.to_owned(),
                why: "Three programmes in one building.".to_owned(),
                when: "everyone teaches one programme".to_owned(),
                then: "no child is lost between teachers".to_owned(),
                so: "every child reads by six".to_owned(),
                ..Default::default()
            },
            lead,
            lead_name: "Jess Hart".to_owned(),
            lead_role: "Reading lead".to_owned(),
            agreements: lead.map_or_else(Vec::new, |_| with.to_vec()),
            ..Default::default()
        };
        let objective = objective::add(&t.app, &permit, id, &new).await.unwrap();
        let milestone = milestone::New {
            title: "Lessons follow the programme".to_owned(),
            gauge: support::milestones::Gauge::Statement,
            due_on: date(2027, 7, 2),
        };
        milestone::add(&t.app, &permit, objective, &milestone).await.unwrap();
        let new = NewAction {
            words: action.to_owned(),
            owner: Some(nasreen.account),
            owner_name: nasreen.name.clone(),
            owner_email: String::new(),
            owner_role: "SENCO".to_owned(),
            start_on: date(2027, 1, 5),
            due_on: date(2027, 7, 2),
            quick: false,
        };
        actions.push(action::add(&t.app, &permit, objective, &new).await.unwrap());
    }
    for act in [PlanAct::Propose, PlanAct::Agree] {
        plan_acts::take(&t.app, &permit, id, act, "", None).await.unwrap();
    }
    at(t, "2027-01-04T09:00:00Z");
    let permit = may().await;
    plan_acts::take(&t.app, &permit, id, PlanAct::Begin, "", None).await.unwrap();
    t.letters().await;
    (id, actions)
}

#[tokio::test]
async fn an_action_that_is_quiet_for_three_weeks_is_in_the_digest_of_whoever_leads_it() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let staff = |title: &str| [Post::new(OrgRef::School(HARBOUR), Role::Staff, title)];
        let jess = t.person("Jess Hart", &staff("Reading lead")).await;
        let nasreen = t.person("Nasreen Ali", &staff("SENCO")).await;
        let _ = quiet_plan(&t, &w, [&jess, &nasreen], &[]).await;
        let heard = async |moment: &str| {
            at(&t, moment);
            let of = |letters: &[foundation::mail::Letter], name: &str| {
                let one = letters.iter().find(|letter| letter.recipient.starts_with(name));
                one.map_or_else(String::new, |letter| letter.body.clone())
            };
            let letters = round(&t).await;
            (of(&letters, "jess"), of(&letters, "priya"))
        };
        let (jess_reads, priya_reads) = heard("2027-01-18T07:31:00Z").await;
        assert!(!jess_reads.contains("Map interventions"), "two weeks are no silence yet");
        assert!(!priya_reads.contains("Hang the map"));
        let (jess_reads, priya_reads) = heard("2027-02-01T07:31:00Z").await;
        assert!(jess_reads.contains("Ask about: Map interventions"), "{jess_reads}");
        assert!(priya_reads.contains("Ask about: Hang the map"), "its lead has no account");
        assert!(!priya_reads.contains("Map interventions"), "that one is for its lead");
    })
    .await;
}

#[tokio::test]
async fn a_reminder_comes_once_before_the_day_and_waits_out_the_evening() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = support(&t, &w).await;
        plan(&t, &w, id, date(2026, 11, 16)).await;
        // Friday: the day of support is on Monday, the next school day.
        at(&t, "2026-11-13T07:31:00Z");
        let letters = round(&t).await;
        assert_eq!(letters.len(), 2, "both heads");
        assert!(letters[0].subject.contains("reminder"));
        assert!(!letters[0].body.contains("phonics"), "no title in a letter: {}", letters[0].body);
        assert!(round(&t).await.is_empty());
        // A round that is late runs in the evening: what it writes leaves in the morning.
        plan(&t, &w, id, date(2026, 11, 18)).await;
        at(&t, "2026-11-17T19:00:00Z");
        assert!(round(&t).await.is_empty());
        at(&t, "2026-11-18T07:31:00Z");
        t.run_jobs().await;
        let morning = t.app.post.collect();
        assert_eq!(morning.len(), 2, "{morning:?}");
        assert!(morning[0].body.contains("18 November 2026"));
    })
    .await;
}

#[tokio::test]
async fn the_calendar_tells_days_and_nothing_else_until_it_is_taken_back() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = support(&t, &w).await;
        plan(&t, &w, id, date(2026, 11, 19)).await;
        let page = t.post(Some(&w.priya), "/home/calendar", &[]).await.expect(200);
        let from = page.body.find("/calendar/").unwrap();
        let address: String =
            page.body[from..].chars().take_while(|c| *c != '<' && *c != '&').collect();
        let feed = t.get(None, &address).await.expect(200);
        assert!(feed.headers["content-type"].to_str().unwrap().starts_with("text/calendar"));
        let feed = feed.contains("DTSTART;VALUE=DATE:20261119\r\n").contains("day of support");
        for secret in ["phonics", "Harbour", "Oakfield", "Aisha", "Priya", "Four lessons"] {
            assert!(!feed.body.contains(secret), "{secret}");
        }
        let _ = t.get(None, "/calendar/nobody.ics").await.expect(404);
        // A new address takes the place of the old one; taken back, none works.
        let page = t.post(Some(&w.priya), "/home/calendar", &[]).await.expect(200);
        let _ = t.get(None, &address).await.expect(404);
        let from = page.body.find("/calendar/").unwrap();
        let second: String =
            page.body[from..].chars().take_while(|c| *c != '<' && *c != '&').collect();
        let _ = t.get(None, &second).await.expect(200);
        let _ = t.post(Some(&w.priya), "/home/calendar/revoke", &[]).await.expect(303);
        let _ = t.get(None, &second).await.expect(404);
        // The home page of a head has two halves with the days ahead.
        at(&t, "2026-11-10T09:00:00Z");
        let daniel = t.sign_in(w.daniel.account, "Daniel Reyes").await;
        let home = t.get(Some(&daniel), "/home").await.expect(200);
        let home = home.contains("My school").contains("Schools I work with");
        let _ = home.contains("19 November 2026").contains("Look at the phonics check");
    })
    .await;
}

/// Gives somebody a passkey, so that they have a second step to show.
async fn with_passkey(t: &TestApp, who: &Persona) {
    t.app
        .db
        .run(
            "INSERT INTO passkey (id, account, name, public_key, sign_count, synced, created_at)
             VALUES ($1, $1, 'Key', '', 0, FALSE, 0)",
            [who.account.into()],
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn letters_and_calendars_leave_out_what_waits_for_a_second_step() {
    both(&setup(), async |mut t| {
        let w = world(&t).await;
        let id = support(&t, &w).await;
        plan(&t, &w, id, date(2026, 11, 25)).await;
        let page = t.post(Some(&w.priya), "/home/calendar", &[]).await.expect(200);
        let from = page.body.find("/calendar/").unwrap();
        let address: String =
            page.body[from..].chars().take_while(|c| *c != '<' && *c != '&').collect();
        t.configure(|config| "head:7".clone_into(&mut config.require_second_step));
        with_passkey(&t, &w.daniel).await;
        let asked = "UPDATE account SET second_asked_on = '2026-11-12' WHERE id = $1";
        t.app.db.run(asked, [w.priya.account.into()]).await.unwrap();
        // In her days of grace everything goes out as before.
        at(&t, "2026-11-16T07:31:00Z");
        let _ = t.get(None, &address).await.expect(200).contains("20261125");
        let letters = round(&t).await;
        assert_eq!(letters.len(), 2, "{letters:?}");
        assert!(letters.iter().all(|letter| letter.body.contains("25 November 2026")));
        // After them the browser shows her nothing of the post, and neither does what goes out; who
        // has a second step hears as before.
        at(&t, "2026-11-23T07:31:00Z");
        let priya = t.sign_in(w.priya.account, "Priya Nair").await;
        t.app.db.run("UPDATE session SET proved = FALSE", []).await.unwrap();
        let _ = t.get(Some(&priya), &format!("/agreements/{id}")).await.expect(404);
        let _ = t.get(None, &address).await.expect(200).lacks("20261125").lacks("/agreements/");
        let letters = round(&t).await;
        let readers: Vec<&str> = letters.iter().map(|l| l.recipient.as_str()).collect();
        assert_eq!(readers, ["daniel.reyes@example.org", "priya.nair@example.org"]);
        assert!(letters[0].body.contains("25 November 2026"));
        let short = &letters[1].body;
        assert!(short.contains("your post as Headteacher, "), "{short}");
        assert!(short.contains("/account/second-step"), "{short}");
        assert!(!short.contains("25 November") && !short.contains("/agreements/"), "{short}");
        // Reminders of single days stop too, and why is said once, not every week.
        at(&t, "2026-11-24T07:31:00Z");
        let reminded: Vec<String> = round(&t).await.into_iter().map(|l| l.recipient).collect();
        assert_eq!(reminded, ["daniel.reyes@example.org"]);
        at(&t, "2026-11-30T07:31:00Z");
        let again: Vec<String> = round(&t).await.into_iter().map(|l| l.recipient).collect();
        assert!(again.contains(&"daniel.reyes@example.org".to_owned()), "{again:?}");
        assert!(!again.contains(&"priya.nair@example.org".to_owned()), "said once: {again:?}");
        // With a second step of her own all of it is back.
        with_passkey(&t, &w.priya).await;
        let _ = t.get(None, &address).await.expect(200).contains("20261125");
        at(&t, "2026-12-07T07:31:00Z");
        let back: Vec<String> = round(&t).await.into_iter().map(|l| l.recipient).collect();
        assert!(back.contains(&"priya.nair@example.org".to_owned()), "{back:?}");
    })
    .await;
}

#[tokio::test]
async fn a_briefing_reaches_heads_and_shows_the_sender_who_has_read_it() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let words =
            [("title", "A new attendance hub"), ("body", "It opens in January."), ("to", "heads")];
        let _ = t.post(Some(&w.priya), "/briefings/new", &words).await.expect(404);
        let _ = t.post(Some(&w.marcus), "/briefings/new", &words[..1]).await.expect(422);
        let nobody = t.post(Some(&w.marcus), "/briefings/new", &words[..2]).await.expect(422);
        let _ = nobody.contains("Choose at least one group").contains("It opens in January.");
        let sent = t.post(Some(&w.marcus), "/briefings/new", &words).await.expect(303);
        let page = sent.location().to_owned();
        let home = t.get(Some(&w.priya), "/home").await.expect(200);
        let _ = home.contains("Briefing: A new attendance hub").contains("To read");
        let _ = t.get(Some(&w.stranger), &page).await.expect(404);
        let read = format!("{page}/read");
        let _ = t.post(Some(&w.stranger), &read, &[]).await.expect(404);
        let _ = t.post(Some(&w.priya), &read, &[]).await.expect(303);
        let _ = t.post(Some(&w.priya), &read, &[]).await.expect(303);
        let mine = t.get(Some(&w.priya), &page).await.expect(200);
        let _ = mine.contains("You said on").lacks("Daniel Reyes");
        let all = t.get(Some(&w.marcus), &page).await.expect(200);
        let _ = all.contains("Read by 1 of 2").contains("not yet");
        let _ = t.get(Some(&w.priya), "/home").await.expect(200).lacks("A new attendance hub");

        // Another one goes to those who chair boards and to staff, each of them once.
        let chair =
            Post::new(OrgRef::School(HARBOUR), Role::Governor, "Chair of governors").chairing();
        let teaches = Post::new(OrgRef::School(HARBOUR), Role::Staff, "Teacher");
        let both = t.person("Tess Chair", &[chair, teaches.clone()]).await;
        let staff = t.person("Sid Staff", &[teaches]).await;
        let words = [
            ("title", "A day for boards"),
            ("body", "In March."),
            ("to", "chairs"),
            ("to", "staff"),
        ];
        let sent = t.post(Some(&w.marcus), "/briefings/new", &words).await.expect(303);
        for who in [&both, &staff] {
            let _ = t.get(Some(who), "/home").await.expect(200).contains("A day for boards");
        }
        let _ = t.get(Some(&w.priya), "/home").await.expect(200).lacks("A day for boards");
        let all = t.get(Some(&w.marcus), sent.location()).await.expect(200);
        assert_eq!(all.body.matches("Tess Chair").count(), 1, "once");
    })
    .await;
}

#[tokio::test]
async fn the_broker_sees_what_is_worth_a_call() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = support(&t, &w).await;
        plan(&t, &w, id, date(2026, 11, 12)).await;
        let page = t.get(Some(&w.marcus), "/broker").await.expect(200);
        let _ = page.contains("Quiet supports: nothing").contains("Time in the next twelve weeks");
        // Seven weeks later nobody has said a word.
        at(&t, "2027-01-05T09:00:00Z");
        let marcus = t.sign_in(w.marcus.account, "Marcus Webb").await;
        let page = t.get(Some(&marcus), "/broker").await.expect(200);
        let page = page.contains("Nothing was written down since 9 November 2026");
        let _ = page.contains("1 planned day has passed without a word");
        let csv = t.get(Some(&marcus), "/broker/quiet.csv").await.expect(200);
        let _ = csv.contains("Harbour View Primary");
        // On paper the same, shortened, each part under its own heading.
        let pack = t.get(Some(&marcus), "/broker/pack").await.expect(200);
        let _ = pack
            .contains("<dt>Stalled</dt><dd>1</dd>")
            .contains("Nothing was written down since 9 November 2026")
            .contains("Waiting for signatures")
            .contains("Schools where several supports meet")
            .contains("Time in the next twelve weeks");
        let priya = t.sign_in(w.priya.account, "Priya Nair").await;
        let _ = t.get(Some(&priya), "/broker/pack").await.expect(404);
        let _ = t.get(Some(&priya), "/broker").await.expect(404);
        let _ = t.get(Some(&priya), "/broker/quiet.csv").await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn the_broker_sees_how_long_actions_take_and_not_what_they_are() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = support(&t, &w).await;
        let staff = |title: &str| [Post::new(OrgRef::School(HARBOUR), Role::Staff, title)];
        let jess = t.person("Jess Hart", &staff("Reading lead")).await;
        let nasreen = t.person("Nasreen Ali", &staff("SENCO")).await;
        let (plan, actions) = quiet_plan(&t, &w, [&jess, &nasreen], &[id]).await;
        let done = async |moment: &str, action: ActionId| {
            at(&t, moment);
            for act in [ActionAct::Start, ActionAct::Finish] {
                let whole = Whole::load(&t.app, &t.app.db, plan).await.unwrap();
                let visitor = t.visitor(&nasreen).await;
                let resource = whole.resource();
                let may = [Action::Update, Action::Propose, Action::Read]
                    .into_iter()
                    .find_map(|one| access::authorize(&t.app, &visitor, one, &resource).ok())
                    .unwrap();
                let seen = whole.action(action).unwrap().1.version;
                action::take(&t.app, &may, action, seen, act, &Said::default()).await.unwrap();
            }
        };
        // Begun on 5 January: a fortnight for the one that belongs to the support. The other one is
        // the school's own affair.
        done("2027-01-19T10:00:00Z", actions[0]).await;
        done("2027-01-25T10:00:00Z", actions[1]).await;
        let marcus = t.sign_in(w.marcus.account, "Marcus Webb").await;
        let pace = t.get(Some(&marcus), "/broker/pace.csv").await.expect(200);
        let pace = pace.contains("Action begun to done").contains("14 days (of 1)");
        let _ = pace.lacks("Map interventions").lacks("of 2");
    })
    .await;
}

/// Two terms without another school: a quiet invitation to the head, a name for the broker's next call,
/// and nothing for anybody else.
#[tokio::test]
async fn a_school_on_its_own_is_asked_in_quietly() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        const WORDS: &str = "Would you like some company?";
        let _ = t.get(Some(&w.priya), "/home").await.expect(200).contains(WORDS);
        let csv = t.get(Some(&w.marcus), "/broker/company.csv").await.expect(200);
        let _ = csv.contains("Harbour View Primary,Not since it joined").contains("Oakfield");
        let id = support(&t, &w).await;
        plan(&t, &w, id, date(2026, 11, 12)).await;
        for who in [&w.priya, &w.daniel, &w.marcus, &w.stranger] {
            let _ = t.get(Some(who), "/home").await.expect(200).lacks(WORDS);
        }
        let none = t.get(Some(&w.marcus), "/broker").await.expect(200);
        let _ = none.contains("Schools that might like company: nothing at the moment");
        // The day took place, the support has ended, and two whole terms go by.
        t.app.db.run("UPDATE time_entry SET state = 'delivered'", []).await.unwrap();
        t.app.db.run("UPDATE agreement SET state = 'lapsed'", []).await.unwrap();
        at(&t, "2027-07-20T09:00:00Z");
        let priya = t.sign_in(w.priya.account, "Priya Nair").await;
        let _ = t.get(Some(&priya), "/home").await.expect(200).lacks(WORDS);
        at(&t, "2027-09-06T09:00:00Z");
        let priya = t.sign_in(w.priya.account, "Priya Nair").await;
        let _ = t.get(Some(&priya), "/home").await.expect(200).contains(WORDS);
        let marcus = t.sign_in(w.marcus.account, "Marcus Webb").await;
        let csv = t.get(Some(&marcus), "/broker/company.csv").await.expect(200);
        let _ = csv.contains("Last time 12 November 2026");
        let stranger = t.sign_in(w.stranger.account, "Una Far").await;
        let _ = t.get(Some(&stranger), "/broker/company.csv").await.expect(404);
        let _ = t.get(Some(&stranger), "/home").await.expect(200).lacks(WORDS);
    })
    .await;
}

#[tokio::test]
async fn a_school_s_page_tells_of_its_support_to_those_in_it() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = support(&t, &w).await;
        plan(&t, &w, id, date(2026, 11, 12)).await;
        let (harbour, oakfield) = (format!("/schools/{HARBOUR}"), format!("/schools/{OAKFIELD}"));
        let page = t.get(Some(&w.priya), &harbour).await.expect(200);
        let page = page.contains("Support it receives").contains("Look at the phonics check");
        let page = page.contains("from Oakfield Primary").contains(&format!("/agreements/{id}"));
        let _ = page.contains("Received: no days").contains("half a day more planned");
        let page = t.get(Some(&w.daniel), &oakfield).await.expect(200);
        let _ = page.contains("Support it gives").contains("for Harbour View Primary");
        // Nobody else learns of it, and a visitor from elsewhere sees what a stranger sees.
        let stranger = t.get(None, &harbour).await.expect(200).lacks("Look at the phonics check");
        let _ = stranger.lacks("Support it receives").lacks("Strengths, needs and support");
        let elsewhere = t.get(Some(&w.stranger), &harbour).await.expect(200);
        let _ = elsewhere.lacks("Look at the phonics check").lacks("Received:");

        // What is remembered: for those who may read it, also as a table.
        let memory = format!("{harbour}/memory");
        let begun = "Begun: Look at the phonics check";
        let page = t.get(Some(&w.marcus), &memory).await.expect(200);
        let _ = page.contains(begun).contains("Support received").contains("Priya Nair");
        let table = t.get(Some(&w.marcus), &format!("{memory}/moments.csv")).await.expect(200);
        let _ = table.contains(begun);
        let only = t.get(Some(&w.marcus), &format!("{memory}?sort=Support+received")).await;
        let _ = only.expect(200).contains(begun);
        let given = t.get(Some(&w.daniel), &format!("{oakfield}/memory")).await.expect(200);
        let _ = given.contains(begun).contains("Support given");
        let nothing = t.get(Some(&w.stranger), &memory).await.expect(200);
        let _ = nothing.contains("Nothing that you may read").lacks(begun).lacks("Priya Nair");
        let _ = t.get(None, &memory).await.expect(303);

        // The partnership's page: its members read what runs only where they take part.
        let partnership = w.alliance.to_string().replace("partnership:", "/partnerships/");
        let page = t.get(Some(&w.marcus), &partnership).await.expect(200);
        let _ = page.contains("Support that runs").contains("Oakfield Primary with Harbour View");
    })
    .await;
}

#[tokio::test]
async fn who_watches_a_server_is_told_that_its_database_answers() {
    both(&setup(), async |t| {
        let _ = t.get(None, "/health").await.expect(200).contains("ok");
    })
    .await;
}
