//! Case studies: what two schools tell others about a support after which both got better.
//!
//! Alongside proposes one where results show a double lift. The two heads write it; whatever is
//! written anew takes both consents back. Nobody else reads it before both have consented to the
//! very words and figures that are shown, and either may take it back at any time.

use access::{Kind, Permit, Resource, Role, Visitor, Zone, accounts, looks};
use evidence::verdict::Kind as Verdict;
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    clock::london,
    db::{AsText, Json},
    events::{self, Event},
    machine::{Document, Line, line, transition},
    mail::{self, Letter},
    upn, words,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};

use crate::{
    Refusal,
    agreements::{
        Agreement, AgreementId, Side,
        machine::Standing,
        store::{self, COLUMNS as AGREEMENT, open, standings},
    },
    impact,
};

words! {
    /// Where a case study stands.
    State {
        Candidate = "candidate", "Proposed by Alongside";
        Draft = "draft", "Being written";
        Half = "half", "One school has consented";
        Published = "published", "Shown to everybody";
        Declined = "declined", "Not to be told";
    }
}

words! {
    /// What can be done.
    Act {
        Write = "write", "Write it";
        Consent = "consent", "Consent for one's own school";
        ConsentLast = "consent_last", "Consent as the second school";
        Decline = "decline", "Leave it untold";
        TakeBack = "take_back", "Take it back";
    }
}

const HEADS: &[Standing] = &[Standing::SupportedHead, Standing::SupportingHead];

/// Every step there is; all of them are for the two heads.
const STEPS: &[Line<State, Act, Standing>] = &[
    line(State::Candidate, Act::Write, HEADS, State::Draft, "a title and words"),
    line(State::Candidate, Act::Decline, HEADS, State::Declined, ""),
    line(State::Draft, Act::Write, HEADS, State::Draft, "a title and words"),
    line(State::Draft, Act::Consent, HEADS, State::Half, "to these very words"),
    line(State::Draft, Act::Decline, HEADS, State::Declined, ""),
    line(State::Half, Act::Write, HEADS, State::Draft, "both consents are asked for anew"),
    line(
        State::Half,
        Act::ConsentLast,
        HEADS,
        State::Published,
        "the other school, to these very words",
    ),
    line(State::Half, Act::Decline, HEADS, State::Declined, ""),
    line(State::Published, Act::TakeBack, HEADS, State::Draft, "both consents are asked for anew"),
];

/// Where an act by somebody leads; nowhere when it is not listed.
#[must_use]
pub fn step(from: State, act: Act, who: &[Standing]) -> Option<State> {
    transition(STEPS, from, act, who).ok()
}

/// The machine for the documentation.
#[must_use]
pub fn machine() -> Document {
    Document::of("case-studies", "The life of a case study", "crates/support/src/stories.rs", STEPS)
}

/// The verdict as it was proposed, with what must be said beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// In one sentence.
    pub headline: String,
    /// One sentence for each indicator.
    pub sentences: Vec<String>,
    /// What must be printed with it.
    pub caveats: Vec<String>,
}

/// A case study.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Story {
    /// The agreement it is about.
    pub agreement: AgreementId,
    state: AsText<State>,
    /// The title.
    pub title: String,
    /// The words of the two schools.
    pub words: String,
    verdict: Json<Told>,
    /// The supported school has consented to these words.
    pub consent_supported: bool,
    /// The supporting school has consented to these words.
    pub consent_supporting: bool,
    published_on: Option<String>,
    /// Guards against two people changing it at once.
    pub version: i64,
}

const COLUMNS: &str = "agreement, state, title, words, verdict, consent_supported, \
                       consent_supporting, published_on, version";

impl Story {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// The verdict it tells.
    #[must_use]
    pub const fn told(&self) -> &Told {
        &self.verdict.0
    }

    /// Since when everybody may read it.
    #[must_use]
    pub fn published_on(&self) -> Option<Date> {
        self.published_on.as_deref().and_then(|text| text.parse().ok())
    }

    /// Whether a school has consented to the words as they are.
    #[must_use]
    pub const fn has_consent(&self, side: Side) -> bool {
        match side {
            Side::Supported => self.consent_supported,
            Side::Supporting => self.consent_supporting,
        }
    }

    /// The story as the policy sees it: the two schools' alone until both have consented.
    #[must_use]
    pub fn resource(&self, agreement: &Agreement) -> Resource {
        let zone = match self.state() {
            State::Published => Zone::Public,
            _ => Zone::Parties,
        };
        Resource::new(Kind::Impact, zone, agreement.supported)
            .parties([agreement.supported, agreement.supporting])
    }
}

/// The case study of an agreement, where one was proposed.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, agreement: AgreementId) -> Result<Option<Story>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM case_study WHERE agreement = $1");
    db.first(&sql, [agreement.into()]).await
}

/// The case studies that wait for the head of a school: proposed ones, and written ones to which
/// this school has not consented.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(db: &impl Sql, org: OrgRef) -> Result<Vec<(Story, Agreement)>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM case_study WHERE state IN ('candidate', 'draft', 'half')
           AND agreement IN (SELECT id FROM agreement WHERE supported = $1 OR supporting = $1)
         ORDER BY agreement"
    );
    let mut found = Vec::new();
    for story in db.all::<Story>(&sql, [org.into()]).await? {
        let Some(agreement) = store::find(db, story.agreement).await? else { continue };
        let side = agreement.side_of(org);
        if side.is_some_and(|side| !story.has_consent(side)) {
            found.push((story, agreement));
        }
    }
    Ok(found)
}

/// The case studies everybody may read, by title.
///
/// # Errors
/// When the database cannot be read.
pub async fn published(db: &impl Sql) -> Result<Vec<Story>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM case_study WHERE state = 'published' ORDER BY title");
    db.all(&sql, []).await
}

/// Proposes a case study for each support after which both schools got better, and asks the two
/// heads. Says how many were proposed.
///
/// # Errors
/// When the database refuses.
pub async fn propose(app: &App, permit: &Permit) -> Result<usize, Refusal> {
    let ended: Vec<Agreement> = app
        .db
        .all(
            &format!(
                "SELECT {AGREEMENT} FROM agreement a
                 WHERE a.state IN ('completed', 'sustaining', 'sustained', 'lapsed')
                   AND NOT EXISTS (SELECT 1 FROM case_study c WHERE c.agreement = a.id)
                 ORDER BY a.id"
            ),
            [],
        )
        .await?;
    let mut proposed = 0;
    for agreement in ended {
        if !impact::has_arrived(&app.db, &agreement).await? {
            continue;
        }
        let verdict = impact::verdict(&app.db, &agreement).await?.verdict;
        if verdict.kind != Verdict::DoubleLift {
            continue;
        }
        let told = Told {
            headline: verdict.headline,
            sentences: verdict.sentences,
            caveats: verdict.caveats,
        };
        let tx = app.db.write().await?;
        let first = tx
            .run(
                "INSERT INTO case_study (agreement, state, verdict, proposed_on, version)
                 VALUES ($1, 'candidate', $2, $3, 1) ON CONFLICT (agreement) DO NOTHING",
                [
                    agreement.id.into(),
                    Json(&told).into(),
                    AsText(london(permit.context().at)).into(),
                ],
            )
            .await?;
        if first == 0 {
            continue;
        }
        record(&tx, permit, &agreement, "proposed").await?;
        ask(app, &tx, permit, &agreement, "Would you tell others what became of it?").await?;
        tx.commit().await?;
        proposed += 1;
    }
    Ok(proposed)
}

async fn record(tx: &Tx, permit: &Permit, it: &Agreement, verb: &str) -> Result<(), DbError> {
    let event = Event::new("case study", it.id, verb).owned_by(it.supported);
    events::append(tx, permit.context(), event).await
}

/// Asks the heads of both schools, but not the one who has just acted.
async fn ask(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    it: &Agreement,
    subject: &str,
) -> Result<(), DbError> {
    for org in [it.supported, it.supporting] {
        for head in accounts::leaders(tx, &app.clock, org).await? {
            if permit.person() == Some(head.id) {
                continue;
            }
            let letter = Letter {
                recipient: head.email,
                subject: subject.to_owned(),
                body: format!(
                    "Hello {},\n\nAfter “{}” both schools did better than similar schools. Others \
                     could learn from it. Nothing is shown to anybody unless both of you consent to \
                     the very words:\n\n{}/agreements/{}/story\n",
                    head.name,
                    it.title,
                    app.config.public_url(),
                    it.id
                ),
            };
            mail::post(tx, app, permit.context(), &letter).await?;
        }
    }
    Ok(())
}

/// What somebody does with a case study, with the version they had before them.
#[derive(Clone, Copy, Debug)]
pub enum Deed<'a> {
    /// Writes the title and the words.
    Write(&'a str, &'a str),
    /// Consents for their own school, to what they had before them.
    Consent,
    /// Leaves it untold, or takes it back.
    Decline,
}

/// Takes a case study a step further.
///
/// # Errors
/// [`DbError::Conflict`] when somebody else wrote first: a consent is always to the words that were
/// read; [`Refusal`] when the state or the person does not allow it or words are missing.
pub async fn take(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    seen: i64,
    deed: Deed<'_>,
) -> Result<State, Refusal> {
    let (tx, agreement) = open(app, id).await?;
    let story = of(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let who = standings(app, &tx, permit, &agreement).await?;
    let side =
        if who.contains(&Standing::SupportedHead) { Side::Supported } else { Side::Supporting };
    let act = match (deed, story.state()) {
        (Deed::Write(..), _) => Act::Write,
        (Deed::Consent, State::Half) => Act::ConsentLast,
        (Deed::Consent, _) => Act::Consent,
        (Deed::Decline, State::Published) => Act::TakeBack,
        (Deed::Decline, _) => Act::Decline,
    };
    let Some(to) = step(story.state(), act, &who) else {
        if HEADS.iter().any(|head| who.contains(head)) {
            return Err(Refusal::NotNow(format!(
                "This cannot be done now: it stands at “{}”.",
                story.state().words()
            )));
        }
        return Err(Refusal::NotYours("The two heads decide what is told.".to_owned()));
    };
    if act == Act::ConsentLast && story.has_consent(side) {
        return Err(Refusal::NotNow(
            "Your school has consented; the other one decides.".to_owned(),
        ));
    }
    if story.version != seen {
        return Err(DbError::Conflict("case study").into());
    }
    let (title, words) = match deed {
        Deed::Write(title, words) => (title.trim(), words.trim()),
        _ => (story.title.as_str(), story.words.as_str()),
    };
    for (field, text, message) in
        [("title", title, "Give it a title"), ("words", words, "Say what you did and what helped")]
    {
        let needed = matches!(act, Act::Write | Act::Consent | Act::ConsentLast);
        if needed && text.is_empty() {
            return Err(Refusal::field(field, message));
        }
        if upn::find(text).is_some() {
            return Err(Refusal::field(
                field,
                "Remove the unique pupil number: Alongside holds nothing about single pupils",
            ));
        }
    }
    let kept = matches!(to, State::Half | State::Published);
    let consent = |one: Side| kept && (story.has_consent(one) || one == side);
    let day = london(permit.context().at).to_string();
    tx.run(
        "UPDATE case_study SET state = $2, title = $3, words = $4, consent_supported = $5,
           consent_supporting = $6, published_on = $7, version = version + 1
         WHERE agreement = $1",
        [
            id.into(),
            to.key().into(),
            title.into(),
            words.into(),
            consent(Side::Supported).into(),
            consent(Side::Supporting).into(),
            (to == State::Published).then_some(day).into(),
        ],
    )
    .await?;
    record(&tx, permit, &agreement, act.key()).await?;
    match act {
        Act::Write => ask(app, &tx, permit, &agreement, "A case study to read").await?,
        Act::Consent => ask(app, &tx, permit, &agreement, "A case study waits for you").await?,
        Act::ConsentLast | Act::Decline | Act::TakeBack => {}
    }
    tx.commit().await?;
    Ok(to)
}

/// A case study with its agreement, for somebody who may read it; the look is recorded.
///
/// # Errors
/// [`foundation::PageError::NotFound`] for everybody else.
pub async fn readable(
    app: &App,
    visitor: &Visitor,
    id: AgreementId,
) -> Result<(Story, Agreement), foundation::PageError> {
    let story = of(&app.db, id).await?.ok_or(foundation::PageError::NotFound)?;
    let agreement = store::find(&app.db, id).await?.ok_or(foundation::PageError::NotFound)?;
    let resource = story.resource(&agreement);
    access::authorize(app, visitor, access::Action::Read, &resource)?;
    looks::record(app, visitor, &resource, "case study", id).await?;
    Ok((story, agreement))
}

/// Which side of an agreement somebody leads, for the buttons of a page.
#[must_use]
pub fn side_of(visitor: &Visitor, agreement: &Agreement) -> Option<Side> {
    let leads = |org: OrgRef| visitor.is(Role::Head, org) || visitor.is(Role::TrustExecutive, org);
    Side::BOTH.into_iter().find(|side| leads(agreement.school(*side)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down apart from the code above.
    const LISTED: &str = "
        candidate write supported_head draft
        candidate write supporting_head draft
        candidate decline supported_head declined
        candidate decline supporting_head declined
        draft write supported_head draft
        draft write supporting_head draft
        draft consent supported_head half
        draft consent supporting_head half
        draft decline supported_head declined
        draft decline supporting_head declined
        half write supported_head draft
        half write supporting_head draft
        half consent_last supported_head published
        half consent_last supporting_head published
        half decline supported_head declined
        half decline supporting_head declined
        published take_back supported_head draft
        published take_back supporting_head draft";

    #[test]
    fn only_what_is_listed_is_possible() {
        testkit::machine::only_what_is_listed(
            LISTED,
            State::ALL,
            Act::ALL,
            &Standing::ALL,
            |from, act, who| step(from, act, &[who]),
        );
    }
}
