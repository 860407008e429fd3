//! Trust to trust, from the first question to the last confirmation: a trust asks, another helps,
//! their executives and a chair sign, and nothing is measured that a trust does not have.

use access::{Post, Role, partnerships};
use brokerage::{cadre::SupporterRef, interests, proposals, requests::RequestId};
use foundation::{Context, OrgRef, Sql as _, jobs::Handlers, mail};
use jiff::civil::date;
use support::{
    AgreementId,
    agreements::{Side, State, Terms},
    course, exits,
    money::charges::{self, Purse},
    pack::pack,
    time,
};
use testkit::{Persona, Setup, TestApp, both};

use crate::{
    thread::{find, permit, sign},
    world::at,
};

const SHORE: OrgRef = OrgRef::Trust(90_101);
const HILL: OrgRef = OrgRef::Trust(90_202);

fn setup() -> Setup {
    Setup::new(
        &[register::MIGRATIONS, needs::MIGRATIONS, brokerage::MIGRATIONS, support::MIGRATIONS],
        || brokerage::routes().merge(support::routes()),
    )
    .with_handlers(|| support::handlers(mail::handlers(Handlers::default())))
}

struct World {
    /// Leads the trust that asks.
    ada: Persona,
    /// Chairs its board.
    cleo: Persona,
    /// Leads the trust that helps.
    ben: Persona,
    /// Looks after its finances.
    fay: Persona,
    marcus: Persona,
    /// Head of a school of the trust that asks.
    nia: Persona,
}

async fn world(t: &TestApp) -> World {
    let context = Context::system("test", t.app.clock.now());
    let tx = t.app.db.write().await.unwrap();
    let start = date(2020, 9, 1);
    let alliance =
        partnerships::found(&tx, &t.app.ids, &context, "Tideway", "alliance", start).await.unwrap();
    for (org, uid, name) in
        [(SHORE, 90_101_i64, "Shoreline Trust"), (HILL, 90_202, "Hillside Trust")]
    {
        partnerships::join(&tx, &context, alliance, org, start).await.unwrap();
        tx.run(
            "INSERT INTO trust (uid, name, sort_name) VALUES ($1, $2, $3)",
            [uid.into(), name.into(), name.to_lowercase().into()],
        )
        .await
        .unwrap();
    }
    tx.run(
        "INSERT INTO school (urn, file, version, name, sort_name, phase, kind, status, is_open,
           authority, authority_name, trust)
         VALUES (999501, 1, 1, 'Pier Primary', 'pier primary', 'primary', 'Academy', 'Open', TRUE,
           990, 'Northmere', 90101)",
        [],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let post = |org, role, title: &str| [Post::new(org, role, title)];
    World {
        ada: t.person("Ada Quay", &post(SHORE, Role::TrustExecutive, "Chief executive")).await,
        cleo: t
            .person(
                "Cleo Park",
                &[Post::new(SHORE, Role::Governor, "Chair of trustees").chairing()],
            )
            .await,
        ben: t.person("Ben Scar", &post(HILL, Role::TrustExecutive, "Chief executive")).await,
        fay: t.person("Fay Cole", &post(HILL, Role::Staff, "Head of finance")).await,
        marcus: t.person("Marcus Webb", &post(alliance, Role::Broker, "Broker")).await,
        nia: t.person("Nia Bell", &post(OrgRef::School(999_501), Role::Head, "Headteacher")).await,
    }
}

/// A date as three fields of a form.
fn day(name: &str, on: [&str; 3]) -> Vec<(String, String)> {
    ["day", "month", "year"]
        .iter()
        .zip(on)
        .map(|(part, value)| (format!("{name}-{part}"), value.to_owned()))
        .collect()
}

async fn send(
    t: &TestApp,
    who: &Persona,
    path: &str,
    fields: &[(&str, &str)],
    days: &[Vec<(String, String)>],
    status: u16,
) -> testkit::Answer {
    let mut form = fields.to_vec();
    form.extend(days.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str())));
    t.post(Some(who), path, &form).await.expect(status)
}

/// Asked, answered, matched, and the interests settled: everything through the front door.
async fn matched(t: &TestApp, w: &World) -> RequestId {
    let page = t.get(Some(&w.ada), "/requests/new").await.expect(200);
    let _ = page.contains("Shoreline Trust").contains("You ask for the trust itself");
    // A head asks for the school: here it belongs to no partnership.
    let _ = t.get(Some(&w.nia), "/requests/new").await.expect(403);
    let asked = send(
        t,
        &w.ada,
        "/requests",
        &[
            ("title", "Three-year budgets"),
            ("need", "Each school plans in its own way"),
            ("outcome", "One plan that the board understands"),
            ("beneficiaries", "trust-team"),
            ("specialism-1", "finance"),
            ("tier", "intensive"),
            ("severity", "3"),
            ("days", "6"),
            ("mode", "on-site"),
        ],
        &[day("earliest", ["4", "1", "2027"]), day("latest", ["17", "12", "2027"])],
        303,
    )
    .await;
    let id: RequestId = asked.location().trim_start_matches("/requests/").parse().unwrap();
    let page = format!("/requests/{id}");
    let _ = t.post(Some(&w.ada), &format!("{page}/submit"), &[]).await.expect(303);
    let letters = t.letters().await;
    assert!(letters.iter().any(|one| one.recipient.starts_with("ada")), "the executive is told");

    let _ = t.get(Some(&w.ben), "/offers").await.expect(200).contains("Make an offer");
    let _ = send(
        t,
        &w.ben,
        "/offers",
        &[
            ("title", "Budgets for a group of schools"),
            ("about", "A plan, a calendar and a table for the board"),
            ("specialism-1", "finance"),
            ("phases", "trust"),
            ("mode", "on-site"),
            ("half-days", "2"),
            ("cost", "400"),
        ],
        &[day("from", ["4", "1", "2027"]), day("to", ["17", "12", "2027"])],
        303,
    )
    .await;
    let _ = t.get(Some(&w.ada), "/offers").await.expect(200).contains("Hillside Trust");
    let offer = brokerage::offers::offers_of(&t.app.db, HILL).await.unwrap()[0].id;

    let desk = format!("/desk/{id}");
    let yes = [("answer", "accept"), ("words", "I will ring you")];
    let _ = t.post(Some(&w.marcus), &format!("{desk}/answer"), &yes).await.expect(303);
    let _ = t.get(Some(&w.marcus), &desk).await.expect(200).contains("1. Budgets for a group");
    let request = brokerage::requests::request(&t.app.db, id).await.unwrap().unwrap();
    let (key, version) = (SupporterRef::Offer(offer).to_string(), request.version.to_string());
    let form = [("supporter", key.as_str()), ("days", "6"), ("version", &version)];
    let _ = t.post(Some(&w.marcus), &format!("{desk}/propose"), &form).await.expect(303);
    let it = proposals::current(&t.app.db, id).await.unwrap().unwrap();
    assert_eq!(it.org, HILL);
    let match_page = format!("{page}/proposal/{}", it.id);
    for who in [&w.ada, &w.ben] {
        let waits = brokerage::waiting(&t.app, &t.visitor(who).await).await.unwrap();
        assert!(waits.iter().any(|(one, _)| one.href == match_page), "{} is asked", who.name);
        let _ = t.post(Some(who), &match_page, &[("answer", "yes")]).await.expect(303);
        let _ = t.post(Some(who), &format!("{match_page}/declare"), &[]).await.expect(303);
    }
    for one in interests::declarations(&t.app.db, it.id).await.unwrap() {
        let one = one.id.to_string();
        let form = [("declaration", one.as_str()), ("outcome", "none")];
        let _ = t.post(Some(&w.marcus), &format!("{desk}/assess"), &form).await.expect(303);
    }
    for item in interests::Check::ALL {
        let form = [("item", item.key()), ("note", "seen")];
        let _ = t.post(Some(&w.marcus), &format!("{desk}/check"), &form).await.expect(303);
    }
    let _ = t.post(Some(&w.marcus), &format!("{desk}/clear"), &[]).await.expect(303);
    id
}

/// The agreement written step by step, signed by both executives and the chair.
async fn signed(t: &TestApp, w: &World, request: RequestId) -> AgreementId {
    let ask = t.get(Some(&w.marcus), &format!("/agreements/new?request={request}")).await;
    let ask = ask.expect(200).contains("Trust to trust").contains("Governance support");
    let _ = ask.lacks("A strong school moors alongside").lacks("One matter, a few days");
    let request = request.to_string();
    let form = [("request", request.as_str()), ("kind", "trust-to-trust")];
    let begun = t.post(Some(&w.marcus), "/agreements/new", &form).await.expect(303);
    let id: AgreementId = begun.location().split('/').nth(2).unwrap().parse().unwrap();
    let edit = format!("/agreements/{id}/edit");
    let page = t.get(Some(&w.marcus), &format!("{edit}/purpose")).await.expect(200);
    let page = page.contains("What does the supporting trust want to learn");
    let _ = page.contains("value=\"finance\" checked").lacks("supporting school");
    let seen = find(t, id).await.version.to_string();
    let words = [
        ("seen", seen.as_str()),
        ("title", "Three-year budgets"),
        ("success", "One plan that the board understands"),
        ("supporter_goal", "Find out how small schools plan"),
        ("beneficiaries", "support-staff"),
    ];
    let about = send(t, &w.marcus, &format!("{edit}/purpose"), &words, &[], 422).await;
    let _ = about.contains("Choose what the support is about").contains("how small schools plan");
    let mut whole = words.to_vec();
    whole.push(("theme", "finance"));
    let _ = send(t, &w.marcus, &format!("{edit}/purpose"), &whole, &[], 303).await;
    let seen = find(t, id).await.version.to_string();
    let (ben, fay) = (w.ben.account.to_string(), w.fay.account.to_string());
    let _ = t.get(Some(&w.marcus), &format!("{edit}/time")).await.expect(200).contains("Ben Scar");
    let team = [
        ("seen", seen.as_str()),
        ("name-0", "Ben Scar"),
        ("account-0", &ben),
        ("days-0", "2"),
        ("lead", "0"),
        ("name-1", "Fay Cole"),
        ("account-1", &fay),
        ("days-1", "4"),
    ];
    let days = [day("start_on", ["4", "1", "2027"]), day("end_on", ["17", "12", "2027"])];
    let _ = send(t, &w.marcus, &format!("{edit}/time"), &team, &days, 303).await;
    let seen = find(t, id).await.version.to_string();
    let money = [
        ("seen", seen.as_str()),
        ("day_rate", "400"),
        ("home_share", "400"),
        ("reciprocal_days", "2"),
        ("reciprocal_words", "Our estates team"),
    ];
    let _ = send(t, &w.marcus, &format!("{edit}/money"), &money, &[], 303).await;
    let page = t.get(Some(&w.marcus), &format!("{edit}/measures")).await.expect(200);
    let _ = page.contains("nothing is measured here");
    let page = t.get(Some(&w.marcus), &format!("{edit}/check")).await.expect(200);
    let _ = page.contains("Send it to both trusts to sign");
    assert_eq!(said_of_schools(t, w, id).await, [""; 0], "while it is written");
    let _ = t.post(Some(&w.marcus), &format!("/agreements/{id}/offer"), &[]).await.expect(303);
    assert_eq!(said_of_schools(t, w, id).await, [""; 0], "when it is sent");

    let page = t.get(Some(&w.ada), &format!("/agreements/{id}/sign")).await.expect(200);
    let page = page.contains("Nothing begins until both trusts have signed");
    let _ = page.contains("Finance and how schools plan their budgets").contains("chief executive");
    // Nobody else signs for a trust: not its finance lead, not the head of one of its schools.
    assert!(sign(t, &w.fay, id).await.is_err());
    let _ = t.get(Some(&w.nia), &format!("/agreements/{id}")).await.expect(404);
    assert_eq!(sign(t, &w.ben, id).await.unwrap(), State::SignedSupporting);
    assert_eq!(sign(t, &w.ada, id).await.unwrap(), State::SignedSupporting, "the chair is missing");
    assert_eq!(sign(t, &w.cleo, id).await.unwrap(), State::Signed);
    let page = t.get(Some(&w.ben), &format!("/agreements/{id}/print")).await.expect(200);
    let _ = page.contains("For the supporting trust").contains("Chair of the supported trust");
    id
}

/// What pages of the agreement say of schools to those who work on it.
async fn said_of_schools(t: &TestApp, w: &World, id: AgreementId) -> Vec<String> {
    let kept = [
        // What people of this test wrote.
        "how schools plan",
        "how small schools plan",
        "Small schools plan",
        // Schools as such are meant: who keeps a child safe, whose results and holidays they are.
        "designated safeguarding lead of the school",
        "results are those of schools, and neither more nor less than two schools can be compared",
        "results are those of schools, so nothing",
        "School holidays",
        "helps its schools to improve",
        "School improvement partner",
    ];
    let readers = [&w.marcus, &w.ada, &w.ben, &w.cleo];
    t.sentences_with("school", &readers, &[format!("/agreements/{id}")], &kept).await
}

#[tokio::test]
async fn a_trust_asks_another_helps_and_no_lift_is_made_up() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let request = matched(&t, &w).await;
        let id = signed(&t, &w, request).await;
        at(&t, "2027-01-04T06:00:00Z").await;
        let system = access::Permit::system("test", t.app.clock.now());
        assert_eq!(course::tend(&t.app, &system).await.unwrap().started, [id]);
        assert!(course::frozen(&t.app.db, id).await.unwrap().is_empty(), "there is no result");

        // Time both ways, and what it costs.
        at(&t, "2027-01-12T15:00:00Z").await;
        let entry = |who: &Persona, from, half_days| time::NewEntry {
            account: Some(who.account),
            person: who.name.clone(),
            from,
            on: date(2027, 1, 12),
            beneficiary: None,
            half_days,
            what: "The plan".to_owned(),
        };
        let fay = permit(&t, &w.fay, id).await;
        let given =
            time::plan(&t.app, &fay, id, &entry(&w.fay, Side::Supporting, 2)).await.unwrap();
        time::deliver(&t.app, &fay, given).await.unwrap();
        let ada = permit(&t, &w.ada, id).await;
        let back = time::plan(&t.app, &ada, id, &entry(&w.ada, Side::Supported, 1)).await.unwrap();
        time::deliver(&t.app, &ada, back).await.unwrap();
        let all = time::of(&t.app.db, id).await.unwrap();
        let sum = |of: fn(&time::Entry) -> OrgRef, org| -> i64 {
            all.iter().filter(|one| of(one) == org).map(|one| one.half_days).sum()
        };
        for org in [SHORE, HILL] {
            let other = if org == SHORE { HILL } else { SHORE };
            assert_eq!(sum(|one| one.giver, org), sum(|one| one.receiver, other));
        }
        assert_eq!((sum(|one| one.giver, HILL), sum(|one| one.giver, SHORE)), (2, 1));
        let due = charges::of(&t.app.db, id).await.unwrap();
        let lines: Vec<_> = due.iter().map(|one| (one.payer().clone(), one.amount)).collect();
        assert_eq!(lines, [(Purse::Org(SHORE), 40_000)]);
        for (who, org) in [(&w.ada, SHORE), (&w.ben, HILL)] {
            let page = t.get(Some(who), &format!("/statements/{org}?year=2027")).await.expect(200);
            let _ = page.contains("Three-year budgets");
            let _ = t.get(Some(&w.nia), &format!("/statements/{org}")).await.expect(404);
        }

        assert_eq!(said_of_schools(&t, &w, id).await, [""; 0], "while it runs");

        // The way out, and what came of it: words of both sides, and no verdict.
        at(&t, "2027-12-10T12:00:00Z").await;
        let (ada, ben) = (permit(&t, &w.ada, id).await, permit(&t, &w.ben, id).await);
        let every: Vec<&str> = pack().exit_items.iter().map(|item| item.code.as_str()).collect();
        let plan = exits::NewPlan {
            owners: "Budgets: the finance lead",
            stops: "Visits",
            stays: "The calendar",
            ticked: &every,
            seen: 0,
        };
        exits::write_plan(&t.app, &ada, id, &plan).await.unwrap();
        exits::begin(&t.app, &ben, id).await.unwrap();
        assert_eq!(said_of_schools(&t, &w, id).await, [""; 0], "on the way out");
        exits::confirm(&t.app, &ada, id).await.unwrap();
        let home = exits::TakenHome {
            goal: "Small schools plan by the class".to_owned(),
            words: String::new(),
        };
        exits::take_home(&t.app, &ben, id, &home).await.unwrap();
        assert_eq!(exits::confirm(&t.app, &ben, id).await.unwrap(), State::Completed);
        for who in [&w.ada, &w.ben, &w.cleo, &w.marcus] {
            let page = t.get(Some(who), &format!("/agreements/{id}/impact")).await.expect(200);
            let page = page.contains("No double lift is worked out here");
            let page = page.contains("One plan that the board understands");
            let _ = page.contains("Small schools plan by the class").lacks("Too early to judge");
        }
        assert_eq!(said_of_schools(&t, &w, id).await, [""; 0], "when it has ended");
        let page = t.get(Some(&w.ada), &format!("/boards/{SHORE}?year=2027")).await.expect(200);
        let _ = page.contains("Three-year budgets");
    })
    .await;
}

#[test]
fn a_kind_for_trusts_is_refused_for_schools_with_what_to_do() {
    let kind = pack().kind("trust-to-trust").unwrap();
    let terms = Terms::draft(kind, SHORE, OrgRef::School(999_501));
    let gap = terms.gaps().into_iter().find(|gap| gap.field == "kind").unwrap();
    assert!(gap.message.contains("is for trusts, and one of the two is a school"), "{gap:?}");
    let terms = Terms::draft(kind, SHORE, HILL);
    assert!(terms.gaps().iter().all(|gap| gap.field != "kind" && gap.field != "kpis"));
    let focused = Terms::draft(pack().kind("focused").unwrap(), SHORE, HILL);
    assert!(focused.gaps().iter().any(|gap| gap.field == "kind"));
}
