//! Serves this room's pages with a small invented world, one address for each person, so that one
//! can look at them: `cargo run -p support --example serve`.

#[expect(dead_code, reason = "the tests need more of this world than the example does")]
#[path = "../tests/it/world.rs"]
mod world;

use access::{Action, Permit, Visitor};
use axum::{extract::Request, middleware::Next};
use foundation::App;
use jiff::civil::date;
use support::{
    AgreementId,
    agreements::{Origin, Pen, Side, acts, store},
    baselines::{DirectionWord, UnitWord},
    course, exits,
    milestones::{self, Gauge, NewMilestone, Rag, Seen},
    pack::pack,
    reviews::{self, Decision, NewReview},
    time,
};
use testkit::{Persona, TestApp};

async fn permit(t: &TestApp, who: &Persona, id: AgreementId) -> Permit {
    let agreement = store::find(&t.app.db, id).await.unwrap().unwrap();
    let resource = agreement.resource(&t.app.db).await.unwrap();
    let visitor = t.visitor(who).await;
    [Action::Sign, Action::Update, Action::Propose, Action::Read]
        .into_iter()
        .find_map(|action| access::authorize(&t.app, &visitor, action, &resource).ok())
        .expect("somebody who belongs here")
}

async fn drafted(t: &TestApp, w: &world::World, title: &str) -> AgreementId {
    let mut terms = w.terms();
    terms.title = title.to_owned();
    let visitor = t.visitor(&w.marcus).await;
    let resource =
        access::Resource::new(access::Kind::Agreement, access::Zone::Parties, terms.supported)
            .through(Some(w.alliance));
    let permit = access::authorize(&t.app, &visitor, Action::Create, &resource).unwrap();
    let origin = Origin { partnership: Some(w.alliance), ..Origin::default() };
    acts::draft(&t.app, &permit, &terms, origin).await.unwrap()
}

async fn signed(t: &TestApp, w: &world::World, id: AgreementId, who: &[&Persona]) {
    acts::offer(&t.app, &permit(t, &w.marcus, id).await, id).await.unwrap();
    for who in who {
        let hash = store::version(&t.app.db, id, 1).await.unwrap().hash.unwrap();
        let pen = Pen { hash: &hash, name: &who.name, title: "Headteacher" };
        acts::sign(&t.app, &permit(t, who, id).await, id, pen).await.unwrap();
    }
}

/// An agreement in the middle of its course.
async fn halfway(t: &TestApp, w: &world::World, id: AgreementId) {
    let aisha = permit(t, &w.aisha, id).await;
    let number = |baseline, target, direction| Gauge::Number {
        code: None,
        unit: UnitWord::PercentOfPupils,
        direction,
        baseline,
        target,
        band: None,
        cohort: Some(29.0),
    };
    let mut made = Vec::new();
    for (title, gauge, due_on) in [
        (
            "Phonics check, Year 1",
            number(61.0, 72.0, DirectionWord::HigherIsBetter),
            date(2027, 6, 30),
        ),
        ("Persistent absence", number(26.1, 18.0, DirectionWord::LowerIsBetter), date(2027, 7, 9)),
        ("Every class has a daily phonics lesson", Gauge::Statement, date(2027, 3, 20)),
    ] {
        let new = NewMilestone { side: Side::Supported, title: title.to_owned(), gauge, due_on };
        made.push(milestones::add(&t.app, &aisha, id, &new).await.unwrap());
    }
    for day in 0..5_i8 {
        let entry = time::NewEntry {
            account: None,
            person: "Aisha Khan".to_owned(),
            from: Side::Supporting,
            on: date(2027, 1, 12).saturating_add(jiff::Span::new().weeks(day)),
            beneficiary: None,
            half_days: 1,
            what: "Lessons seen together with the leader of Key Stage 1".to_owned(),
        };
        let planned = time::plan(&t.app, &aisha, id, &entry).await.unwrap();
        world::at(t, "2027-03-26T15:00:00Z").await;
        let aisha = permit(t, &w.aisha, id).await;
        match day {
            0..=2 => time::deliver(&t.app, &aisha, planned).await.unwrap(),
            3 => time::cancel(&t.app, &aisha, planned, "illness").await.unwrap(),
            _ => {}
        }
    }
    let aisha = permit(t, &w.aisha, id).await;
    let values = [
        Seen { actual: Some(66.0), forecast: Some(73.0), done: None },
        Seen { actual: Some(24.5), forecast: Some(26.0), done: None },
        Seen { actual: None, forecast: None, done: Some(true) },
    ];
    for (milestone, seen) in made.iter().zip(values) {
        milestones::record_seen(&t.app, &aisha, *milestone, 1, seen).await.unwrap();
    }
    let line = |at: usize, rag, words: &str| (made[at], rag, words.to_owned());
    let review = NewReview {
        after: 0,
        lines: vec![
            line(0, Rag::Green, "Half-termly checks point to 73% in June."),
            line(
                1,
                Rag::Red,
                "The forecast is where we began; the approach does not reach families yet.",
            ),
            line(2, Rag::Achieved, "Seen in all nine classes."),
        ],
        next_steps: "Ask the attendance hub to look with us\nKeep the daily lesson as it is"
            .to_owned(),
        next_on: Some(date(2027, 7, 9)),
        decision: Decision::Change,
    };
    reviews::hold(&t.app, &permit(t, &w.daniel, id).await, id, &review).await.unwrap();
}

async fn finished(t: &TestApp, w: &world::World, id: AgreementId) {
    let (priya, daniel) = (permit(t, &w.priya, id).await, permit(t, &w.daniel, id).await);
    let every: Vec<&str> = pack().exit_items.iter().map(|item| item.code.as_str()).collect();
    let plan = exits::NewPlan {
        owners: "Phonics: leader of Key Stage 1\nHalf-termly check: deputy head",
        stops: "Weekly visits",
        stays: "One programme, taught daily; the half-termly check",
        ticked: &every,
        seen: 0,
    };
    exits::write_plan(&t.app, &priya, id, &plan).await.unwrap();
    exits::begin(&t.app, &daniel, id).await.unwrap();
    let gain = ["Leader of Key Stage 1", "lead a phonics review without help", "did so in June"];
    exits::gain(&t.app, &daniel, id, Side::Supported, exits::GainKind::Skill, gain).await.unwrap();
    exits::confirm(&t.app, &priya, id).await.unwrap();
    let taken = exits::TakenHome {
        goal: "The handover was tested in two classes".to_owned(),
        words: "The half-termly check".to_owned(),
    };
    exits::take_home(&t.app, &daniel, id, &taken).await.unwrap();
    exits::confirm(&t.app, &daniel, id).await.unwrap();
    course::tend(&t.app, &Permit::system("example", t.app.clock.now())).await.unwrap();
    let answers: Vec<(String, u8)> =
        pack().feedback_items.iter().map(|item| (item.code.clone(), 4)).collect();
    exits::give_feedback(&t.app, &priya, id, &answers, "One plan, not four.").await.unwrap();
}

#[tokio::main]
async fn main() {
    let t = TestApp::sqlite(&world::setup()).await;
    let w = world::world(&t).await;
    let draft = drafted(&t, &w, "Attendance together").await;
    let offered = drafted(&t, &w, "Writing in Key Stage 2").await;
    signed(&t, &w, offered, &[&w.daniel]).await;
    let (running, done) =
        (drafted(&t, &w, "Early reading").await, drafted(&t, &w, "Reading in Year 3").await);
    for id in [running, done] {
        signed(&t, &w, id, &[&w.daniel, &w.priya, &w.chair]).await;
    }
    world::at(&t, "2027-01-04T06:00:00Z").await;
    course::tend(&t.app, &Permit::system("example", t.app.clock.now())).await.unwrap();
    halfway(&t, &w, running).await;
    finished(&t, &w, done).await;
    world::results(&t, 2027, [72.0, 88.0], 1.0).await;
    world::at(&t, "2027-04-20T09:00:00Z").await;
    let links: String =
        [("draft", draft), ("offered", offered), ("running", running), ("done", done)]
            .map(|(name, id)| format!("{name} /agreements/{id}\n"))
            .concat();
    std::fs::write(std::env::temp_dir().join("support-example.txt"), &links).unwrap();
    let mut servers = Vec::new();
    for (port, who) in [(8101, &w.priya), (8102, &w.daniel), (8103, &w.marcus)] {
        let visitor = t.visitor(who).await;
        servers.push(tokio::spawn(serve(t.app.clone(), visitor, port)));
    }
    for server in servers {
        server.await.unwrap();
    }
}

async fn serve(app: App, visitor: Visitor, port: u16) {
    let routes =
        foundation::web::protect(support::routes().merge(foundation::web::asset_routes()), &app)
            .layer(axum::middleware::from_fn(move |mut request: Request, next: Next| {
                request.extensions_mut().insert(visitor.clone());
                next.run(request)
            }));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    axum::serve(listener, routes.with_state(app)).await.unwrap();
}
