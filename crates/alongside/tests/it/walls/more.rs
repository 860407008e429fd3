//! What the story has no need of and the walls have: one record in every state in which a page or
//! a form exists, made by the people of the story through the product's own forms. They belong to
//! Harbour View and, where there are two sides, concern Oakfield.

use access::{AccountId, Permit, accounts, sessions};
use alongside::serve;
use axum::{Router, http::Method};
use district::{HARBOUR_VIEW, OAKFIELD};
use foundation::{App, Context, Sql as _};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use testkit::Answer;

use super::{
    paths::{self, path_of},
    world::{People, ask, upload},
};

/// A page of a record made here, with the person of the story who opens it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Made {
    pub(crate) who: String,
    pub(crate) url: String,
    /// The identifiers in the address that are not the story's own.
    pub(crate) ids: Vec<String>,
}

/// The product in the hands of the story's people.
pub(super) struct Hands<'a> {
    pub(super) app: &'a App,
    people: &'a People,
    router: Router,
    made: Vec<Made>,
}

type Changes<'a> = &'a [(&'a str, &'a str)];

/// Makes everything and says where it is.
pub(super) async fn records(app: &App, people: &People) -> Vec<Made> {
    let mut hands = Hands { app, people, router: serve::service(app), made: Vec::new() };
    hands.running().await;
    hands.visits().await;
    hands.agreements().await;
    hands.audits().await;
    hands.requests().await;
    hands.school().await;
    hands.alliance().await;
    hands.several().await;
    hands.account().await;
    hands.installation().await;
    hands.made
}

impl Hands<'_> {
    async fn send(
        &self,
        who: &str,
        method: Method,
        path: &str,
        form: Option<&[(String, String)]>,
    ) -> Answer {
        ask(&self.router, Some(self.people.named(who)), method, path, form).await
    }

    pub(super) async fn get(&self, who: &str, path: &str) -> Answer {
        self.send(who, Method::GET, path, None).await
    }

    /// Fills in a form as the page offers it, with these changes (`-` leaves a field out), and says
    /// where that leads. The form is known by how its address ends.
    pub(super) async fn fill(
        &self,
        who: &str,
        page: &str,
        ending: &str,
        changes: Changes<'_>,
    ) -> String {
        let answer = self.offer(who, page, ending, changes).await;
        assert_eq!(answer.status, 303, "{who} on {page}, {ending}: {}", words(&answer.body));
        path_of(answer.location()).to_owned()
    }

    async fn offer(&self, who: &str, page: &str, ending: &str, changes: Changes<'_>) -> Answer {
        let shown = self.get(who, page).await;
        let (_, forms) = paths::read(&shown.body, path_of(page), 0);
        let form = forms
            .iter()
            .find(|form| path_of(&form.action).ends_with(ending))
            .unwrap_or_else(|| panic!("{who}, {page}: no form {ending}: {}", words(&shown.body)));
        let mut pairs = form.pairs();
        pairs.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let given = changes.iter().filter(|(_, value)| *value != "-");
        pairs.extend(given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.send(who, Method::POST, path_of(&form.action), Some(&pairs)).await
    }

    /// The first link of a page that begins so and goes on.
    pub(super) async fn link(&self, who: &str, page: &str, start: &str) -> String {
        let links = paths::links(&self.get(who, page).await.body);
        let found = links.into_iter().find(|link| link.starts_with(start) && link != start);
        found.unwrap_or_else(|| panic!("{who} finds no {start} on {page}"))
    }

    /// Remembers pages.
    pub(super) fn keep(&mut self, who: &str, urls: &[String]) {
        // The clock stands still here, and an identifier begins with the moment it was made.
        let now = self.app.ids.next().to_string();
        for url in urls {
            let ids = paths::ids(url).into_iter().filter(|id| id[..13] == now[..13]);
            let ids = ids.map(str::to_owned).collect();
            self.made.push(Made { who: who.to_owned(), url: url.clone(), ids });
        }
    }

    pub(super) fn account_of(&self, who: &str) -> AccountId {
        self.people.named(who).account
    }

    pub(super) fn system(&self) -> Permit {
        Permit::system("test", self.app.clock.now())
    }

    async fn audit(&self, title: &str) -> String {
        let new = [("title", title), ("reason", "A look before summer"), ("areas", AREA)];
        self.fill("Priya", "/audits/new", "/audits", &new).await
    }

    /// An audit that has begun, with its only section written.
    async fn written(&self, title: &str) -> String {
        let audit = self.audit(title).await;
        self.fill("Priya", &audit, "/begin", &[]).await;
        let section = format!("{audit}/sections/{AREA}");
        let words = [
            ("strength", "Parents are at the gate every morning"),
            ("need", "Nobody rings on the first day"),
            ("causes", "No list by nine"),
            ("evidence", "Seen at the gate"),
            ("strength-of", "2"),
            ("none-seen", "-"),
        ];
        self.fill("Priya", &section, &section, &words).await;
        audit
    }

    /// Audits as a draft, begun, ready to be agreed, and moderated.
    async fn audits(&mut self) {
        let draft = self.audit("A look ahead").await;
        let begun = self.written("A look at the gate").await;
        let ready = self.written("A look at lunch").await;
        let moderated = self.written("A look at the hall").await;
        for audit in [&ready, &moderated] {
            let section = format!("{audit}/sections/{AREA}");
            self.fill("Priya", &section, &section, &[("then", "finish")]).await;
        }
        self.fill("Priya", &moderated, "/agree", &[]).await;
        let id = moderated.rsplit('/').next().expect("an id").parse().expect("an id");
        let note = needs::audits::acts::Moderation {
            area: AREA.to_owned(),
            severity: 2,
            note: "Less than that, we think".to_owned(),
        };
        let body = needs::audits::Who::ResponsibleBody;
        needs::audits::acts::moderate(self.app, &self.system(), id, body, &[note])
            .await
            .expect("moderated");
        let section = format!("{begun}/sections/{AREA}");
        let answered = format!("{moderated}/moderation");
        self.keep("Priya", &[draft, begun, section, ready, moderated, answered]);
        // Suggestions stand in a section that is still open.
        let fresh = self.audit("A look at the figures").await;
        self.fill("Priya", &fresh, "/begin", &[]).await;
        self.keep("Priya", &[format!("{fresh}/sections/{AREA}")]);
    }

    /// What Harbour View has for itself: a practice, a floor, a milestone, an action of somebody
    /// without an account, a commissioned review, and its head's journal.
    async fn school(&mut self) {
        let new = [
            ("title", "A walk before school"),
            ("area", AREA),
            ("what", "Two adults walk the long way and ring at each door"),
            ("problem", "Late on Mondays"),
            ("ingredients", "A list and two coats"),
            ("phases", "primary"),
            ("conditions", "Two adults who are free at eight"),
            ("takes", "Half an hour"),
            ("caveats", "Not in snow"),
            ("evidence-1-words", "Nobody late since"),
        ];
        let practice = self.fill("Priya", "/practices/new", "/practices/new", &new).await;
        self.keep("Priya", &[practice.clone(), format!("{practice}/write")]);
        // A floor is watched at a school that supports another.
        let back = self.garden("give", "A garden in return", &["Priya", "Daniel"]).await;
        support::course::tend(self.app, &self.system()).await.expect("a first day");
        let new = [("kpi", "KS2_RWM_EXP"), ("floor", "99")];
        self.fill("Priya", "/home-floors/new", "/home-floors/new", &new).await;
        // The floor was put before the newest results came: then they cross it.
        self.app
            .db
            .run("UPDATE home_floor SET seen_year = 2020", [])
            .await
            .expect("a floor of an earlier year");
        support::care::floors::watch(self.app, &self.system()).await.expect("the round");
        let floor = self.link("Priya", "/home-floors", "/home-floors/0").await;
        let new = [("kpi", "ATT_ABS"), ("floor", "90")];
        self.fill("Priya", "/home-floors/new", "/home-floors/new", &new).await;
        let staffing = "/home-floors/staffing";
        self.fill("Priya", staffing, staffing, &[("most_out", "3")]).await;
        self.keep("Priya", &["/home-floors".to_owned(), staffing.to_owned(), floor, back]);

        let plan = self.link("Priya", "/plans", "/plans/0").await;
        let objective = self.link("Priya", &plan, &format!("{plan}/objectives/0")).await;
        let new = [
            ("title", "Everybody is trained"),
            ("share", "-"),
            ("due_on-day", "20"),
            ("due_on-month", "5"),
            ("due_on-year", "2027"),
        ];
        let form = format!("{objective}/milestones/new");
        self.fill("Priya", &form, "/milestones/new", &new).await;
        let milestone = self.link("Priya", &objective, &format!("{plan}/milestones/0")).await;
        let new = [
            ("words", "Paint the shelves"),
            ("owner", ""),
            ("owner_name", "Grandad Joe"),
            ("owner_email", "joe@example.org"),
            ("owner_role", "A grandfather"),
            ("due_on-day", "30"),
            ("due_on-month", "4"),
            ("due_on-year", "2027"),
            ("quick", "-"),
        ];
        let before = paths::links(&self.get("Priya", &objective).await.body);
        self.fill("Priya", &format!("{objective}/actions/new"), "/actions/new", &new).await;
        let action = paths::links(&self.get("Priya", &objective).await.body)
            .into_iter()
            .find(|link| link.contains("/actions/0") && !before.contains(link))
            .expect("the action");
        let act = access::links::Act {
            subject: plans::acts::answer::SUBJECT,
            id: action.rsplit('/').next().expect("an id").to_owned(),
            act: plans::acts::answer::ACT,
            email: "joe@example.org".to_owned(),
            owner: foundation::OrgRef::School(HARBOUR_VIEW),
        };
        let tx = self.app.db.write().await.expect("a transaction");
        let stands = SignedDuration::from_hours(24 * 28);
        let token = access::links::issue(&tx, self.app, &self.system(), &act, stands)
            .await
            .expect("a link");
        tx.commit().await.expect("a commit");
        // A link to one act opens no other: an agreement says to all that this one is over.
        let (answer, confirm) =
            (format!("/plans/answer/{token}"), format!("/agreements/confirm/{token}"));
        self.keep("Priya", &[milestone, action, answer, confirm]);

        let aisha = self.account_of("Aisha").to_string();
        let new = [
            ("kind", "peer"),
            ("reviewer", aisha.as_str()),
            ("from_on-day", "12"),
            ("from_on-month", "4"),
            ("from_on-year", "2027"),
            ("to_on-day", "20"),
            ("to_on-month", "4"),
            ("to_on-year", "2027"),
        ];
        let review = self.fill("Priya", "/commissions/new", "/commissions/new", &new).await;
        for (who, act, words) in [
            ("Priya", "scope", "Guided reading"),
            ("Aisha", "accept", "None"),
            ("Aisha", "begin", ""),
            ("Aisha", "write", "It goes well"),
            ("Aisha", "submit", ""),
            ("Priya", "finish", ""),
        ] {
            let words = [("act", act), ("words", words)];
            self.fill(who, &review, &review, &words).await;
        }
        self.keep("Priya", &[review]);
        let words = [("words", "A quiet day"), ("visit", "")];
        let entry = self.fill("Priya", "/journal/new", "/journal/new", &words).await;
        self.keep("Priya", &[entry]);
    }

    /// A briefing to both schools, a nomination from Harbour View, an invitation of Harbour View,
    /// and its question to see a practice.
    async fn alliance(&mut self) {
        let (own, party) = (format!("school:{HARBOUR_VIEW}"), format!("school:{OAKFIELD}"));
        let new = [
            ("title", "Snow"),
            ("body", "The depot grits school lanes first."),
            ("source", "https://example.org/snow"),
            ("only", own.as_str()),
            ("only", party.as_str()),
        ];
        let briefing = self.fill("Marcus", "/briefings/new", "/briefings/new", &new).await;
        self.keep("Priya", &[briefing]);
        let person = format!("{} {own}", self.account_of("Priya"));
        let new = [
            ("person", person.as_str()),
            ("role", "expert-practitioner"),
            ("specialism-1", "english"),
            ("specialism-2", ""),
            ("specialism-3", ""),
            ("phases", "primary"),
        ];
        let named = self.fill("Marcus", "/cadre/new", "/cadre/new", &new).await;
        self.keep("Priya", &[named]);
        let schools = HARBOUR_VIEW.to_string();
        let new = [("name", "Shoreline cluster"), ("kind", "cluster"), ("members", &*schools)];
        self.fill("Kit", "/partnerships/new", "/partnerships/new", &new).await;
        self.keep("Priya", &["/partnerships".to_owned()]);
        let practice = self.link("Priya", "/practices", "/practices/0").await;
        let words = [("words", "May two of us come?")];
        let visit = self.fill("Priya", &format!("{practice}/visit"), "/visit", &words).await;
        self.keep("Priya", &[visit]);
        // A decision that waits for an answer, and new words of the charter for a yes.
        let standing = format!("/schools/{HARBOUR_VIEW}/standing");
        let new = [
            ("tier", "targeted"),
            ("evidence", "Three lessons seen in March"),
            ("review-day", "16"),
            ("review-month", "7"),
            ("review-year", "2027"),
        ];
        self.fill("Marcus", &standing, "/standing/tier", &new).await;
        let alliance = self.link("Marcus", "/partnerships", "/partnerships/0").await;
        let charter = format!("{alliance}/charter");
        self.fill("Marcus", &charter, "/charter", &[("ways", "We ask, and then we listen.")]).await;
        self.keep("Marcus", std::slice::from_ref(&standing));
        self.keep("Priya", &[standing, charter]);
    }

    /// A head's own: a calendar, a passkey, a link to sign in with.
    async fn account(&mut self) {
        let shown = self.offer("Priya", "/home/letters", "/home/calendar", &[]).await;
        let feed = after(&shown.body, "/calendar/").expect("an address");
        let me = self.account_of("Priya");
        // A device's answer cannot be had here; what is kept of one is put in by hand.
        let key = r#"{"alg":"EdDSA","x":"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}"#;
        self.app
            .db
            .run(
                "INSERT INTO passkey (id, account, name, public_key, sign_count, synced, created_at)
                 VALUES ('a2V5', $1, 'Phone', $2, 0, FALSE, $3)",
                [me.into(), key.into(), self.app.clock.now().as_microsecond().into()],
            )
            .await
            .expect("a passkey");
        let tx = self.app.db.write().await.expect("a transaction");
        let (now, day) = (self.app.clock.now(), SignedDuration::from_hours(24));
        let token = sessions::issue_link(&tx, &self.app.ids, now, me, day, false)
            .await
            .expect("a link to sign in with");
        tx.commit().await.expect("a commit");
        let key = "/account/passkeys/a2V5".to_owned();
        let link = format!("/sign-in/{token}");
        self.keep("Priya", &[format!("/calendar/{feed}"), key, link]);
    }

    /// Somebody who has left, and a file that waits for a second look.
    async fn installation(&mut self) {
        let context = Context::system("test", self.app.clock.now());
        let tx = self.app.db.write().await.expect("a transaction");
        let una = accounts::open(&tx, &self.app.ids, &context, "una.left@example.org", "Una Left")
            .await
            .expect("an account");
        tx.commit().await.expect("a commit");
        let una = format!("/people/{una}");
        let why = [("reason", "She has moved away")];
        self.fill("Kit", &format!("{una}/close"), "/close", &why).await;
        self.keep("Kit", &[una.clone(), format!("{una}/forget")]);
        let body = "--edge\r\nContent-Disposition: form-data; name=\"year\"\r\n\r\n\r\n\
                    --edge\r\nContent-Disposition: form-data; name=\"files\"; \
                    filename=\"none.csv\"\r\nContent-Type: text/csv\r\n\r\n\
                    a,b\r\n1,2\r\n\r\n--edge--\r\n";
        let kit = self.people.named("Kit");
        let sent = upload(&self.router, kit, "/imports/new", body).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        self.keep("Kit", &[path_of(sent.location()).to_owned()]);
        self.keep("Priya", &["/schools/download/schools.csv".to_owned()]);
    }
}

/// The area every audit here looks at.
const AREA: &str = "attendance-and-behaviour";
/// The words of a page, from its heading on.
fn words(body: &str) -> String {
    let main = &body[body.find("<main").unwrap_or(0)..];
    let parts = main.split('<').filter_map(|part| part.split_once('>'));
    parts.flat_map(|(_, text)| text.split_whitespace()).collect::<Vec<_>>().join(" ")
}

/// What stands after some words of an address.
fn after(text: &str, start: &str) -> Option<String> {
    let rest = &text[text.find(start)? + start.len()..];
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches('.').to_owned())
}
