//! What the two do: ask, accept, write down, share a step, end, erase.

use access::{AccountId, Permit, Visitor, accounts, sealed};
use foundation::{
    App, DbError, Sql as _, Tx,
    clock::london,
    db::{AsText, At},
    events::{self, Event},
    mail::{self, Letter},
    upn,
};
use jiff::{ToSpan as _, civil::Date};
use serde_json::json;
use support::{AgreementId, agreements::store};

use super::{
    Act, COLUMNS, Kind, Pair, PairId, Session, SessionId, State, of_agreement, pair, people,
    session, sessions,
};
use crate::{
    Refusal,
    machine::{Who, step},
    pack::pack,
};

/// Asks somebody of the same agreement to talk.
///
/// # Errors
/// [`Refusal`] when either is not on the agreement, or they talk already.
pub async fn ask(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    other: AccountId,
    kind: Kind,
) -> Result<PairId, Refusal> {
    let (tx, record) = store::open(app, agreement).await?;
    if !record.state().in_force() {
        return Err(Refusal::NotNow("The agreement is not in force.".to_owned()));
    }
    let people = people(app, &tx, agreement).await?;
    let find = |account: AccountId| people.iter().find(|one| one.account == account);
    let me = permit.person().and_then(find).ok_or_else(|| {
        Refusal::NotYours("Coaching is between people of this agreement.".to_owned())
    })?;
    let them = find(other)
        .filter(|them| them.account != me.account)
        .ok_or_else(|| Refusal::field("other", "Choose somebody of this agreement"))?;
    let talk = |pair: &Pair| {
        let both = [pair.one, pair.other];
        both.contains(&me.account)
            && both.contains(&them.account)
            && matches!(pair.state(), State::Asked | State::Running)
    };
    if of_agreement(&tx, agreement).await?.iter().any(talk) {
        return Err(Refusal::field("other", "The two of you talk already: see your conversations"));
    }
    let id = PairId::new(&app.ids);
    tx.run(
        "INSERT INTO coaching_pair (id, agreement, kind, one, one_name, one_org, other, other_name,
           other_org, state, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'asked', 1, $10)",
        [
            id.into(),
            agreement.into(),
            AsText(kind).into(),
            me.account.into(),
            me.name.clone().into(),
            me.org.into(),
            them.account.into(),
            them.name.clone().into(),
            them.org.into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    record_act(&tx, permit, id, "asked").await?;
    if let Some(account) = accounts::get(&tx, them.account).await? {
        let letter = Letter {
            recipient: account.email,
            subject: "Somebody would like to talk with you".to_owned(),
            body: format!(
                "Hello {},\n\n{} asks whether the two of you might talk regularly. What you say \
                 stays between you.\n\n{}/coaching/{id}\n",
                account.name,
                me.name,
                app.config.public_url()
            ),
        };
        mail::post(&tx, app, permit.context(), &letter).await?;
    }
    tx.commit().await?;
    Ok(id)
}

async fn record_act(tx: &Tx, permit: &Permit, id: PairId, verb: &str) -> Result<(), DbError> {
    // Nobody's record: the log says that two people talk, to nobody but those who may read it.
    events::append(tx, permit.context(), Event::new("coaching", id, verb)).await
}

async fn open(app: &App, id: PairId) -> Result<(Tx, Pair), Refusal> {
    let tx = app.db.write().await?;
    tx.lock(&format!("coaching {id}")).await?;
    let it = pair(&tx, id).await?.ok_or(Refusal::NotFound)?;
    Ok((tx, it))
}

async fn keep(tx: &Tx, it: &Pair, to: State, erase_on: Option<Date>) -> Result<(), DbError> {
    tx.run(
        "UPDATE coaching_pair SET state = $2, erase_on = $3, version = version + 1 WHERE id = $1",
        [it.id.into(), AsText(to).into(), erase_on.map(|on| on.to_string()).into()],
    )
    .await?;
    Ok(())
}

/// Accepts, declines or ends. Ending sets the day on which the words are erased: a year later.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it.
pub async fn take(app: &App, permit: &Permit, id: PairId, act: Act) -> Result<State, Refusal> {
    let (tx, it) = open(app, id).await?;
    let to = step(it.state(), act, &it.standings(permit.person()))?;
    let erase_on = match act {
        Act::End => Some(london(permit.context().at).saturating_add(1.years())),
        _ => None,
    };
    keep(&tx, &it, to, erase_on).await?;
    record_act(&tx, permit, id, act.key()).await?;
    tx.commit().await?;
    Ok(to)
}

/// A conversation to be written down.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The day.
    pub on: Date,
    /// How long.
    pub minutes: i64,
    /// The template, by code.
    pub template: String,
    /// The answers by the codes of its parts.
    pub answers: Vec<(String, String)>,
}

fn place(id: SessionId) -> (String, String) {
    (format!("coaching {id}"), sealed::field("body", id))
}

/// Writes a conversation down, sealed for the two.
///
/// # Errors
/// [`Refusal`] when it is empty or in the future, or the state or the person does not allow it.
pub async fn log(
    app: &App,
    permit: &Permit,
    id: PairId,
    new: &NewSession,
) -> Result<SessionId, Refusal> {
    let Some(template) = pack().template(&new.template) else {
        return Err(Refusal::field("template", "Choose a template"));
    };
    if !(5..=480).contains(&new.minutes) {
        return Err(Refusal::field("minutes", "Enter between 5 and 480 minutes"));
    }
    if new.on > london(permit.context().at) {
        return Err(Refusal::field("on", "This day has not come yet"));
    }
    if new.answers.iter().any(|(_, words)| upn::find(words).is_some()) {
        return Err(Refusal::field(
            "minutes",
            "Remove the unique pupil number: Alongside holds nothing about single pupils",
        ));
    }
    let answers: serde_json::Map<_, _> = template
        .parts
        .iter()
        .filter_map(|part| {
            let (code, words) = new.answers.iter().find(|(code, _)| *code == part.code)?;
            (!words.trim().is_empty()).then(|| (code.clone(), words.trim().into()))
        })
        .collect();
    if answers.is_empty() {
        return Err(Refusal::field("on", "Answer at least one of the questions"));
    }
    let (tx, it) = open(app, id).await?;
    let author = permit.person().filter(|me| [it.one, it.other].contains(me));
    let author = author.ok_or(Refusal::NotFound)?;
    if it.state() != State::Running {
        return Err(Refusal::NotNow(format!(
            "A conversation can be written down while the pair talks; it stands at “{}”.",
            it.state().words()
        )));
    }
    let session = SessionId::new(&app.ids);
    let (conversation, field) = place(session);
    let text = serde_json::Value::Object(answers).to_string();
    sealed::begin(&tx, app, &conversation, [it.one, it.other]).await.map_err(cannot_seal)?;
    let body =
        sealed::seal(&tx, app, permit, &conversation, &field, &text).await.map_err(cannot_seal)?;
    tx.run(
        "INSERT INTO coaching_session (id, pair, on_date, minutes, template, author, body,
           acknowledged, logged_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, $8)",
        [
            session.into(),
            id.into(),
            AsText(new.on).into(),
            new.minutes.into(),
            new.template.clone().into(),
            author.into(),
            body.into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    record_act(&tx, permit, id, "logged").await?;
    tx.commit().await?;
    Ok(session)
}

pub(crate) fn cannot_seal(error: sealed::SealedError) -> Refusal {
    match error {
        sealed::SealedError::Db(error) => Refusal::Db(error),
        sealed::SealedError::NotYours => Refusal::NotFound,
        sealed::SealedError::Key(_) => Refusal::NotNow(
            "Private words cannot be sealed or opened: the key file is missing or damaged. Tell \
             the person who runs your Alongside."
                .to_owned(),
        ),
    }
}

/// The questions and answers of a session, for one of the two.
///
/// # Errors
/// [`Refusal::NotFound`] for everybody else, and once the words are erased.
pub async fn read(
    app: &App,
    visitor: &Visitor,
    it: &Session,
) -> Result<Vec<(String, String)>, Refusal> {
    if it.is_erased() {
        return Err(Refusal::NotFound);
    }
    let (conversation, field) = place(it.id);
    let text =
        sealed::open(app, visitor, &conversation, &field, &it.body).await.map_err(cannot_seal)?;
    let answers: std::collections::BTreeMap<String, String> =
        serde_json::from_str(&text).unwrap_or_default();
    let words = |code: &str| {
        let parts = pack().template(&it.template).map_or(&[][..], |template| &template.parts);
        parts.iter().position(|part| part.code == code).map(|at| (at, parts[at].words.clone()))
    };
    let mut lines: Vec<(usize, String, String)> = answers
        .into_iter()
        .map(|(code, answer)| {
            let (at, words) = words(&code).unwrap_or((usize::MAX, code));
            (at, words, answer)
        })
        .collect();
    lines.sort();
    Ok(lines.into_iter().map(|(_, words, answer)| (words, answer)).collect())
}

async fn open_session(
    app: &App,
    permit: &Permit,
    id: SessionId,
) -> Result<(Tx, Pair, Session, AccountId), Refusal> {
    let known = session(&app.db, id).await?.ok_or(Refusal::NotFound)?;
    let (tx, it) = open(app, known.pair).await?;
    let me = permit.person().filter(|me| [it.one, it.other].contains(me));
    let me = me.ok_or(Refusal::NotFound)?;
    let session = session(&tx, id).await?.ok_or(Refusal::NotFound)?;
    Ok((tx, it, session, me))
}

/// Says that one has seen what the other wrote down.
///
/// # Errors
/// [`Refusal`] for the author and for everybody outside the pair.
pub async fn acknowledge(app: &App, permit: &Permit, id: SessionId) -> Result<(), Refusal> {
    let (tx, it, session, me) = open_session(app, permit, id).await?;
    if session.author == me {
        return Err(Refusal::NotYours("The other one of you acknowledges it.".to_owned()));
    }
    tx.run("UPDATE coaching_session SET acknowledged = TRUE WHERE id = $1", [id.into()]).await?;
    record_act(&tx, permit, it.id, "acknowledged").await?;
    tx.commit().await?;
    Ok(())
}

/// Asks the other one whether a step may be told to the two schools, in words written for them.
/// Until they agree nobody else can read it, in the database neither.
///
/// # Errors
/// [`Refusal`] without words, once something is shared, or for everybody outside the pair.
pub async fn share(app: &App, permit: &Permit, id: SessionId, words: &str) -> Result<(), Refusal> {
    let words = words.trim();
    if words.is_empty() {
        return Err(Refusal::field("step", "Write the step as others may read it"));
    }
    let (tx, it, session, me) = open_session(app, permit, id).await?;
    if session.is_erased() || !session.shared_step.is_empty() {
        return Err(Refusal::NotNow("There is nothing here that can be shared now.".to_owned()));
    }
    let (conversation, field) = place_of_step(id);
    let sealed =
        sealed::seal(&tx, app, permit, &conversation, &field, words).await.map_err(cannot_seal)?;
    tx.run(
        "UPDATE coaching_session SET step_sealed = $2, step_by = $3 WHERE id = $1",
        [id.into(), sealed.into(), me.into()],
    )
    .await?;
    record_act(&tx, permit, it.id, "asked to share a step").await?;
    tx.commit().await?;
    Ok(())
}

/// Where the words of a step are sealed: with the keys of its session.
fn place_of_step(id: SessionId) -> (String, String) {
    (place(id).0, sealed::field("step", id))
}

/// The step one of the two would like to share, for the two; empty when there is none.
///
/// # Errors
/// [`Refusal::NotFound`] for everybody else.
pub async fn asked_to_share(app: &App, visitor: &Visitor, it: &Session) -> Result<String, Refusal> {
    if it.step_sealed.is_empty() || it.is_erased() {
        return Ok(String::new());
    }
    let (conversation, field) = place_of_step(it.id);
    sealed::open(app, visitor, &conversation, &field, &it.step_sealed).await.map_err(cannot_seal)
}

/// Answers whether a step may be told to the two schools: the other one agrees to it as it was shown to
/// them, or either of the two lets it be.
///
/// # Errors
/// [`Refusal`] when nothing waits for an answer, it was changed meanwhile, whoever asked agrees with
/// themselves, or for everybody outside the pair.
pub async fn answer_share(
    app: &App,
    permit: &Permit,
    visitor: &Visitor,
    id: SessionId,
    agreed: Option<&str>,
) -> Result<(), Refusal> {
    let (tx, it, session, me) = open_session(app, permit, id).await?;
    let words = asked_to_share(app, visitor, &session).await?;
    let Some(by) = session.step_by.filter(|_| !words.is_empty()) else {
        return Err(Refusal::NotNow("Nothing waits for an answer here.".to_owned()));
    };
    let (step, name, told) = match agreed {
        Some(_) if by == me => {
            return Err(Refusal::NotYours("The other one of you agrees to it.".to_owned()));
        }
        Some(shown) if shown.trim() != words.trim() => {
            return Err(Refusal::Db(DbError::Conflict("step")));
        }
        Some(_) => (words, it.partner_of(me).to_owned(), "agreed to share a step"),
        None => (String::new(), String::new(), "kept a step between the two"),
    };
    tx.run(
        "UPDATE coaching_session SET shared_step = $2, shared_by = $3, step_sealed = '', step_by = NULL
         WHERE id = $1",
        [id.into(), step.into(), name.into()],
    )
    .await?;
    record_act(&tx, permit, it.id, told).await?;
    tx.commit().await?;
    Ok(())
}

/// Erases the words of a session for good, at its author's wish: its keys are destroyed. That it
/// took place stays known.
///
/// # Errors
/// [`Refusal`] for everybody but the author.
pub async fn erase(app: &App, permit: &Permit, id: SessionId) -> Result<(), Refusal> {
    let (tx, _, session, me) = open_session(app, permit, id).await?;
    if session.author != me {
        return Err(Refusal::NotYours("Whoever wrote it down may erase it.".to_owned()));
    }
    erase_in(&tx, permit, &session).await?;
    tx.commit().await?;
    Ok(())
}

async fn erase_in(tx: &Tx, permit: &Permit, session: &Session) -> Result<(), DbError> {
    sealed::erase(tx, permit, &place(session.id).0).await?;
    tx.run(
        "UPDATE coaching_session SET body = '', step_sealed = '', step_by = NULL WHERE id = $1",
        [session.id.into()],
    )
    .await?;
    Ok(())
}

/// Erases the words of pairs that ended a year ago; says how many pairs.
///
/// # Errors
/// When the database refuses.
pub async fn tend(app: &App, permit: &Permit) -> Result<usize, Refusal> {
    let today = london(permit.context().at);
    let sql = format!(
        "SELECT {COLUMNS} FROM coaching_pair WHERE state = 'ended' AND erase_on <= $1 ORDER BY id"
    );
    let due: Vec<Pair> = app.db.all(&sql, [today.to_string().into()]).await?;
    for late in &due {
        let (tx, it) = open(app, late.id).await?;
        let Ok(to) = step(it.state(), Act::Erase, &[Who::System]) else { continue };
        for session in sessions(&tx, it.id).await? {
            erase_in(&tx, permit, &session).await?;
        }
        keep(&tx, &it, to, it.erase_on()).await?;
        let event = Event::new("coaching", it.id, "erased").with(json!({ "after": "a year" }));
        events::append(&tx, permit.context(), event).await?;
        tx.commit().await?;
    }
    Ok(due.len())
}
