//! The pages, as people walk through them.

use foundation::Sql as _;
use plans::store;
use testkit::both;

use crate::world::{HARBOUR, at, permit, running, setup, whole, world};

#[tokio::test]
async fn a_head_begins_writes_and_agrees_a_plan_with_forms_alone() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let priya = Some(&w.priya);
        let _ = t.get(priya, "/plans").await.expect(200).contains("There is no plan here yet");
        let _ = t.get(priya, "/plans/new").await.expect(200).contains("no agreed needs audit");
        let org = format!("school:{HARBOUR}");
        let frame = [
            ("org", org.as_str()),
            ("title", "Plan for 2027"),
            ("aim", "Every child reads by six."),
            ("start_on-day", "4"),
            ("start_on-month", "1"),
            ("start_on-year", "2027"),
            ("end_on-day", "17"),
            ("end_on-month", "12"),
            ("end_on-year", "2027"),
            ("stale_after", "21"),
            ("ladder_top", "3"),
        ];
        let mut wrong = frame;
        wrong[9] = ("stale_after", "2");
        let _ = t.post(priya, "/plans/new", &wrong).await.expect(422).contains("from 7 to 120");
        let made = t.post(priya, "/plans/new", &frame).await.expect(303);
        let plan = made.location().to_owned();
        let _ = t.get(priya, &plan).await.expect(200).contains("There is no objective yet");
        let empty = t.post(priya, &format!("{plan}/do/propose"), &[]).await.expect(422);
        let _ = empty.contains("at least one objective");
        let words = [
            ("priority", "Reading"),
            ("title", "One phonics programme"),
            ("why", "Three in one building"),
            ("when", "everyone teaches one programme"),
            ("then", "no child is lost"),
            ("so", "all read by six"),
            ("area", "curriculum-and-teaching"),
            ("lead_role", "Reading lead"),
            ("kpi", "KS2_RWM_EXP"),
            ("target", "58"),
        ];
        let made = t.post(priya, &format!("{plan}/objectives/new"), &words).await.expect(303);
        let objective = made.location().to_owned();
        let shown = t.get(priya, &objective).await.expect(200);
        let _ =
            shown.contains("<strong>If we </strong>everyone teaches").contains("No milestone yet");
        let milestone = [
            ("title", "Lessons that follow it, of nine"),
            ("kind", "other"),
            ("baseline", "4"),
            ("target", "8"),
            ("due_on-day", "26"),
            ("due_on-month", "3"),
            ("due_on-year", "2027"),
        ];
        let _ = t.post(priya, &format!("{objective}/milestones/new"), &milestone).await.expect(303);
        let action = [
            ("words", "Train all staff"),
            ("owner_name", "Bev Stone"),
            ("owner_email", "bev@school.example"),
            ("owner_role", "Office"),
            ("start_on-day", "5"),
            ("start_on-month", "1"),
            ("start_on-year", "2027"),
            ("due_on-day", "29"),
            ("due_on-month", "1"),
            ("due_on-year", "2027"),
            ("quick", "yes"),
        ];
        let mut pupil = action;
        pupil[0] = ("words", "Talk to A123456789012");
        let refused = t.post(priya, &format!("{objective}/actions/new"), &pupil).await.expect(422);
        let _ = refused.contains("pupil number").contains("Talk to A123456789012");
        let _ = t.post(priya, &format!("{objective}/actions/new"), &action).await.expect(303);
        for act in ["propose", "agree", "begin"] {
            let _ = t.get(priya, &format!("{plan}/do/{act}")).await.expect(200);
            let _ = t.post(priya, &format!("{plan}/do/{act}"), &[]).await.expect(303);
        }
        let shown = t.get(priya, &plan).await.expect(200);
        let shown =
            shown.contains("Under way").contains("Quick wins").contains("Bev Stone, Office");
        let _ = shown.contains("Who can see this");
        let _ = t
            .get(priya, &objective)
            .await
            .expect(200)
            .contains("44%")
            .contains("Too early to judge");
        for page in ["summary", "history", "suggestions", "edit", "review", "versions/1"] {
            let _ = t.get(priya, &format!("{plan}/{page}")).await.expect(200);
        }
        for ending in ["csv", "xlsx", "json"] {
            let _ = t.get(priya, &format!("{plan}/plan.{ending}")).await.expect(200);
        }
        let csv = t.get(priya, &format!("{plan}/plan.csv")).await;
        let _ = csv.contains("Train all staff").contains("Quick win");
        // A look at a school's own plan is on record for its head.
        let looks =
            t.app.db.count("SELECT count(*) AS n FROM look WHERE subject = 'plan'", []).await;
        assert!(looks.unwrap() > 0);
    })
    .await;
}

#[tokio::test]
async fn a_supporter_suggests_on_the_same_form_and_the_school_answers() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let plan = format!("/plans/{}", r.plan);
        let linked = format!("{plan}/objectives/{}", r.linked);
        let daniel = Some(&w.daniel);
        let shown = t.get(daniel, &plan).await.expect(200);
        let _ = shown.contains("One phonics programme").lacks("SEND provision on one map");
        let _ = t.get(daniel, &format!("{plan}/objectives/{}", r.alone)).await.expect(404);
        let _ = t.get(daniel, &format!("{plan}/actions/{}", r.by_letter)).await.expect(404);
        let _ = t.get(daniel, &format!("{plan}/versions/1")).await.expect(404);
        let csv = t.get(daniel, &format!("{plan}/plan.csv")).await.expect(200);
        let _ = csv.lacks("SEND provision");
        let history = t.get(daniel, &format!("{plan}/history")).await.expect(200);
        let _ = history.lacks("SEND provision");
        let form = t.get(daniel, &format!("{linked}/edit")).await.expect(200);
        let _ = form.contains("Send the suggestion").lacks("name=\"lead\"");
        let mut words = vec![
            ("title", "One phonics programme, taught daily"),
            ("why", "Three programmes in one building."),
            ("when", "everyone teaches one programme"),
            ("then", "no child is lost between teachers"),
            ("so", "every child reads by six"),
            ("success", "Eight lessons of nine"),
            ("reason", ""),
        ];
        let refused = t.post(daniel, &format!("{linked}/edit"), &words).await.expect(422);
        let _ = refused.contains("Say why").contains("Eight lessons of nine");
        words[6] = ("reason", "A number helps.");
        let _ = t.post(daniel, &format!("{linked}/edit"), &words).await.expect(303);
        let id = whole(&t, r.plan).await.suggestions[0].id;
        let page = format!("{plan}/suggestions/{id}");
        let shown = t.get(Some(&w.priya), &page).await.expect(200);
        let _ =
            shown.contains("put in: </span>Eight lessons of nine").contains("Accept it as it is");
        let _ =
            t.get(daniel, &page).await.expect(200).lacks("Accept it as it is").contains("Withdraw");
        let _ = t.get(Some(&w.omar), &page).await.expect(404);
        let home = plans::waiting(&t.app, &t.visitor(&w.priya).await).await.unwrap();
        assert!(home.iter().any(|one| one.text.contains("suggestion") && one.own));
        let kind = [("act", "decline"), ("decline_reply", "")];
        let _ = t.post(Some(&w.priya), &page, &kind).await.expect(422).contains("Say why, kindly");
        let _ = t.post(daniel, &page, &[("act", "accept")]).await.expect(403);
        let _ = t.post(Some(&w.priya), &page, &[("act", "accept")]).await.expect(303);
        let now = whole(&t, r.plan).await;
        assert_eq!(now.objective(r.linked).unwrap().words().success, "Eight lessons of nine");
        let _ = t.get(None, &plan).await.expect(303);
        let listed = store::readable(&t.app, &t.visitor(&w.omar).await).await.unwrap();
        assert!(listed.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_form_that_lost_the_race_comes_back_with_every_word() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let edit = format!("/plans/{}/objectives/{}/edit", r.plan, r.linked);
        let version = whole(&t, r.plan).await.objective(r.linked).unwrap().version.to_string();
        let words = |text: &'static str, seen: &str| {
            vec![
                ("seen".to_owned(), seen.to_owned()),
                ("lead".to_owned(), w.jess.account.to_string()),
                ("agreements".to_owned(), r.agreement.to_string()),
                ("priority".to_owned(), "Reading".to_owned()),
                ("title".to_owned(), text.to_owned()),
                ("why".to_owned(), "Three".to_owned()),
                ("lead_role".to_owned(), "Reading lead".to_owned()),
                ("kpi".to_owned(), "KS2_RWM_EXP".to_owned()),
                ("area".to_owned(), "curriculum-and-teaching".to_owned()),
            ]
        };
        let post = async |who, form: &[(String, String)]| {
            let form: Vec<(&str, &str)> =
                form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            t.post(Some(who), &edit, &form).await
        };
        let _ = post(&w.priya, &words("Priya's title", &version)).await.expect(303);
        let lost = post(&w.jess, &words("Jess's title", &version)).await.expect(422);
        let lost = lost.contains("Somebody else changed this while you were writing");
        let lost = lost.contains("Jess&#39;s title").contains("Priya&#39;s");
        let newest = whole(&t, r.plan).await.objective(r.linked).unwrap().version.to_string();
        let _ = lost.contains(&format!("name=\"seen\" value=\"{newest}\""));
        // Pressing the button again, now knowing, saves it.
        let _ = post(&w.jess, &words("Jess's title", &newest)).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn two_taps_from_a_letter_without_an_account() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        at(&t, "2027-01-22T07:30:00Z").await;
        let system = access::Permit::system("test", t.app.clock.now());
        plans::tend::tend(&t.app, &system).await.unwrap();
        let letters = t.letters().await;
        let body = &letters.iter().find(|l| l.recipient.starts_with("bev@")).unwrap().body;
        let start = body.find("/plans/answer/").unwrap();
        let link = body[start..].split_whitespace().next().unwrap();
        let first = t.get(None, link).await.expect(200).contains("Yes, it is done");
        let _ = first.contains("A reading space").lacks("Map interventions");
        let _ = t.get(None, link).await.expect(200);
        let wordless =
            t.post(None, link, &[("answer", "not-yet"), ("words", "")]).await.expect(422);
        let _ = wordless.contains("Say how it goes");
        let _ = t.post(None, link, &[("answer", "done")]).await.expect(200).contains("Thank you");
        let _ = t.get(None, link).await.expect(200).contains("This link is over");
        let now = whole(&t, r.plan).await;
        assert_eq!(now.action(r.by_letter).unwrap().1.state(), plans::machine::ActionState::Done);
        let page = format!("/plans/{}/actions/{}", r.plan, r.by_letter);
        let _ = t.get(Some(&w.priya), &page).await.expect(200).contains("bev@school.example");
    })
    .await;
}

#[tokio::test]
async fn who_leaves_hands_over_and_who_asks_gets_a_copy() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let r = running(&t, &w).await;
        let org = foundation::OrgRef::School(HARBOUR);
        let duties = plans::duties(t.app.clone(), (w.nasreen.account, org)).await.unwrap();
        assert_eq!(duties.len(), 1);
        assert!(duties[0].what.contains("Map interventions"));
        let _ = t.get(Some(&w.priya), &duties[0].href).await.expect(200);
        let led = plans::duties(t.app.clone(), (w.jess.account, org)).await.unwrap();
        assert!(led[0].what.contains("Leads an objective"));
        let mine = plans::extract(t.app.clone(), w.nasreen.account).await.unwrap();
        assert_eq!(mine["actions"][0]["action"], "Map interventions");
        let page = format!("/plans/{}/actions/{}", r.plan, r.mapped);
        let version = whole(&t, r.plan).await.action(r.mapped).unwrap().1.version.to_string();
        let said = [("seen", version.as_str()), ("act", "start"), ("words", "Begun with Year 3")];
        let _ = t.post(Some(&w.nasreen), &page, &said).await.expect(303);
        let mine = plans::extract(t.app.clone(), w.nasreen.account).await.unwrap();
        assert_eq!(mine["notes"][0]["words"], "Begun with Year 3");
        let late = t.post(Some(&w.nasreen), &page, &said).await.expect(422);
        let _ = late.contains("Somebody else changed this").contains("Begun with Year 3");
        let _ = permit(&t, &w.nasreen, r.plan).await;
    })
    .await;
}
