//! One audit from its first page to its report, and who may not see it.

use access::{Kind, Post, Role};
use foundation::{OrgRef, Sql as _};
use needs::audits::{self, AuditId, FindingKind, State, acts};
use register::imports;
use testkit::{Persona, Setup, TestApp, both};

pub(crate) const SCHOOL: OrgRef = OrgRef::School(district::HARBOUR_VIEW);

pub(crate) fn setup() -> Setup {
    Setup::new(&[register::MIGRATIONS, needs::MIGRATIONS], needs::routes)
}

pub(crate) async fn register_24(t: &TestApp) {
    let options = district::Options { schools: 24, alliance: true };
    let district = district::District::generate(district::DEMO_SEED, options);
    let permit = access::Permit::system("test", t.app.clock.now());
    imports::import_bytes(&t.app, &permit, district.register_files()).await.unwrap();
}

pub(crate) struct People {
    pub(crate) priya: Persona,
    pub(crate) lena: Persona,
    pub(crate) ruth: Persona,
    pub(crate) other: Persona,
    pub(crate) broker: Persona,
}

pub(crate) async fn people(t: &TestApp) -> People {
    let school = register::school(&t.app.db, district::HARBOUR_VIEW).await.unwrap().unwrap();
    let body = school.responsible()[0];
    t.shares(SCHOOL, body, &[Kind::Audit]).await;
    let post = |org, role, title| vec![Post::new(org, role, title)];
    People {
        priya: t.person("Priya Shah", &post(SCHOOL, Role::Head, "Headteacher")).await,
        lena: t.person("Lena Brook", &post(SCHOOL, Role::Staff, "Key stage 1 lead")).await,
        ruth: t.person("Ruth Vale", &post(body, Role::Commissioner, "Adviser")).await,
        other: t
            .person("Otto Other", &post(OrgRef::School(999_102), Role::Head, "Headteacher"))
            .await,
        broker: t
            .person(
                "Marcus Bell",
                &post(OrgRef::Partnership(t.app.ids.next()), Role::Broker, "Broker"),
            )
            .await,
    }
}

async fn begun(t: &TestApp, priya: &Persona) -> AuditId {
    let made = t
        .post(
            Some(priya),
            "/audits",
            &[
                ("title", "Autumn 2026"),
                ("reason", "Results have stood still"),
                ("areas", "curriculum-and-teaching"),
                ("areas", "inclusion"),
            ],
        )
        .await
        .expect(303);
    made.location().trim_start_matches("/audits/").parse().unwrap()
}

#[tokio::test]
async fn a_head_looks_through_another_framework_of_the_pack() {
    both(&setup(), async |t| {
        register_24(&t).await;
        let people = people(&t).await;
        let page = t.get(Some(&people.priya), "/audits/new").await.expect(200);
        let page = page.contains("Inclusion").contains("/audits/new?framework=rise-2025");
        let _ = page.lacks("Inclusive mainstream");
        let rise = "/audits/new?framework=rise-2025";
        let page = t.get(Some(&people.priya), rise).await.expect(200);
        let page = page.contains("Inclusive mainstream").contains("A good Reception year");
        let _ = page.lacks("Personal development").contains("value=\"rise-2025\"");
        // What was chosen stays chosen when something is missing, and areas of another framework
        // are not taken.
        let mut form = vec![("framework", "rise-2025"), ("title", "Attendance first")];
        form.extend([("areas", "rise-attendance"), ("areas", "inclusion")]);
        let again = t.post(Some(&people.priya), "/audits", &form).await.expect(422);
        let _ = again.contains("Say why you are doing this now").contains("Inclusive mainstream");
        form.push(("reason", "Absence has risen"));
        let made = t.post(Some(&people.priya), "/audits", &form).await.expect(303);
        let audit = t.get(Some(&people.priya), made.location()).await.expect(200);
        let _ = audit.contains("RISE priorities 2025, version 1").lacks("sections/inclusion");
        let start = format!("{}/begin", made.location());
        let _ = t.post(Some(&people.priya), &start, &[]).await.expect(303);
        let section = format!("{}/sections/rise-attendance", made.location());
        let page = t.get(Some(&people.priya), &section).await.expect(200);
        let page = page.contains("Who is not in school").contains("Others could learn from us");
        let _ = page.lacks("Expected standard");
    })
    .await;
}

/// The body responsible reads by default: the one that is responsible today.
#[tokio::test]
async fn a_school_that_changes_its_trust_is_read_by_the_new_one_only() {
    both(&setup(), async |t| {
        register_24(&t).await;
        let people = people(&t).await;
        let trust = async |number: u32, name: &str| {
            let post = Post::new(OrgRef::Trust(number), Role::TrustExecutive, "Director");
            t.person(name, &[post]).await
        };
        let (old, new) = (trust(980_001, "Olga Old").await, trust(980_002, "Nora New").await);
        let moves = async |number: u32| {
            let sql = format!(
                "UPDATE school SET trust = {number} WHERE urn = {}",
                district::HARBOUR_VIEW
            );
            t.app.db.run(&sql, []).await.unwrap();
        };
        moves(980_001).await;
        let path = format!("/audits/{}", begun(&t, &people.priya).await);
        let _ = t.get(Some(&old), &path).await.expect(200);
        let _ = t.get(Some(&old), "/audits").await.expect(200).contains("Autumn 2026");
        let _ = t.get(Some(&new), &path).await.expect(404);
        let _ = t.get(Some(&new), "/audits").await.expect(200).lacks("Autumn 2026");
        // No silent access: the school sees the look at the record, and the one at its title in a list.
        let log = t.get(Some(&people.priya), "/access-log").await.expect(200);
        let _ = log.contains("Olga Old").contains("title of an audit").lacks("Nora New");
        moves(980_002).await;
        let _ = t.get(Some(&old), &path).await.expect(404);
        let _ = t.get(Some(&old), "/audits").await.expect(200).lacks("Autumn 2026");
        let _ = t.get(Some(&new), &path).await.expect(200);
        let _ = t.get(Some(&new), "/audits").await.expect(200).contains("Autumn 2026");
    })
    .await;
}

#[tokio::test]
async fn an_audit_is_delegated_finished_agreed_and_frozen() {
    both(&setup(), async |t| {
        register_24(&t).await;
        let p = people(&t).await;
        let _ = t
            .post(Some(&p.priya), "/audits", &[("title", "")])
            .await
            .expect(422)
            .contains("Give the audit a title")
            .contains("Choose at least one area");
        let id = begun(&t, &p.priya).await;
        let at = format!("/audits/{id}");
        let reading = format!("{at}/sections/curriculum-and-teaching");
        let inclusion = format!("{at}/sections/inclusion");
        let _ = t.get(Some(&p.priya), &at).await.expect(200).contains("can read this audit");
        // A draft's sections are closed until it is started.
        let _ = t.post(Some(&p.priya), &reading, &[("need", "x")]).await.expect(409);
        let _ = t.post(Some(&p.priya), &format!("{at}/begin"), &[]).await.expect(303);
        let lena = p.lena.account.to_string();
        let _ = t
            .post(Some(&p.priya), &format!("{reading}/give"), &[("person", &lena)])
            .await
            .expect(303);
        let letters = t.letters().await;
        assert!(letters[0].body.contains("Curriculum and teaching"), "{letters:?}");

        // Lena writes her part and sees no other.
        let _ = t.get(Some(&p.lena), &inclusion).await.expect(404);
        let _ = t.get(Some(&p.lena), &format!("{at}/report")).await.expect(403);
        let written = [
            ("need", "Phonics is taught in three ways"),
            ("strength", "Story time every day in every class"),
            ("severity", "4"),
            ("confidence", "medium"),
            ("causes", "Two early-career teachers; no half-termly check"),
            ("evidence", "Phonics check at 61 per cent"),
            ("kind", "data"),
            ("strength-of", ""),
        ];
        let again = t.post(Some(&p.lena), &reading, &written).await.expect(422);
        let _ = again
            .contains("Choose how strong the evidence is")
            .contains("Phonics is taught in three ways");
        let mut written = written;
        written[7] = ("strength-of", "2");
        let _ = t.post(Some(&p.lena), &reading, &written).await.expect(303);
        // The head cannot call somebody else's section finished; its owner can.
        let _ = t
            .post(Some(&p.priya), &reading, &[("then", "finish"), ("severity", "4")])
            .await
            .expect(409)
            .contains("Lena Brook");
        let _ = t
            .post(Some(&p.lena), &reading, &[("then", "finish"), ("severity", "4")])
            .await
            .expect(303);

        // A section without strength or evidence is not finished, and says so.
        let told = t.post(Some(&p.priya), &inclusion, &[("then", "finish")]).await.expect(422);
        let _ = told.contains("name one strength, or tick").contains("add one piece of evidence");
        let rest = [
            ("none-seen", "yes"),
            ("evidence", "Parents’ survey, 74 replies"),
            ("kind", "voice"),
            ("strength-of", "2"),
            ("then", "finish"),
        ];
        let _ = t.post(Some(&p.priya), &inclusion, &rest).await.expect(303);
        let audit = audits::audit(&t.app.db, id).await.unwrap().unwrap();
        assert_eq!(audit.state, State::Ready);
        let _ = t.post(Some(&p.priya), &format!("{at}/agree"), &[]).await.expect(303);
        let _ = t
            .get(Some(&p.priya), &format!("{at}/report"))
            .await
            .expect(200)
            .contains("most pressing first")
            .contains("Phonics is taught in three ways");

        // The responsible body moderates with a reason; the school comments.
        let _ = t
            .post(Some(&p.ruth), &format!("{at}/moderation"), &[("severity-inclusion", "3")])
            .await
            .expect(422)
            .contains("Say why");
        let _ = t
            .post(
                Some(&p.ruth),
                &format!("{at}/moderation"),
                &[
                    ("severity-inclusion", "3"),
                    ("note-inclusion", "Absence of pupils with plans is high"),
                ],
            )
            .await
            .expect(303);
        let _ = t
            .post(
                Some(&p.priya),
                &format!("{at}/comment"),
                &[("area", "inclusion"), ("comment", "Two families moved in November")],
            )
            .await
            .expect(303);

        // Strengths are shared only when the head says so.
        let audit = audits::audit(&t.app.db, id).await.unwrap().unwrap();
        let finding = audit.findings(FindingKind::Strength).next().unwrap().1.id.to_string();
        assert!(needs::shared_strengths(&t.app.db, &[SCHOOL]).await.unwrap().is_empty());
        let _ = t
            .post(
                Some(&p.priya),
                &format!("{at}/share"),
                &[("finding", &finding), ("share", "yes")],
            )
            .await
            .expect(303);
        assert_eq!(needs::shared_strengths(&t.app.db, &[SCHOOL]).await.unwrap().len(), 1);
        assert_eq!(needs::findings_of(&t.app.db, SCHOOL).await.unwrap().len(), 2);

        // Signing freezes it for good, with the fingerprint of what stands there.
        let permit = access::Permit::system("test", t.app.clock.now());
        let tx = t.app.db.write().await.unwrap();
        let hash = acts::freeze(&tx, &permit, id, "agreement-1").await.unwrap();
        tx.commit().await.unwrap();
        let audit = audits::audit(&t.app.db, id).await.unwrap().unwrap();
        assert_eq!(audit.fingerprint(), hash);
        let _ = t
            .post(Some(&p.priya), &inclusion, &[("need", "late")])
            .await
            .expect(409)
            .contains("frozen");
        let _ = t
            .post(Some(&p.priya), &format!("{at}/withdraw"), &[("reason", "no")])
            .await
            .expect(409);
        let whole = foundation::events::verify(&t.app.db).await.unwrap();
        assert!(matches!(whole, foundation::events::Chain::Whole(n) if n > 10), "{whole:?}");
    })
    .await;
}

#[tokio::test]
async fn agreeing_needs_one_need_and_one_strength_and_says_why() {
    both(&setup(), async |t| {
        register_24(&t).await;
        let p = people(&t).await;
        let id = begun(&t, &p.priya).await;
        let at = format!("/audits/{id}");
        let _ = t.post(Some(&p.priya), &format!("{at}/begin"), &[]).await.expect(303);
        for area in ["curriculum-and-teaching", "inclusion"] {
            let form = [
                ("none-seen", "yes"),
                ("evidence", "Seen in lessons"),
                ("kind", "observation"),
                ("strength-of", "1"),
                ("then", "finish"),
            ];
            let _ =
                t.post(Some(&p.priya), &format!("{at}/sections/{area}"), &form).await.expect(303);
        }
        let told = t.post(Some(&p.priya), &format!("{at}/agree"), &[]).await.expect(422);
        let _ = told.contains("Name at least one need").contains("Name at least one strength");
        let audit = audits::audit(&t.app.db, id).await.unwrap().unwrap();
        assert_eq!(audit.state, State::Ready, "nothing was changed");
    })
    .await;
}

#[tokio::test]
async fn nobody_else_learns_that_an_audit_exists_and_two_writers_lose_nothing() {
    both(&setup(), async |t| {
        register_24(&t).await;
        let p = people(&t).await;
        let id = begun(&t, &p.priya).await;
        let at = format!("/audits/{id}");
        for path in [
            at.clone(),
            format!("{at}/report"),
            format!("{at}/sections/inclusion"),
            format!("{at}/moderation"),
        ] {
            for who in [&p.other, &p.broker] {
                let _ = t.get(Some(who), &path).await.expect(404).lacks("Autumn 2026");
            }
            let sent = t.get(None, &path).await.expect(303);
            assert!(sent.location().starts_with("/sign-in"), "{path}");
        }
        for act in ["begin", "agree", "withdraw", "share", "comment"] {
            let _ = t
                .post(Some(&p.other), &format!("{at}/{act}"), &[("reason", "x")])
                .await
                .expect(404);
        }
        // The responsible body reads drafts but does not write or agree them.
        let _ = t.get(Some(&p.ruth), &at).await.expect(200);
        let _ = t.post(Some(&p.ruth), &format!("{at}/begin"), &[]).await.expect(403);
        let _ = t.get(Some(&p.other), "/audits").await.expect(200).lacks("Autumn 2026");

        let _ = t.post(Some(&p.priya), &format!("{at}/begin"), &[]).await.expect(303);
        let section = format!("{at}/sections/inclusion");
        let first = [("version", "1"), ("causes", "the first writer’s words")];
        let _ = t.post(Some(&p.priya), &section, &first).await.expect(303);
        let second = [("version", "1"), ("causes", "the second writer’s words")];
        let kept = t.post(Some(&p.priya), &section, &second).await.expect(422);
        let _ =
            kept.contains("Somebody else saved this section").contains("the second writer’s words");
        let _ =
            t.get(Some(&p.priya), &section).await.expect(200).contains("the first writer’s words");
        // No text shaped like a pupil's number gets in.
        let upn = [("version", "2"), ("need", "Moved here: A123456789012")];
        let _ = t
            .post(Some(&p.priya), &section, &upn)
            .await
            .expect(422)
            .contains("unique pupil number");
        let n = t.app.db.count("SELECT count(*) AS n FROM finding", []).await.unwrap();
        assert_eq!(n, 0);
    })
    .await;
}
