//! What waits for a person in this room, for the home page.

use std::collections::BTreeSet;

use access::{Kind, Role, Visitor};
use foundation::{App, OrgRef, PageError, clock::date_in_words};

use crate::{
    audits::{self, State},
    standing,
};

/// One thing that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What it is.
    pub text: String,
    /// Where it is.
    pub href: String,
    /// How it stands, in one to three words.
    pub tag: String,
    /// More about it, or nothing.
    pub detail: String,
}

/// The audits in which something is expected of this person now.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(app: &App, visitor: &Visitor) -> Result<Vec<Waiting>, PageError> {
    let mut list = Vec::new();
    for org in visitor.orgs(Role::Head) {
        for audit in audits::audits_of(&app.db, org).await? {
            let done = audit.sections.iter().filter(|section| section.done).count();
            let (tag, detail) = match audit.state {
                State::Draft => ("To start", "Ready to be started".to_owned()),
                State::InProgress => {
                    ("In progress", format!("{done} of {} sections finished", audit.sections.len()))
                }
                State::Ready => ("Waiting for you", "Every section is finished".to_owned()),
                State::Moderated => ("To read", "Moderated: you can comment".to_owned()),
                _ => continue,
            };
            list.push(Waiting {
                text: format!("Needs audit: {}", audit.title),
                href: format!("/audits/{}", audit.id),
                tag: tag.to_owned(),
                detail,
            });
        }
    }
    list.extend(answers(app, visitor).await?);
    if let Some(account) = visitor.account {
        for audit in audits::given_to(&app.db, account).await? {
            if !audit.state.is_open() {
                continue;
            }
            let own = |s: &&audits::Section| {
                !s.done && s.assignee.as_ref().is_some_and(|(who, _)| *who == account)
            };
            for section in audit.sections.iter().filter(own) {
                list.push(Waiting {
                    text: format!("Your part of the needs audit: {}", section.name),
                    href: format!("/audits/{}/sections/{}", audit.id, section.area),
                    tag: "Waiting for you".to_owned(),
                    detail: audit.due.map_or_else(String::new, |due| {
                        format!("Wanted by {}", date_in_words(due))
                    }),
                });
            }
        }
    }
    let mut read = Vec::new();
    for body in visitor.orgs(Role::TrustExecutive) {
        read.extend(audits::under(&app.db, body).await?);
    }
    for owner in visitor.sharing(Kind::Audit) {
        read.extend(audits::audits_of(&app.db, owner).await?);
    }
    // A school may share with the trust that reads its audits already.
    let mut seen = BTreeSet::new();
    for audit in read {
        if audit.state == State::Agreed && seen.insert(audit.id) {
            let school = register::org_name(&app.db, audit.org).await?;
            list.push(Waiting {
                text: format!("{school}: {}", audit.title),
                href: format!("/audits/{}", audit.id),
                tag: "Agreed".to_owned(),
                detail: "You can moderate it".to_owned(),
            });
        }
    }
    Ok(list)
}

/// Decisions on the tier of support that wait: for a head's answer, or for another look by whoever
/// decided.
async fn answers(app: &App, visitor: &Visitor) -> Result<Vec<Waiting>, PageError> {
    let mut list = Vec::new();
    let urn = |org: OrgRef| org.urn().map_or_else(String::new, |urn| urn.to_string());
    for org in visitor.orgs(Role::Head) {
        let newest = standing::decisions(&app.db, org).await?.into_iter().next();
        if let Some(one) = newest.filter(|one| one.reply.is_none()) {
            list.push(Waiting {
                text: format!("{} has decided how much support we may have", one.name),
                href: format!("/schools/{}/standing", urn(org)),
                tag: "Waiting for you".to_owned(),
                detail: "Say how you see it".to_owned(),
            });
        }
    }
    let Some(account) = visitor.account else { return Ok(list) };
    for one in standing::due(&app.db, account, app.clock.today()).await? {
        list.push(Waiting {
            text: format!(
                "{}: look again at the tier of support",
                register::org_name(&app.db, one.org).await?
            ),
            href: format!("/schools/{}/standing", urn(one.org)),
            tag: "Waiting for you".to_owned(),
            detail: one
                .said
                .review_on
                .map_or_else(String::new, |day| format!("Review on {}", date_in_words(day))),
        });
    }
    Ok(list)
}
