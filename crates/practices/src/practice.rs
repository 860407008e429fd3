//! What a practice is: its words, its states and who stands how to it.

use access::{AccountId, Kind, Post, Resource, Role, Visitor, Zone};
use foundation::{
    DbError, OrgRef, Sql,
    db::{AsText, Json},
    id_type, upn, words,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use support::AgreementId;

use crate::{
    Refusal,
    machine::{Line, Machine, Who, line},
};

id_type! {
    /// A practice.
    PracticeId
}

words! {
    /// Where a practice stands.
    State {
        Draft = "draft", "Being written";
        Check = "check", "Being checked";
        Kept = "kept", "Kept back for now";
        Published = "published", "Shown to everybody";
        Due = "due", "Due for another look";
        Retired = "retired", "No longer recommended";
    }
}

words! {
    /// What can be done.
    Act {
        Write = "write", "Write it";
        Send = "send", "Ask colleagues to check it";
        Approve = "approve", "I would try this: it is clear and honest";
        Return = "return", "Send it back with a question";
        Consent = "consent", "I consent for my school to these words";
        Publish = "publish", "Show it to everybody";
        KeepBack = "keep_back", "Keep it back for now";
        Wake = "wake", "Ask again on the day that was named";
        Revise = "revise", "Write a new version";
        TakeBack = "take_back", "Take back our consent";
        FallDue = "fall_due", "Ask for another look after two years";
        Reaffirm = "reaffirm", "We still do this, and it still works";
        Retire = "retire", "No longer recommend it";
    }
}

const OURS: &[Who] = &[Who::Author, Who::Head];
const COMPLETE: &str = "what it is, the parts that must be kept and a piece of evidence";
const CHECKED: &str = "two colleagues have checked it, one of them from another school; the school \
                       it names consents to these words";
const ANEW: &str = "checks and consents are asked for anew";
const READ_ON: &str = "everybody reads the last version meanwhile";
const HIDDEN: &str = "nobody else reads it until both schools consent again";
const WHY: &str = "a reason";
const ONCE: &str = "once each, and not by the author";
const AGED: &str = "24 months after it was shown";

const LINES: &[Line<State, Act>] = &[
    line(State::Draft, Act::Write, OURS, State::Draft, ""),
    line(State::Draft, Act::Send, OURS, State::Check, COMPLETE),
    line(State::Draft, Act::TakeBack, &[Who::Named], State::Draft, HIDDEN),
    line(State::Draft, Act::Retire, &[Who::Head], State::Retired, WHY),
    line(State::Check, Act::Approve, &[Who::Peer], State::Check, ONCE),
    line(State::Check, Act::Return, &[Who::Peer, Who::Author, Who::Head], State::Draft, ANEW),
    line(State::Check, Act::Consent, &[Who::Named], State::Check, "to these very words"),
    line(State::Check, Act::TakeBack, &[Who::Named], State::Draft, HIDDEN),
    line(State::Check, Act::Publish, &[Who::Head], State::Published, CHECKED),
    line(State::Check, Act::KeepBack, &[Who::Head], State::Kept, "a reason and the day it ends"),
    line(State::Kept, Act::Wake, &[Who::System], State::Check, "on the day that was named"),
    line(State::Kept, Act::Publish, &[Who::Head], State::Published, CHECKED),
    line(State::Kept, Act::Revise, OURS, State::Draft, ANEW),
    line(State::Published, Act::Revise, OURS, State::Draft, READ_ON),
    line(State::Published, Act::TakeBack, &[Who::Named], State::Draft, HIDDEN),
    line(State::Published, Act::FallDue, &[Who::System], State::Due, AGED),
    line(State::Published, Act::Retire, &[Who::Head], State::Retired, WHY),
    line(State::Due, Act::Reaffirm, &[Who::Head], State::Published, ""),
    line(State::Due, Act::Revise, OURS, State::Draft, READ_ON),
    line(State::Due, Act::TakeBack, &[Who::Named], State::Draft, HIDDEN),
    line(State::Due, Act::Retire, &[Who::Head], State::Retired, WHY),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "practice";

    fn lines() -> &'static [Line<Self, Act>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

words! {
    /// What a piece of evidence is.
    EvidenceKind {
        Own = "own", "Our own figures or what we see";
        Peer = "peer", "Colleagues from another school looked at it";
        External = "external", "Evaluated by somebody from outside";
        Research = "research", "Published research";
    }
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What kind it is.
    pub kind: EvidenceKind,
    /// What it says.
    pub words: String,
    /// Where it can be read; may be empty.
    #[serde(default)]
    pub link: String,
}

/// What is written about a practice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Words {
    /// The title, at most ninety characters.
    pub title: String,
    /// The area of the framework it belongs to, by code.
    pub area: String,
    /// The phases it is for, by key; none means every phase.
    pub phases: Vec<String>,
    /// The problem it answers.
    pub problem: String,
    /// What it is.
    pub what: String,
    /// The parts that must be kept, or it is another practice.
    pub ingredients: Vec<String>,
    /// For whom and where it has worked.
    pub conditions: String,
    /// What it takes: people, time, money, and how long before it shows.
    pub takes: String,
    /// Where it did not work, and what is not known.
    pub caveats: String,
    /// What makes its school think it works.
    pub evidence: Vec<Evidence>,
}

impl Words {
    /// Every text somebody typed, with the field it stands in.
    fn typed(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let plain = [
            ("title", &self.title),
            ("problem", &self.problem),
            ("what", &self.what),
            ("conditions", &self.conditions),
            ("takes", &self.takes),
            ("caveats", &self.caveats),
        ];
        let ingredients = self.ingredients.iter().map(|one| ("ingredients", one.as_str()));
        let evidence = self.evidence.iter().map(|one| ("evidence-1-words", one.words.as_str()));
        plain
            .into_iter()
            .map(|(field, text)| (field, text.as_str()))
            .chain(ingredients)
            .chain(evidence)
    }

    /// What keeps even a draft from being saved.
    ///
    /// # Errors
    /// The field and what to do.
    pub fn sound(&self) -> Result<(), Refusal> {
        if self.title.is_empty() {
            return Err(Refusal::field("title", "Give it a title others would look for"));
        }
        if self.title.chars().count() > 90 {
            return Err(Refusal::field("title", "Shorten the title to 90 characters"));
        }
        if self.what.is_empty() {
            return Err(Refusal::field("what", "Say in a sentence what you do"));
        }
        if needs::Framework::any_area(&self.area).is_none() {
            return Err(Refusal::field("area", "Choose the area it belongs to"));
        }
        if let Some((field, _)) = self.typed().find(|(_, text)| upn::find(text).is_some()) {
            return Err(Refusal::field(
                field,
                "Remove the unique pupil number: Alongside holds nothing about single pupils",
            ));
        }
        let addressed = |link: &str| link.starts_with("https://") || link.starts_with("http://");
        let fields = ["evidence-1-link", "evidence-2-link", "evidence-3-link"];
        for (evidence, field) in self.evidence.iter().zip(fields) {
            if !evidence.link.is_empty() && !addressed(&evidence.link) {
                return Err(Refusal::field(field, "Enter an address that begins with https://"));
            }
        }
        Ok(())
    }

    /// What keeps it from being checked and shown.
    ///
    /// # Errors
    /// The field and what to do.
    pub fn complete(&self) -> Result<(), Refusal> {
        self.sound()?;
        if self.problem.is_empty() {
            return Err(Refusal::field("problem", "Say which problem it answers"));
        }
        if self.ingredients.is_empty() {
            return Err(Refusal::field("ingredients", "Name the parts that must be kept"));
        }
        if self.evidence.is_empty() {
            return Err(Refusal::field("evidence-1-words", "Give at least one piece of evidence"));
        }
        if self.caveats.is_empty() {
            return Err(Refusal::field(
                "caveats",
                "Say what is not known, or where it did not work",
            ));
        }
        Ok(())
    }

    /// The name of its area.
    #[must_use]
    pub fn area_name(&self) -> &str {
        let area = needs::Framework::any_area(&self.area);
        area.map_or(self.area.as_str(), |area| area.name.as_str())
    }

    /// The phases in words.
    #[must_use]
    pub fn phases_in_words(&self) -> String {
        let named: Vec<&str> = register::Phase::ALL
            .into_iter()
            .filter(|phase| self.phases.iter().any(|key| key == phase.key()))
            .map(register::Phase::in_words)
            .collect();
        if named.is_empty() { "Every phase".to_owned() } else { named.join(", ") }
    }
}

/// A practice.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Practice {
    /// The identifier.
    pub id: PracticeId,
    /// The school it comes from.
    pub origin: OrgRef,
    /// Who wrote it.
    pub author: AccountId,
    /// Their name.
    pub author_name: String,
    /// The partnership whose members check it.
    pub partnership: Option<OrgRef>,
    /// The practice it was adapted from.
    pub parent: Option<PracticeId>,
    /// The support in which it grew.
    pub agreement: Option<AgreementId>,
    /// Another school it names.
    pub other: Option<OrgRef>,
    /// Whether that school consents to the words as they stand.
    pub other_consents: bool,
    state: AsText<State>,
    words: Json<Words>,
    /// The version everybody reads.
    pub shown: Option<i64>,
    due_on: Option<AsText<Date>>,
    kept_until: Option<AsText<Date>>,
    /// Why it is kept back or no longer recommended.
    pub reason: String,
    /// Guards against two people who act at once.
    pub version: i64,
}

pub(crate) const COLUMNS: &str = "id, origin, author, author_name, partnership, parent, agreement, \
     other, other_consents, state, words, shown, due_on, kept_until, reason, version";

/// Whether somebody may speak for a school here: its leaders and those who work there.
#[must_use]
pub fn works_at(posts: &[Post], org: OrgRef) -> bool {
    posts.iter().any(|post| {
        post.org == org && matches!(post.role(), Role::Head | Role::Staff | Role::TrustExecutive)
    })
}

/// Whether somebody leads a school or trust.
#[must_use]
pub fn leads(posts: &[Post], org: OrgRef) -> bool {
    posts
        .iter()
        .any(|post| post.org == org && matches!(post.role(), Role::Head | Role::TrustExecutive))
}

impl Practice {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// The words as they are being written.
    #[must_use]
    pub const fn draft(&self) -> &Words {
        &self.words.0
    }

    /// When it is due for another look.
    #[must_use]
    pub fn due_on(&self) -> Option<Date> {
        self.due_on.as_ref().map(|day| day.0)
    }

    /// Until when it is kept back.
    #[must_use]
    pub fn kept_until(&self) -> Option<Date> {
        self.kept_until.as_ref().map(|day| day.0)
    }

    /// The practice as the policy sees it: what is shown is everybody's to read.
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.in_zone(if self.shown.is_some() { Zone::Public } else { self.working_zone() })
    }

    /// The words as they are being written: the school's own, and the partnership's while its
    /// members check them.
    #[must_use]
    pub fn working(&self) -> Resource {
        self.in_zone(self.working_zone())
    }

    fn working_zone(&self) -> Zone {
        if self.state() == State::Check { Zone::Network } else { Zone::School }
    }

    fn in_zone(&self, zone: Zone) -> Resource {
        Resource::new(Kind::Practice, zone, self.origin)
            .parties([Some(self.origin), self.other].into_iter().flatten())
            .through(self.partnership)
    }

    /// What somebody is in relation to it.
    #[must_use]
    pub fn standings(&self, account: Option<AccountId>, posts: &[Post]) -> Vec<Who> {
        let mut who = Vec::new();
        if works_at(posts, self.origin) {
            who.push(Who::Author);
        }
        if leads(posts, self.origin) {
            who.push(Who::Head);
        }
        if self.other.is_some_and(|other| leads(posts, other)) {
            who.push(Who::Named);
        }
        let works = posts.iter().any(|post| works_at(posts, post.org));
        if works && account.is_some() && account != Some(self.author) {
            who.push(Who::Peer);
        }
        who
    }
}

/// A version that was shown to everybody.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Version {
    /// Its number, from one.
    pub number: i64,
    words: Json<Words>,
    on_date: AsText<Date>,
}

impl Version {
    /// Its words.
    #[must_use]
    pub const fn words(&self) -> &Words {
        &self.words.0
    }

    /// When it was published.
    #[must_use]
    pub const fn on(&self) -> Date {
        self.on_date.0
    }
}

/// A colleague's look.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Check {
    /// Whose.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub org: OrgRef,
}

/// Reads a practice.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: PracticeId) -> Result<Option<Practice>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM practice WHERE id = $1"), [id.into()]).await
}

/// The versions that were shown, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn versions(db: &impl Sql, id: PracticeId) -> Result<Vec<Version>, DbError> {
    let sql = "SELECT number, words, on_date FROM practice_version WHERE practice = $1
               ORDER BY number DESC";
    db.all(sql, [id.into()]).await
}

/// Who has checked the words as they stand.
///
/// # Errors
/// When the database cannot be read.
pub async fn checks(db: &impl Sql, id: PracticeId) -> Result<Vec<Check>, DbError> {
    let sql = "SELECT account, name, org FROM practice_check WHERE practice = $1 ORDER BY name";
    db.all(sql, [id.into()]).await
}

/// The practices of a school, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_school(db: &impl Sql, org: OrgRef) -> Result<Vec<Practice>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM practice WHERE origin = $1 ORDER BY id DESC");
    db.all(&sql, [org.into()]).await
}

/// The practices whose working words a visitor may read: their school's own, those that wait for a
/// colleague's look, those that name their school.
///
/// # Errors
/// When the database cannot be read.
pub async fn in_the_making(db: &impl Sql, visitor: &Visitor) -> Result<Vec<Practice>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM practice WHERE state IN ('draft', 'check', 'kept', 'due')
         ORDER BY id DESC"
    );
    let all: Vec<Practice> = db.all(&sql, []).await?;
    Ok(access::filter(visitor, access::Action::Read, all, Practice::working))
}

/// A practice everybody may read, with the version that is shown.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Shown {
    /// The practice.
    pub id: PracticeId,
    /// The school it comes from.
    pub origin: OrgRef,
    /// The practice it was adapted from.
    pub parent: Option<PracticeId>,
    /// The support in which it grew.
    pub agreement: Option<AgreementId>,
    words: Json<Words>,
    on_date: AsText<Date>,
}

impl Shown {
    /// Its words.
    #[must_use]
    pub const fn words(&self) -> &Words {
        &self.words.0
    }

    /// When this version was published.
    #[must_use]
    pub const fn on(&self) -> Date {
        self.on_date.0
    }
}

/// What somebody looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Words that stand in it.
    pub text: String,
    /// An area, by code; any when empty.
    pub area: String,
    /// A phase, by key; any when empty.
    pub phase: String,
    /// A kind of evidence, by key; any when empty.
    pub evidence: String,
}

impl Sought {
    fn finds(&self, words: &Words) -> bool {
        let all = [&words.title, &words.problem, &words.what, &words.conditions]
            .map(|text| text.to_lowercase());
        let met = |word: &str| all.iter().any(|text| text.contains(word));
        let any = |wanted: &str, has: bool| wanted.is_empty() || has;
        self.text.to_lowercase().split_whitespace().all(met)
            && any(&self.area, words.area == self.area)
            && any(&self.phase, words.phases.is_empty() || words.phases.contains(&self.phase))
            && any(&self.evidence, words.evidence.iter().any(|one| one.kind.key() == self.evidence))
    }
}

const SHOWN: &str = "SELECT p.id, p.origin, p.parent, p.agreement, v.words, v.on_date
     FROM practice p JOIN practice_version v ON v.practice = p.id AND v.number = p.shown
     WHERE p.state <> 'retired'";

/// The library: what everybody may read and its school still recommends, by title.
///
/// # Errors
/// When the database cannot be read.
pub async fn library(db: &impl Sql, sought: &Sought) -> Result<Vec<Shown>, DbError> {
    let mut found: Vec<Shown> = db.all(SHOWN, []).await?;
    found.retain(|one| sought.finds(one.words()));
    found.sort_by(|a, b| {
        let key = |one: &Shown| (one.words().title.to_lowercase(), one.id);
        key(a).cmp(&key(b))
    });
    Ok(found)
}

/// What was made of a practice by others and is shown itself.
///
/// # Errors
/// When the database cannot be read.
pub async fn children(db: &impl Sql, id: PracticeId) -> Result<Vec<Shown>, DbError> {
    db.all(&format!("{SHOWN} AND p.parent = $1 ORDER BY v.on_date, p.id"), [id.into()]).await
}
