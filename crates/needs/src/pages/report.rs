//! The audit as a report to read and print (D2).

use access::{SignedIn, Zone};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{App, PageError, clock::in_words, web::Frame};

use super::{new::due_in_words, readable};
use crate::audits::{
    Audit, Finding, FindingKind, Section,
    model::{severity_words, strength_words},
};

#[derive(Template)]
#[template(path = "report.html")]
struct Report<'a> {
    audit: &'a Audit,
    school: String,
    begun: String,
    agreed: String,
    due: String,
    priorities: Vec<(&'a Section, &'a Finding)>,
    strengths: Vec<(&'a Section, &'a Finding)>,
}

impl Report<'_> {
    fn pressing(&self, severity: &Option<u8>) -> &'static str {
        severity.map_or("not said", severity_words)
    }

    fn level(&self, severity: &u8) -> &'static str {
        severity_words(*severity)
    }

    fn strong(&self, strength: &u8) -> &'static str {
        strength_words(*strength)
    }

    fn strengths_of<'s>(&self, section: &'s Section) -> Vec<&'s Finding> {
        section.of(FindingKind::Strength).collect()
    }

    fn needs_of<'s>(&self, section: &'s Section) -> Vec<&'s Finding> {
        section.of(FindingKind::Need).collect()
    }
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let audit = readable(&app, &visitor, &id).await?;
    // The whole report is for leaders and the responsible body; staff read their own section.
    let staff_only = visitor.posts.iter().all(|post| post.role() == access::Role::Staff);
    if staff_only {
        return Err(PageError::Forbidden(
            "The report as a whole is for the school's leaders. Your own section is on the audit's page."
                .to_owned(),
        ));
    }
    let mut priorities: Vec<_> = audit.findings(FindingKind::Need).collect();
    priorities.sort_by_key(|(section, finding)| {
        let severity = section.moderated.as_ref().map(|m| m.0).or(section.text.severity);
        (std::cmp::Reverse(severity), finding.rank)
    });
    let content = Report {
        school: register::org_name(&app.db, audit.org).await?,
        begun: in_words(audit.created_at),
        agreed: audit.agreed_at.map_or_else(|| "not agreed yet".to_owned(), in_words),
        due: due_in_words(audit.due),
        priorities,
        strengths: audit.findings(FindingKind::Strength).collect(),
        audit: &audit,
    };
    frame
        .page(format!("Needs audit report: {}", content.school))
        .crumb("Needs audits", "/audits")
        .crumb(&audit.title, format!("/audits/{}", audit.id))
        .visible_to(Zone::School.in_words())
        .show(&content)
}
