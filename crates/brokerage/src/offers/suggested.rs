//! Offers that somebody who works in a school suggests: its head makes them, or says why not.

use access::{AccountId, Permit, Role, accounts};
use foundation::{
    App, DbError, Sql,
    mail::{self, Letter},
};
use needs::ActError;

use super::{
    NewOffer, Offer, OfferAct, OfferId, OfferState, OfferWho, complete, keep, load, offer, pledge,
    step,
};
use crate::requests::acts::write_to;

/// Suggests an offer to the head, who is written to. Any member of staff's act; no time is pledged
/// before the head has made it an offer.
///
/// # Errors
/// When something is missing.
pub async fn suggest(app: &App, permit: &Permit, new: &NewOffer) -> Result<OfferId, ActError> {
    complete(new)?;
    let tx = app.db.write().await?;
    let id = keep(&tx, app, permit, new, OfferState::Suggested).await?;
    let body = format!(
        "{} suggests that you offer other schools: “{}”.\n\nNobody outside has seen it. Make it an \
         offer, or say why not: {}/offers#offer-{id}",
        permit.context().actor.name(),
        new.title.trim(),
        app.config.public_url()
    );
    let subject = "A colleague suggests an offer";
    write_to(&tx, app, permit, new.org, Role::Head, subject, &body).await?;
    tx.commit().await?;
    Ok(id)
}

/// The head's answer to a suggestion: it becomes an offer and its time is pledged, or `words` say
/// why not. Its author is written to.
///
/// # Errors
/// When it waits for no answer, or when declining gives no reason.
pub async fn answer(
    app: &App,
    permit: &Permit,
    id: OfferId,
    act: OfferAct,
    words: &str,
) -> Result<(), ActError> {
    let words = words.trim();
    let makes = act == OfferAct::Open;
    if act == OfferAct::Decline && words.is_empty() {
        return Err(ActError::missing("words", "Say why not: your colleague reads it"));
    }
    let tx = app.db.write().await?;
    let it = offer(&tx, id).await?.ok_or(ActError::NotFound("offer"))?;
    step(&tx, permit, &it, (act, OfferWho::Head), words).await?;
    let author = match it.suggested_by {
        Some(author) => accounts::get(&tx, author).await?,
        None => None,
    };
    if let Some(author) = author {
        let said = if words.is_empty() { String::new() } else { format!("\n\n“{words}”") };
        let (subject, what) = match makes {
            true => ("Your offer stands", "has made it an offer; other schools see it now"),
            false => ("About the offer you suggested", "will not make it an offer for now"),
        };
        let letter = Letter {
            recipient: author.email,
            subject: subject.to_owned(),
            body: format!(
                "Hello {},\n\nYou suggested “{}”. {} {what}.{said}\n\n{}/offers#offer-{id}\n",
                author.name,
                it.what.title,
                permit.context().actor.name(),
                app.config.public_url()
            ),
        };
        mail::post(&tx, app, permit.context(), &letter).await?;
    }
    tx.commit().await?;
    if makes {
        pledge(app, permit, id, &it.what).await?;
    }
    Ok(())
}

/// Takes a suggestion back before it was answered: its author's act.
///
/// # Errors
/// When it was answered already, or is somebody else's.
pub async fn withdraw(app: &App, permit: &Permit, id: OfferId) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let it = offer(&tx, id).await?.ok_or(ActError::NotFound("offer"))?;
    let own = it.suggested_by.is_some() && it.suggested_by == permit.person();
    let who = if own { OfferWho::Author } else { OfferWho::Other };
    step(&tx, permit, &it, (OfferAct::Withdraw, who), "").await?;
    tx.commit().await?;
    Ok(())
}

/// What a person suggested, whatever became of it, by title.
///
/// # Errors
/// When the database cannot be read.
pub async fn suggested_by(db: &impl Sql, account: AccountId) -> Result<Vec<Offer>, DbError> {
    load(db, "account = $1", vec![account.into()]).await
}
