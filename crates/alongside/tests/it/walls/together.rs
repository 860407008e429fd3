//! What people do with several schools at once: a partner of several, sessions in hours.

use brokerage::cadre::{self, Nomination, Profile, SupporterRef, capacity};
use district::{HARBOUR_VIEW, OAKFIELD};
use foundation::{OrgRef, Sql as _};
use jiff::civil::date;
use serde_json::json;

use super::{more::Hands, paths};

impl Hands<'_> {
    /// Aisha in a role, with time until summer.
    async fn aisha_as(&mut self, role: &str, partnership: OrgRef) -> String {
        let code = brokerage::packs::specialisms()[0].code.clone();
        let specialisms = serde_json::from_value(json!([{ "code": code, "depth": "expert" }]));
        let new = Nomination {
            person: self.account_of("Aisha"),
            name: "Aisha Khan".to_owned(),
            org: OrgRef::School(OAKFIELD),
            partnership,
            role: role.to_owned(),
            profile: Profile {
                specialisms: specialisms.expect("specialisms"),
                phases: vec!["primary".to_owned()],
                on_site: true,
                online: false,
                travel_limit_km: None,
                weekly_cap: 4,
                concurrent_cap: 9,
                about: String::new(),
            },
        };
        let system = self.system();
        let until = date(2028, 8, 31);
        let id = cadre::acts::enrol(self.app, &system, &new, until).await.expect("designated");
        let (supporter, period) =
            (SupporterRef::Designation(id), (date(2027, 4, 1), date(2027, 7, 16)));
        capacity::pledge(self.app, &system, supporter, new.org, period, 2, &[])
            .await
            .expect("time");
        self.keep("Marcus", &[format!("/cadre/{id}")]);
        id.to_string()
    }

    /// Harbour View is one of several schools to which Aisha comes, and has sessions of hers in its
    /// books.
    pub(super) async fn several(&mut self) {
        let alliance = self.link("Marcus", "/partnerships", "/partnerships/0").await;
        let id = alliance.rsplit('/').next().expect("an id");
        let partnership = format!("partnership:{id}").parse().expect("a partnership");
        let partner = self.aisha_as("school-improvement-partner", partnership).await;
        let own = format!("school:{HARBOUR_VIEW}");
        let new = [
            ("partner", partner.as_str()),
            ("theme", "Talk at lunch"),
            ("schools", own.as_str()),
            ("days", "1"),
            ("start_on-day", "12"),
            ("start_on-month", "4"),
            ("start_on-year", "2027"),
            ("end_on-day", "9"),
            ("end_on-month", "7"),
            ("end_on-year", "2027"),
        ];
        let form = "/assignments/new";
        let assignment = self.fill("Marcus", form, form, &new).await;
        let agreement = self.link("Priya", &assignment, "/agreements/0").await;
        self.keep("Marcus", std::slice::from_ref(&assignment));
        self.keep("Priya", &[assignment, agreement]);

        // A trust says something to those who decide: being written, and endorsed.
        let log = self.link("Helen", "/home", "/portfolio/trust:").await;
        let log = log.replace("/portfolio/", "/influence/");
        let form = format!("{log}/new");
        let new = [("topic", "Plates"), ("way", "meeting"), ("audience", "The ministry of lunch")];
        let matter = self.fill("Helen", &form, "/new", &new).await;
        let edit = format!("{matter}/edit");
        let said = [("position", "Leave lunch alone"), ("evidence", "together")];
        self.fill("Helen", &edit, "/edit", &said).await;
        self.keep("Helen", &[log, form, matter.clone(), edit, format!("{matter}/do/endorse")]);

        let (one, other) =
            (self.account_of("Priya").to_string(), self.account_of("Aisha").to_string());
        let new = [("matter", "Talk at lunch"), ("one", one.as_str()), ("other", other.as_str())];
        let form = "/introductions/new";
        self.fill("Marcus", form, form, &new).await;
        let met = self.link("Priya", "/introductions", "/introductions/0").await;
        self.keep("Priya", &[met]);

        let plan = self.link("Priya", "/plans", "/plans/0").await;
        let objective = self.link("Priya", &plan, &format!("{plan}/objectives/0")).await;
        let new = [
            ("what", "Talk cards at lunch"),
            ("scale", "One table, a week"),
            ("expected", "Somebody new speaks"),
            ("stop_rule", "If lunch gets longer"),
            ("review_on-day", "14"),
            ("review_on-month", "5"),
            ("review_on-year", "2027"),
        ];
        self.fill("Priya", &format!("{objective}/trials/new"), "/trials/new", &new).await;
        let trial = self.link("Priya", &objective, &format!("{plan}/trials/0")).await;
        self.keep("Priya", &[trial]);

        // Support that ends with a report, which waits for the head's answer.
        let advised = self.garden("receive", "Advice on lunch", &["Priya", "Daniel"]).await;
        support::course::tend(self.app, &self.system()).await.expect("a first day");
        let id = advised.rsplit('/').next().expect("an id").to_owned();
        let kind = "UPDATE agreement SET kind = 'advisory' WHERE id = $1";
        self.app.db.run(kind, [id.into()]).await.expect("its kind");
        let (write, reply) = (format!("{advised}/advice/write"), format!("{advised}/advice/reply"));
        let said = [("seen", "Lunch is calm"), ("advised", "Leave it alone")];
        self.fill("Daniel", &write, "/advice/write", &said).await;
        self.keep("Daniel", &[write]);
        self.keep("Priya", &[format!("{advised}/advice"), reply]);

        // The two schools judge together: nobody has yet; Priya has, Daniel has not; both have.
        let (form, send) = (format!("{advised}/moderations/new"), "/moderations/new");
        let new = [("about", "Six plates"), ("rubric", "work")];
        let begun = self.fill("Priya", &form, send, &new).await;
        let judging = self.fill("Priya", &form, send, &new).await;
        let judge = format!("{judging}/judge");
        let levels = ["level-1", "level-2", "level-3", "level-4"].map(|name| (name, "3"));
        self.fill("Priya", &judge, "/judge", &levels).await;
        self.keep("Priya", &[form.clone(), judging]);
        self.keep("Daniel", &[format!("{begun}/judge")]);
        let compared = self.fill("Daniel", &form, send, &new).await;
        let judge = format!("{compared}/judge");
        for (who, level) in [("Daniel", "4"), ("Priya", "2")] {
            self.fill(who, &judge, "/judge", &levels.map(|(name, _)| (name, level))).await;
        }
        self.keep("Priya", &[format!("{compared}/agree")]);

        // Daniel asks Priya how he leads; everybody is asked how they find the alliance; a thank you.
        let form = format!("{advised}/leading/new");
        let levels = ["level-0", "level-1", "level-2", "level-3", "level-4", "level-5"];
        let asked =
            self.fill("Daniel", &form, "/leading/new", &levels.map(|name| (name, "3"))).await;
        self.keep("Daniel", &[form, asked.clone()]);
        self.keep("Priya", &[asked]);
        let (pulse, thanks) = (format!("{alliance}/pulse"), format!("{alliance}/thanks"));
        let open = self.fill("Marcus", &pulse, "/pulse", &[]).await;
        self.keep("Priya", &[pulse, open.clone()]);
        self.keep("Marcus", &[open]);
        let said = [("to", format!("school:{OAKFIELD}")), ("words", "For the plates".to_owned())];
        let said = said.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.fill("Priya", &thanks, "/thanks", &said).await;
        self.keep("Priya", &[thanks]);

        self.aisha_as("expert-practitioner", partnership).await;
        let agreements = paths::links(&self.get("Aisha", "/agreements").await.body);
        for agreement in agreements.iter().filter(|link| link.starts_with("/agreements/0")) {
            let (time, hours) = (format!("{agreement}/time"), format!("{agreement}/time/hours"));
            if paths::links(&self.get("Aisha", &time).await.body).contains(&hours) {
                let new = [
                    ("on-day", "24"),
                    ("on-month", "3"),
                    ("on-year", "2027"),
                    ("hours", "2"),
                    ("what", "Words at lunch, modelled"),
                ];
                self.fill("Aisha", &hours, "/hours", &new).await;
                self.keep("Aisha", &[time, hours]);
                return;
            }
        }
        panic!("nowhere does Aisha write down hours: {agreements:?}");
    }
}
