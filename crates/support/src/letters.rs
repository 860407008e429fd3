//! The letters about an agreement. A subject line names nothing that is private.

use access::{Permit, Role, accounts};
use foundation::{
    App, DbError, Tx,
    clock::date_in_words,
    mail::{self, Letter},
};

use crate::{
    agreements::{Agreement, store},
    pack::pack,
};

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    ReadyToSign,
    Signed,
    Started,
    Paused,
    Ladder,
    EndedEarly,
    ReviewHeld,
    ReportDelivered,
    ReportAsked,
    Completed,
    ChangeProposed,
    TakenBack,
    GivenUp,
    OffTrack,
    ResultsArrived,
}

impl Told {
    /// Subject and first sentence. A subject line names nothing that is private.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::ReadyToSign => (
                "An agreement is ready for you to read and sign",
                "An agreement about support is ready. Take your time: nothing begins until both \
                 schools have signed.",
            ),
            Self::Signed => (
                "An agreement has been signed by everybody",
                "Everybody has signed. Support begins on the first day you agreed.",
            ),
            Self::Started => (
                "Support you agreed begins today",
                "Today is the first day. What both schools stood at has been written down, so that \
                 later you can see what changed.",
            ),
            Self::Paused => (
                "An agreement has been paused",
                "Support is resting. Nothing in the record changes until one of the heads resumes \
                 it.",
            ),
            Self::Ladder => (
                "Somebody would like to talk about an agreement",
                "A difficulty has been raised, calmly and by the steps you agreed.",
            ),
            Self::EndedEarly => (
                "An agreement has been ended",
                "Support has been ended before its last day. The record stays readable for both \
                 schools.",
            ),
            Self::ReviewHeld => (
                "A progress review is ready to read",
                "The review is written down for both schools.",
            ),
            Self::ChangeProposed => (
                "A change to an agreement is ready for you to read and sign",
                "A new version of an agreement is ready. The version you signed stays in force \
                 until both schools have signed the new one.",
            ),
            Self::TakenBack => (
                "An agreement goes back to be written anew",
                "An agreement that was ready to sign is being written anew. Nobody is bound by the \
                 earlier version; the next one comes to you to read and sign.",
            ),
            Self::GivenUp => (
                "An agreement has been given up before it began",
                "An agreement was given up before its first day. Nothing of it binds anybody, and \
                 its record stays readable.",
            ),
            Self::OffTrack => (
                "A milestone needs a conversation",
                "What was written down about a milestone says that it is off track. Better seen \
                 now than at the end: talk about what gets in the way, and what would help.",
            ),
            Self::ResultsArrived => (
                "Results have arrived",
                "Results that count for this support have been published. Read what became of it \
                 for both schools, with everything that must be said beside the figures.",
            ),
            Self::ReportDelivered => (
                "A report is ready for you to read",
                "The report that was agreed on is there. The head of the school accepts it or asks \
                 about it; when it is accepted, the support is complete.",
            ),
            Self::ReportAsked => (
                "A question about a report",
                "The school has a question about the report. Answer it in the report and deliver it \
                 again.",
            ),
            Self::Completed => (
                "Support has been completed",
                "Both schools have said that the work is done. Alongside will ask once after one \
                 term and once after three whether it still holds.",
            ),
        }
    }
}

impl Told {
    /// The page it leads to, under the agreement's address.
    const fn page(self) -> &'static str {
        match self {
            Self::OffTrack => "/milestones",
            Self::ResultsArrived => "/impact",
            Self::ReviewHeld => "/reviews",
            Self::ReportDelivered | Self::ReportAsked => "/advice",
            _ => "",
        }
    }

    /// Whether the chair hears of it, where a chair signs.
    const fn to_chair(self) -> bool {
        matches!(self, Self::ReadyToSign | Self::ChangeProposed | Self::TakenBack | Self::GivenUp)
    }

    /// Whether its letter carries the reason that was given.
    const fn gives_reason(self) -> bool {
        matches!(self, Self::TakenBack | Self::GivenUp)
    }
}

/// Writes to the heads of both schools, in the transaction of the act; to the chair where a chair
/// signs, to the broker when an agreement is taken back, to the leaders of the team when a
/// milestone is off track. Nobody gets a letter twice.
pub(crate) async fn tell(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    agreement: &Agreement,
    what: &Told,
) -> Result<(), DbError> {
    let (subject, sentence) = what.words();
    let sentence = match what {
        Told::Started if !agreement.bodies().have_results() => {
            "Today is the first day. What you agreed to look at stands in the agreement.".to_owned()
        }
        _ => agreement.bodies().say(sentence),
    };
    let chair =
        what.to_chair() && pack().kind(&agreement.kind).is_some_and(|kind| kind.chair_signs);
    let mut readers = Vec::new();
    for org in [agreement.supported, agreement.supporting] {
        readers.extend(accounts::leaders(tx, &app.clock, org).await?);
    }
    if chair {
        readers.extend(accounts::chairs(tx, &app.clock, agreement.supported).await?);
    }
    if let (Told::TakenBack, Some(partnership)) = (what, agreement.partnership) {
        readers.extend(accounts::holders(tx, &app.clock, partnership, Role::Broker).await?);
    }
    if *what == Told::OffTrack {
        for lead in store::team_leaders(tx, agreement.id).await? {
            readers.extend(accounts::get(tx, lead).await?.filter(|one| one.closed_at.is_none()));
        }
    }
    let dates = match (agreement.start_on(), agreement.end_on()) {
        (Some(start), Some(end)) => {
            format!("From {} to {}.\n\n", date_in_words(start), date_in_words(end))
        }
        _ => String::new(),
    };
    let reason = match permit.context().reason.as_deref().map(str::trim) {
        Some(words) if what.gives_reason() && !words.is_empty() => {
            format!("{} writes:\n\n{words}\n\n", permit.context().actor.name())
        }
        _ => String::new(),
    };
    let mut told: Vec<access::AccountId> = Vec::new();
    for reader in readers {
        if told.contains(&reader.id) {
            continue;
        }
        told.push(reader.id);
        let letter = Letter {
            recipient: reader.email,
            subject: subject.to_owned(),
            body: format!(
                "Hello {},\n\n{sentence}\n\n{reason}{dates}Read it here:\n{}/agreements/{}{}\n",
                reader.name,
                app.config.public_url(),
                agreement.id,
                what.page()
            ),
        };
        mail::post(tx, app, permit.context(), &letter).await?;
    }
    Ok(())
}
