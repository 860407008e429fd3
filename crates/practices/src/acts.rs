//! What is done with a practice: begun, written, checked, consented to, shown.

use access::{AccountId, Permit, Post, accounts, partnerships};
use foundation::{
    App, DbError, OrgRef, Sql as _, Tx,
    clock::london,
    db::{AsText, At, Json},
    events::{self, Event},
    upn,
};
use jiff::{Span, civil::Date};
use serde_json::json;
use support::{AgreementId, agreements::store as agreements};

use crate::{
    Refusal, letters,
    machine::{Who, step},
    practice::{Act, COLUMNS, Practice, PracticeId, State, Words, checks, find, works_at},
};

/// Months after which a practice is looked at again.
const LOOK_AGAIN: i32 = 24;
/// Colleagues who check it before it is shown.
const COLLEAGUES: usize = 2;

/// Who acts, with the posts they hold today; nobody for the product itself.
pub(crate) async fn actor(
    app: &App,
    tx: &Tx,
    permit: &Permit,
) -> Result<(Option<AccountId>, Vec<Post>), DbError> {
    let account = permit.person();
    let posts = match account {
        Some(account) => accounts::posts(tx, &app.clock, account).await?,
        None => Vec::new(),
    };
    Ok((account, posts))
}

/// A practice to be written down.
#[derive(Clone, Debug)]
pub struct NewPractice {
    /// The school it comes from.
    pub origin: OrgRef,
    /// The practice it was adapted from.
    pub parent: Option<PracticeId>,
    /// The support in which it grew; the other school of it is named and asked.
    pub agreement: Option<AgreementId>,
    /// What is written about it.
    pub words: Words,
}

/// Begins a practice: a title, an area and a sentence are enough.
///
/// # Errors
/// [`Refusal`] by somebody who does not work there, where words are missing, for a support of other
/// schools or a parent nobody may read.
pub async fn begin(app: &App, permit: &Permit, new: &NewPractice) -> Result<PracticeId, Refusal> {
    new.words.sound()?;
    let tx = app.db.write().await?;
    let (account, posts) = actor(app, &tx, permit).await?;
    let Some(author) = account.filter(|_| works_at(&posts, new.origin)) else {
        return Err(Refusal::NotYours(
            "Those who work at a school write its practices.".to_owned(),
        ));
    };
    let mut other = None;
    if let Some(id) = new.agreement {
        let agreement = agreements::find(&tx, id).await?.ok_or(Refusal::NotFound)?;
        let side = agreement.side_of(new.origin).ok_or(Refusal::NotFound)?;
        other = Some(match side {
            support::agreements::Side::Supported => agreement.supporting,
            support::agreements::Side::Supporting => agreement.supported,
        });
    }
    if let Some(parent) = new.parent {
        let parent = find(&tx, parent).await?.filter(|parent| parent.shown.is_some());
        parent.ok_or(Refusal::NotFound)?;
    }
    let today = london(permit.context().at);
    let partnership = partnerships::of(&tx, new.origin, today).await?.into_iter().next();
    let id = PracticeId::new(&app.ids);
    tx.run(
        "INSERT INTO practice (id, origin, author, author_name, partnership, parent, agreement,
           other, state, words, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', $9, 1, $10)",
        [
            id.into(),
            new.origin.into(),
            author.into(),
            permit.context().actor.name().to_owned().into(),
            partnership.map(|one| one.org.to_string()).into(),
            new.parent.map(|one| one.to_string()).into(),
            new.agreement.map(|one| one.to_string()).into(),
            other.map(|one| one.to_string()).into(),
            Json(&new.words).into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let event = Event::new("practice", id, "begun").owned_by(new.origin);
    events::append(&tx, permit.context(), event.with(json!({ "from": new.parent }))).await?;
    tx.commit().await?;
    Ok(id)
}

/// Opens a practice for an act of somebody.
async fn open(
    app: &App,
    permit: &Permit,
    id: PracticeId,
) -> Result<(Tx, Practice, Vec<Who>, Vec<Post>), Refusal> {
    let tx = app.db.write().await?;
    tx.lock(&format!("practice {id}")).await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let (account, posts) = actor(app, &tx, permit).await?;
    let who = match account {
        Some(_) => it.standings(account, &posts),
        None => vec![Who::System],
    };
    Ok((tx, it, who, posts))
}

/// Writes the working words. `seen` is the version the writer had in front of them.
///
/// # Errors
/// [`DbError::Conflict`] when a colleague wrote meanwhile; [`Refusal`] where words are missing or
/// the state or the person does not allow it.
pub async fn write(
    app: &App,
    permit: &Permit,
    id: PracticeId,
    words: &Words,
    seen: i64,
) -> Result<(), Refusal> {
    let (tx, it, who, _) = open(app, permit, id).await?;
    step(it.state(), Act::Write, &who)?;
    if it.version != seen {
        return Err(DbError::Conflict("practice").into());
    }
    words.sound()?;
    let sql = "UPDATE practice SET words = $2, version = version + 1 WHERE id = $1";
    tx.run(sql, [id.into(), Json(words).into()]).await?;
    let event = Event::new("practice", id, Act::Write.key()).owned_by(it.origin);
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(())
}

/// What somebody says with an act.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The version they had in front of them.
    pub seen: i64,
    /// A reason or a question, where the act asks for one.
    pub words: String,
    /// The day a keeping back ends.
    pub until: Option<Date>,
}

/// Takes a practice a step further.
///
/// # Errors
/// [`DbError::Conflict`] when somebody acted first: a check and a consent are to the words that
/// were read; [`Refusal`] where something is missing or the state or the person does not allow it.
pub async fn take(
    app: &App,
    permit: &Permit,
    id: PracticeId,
    act: Act,
    said: &Said,
) -> Result<State, Refusal> {
    let (tx, it, who, posts) = open(app, permit, id).await?;
    let to = step(it.state(), act, &who)?;
    if it.version != said.seen {
        return Err(DbError::Conflict("practice").into());
    }
    let today = london(permit.context().at);
    let words = said.words.trim();
    if upn::find(words).is_some() {
        return Err(Refusal::field("words", "Remove the unique pupil number"));
    }
    if matches!(act, Act::Return | Act::KeepBack | Act::Retire) && words.is_empty() {
        return Err(Refusal::field("words", "Say why, in a sentence"));
    }
    let until = said.until.filter(|day| *day > today);
    if act == Act::KeepBack && until.is_none() {
        return Err(Refusal::field("until", "Name a day to come, when it is asked again"));
    }
    match act {
        Act::Send => it.draft().complete()?,
        Act::Approve => approve(&tx, permit, &it, &posts, today).await?,
        Act::Publish => publish(&tx, &it, today).await?,
        _ => {}
    }
    // Whatever is written anew is checked and consented to anew.
    let anew = to == State::Draft;
    if anew {
        tx.run("DELETE FROM practice_check WHERE practice = $1", [id.into()]).await?;
    }
    let consents = !anew && (it.other_consents || act == Act::Consent);
    let shown = match act {
        Act::TakeBack => None,
        Act::Publish => Some(it.shown.unwrap_or(0).max(newest(&tx, id).await?)),
        _ => it.shown,
    };
    let due = match act {
        Act::Publish | Act::Reaffirm => Some(today.saturating_add(Span::new().months(LOOK_AGAIN))),
        _ => it.due_on(),
    };
    let reason = match act {
        Act::KeepBack | Act::Retire | Act::Return => words,
        Act::Send | Act::Publish | Act::Reaffirm => "",
        _ => it.reason.as_str(),
    };
    tx.run(
        "UPDATE practice SET state = $2, other_consents = $3, shown = $4, due_on = $5,
           kept_until = $6, reason = $7, version = version + 1 WHERE id = $1",
        [
            id.into(),
            AsText(to).into(),
            consents.into(),
            shown.into(),
            due.map(|day| day.to_string()).into(),
            until.filter(|_| act == Act::KeepBack).map(|day| day.to_string()).into(),
            reason.into(),
        ],
    )
    .await?;
    let event = Event::new("practice", id, act.key()).owned_by(it.origin);
    events::append(&tx, permit.context(), event.with(json!({ "to": to, "words": words }))).await?;
    tell(app, &tx, permit, &it, act, words).await?;
    tx.commit().await?;
    Ok(to)
}

async fn newest(tx: &Tx, id: PracticeId) -> Result<i64, DbError> {
    let sql = "SELECT count(*) AS n FROM practice_version WHERE practice = $1";
    tx.count(sql, [id.into()]).await
}

/// A colleague's look, once each and from where they work.
async fn approve(
    tx: &Tx,
    permit: &Permit,
    it: &Practice,
    posts: &[Post],
    today: Date,
) -> Result<(), Refusal> {
    let account = permit.person().ok_or(Refusal::NotFound)?;
    let works: Vec<OrgRef> =
        posts.iter().map(|post| post.org).filter(|org| works_at(posts, *org)).collect();
    let org = if works.contains(&it.origin) { Some(&it.origin) } else { works.first() };
    let org = *org.ok_or(Refusal::NotFound)?;
    let first = tx
        .run(
            "INSERT INTO practice_check (practice, account, name, org, on_date)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (practice, account) DO NOTHING",
            [
                it.id.into(),
                account.into(),
                permit.context().actor.name().to_owned().into(),
                org.into(),
                today.to_string().into(),
            ],
        )
        .await?;
    if first == 0 {
        return Err(Refusal::NotNow(
            "You have checked it; another colleague looks too.".to_owned(),
        ));
    }
    Ok(())
}

/// What is still missing before it can be shown; nothing when it may be.
pub(crate) async fn missing(
    db: &impl foundation::Sql,
    it: &Practice,
) -> Result<Option<String>, DbError> {
    let checks = checks(db, it.id).await?;
    if checks.len() < COLLEAGUES {
        let n = COLLEAGUES - checks.len();
        let who = if n == 1 { "one more colleague checks" } else { "two colleagues check" };
        return Ok(Some(format!("It can be shown when {who} it, one of them from another school")));
    }
    if checks.iter().all(|check| check.org == it.origin) {
        return Ok(Some(
            "It can be shown when a colleague from another school checks it".to_owned(),
        ));
    }
    if let Some(other) = it.other.filter(|_| !it.other_consents) {
        let name = register::org_name(db, other).await?;
        return Ok(Some(format!("It can be shown when {name} consents: it is named here")));
    }
    Ok(None)
}

/// Freezes the words everybody is to read.
async fn publish(tx: &Tx, it: &Practice, today: Date) -> Result<(), Refusal> {
    it.draft().complete()?;
    if let Some(missing) = missing(tx, it).await? {
        return Err(Refusal::NotNow(missing + "."));
    }
    tx.run(
        "INSERT INTO practice_version (practice, number, words, on_date) VALUES ($1, $2, $3, $4)",
        [
            it.id.into(),
            (newest(tx, it.id).await? + 1).into(),
            Json(it.draft()).into(),
            today.to_string().into(),
        ],
    )
    .await?;
    Ok(())
}

/// Writes to those who have something to do now.
async fn tell(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    it: &Practice,
    act: Act,
    words: &str,
) -> Result<(), DbError> {
    let title = &it.draft().title;
    let path = format!("/practices/{}", it.id);
    let (people, subject, body) = match act {
        Act::Send => {
            let Some(other) = it.other else { return Ok(()) };
            let body = format!(
                "“{title}” is to be shown to everybody and names your school. Nothing is shown \
                 before you consent to the very words, and you can take your consent back at any \
                 time."
            );
            (letters::heads(app, tx, other).await?, "A practice names your school", body)
        }
        Act::Approve | Act::Consent => {
            let now = find(tx, it.id).await?;
            let Some(now) = now else { return Ok(()) };
            if missing(tx, &now).await?.is_some() {
                return Ok(());
            }
            let body = format!("“{title}” has been checked and can be shown to everybody.");
            (letters::heads(app, tx, it.origin).await?, "A practice is ready to be shown", body)
        }
        Act::Return => {
            let body = format!("A colleague sent “{title}” back with a question:\n\n{words}");
            (vec![it.author], "A question about a practice", body)
        }
        Act::TakeBack => {
            let body = format!(
                "A school that is named in “{title}” has taken its consent back. Nobody else reads \
                 it until it consents again."
            );
            (letters::origin(app, tx, it).await?, "A consent was taken back", body)
        }
        Act::FallDue => {
            let body = format!(
                "“{title}” was last looked at two years ago. Do you still do this, and does it \
                 still work?"
            );
            (letters::origin(app, tx, it).await?, "A practice is due for another look", body)
        }
        Act::Wake => {
            let body = format!("“{title}” was kept back until today. Can it be shown now?");
            (letters::heads(app, tx, it.origin).await?, "Can a practice be shown now?", body)
        }
        _ => return Ok(()),
    };
    letters::send(app, tx, permit, people, subject, &body, &path).await
}

/// The daily round: what was shown two years ago falls due; what was kept back until today is asked
/// about again. Says how many.
///
/// # Errors
/// When the database refuses.
pub async fn tend(app: &App, permit: &Permit) -> Result<usize, Refusal> {
    let today = london(permit.context().at).to_string();
    let sql = format!(
        "SELECT {COLUMNS} FROM practice
         WHERE (state = 'published' AND due_on <= $1) OR (state = 'kept' AND kept_until <= $1)
         ORDER BY id"
    );
    let due: Vec<Practice> = app.db.all(&sql, [today.into()]).await?;
    for it in &due {
        let act = if it.state() == State::Kept { Act::Wake } else { Act::FallDue };
        take(app, permit, it.id, act, &Said { seen: it.version, ..Said::default() }).await?;
    }
    Ok(due.len())
}
