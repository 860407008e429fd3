//! What the two schools have with each other: agreements in every state, requests and matches,
//! visits and their notes.

use district::OAKFIELD;

use super::{more::Hands, paths};
use foundation::Sql as _;

impl Hands<'_> {
    /// A day of support that both schools agreed upon, signed by as many heads.
    pub(super) async fn garden(&self, way: &str, title: &str, heads: &[&str]) -> String {
        let oakfield = OAKFIELD.to_string();
        let changes = [
            ("way", way),
            ("supporting", oakfield.as_str()),
            ("title", title),
            ("success", "Every class grows something"),
            ("supporter_goal", "See how the youngest take to it"),
            ("account", ""),
            ("person", "Bev Sallis"),
            ("days", "1"),
            ("start_on-day", "31"),
            ("start_on-month", "3"),
            ("start_on-year", "2027"),
            ("end_on-day", "16"),
            ("end_on-month", "7"),
            ("end_on-year", "2027"),
        ];
        let to = self.fill("Priya", "/agreements/new", "/agreements/new", &changes).await;
        let page = to.trim_end_matches("/sign").to_owned();
        for head in heads {
            self.fill(head, &to, "/sign", &[]).await;
        }
        page
    }

    /// The end of a support, as far as its exit plan.
    async fn ending(&self, title: &str) -> String {
        let page = self.garden("receive", title, &["Priya", "Daniel"]).await;
        support::course::tend(self.app, &self.system()).await.expect("a first day");
        let mut plan = vec![
            ("owners", "The leaders of science"),
            ("stays", "A bed for each class"),
            ("stops", "Visits"),
            ("ticked", "-"),
        ];
        let items = support::pack::pack().exit_items.iter();
        plan.extend(items.map(|item| ("ticked", item.code.as_str())));
        self.fill("Priya", &format!("{page}/exit/plan"), "/exit/plan", &plan).await;
        page
    }

    /// Agreements offered, about to end, ending, and ended with a story to tell.
    pub(super) async fn agreements(&mut self) {
        let offered = self.garden("receive", "A garden to sign for", &[]).await;
        self.keep("Priya", &[offered.clone(), format!("{offered}/sign")]);
        let open = self.ending("A garden to hand over").await;
        self.keep("Daniel", &[format!("{open}/exit")]);
        let exiting = self.ending("A garden handed over").await;
        self.fill("Daniel", &format!("{exiting}/exit"), "/exit/begin", &[]).await;
        self.keep("Priya", &[format!("{exiting}/exit"), format!("{exiting}/exit/feedback")]);
        for (title, told) in [("A garden that stays", false), ("A garden told of", true)] {
            let ended = self.ending(title).await;
            let exit = format!("{ended}/exit");
            self.fill("Daniel", &exit, "/exit/begin", &[]).await;
            let taken = [("goal", "They dig with joy"), ("took", "nothing"), ("words", "")];
            self.fill("Daniel", &format!("{exit}/home"), "/exit/home", &taken).await;
            for head in ["Priya", "Daniel"] {
                let feedback = format!("{exit}/feedback");
                self.fill(head, &feedback, "/feedback", &[]).await;
                self.fill(head, &exit, "/exit/confirm", &[]).await;
            }
            support::course::tend(self.app, &self.system()).await.expect("the day after");
            let check = self.link("Priya", &exit, &format!("{ended}/checks/")).await;
            let story = format!("{ended}/story");
            self.candidate(ended.rsplit('/').next().expect("an id")).await;
            let words =
                [("title", "A garden"), ("words", "Beds, weeds and soup."), ("act", "write")];
            self.fill("Priya", &story, "/story", &words).await;
            if told {
                for head in ["Priya", "Daniel"] {
                    self.fill(head, &story, "/story", &[("act", "consent")]).await;
                }
                self.keep("Priya", &[ended.replace("/agreements/", "/stories/")]);
            } else {
                self.keep("Priya", &[exit, check, story]);
            }
        }
    }

    /// A case study is proposed when both schools' results got better, which takes years: here the
    /// proposal is put in by hand, and everything after it goes its own way.
    async fn candidate(&self, agreement: &str) {
        let verdict = r#"{"headline":"Both got better","sentences":[],"caveats":[]}"#;
        self.app
            .db
            .run(
                "INSERT INTO case_study (agreement, state, verdict, proposed_on, version)
                 VALUES ($1, 'candidate', $2, '2027-03-31', 1)",
                [agreement.into(), verdict.into()],
            )
            .await
            .expect("a candidate");
    }

    /// A risk, a difficulty and typed time of the support that is under way.
    pub(super) async fn running(&mut self) {
        let found = self.link("Priya", "/agreements", "/agreements/").await;
        let at = format!("/agreements/{}", paths::ids(&found)[0]);
        let new = [
            ("what", "The leader of reading leaves"),
            ("mitigation", "Two people know the programme"),
            ("owner", "The head"),
        ];
        self.fill("Priya", &format!("{at}/risks/new"), "/risks/new", &new).await;
        let new = [("summary", "Visits are moved too often")];
        self.fill("Priya", &format!("{at}/concerns/new"), "/concerns/new", &new).await;
        let care = format!("{at}/care");
        let risk = self.link("Priya", &care, &format!("{at}/risks/0")).await;
        let concern = self.link("Priya", &care, &format!("{at}/concerns/0")).await;
        let time = format!("{at}/time");
        let new = [
            ("person", "Bev Sallis"),
            ("what", "Shelves for the reading corner"),
            ("on-day", "31"),
            ("on-month", "3"),
            ("on-year", "2027"),
        ];
        let mut entries = Vec::new();
        for _ in 0..2 {
            self.fill("Priya", &format!("{time}/new"), "/time/new", &new).await;
            let links = paths::links(&self.get("Priya", &time).await.body);
            let entry = links
                .into_iter()
                .find(|link| link.starts_with(&format!("{time}/0")) && !entries.contains(link))
                .expect("the time that was planned");
            entries.push(entry);
        }
        self.fill("Priya", &entries[0], &entries[0], &[("reason", "-")]).await;
        self.keep("Priya", &[risk, concern, entries[1].clone(), entries[0].clone()]);
    }

    async fn request(&self, title: &str) -> String {
        let new = [
            ("title", title),
            ("need", "Guided reading takes the whole morning"),
            ("outcome", "It takes half an hour and everybody reads"),
            ("beneficiaries", "teacher"),
            ("specialism-1", "early-reading"),
            ("specialism-2", ""),
            ("specialism-3", ""),
            ("team", "-"),
            ("severity", "3"),
            ("days", "1"),
            ("mode", "mixed"),
            ("funder", ""),
            ("avoid", "-"),
            ("findings", "-"),
            ("then", "save"),
        ];
        self.fill("Priya", "/requests/new", "/requests", &new).await
    }

    /// A request that the broker has accepted, and its page on the desk.
    async fn accepted(&self, title: &str) -> (String, String) {
        let page = self.request(title).await;
        self.fill("Priya", &page, "/submit", &[]).await;
        let desk = page.replace("/requests/", "/desk/");
        let yes = [("answer", "accept"), ("words", "Thank you, we look for somebody")];
        self.fill("Marcus", &desk, "/answer", &yes).await;
        (page, desk)
    }

    /// A request for which Oakfield was proposed and both heads said yes: its page, its page on the
    /// desk and the page of the match.
    async fn wanted(&self, title: &str) -> [String; 3] {
        let (page, desk) = self.accepted(title).await;
        let links = paths::links(&self.get("Marcus", &desk).await.body);
        let mut propose = None;
        for link in links.into_iter().filter(|link| link.contains("/propose?")) {
            if self.get("Marcus", &link).await.body.contains("Oakfield Primary") {
                propose = Some(link);
            }
        }
        let propose = propose.expect("Oakfield has time");
        let words = [("reason", "They asked for each other"), ("message", "Shall we talk?")];
        self.fill("Marcus", &propose, "/propose", &words).await;
        let found = self.link("Priya", &page, &format!("{page}/proposal/")).await;
        for head in ["Priya", "Daniel"] {
            self.fill(head, &found, &found, &[("answer", "yes")]).await;
        }
        [page, desk, found]
    }

    /// Requests as a draft, accepted, and matched as far as the interests of both sides.
    pub(super) async fn requests(&mut self) {
        let draft = self.request("Guided reading, a draft").await;
        self.keep("Priya", &[draft.clone(), format!("{draft}/edit")]);
        let (accepted, desk) = self.accepted("Guided reading").await;
        self.keep("Priya", &[accepted]);
        self.keep("Marcus", &[desk.clone(), format!("{desk}/compare")]);
        for managed in [false, true] {
            let [page, desk, found] = self.wanted("Guided reading, together").await;
            let declare = [("kinds", "trust-growth"), ("detail", "Our trust looks for schools")];
            self.fill("Daniel", &found, "/declare", &declare).await;
            if managed {
                let manage = [("outcome", "manage"), ("mitigation", "No talk of it this year")];
                self.fill("Marcus", &desk, "/assess", &manage).await;
                let more = ["safeguards", "record"].map(|page| format!("{found}/{page}"));
                self.keep("Priya", &more);
                self.keep("Priya", &[found]);
            } else {
                self.fill("Priya", &found, "/declare", &[("kinds", "-")]).await;
                self.keep("Priya", &[page, found]);
                self.keep("Marcus", &[desk]);
            }
        }
        // One whose interests are all settled waits for the word that it is clear.
        let [_, desk, found] = self.wanted("Guided reading, settled").await;
        for head in ["Priya", "Daniel"] {
            self.fill(head, &found, "/declare", &[("kinds", "-")]).await;
            self.fill("Marcus", &desk, "/assess", &[("outcome", "none")]).await;
        }
        for _ in brokerage::interests::Check::ALL {
            self.fill("Marcus", &desk, "/check", &[("note", "Talked through")]).await;
        }
        self.keep("Marcus", &[desk]);
    }

    async fn visit(&self, agreement: &str, who: &str, [day, month, part]: [&str; 3]) -> String {
        let visitor = self.account_of(who).to_string();
        let new = [
            ("visitor", visitor.as_str()),
            ("kind", "learning-walk"),
            ("on-day", day),
            ("on-month", month),
            ("on-year", "2027"),
            ("part", part),
            ("purpose", "Look at guided reading together"),
            ("meets", "The leader of Key Stage 1"),
            ("reason", "The head asked for it"),
            ("arrival", "Reception"),
        ];
        let page = format!("{agreement}/visits/new");
        self.fill(who, &page, "/visits/new", &new).await
    }

    /// Visits to confirm, to take back and to answer a correction of.
    pub(super) async fn visits(&mut self) {
        let found = self.link("Aisha", "/agreements", "/agreements/").await;
        let agreement = format!("/agreements/{}", paths::ids(&found)[0]);
        let proposed = self.visit(&agreement, "Aisha", ["5", "5", "morning"]).await;
        self.keep("Priya", &[proposed]);
        let today = self.visit(&agreement, "Aisha", ["31", "3", "afternoon"]).await;
        let noted = self.visit(&agreement, "Daniel", ["31", "3", "morning"]).await;
        for visit in [&today, &noted] {
            self.fill("Priya", visit, "/confirm", &[]).await;
        }
        self.fill("Aisha", &today, "/happened", &[]).await;
        self.keep("Aisha", &[today]);
        let note = [
            ("took_part", "The leader of Key Stage 1"),
            ("strengths", "Children know what to do"),
            ("seen", "Guided reading in Year 2"),
            ("raised", "no"),
            ("act", "send"),
        ];
        self.fill("Daniel", &format!("{noted}/note"), "/note", &note).await;
        let wrong = [("answer", "correct"), ("words", "It was Year 1")];
        self.fill("Priya", &format!("{noted}/check"), "/check", &wrong).await;
        self.keep("Daniel", &[format!("{noted}/answer")]);
    }
}
