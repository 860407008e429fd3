//! The signature of a head without an account, by a signed link in a letter: for support that ran
//! before it was written here. The link opens this one agreement, for this one side, once.

use access::{
    Permit,
    accounts::{self},
    links::{self, Act as Opens, Link},
};
use foundation::{
    App, DbError, Sql,
    mail::{self, Letter},
};
use jiff::SignedDuration;

use super::{
    Agreement, AgreementId, Pen, Side, Standing, State, Version, acts,
    store::{self, open, signed, standings},
};
use crate::Refusal;

const SUBJECT: &str = "agreement";
/// How long a link stands.
const STANDS: SignedDuration = SignedDuration::from_hours(28 * 24);

const fn act(side: Side) -> &'static str {
    match side {
        Side::Supported => "sign for the supported side",
        Side::Supporting => "sign for the supporting side",
    }
}

/// The sides that still sign and whom nobody with an account leads, of support that was brought in
/// and is out for signature.
///
/// # Errors
/// When the database cannot be read.
pub async fn unreached(
    app: &App,
    db: &impl Sql,
    agreement: &Agreement,
    version: &Version,
) -> Result<Vec<Side>, DbError> {
    let mut sides = Vec::new();
    if !agreement.state().awaits_signature() || version.terms().brought_in.is_none() {
        return Ok(sides);
    }
    let so_far = signed(&store::signatures(db, agreement.id).await?, version.number);
    let done = [(Side::Supported, so_far.supported), (Side::Supporting, so_far.supporting)];
    for (side, _) in done.into_iter().filter(|(_, done)| !done) {
        if accounts::leaders(db, &app.clock, agreement.school(side)).await?.is_empty() {
            sides.push(side);
        }
    }
    Ok(sides)
}

/// Who sends such a letter: the broker, who stands on neither side.
pub(crate) fn must_broker(who: &[Standing]) -> Result<(), Refusal> {
    let side = [Standing::SupportedHead, Standing::SupportingHead];
    if who.contains(&Standing::Broker) && !side.iter().any(|one| who.contains(one)) {
        return Ok(());
    }
    Err(Refusal::NotYours(
        "The broker sends an agreement to a head who has no account here.".to_owned(),
    ))
}

/// Sends the link; an earlier one for this agreement is over.
///
/// # Errors
/// [`Refusal`] when the visitor does not broker it, nothing is to be signed by letter on this side,
/// or the address is none or belongs to somebody who acts on this agreement already.
pub async fn send(
    app: &App,
    permit: &Permit,
    id: AgreementId,
    side: Side,
    email: &str,
) -> Result<(), Refusal> {
    let (tx, agreement) = open(app, id).await?;
    must_broker(&standings(app, &tx, permit, &agreement).await?)?;
    let version = store::version(&tx, id, agreement.latest).await?;
    if !unreached(app, &tx, &agreement, &version).await?.contains(&side) {
        return Err(Refusal::NotNow(
            "No signature is asked for by letter on this side.".to_owned(),
        ));
    }
    let email = email.trim().to_lowercase();
    let shaped = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !email.contains(char::is_whitespace)
    });
    if !shaped {
        return Err(Refusal::field("email", "Enter an e-mail address such as head@school.example"));
    }
    let other = Side::BOTH.into_iter().find(|one| *one != side).unwrap_or(side);
    let mut taken = accounts::leaders(&tx, &app.clock, agreement.school(other)).await?;
    if let foundation::Actor::Person { account, .. } = &permit.context().actor
        && let Ok(sender) = account.parse()
    {
        taken.extend(accounts::get(&tx, sender).await?);
    }
    if taken.iter().any(|one| one.email.to_lowercase() == email) {
        return Err(Refusal::field(
            "email",
            "Enter the address of the head who signs: nobody signs for the other side as well",
        ));
    }
    let opens = Opens {
        subject: SUBJECT,
        id: id.to_string(),
        act: act(side),
        email: email.clone(),
        owner: agreement.supported,
    };
    links::revoke(&tx, permit, SUBJECT, &opens.id, opens.owner).await?;
    let token = links::issue(&tx, app, permit, &opens, STANDS).await?;
    let body = agreement.bodies().say(
        "Hello,\n\nsupport that your school gives or receives already has been written down, so \
         that both schools can see what was agreed and what comes of it. Please read it and, if it \
         is right, confirm it with your name. You need no account:",
    ) + &format!(
        "\n\n{}/agreements/confirm/{token}\n\nThe link is yours alone, works once, for this one \
         agreement, and for four weeks. If the words are not right, do not sign: write back to \
         whoever you know there.\n",
        app.config.public_url()
    );
    let subject = "Support that runs already: please read and confirm".to_owned();
    mail::post(&tx, app, permit.context(), &Letter { recipient: email, subject, body }).await?;
    tx.commit().await?;
    Ok(())
}

/// What a link opens: the agreement, its sealed words and the side; nothing when it is over.
///
/// # Errors
/// When the database cannot be read.
pub async fn look(
    app: &App,
    token: &str,
) -> Result<Option<(Agreement, Version, Side, Link)>, Refusal> {
    let Some(link) = links::look(app, token).await? else { return Ok(None) };
    let side = Side::BOTH.into_iter().find(|side| act(*side) == link.act);
    let id: Option<AgreementId> = link.subject_id.parse().ok();
    let (Some(side), Some(id), true) = (side, id, link.subject == SUBJECT) else {
        return Ok(None);
    };
    let Some(agreement) = store::find(&app.db, id).await? else { return Ok(None) };
    let version = store::version(&app.db, id, agreement.latest).await?;
    // Whoever has an account by now signs there, and what was taken back is signed by nobody.
    let stands = unreached(app, &app.db, &agreement, &version).await?.contains(&side);
    Ok(stands.then_some((agreement, version, side, link)))
}

/// Signs once. Nothing is used up when the signature is refused, so that it can be corrected.
///
/// # Errors
/// [`Refusal::NotFound`] when the link is over; as [`acts::sign`] otherwise.
pub async fn sign(app: &App, token: &str, pen: Pen<'_>) -> Result<State, Refusal> {
    let (agreement, _, side, _) = look(app, token).await?.ok_or(Refusal::NotFound)?;
    let (tx, agreement) = open(app, agreement.id).await?;
    let id = agreement.id.to_string();
    let redeemed = links::redeem(&tx, app, token, SUBJECT, &id, act(side)).await?;
    let (_, permit) = redeemed.ok_or(Refusal::NotFound)?;
    let who = match side {
        Side::Supported => Standing::SupportedHead,
        Side::Supporting => Standing::SupportingHead,
    };
    let state = acts::sign_as(app, &tx, &permit, &agreement, &[who], pen).await?;
    tx.commit().await?;
    Ok(state)
}
