//! One section: what public data says, what the school finds, and how it knows.

use access::{Action, Role, SignedIn, Visitor, Zone, accounts, authorize, decide};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use evidence::methods;
use foundation::{
    App, DbError, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Button, Checkboxes, ErrorSummary, Fieldset, Html, Legend, Radios, Select, Textarea};

use register::{kpis, workings::Workings};

use super::{leads, missed, readable};
use crate::audits::{
    Audit, Confidence, EvidenceKind, FindingKind, NewEvidence, Section, SectionText, Signal, acts,
    model::{severity_words, strength_words},
    sections,
};
use crate::{ActError, Framework};

#[derive(Template)]
#[template(path = "section.html")]
struct Page<'a> {
    base: String,
    audit: &'a Audit,
    section: &'a Section,
    ask: String,
    errors: Option<ErrorSummary>,
    open: bool,
    closed_because: &'static str,
    can_give: bool,
    strength: Textarea,
    none_seen: Checkboxes,
    need: Textarea,
    causes: Textarea,
    evidence: Textarea,
    kind: Select,
    how_strong: Select,
    severity: Radios,
    confidence: Radios,
    grade: Select,
    save: Button,
    finish: Button,
}

fn words_of(strength: &u8) -> &'static str {
    strength_words(*strength)
}

impl Page<'_> {
    fn words_of(&self, strength: &u8) -> &'static str {
        words_of(strength)
    }

    fn strengths(&self) -> Vec<&crate::Finding> {
        self.section.of(FindingKind::Strength).collect()
    }

    fn needs(&self) -> Vec<&crate::Finding> {
        self.section.of(FindingKind::Need).collect()
    }

    /// Whether a suggestion was taken over already: its sentence stands among the findings.
    fn is_used(&self, signal: &Signal) -> bool {
        self.section.of(signal.kind).any(|finding| finding.statement == signal.sentence)
    }

    /// How a suggestion was worked out; nothing for audits begun before that was kept.
    fn workings(&self, signal: &Signal) -> Html {
        if signal.inputs.is_empty() {
            return Html::default();
        }
        let about = kpis::definition(&signal.kpi).map_or(signal.kpi.as_str(), |one| one.plain_name);
        let panel = signal
            .inputs
            .iter()
            .fold(Workings::of(about), |panel, (name, value)| panel.input(name, value));
        [methods::VARIATION, methods::TRAJECTORY, methods::FAMILY, methods::SIGNALS]
            .into_iter()
            .filter(|method| signal.methods.iter().any(|used| used == method.version))
            .fold(panel, Workings::method)
            .panel()
    }

    fn is_need(&self, kind: &FindingKind) -> bool {
        *kind == FindingKind::Need
    }
}

/// The form as it stands in the record, when nothing was typed yet.
fn as_stored(section: &Section) -> FormData {
    let text = &section.text;
    let mut pairs = vec![
        ("causes", text.root_causes.clone()),
        ("version", section.version.to_string()),
        ("grade", text.self_grade.clone().unwrap_or_default()),
    ];
    if text.none_seen {
        pairs.push(("none-seen", "yes".to_owned()));
    }
    if let Some(severity) = text.severity {
        pairs.push(("severity", severity.to_string()));
    }
    if let Some(confidence) = text.confidence {
        pairs.push(("confidence", confidence.key().to_owned()));
    }
    FormData::from_pairs(pairs)
}

fn page(
    visitor: &Visitor,
    frame: Frame,
    audit: &Audit,
    section: &Section,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    // The area says which framework the audit looks through; one the pack has forgotten has none.
    let framework = Framework::with(&section.area);
    let may_write = decide(visitor, Action::Update, &audit.section_resource(section)).allowed;
    let mut kind = Select::new("kind", "What is it?").value(form.text("kind"));
    for &one in EvidenceKind::ALL {
        kind = kind.item(one.key(), one.words());
    }
    let mut how_strong = Select::new("strength-of", "How strong is it?")
        .value(form.text("strength-of"))
        .error_if(errors.get("strength-of"));
    for level in 1..=4_u8 {
        how_strong =
            how_strong.item(level.to_string(), format!("{level}: {}", strength_words(level)));
    }
    let mut severity = Radios::new(
        "severity",
        Fieldset::new(Legend::new("How pressing are the needs here?").small()),
    )
    .hint("Leave it open if you found none.")
    .value(form.text("severity"))
    .small()
    .error_if(errors.get("severity"));
    for level in 1..=5_u8 {
        severity = severity.item(level.to_string(), format!("{level}: {}", severity_words(level)));
    }
    let mut confidence =
        Radios::new("confidence", Fieldset::new(Legend::new("How sure are you?").small()))
            .value(form.text("confidence"))
            .small();
    for &one in Confidence::ALL {
        confidence = confidence.item(one.key(), one.words());
    }
    let mut grade = Select::new("grade", "Your own grade, if you use one")
        .hint("For your own record. It is never compared with other schools.")
        .value(form.text("grade"))
        .item("", "No grade");
    for one in framework.map_or(&[][..], |one| one.grades.as_slice()) {
        grade = grade.item(one.as_str(), one.as_str());
    }
    let content = Page {
        base: format!("/audits/{}/sections/{}", audit.id, section.area),
        audit,
        section,
        ask: Framework::any_area(&section.area).map(|area| area.ask.clone()).unwrap_or_default(),
        errors: errors.summary(),
        open: may_write && audit.state.is_open(),
        closed_because: if audit.state.is_open() {
            "You can read this section; the people it was given to write it."
        } else if audit.state == crate::audits::State::Draft {
            "The audit has not been started yet. Its head starts it from the audit's page."
        } else {
            "The audit is agreed, so this section stays as it is."
        },
        can_give: leads(visitor, audit.org)
            && (audit.state.is_open() || audit.state == crate::audits::State::Draft),
        strength: Textarea::new("strength", "Add a strength")
            .hint("What works here, for whom? One sentence. Another school might learn from it.")
            .rows(2_u32)
            .value(form.text("strength"))
            .error_if(errors.get("strength")),
        none_seen: Checkboxes::single(
            "none-seen",
            "yes",
            "We looked for strengths here and saw none yet",
        )
        .values(form.all("none-seen").map(str::to_owned).collect::<Vec<_>>())
        .small(),
        need: Textarea::new("need", "Add a need")
            .hint("What could be better, and for which pupils? One sentence.")
            .rows(2_u32)
            .value(form.text("need"))
            .error_if(errors.get("need")),
        causes: Textarea::new("causes", "Why is it so?")
            .hint("Ask “why” a few times. Causes you can act on help a supporter most.")
            .rows(4_u32)
            .value(form.text("causes")),
        evidence: Textarea::new("evidence", "Add a piece of evidence")
            .hint("What it shows, in a sentence. Never name a pupil.")
            .rows(2_u32)
            .value(form.text("evidence"))
            .error_if(errors.get("evidence")),
        kind,
        how_strong,
        severity,
        confidence,
        grade,
        save: Button::new("Save"),
        finish: Button::new("Save and mark as finished").secondary().name("then").value("finish"),
    };
    let page = frame
        .page(format!("{}: {}", section.name, audit.title))
        .crumb("Needs audits", "/audits")
        .crumb(&audit.title, format!("/audits/{}", audit.id))
        .visible_to(Zone::School.in_words());
    page.checked(errors).show(&content)
}

/// The audit and one of its sections, when the visitor may read that section.
async fn find(
    app: &App,
    visitor: &Visitor,
    id: &str,
    area: &str,
) -> Result<(Audit, Section), PageError> {
    let audit = readable(app, visitor, id).await?;
    let section = audit.section(area).cloned().ok_or(PageError::NotFound)?;
    authorize(app, visitor, Action::Read, &audit.section_resource(&section))?;
    Ok((audit, section))
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, area)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (audit, section) = find(&app, &visitor, &id, &area).await?;
    page(&visitor, frame, &audit, &section, &as_stored(&section), &Errors::default())
}

/// The section as it is now, with everything that was typed and the word that somebody else saved.
fn meanwhile(
    visitor: &Visitor,
    frame: Frame,
    audit: &Audit,
    section: &Section,
    form: &FormData,
    mut errors: Errors,
) -> Result<Response, PageError> {
    errors.add(
        "strength",
        "Somebody else saved this section while you were writing. What you typed is still here: \
         compare it with what is saved above, and save again.",
    );
    let pairs = form.pairs().iter().filter(|(key, _)| key != "version").cloned();
    let kept =
        FormData::from_pairs(pairs.chain([("version".to_owned(), section.version.to_string())]));
    page(visitor, frame, audit, section, &kept, &errors)
}

pub(super) async fn write(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, area)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (audit, section) = find(&app, &visitor, &id, &area).await?;
    let permit = authorize(&app, &visitor, Action::Update, &audit.section_resource(&section))?;
    let mut errors = form.errors();
    let version = form.text("version").parse().unwrap_or(0);
    if version != 0 && version != section.version {
        return meanwhile(&visitor, frame, &audit, &section, &form, errors);
    }
    let evidence = NewEvidence {
        kind: form.text("kind").parse().unwrap_or(EvidenceKind::Data),
        summary: form.text("evidence").to_owned(),
        seen_on: None,
        strength: form.text("strength-of").parse().unwrap_or(0),
    };
    if !evidence.summary.is_empty() && !(1..=4).contains(&evidence.strength) {
        errors.add("strength-of", "Choose how strong the evidence is");
    }
    if !errors.is_empty() {
        return page(&visitor, frame, &audit, &section, &form, &errors);
    }
    let text = SectionText {
        none_seen: form.has("none-seen", "yes"),
        root_causes: form.text("causes").to_owned(),
        severity: form.text("severity").parse().ok().filter(|level| (1..=5).contains(level)),
        confidence: form.text("confidence").parse().ok(),
        self_grade: Some(form.text("grade").to_owned())
            .filter(|grade| Framework::with(&area).is_some_and(|one| one.grades.contains(grade))),
    };
    match sections::write_section(&app, &permit, audit.id, &area, &text, version).await {
        // Saved between our look and our pen.
        Err(ActError::Db(DbError::Conflict(_))) => {
            let (audit, section) = find(&app, &visitor, &id, &area).await?;
            return meanwhile(&visitor, frame, &audit, &section, &form, errors);
        }
        written => written?,
    };
    for kind in [FindingKind::Strength, FindingKind::Need] {
        if !form.text(kind.key()).is_empty() {
            let words = form.text(kind.key());
            sections::add_finding(&app, &permit, audit.id, &area, kind, words, &[]).await?;
        }
    }
    if !evidence.summary.is_empty() {
        sections::add_evidence(&app, &permit, audit.id, &area, &evidence).await?;
    }
    if form.text("then") == "finish" {
        match sections::finish_section(&app, &permit, audit.id, &area).await {
            Ok(_) => return Ok(redirect(&format!("/audits/{}", audit.id))),
            Err(failure) => {
                missed(&mut errors, failure)?;
                let (audit, section) = find(&app, &visitor, &id, &area).await?;
                let form = as_stored(&section);
                return page(&visitor, frame, &audit, &section, &form, &errors);
            }
        }
    }
    Ok(redirect(&format!("/audits/{}/sections/{area}", audit.id)))
}

/// Takes a suggestion over as a finding, with the public figure as its evidence.
pub(super) async fn take(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path((id, area)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (audit, section) = find(&app, &visitor, &id, &area).await?;
    let permit = authorize(&app, &visitor, Action::Update, &audit.section_resource(&section))?;
    let at: usize =
        form.chosen("signal", "Say which of the figures: press the button beside it")?;
    let signal = section.signals.get(at).ok_or(PageError::NotFound)?;
    let words = &signal.sentence;
    let kpis = [signal.kpi.clone()];
    sections::add_finding(&app, &permit, audit.id, &area, signal.kind, words, &kpis).await?;
    let evidence = NewEvidence {
        kind: EvidenceKind::Data,
        summary: signal.sentence.clone(),
        seen_on: None,
        strength: 3,
    };
    sections::add_evidence(&app, &permit, audit.id, &area, &evidence).await?;
    Ok(redirect(&format!("/audits/{}/sections/{area}", audit.id)))
}

/// Takes a finding or a piece of evidence out.
pub(super) async fn drop(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path((id, area)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (audit, section) = find(&app, &visitor, &id, &area).await?;
    let permit = authorize(&app, &visitor, Action::Update, &audit.section_resource(&section))?;
    if let Ok(finding) = form.text("finding").parse() {
        sections::drop_finding(&app, &permit, audit.id, &area, finding).await?;
    } else {
        let evidence =
            form.chosen("evidence", "Say what is taken out: press the button beside it")?;
        sections::drop_evidence(&app, &permit, audit.id, &area, evidence).await?;
    }
    Ok(redirect(&format!("/audits/{}/sections/{area}", audit.id)))
}

#[derive(Template)]
#[template(path = "give.html")]
struct Give {
    base: String,
    name: String,
    people: Radios,
    nobody: bool,
    errors: Option<ErrorSummary>,
    go: Button,
}

pub(super) async fn whom(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, area)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (audit, section) = find(&app, &visitor, &id, &area).await?;
    authorize(&app, &visitor, Action::Sign, &audit.resource())?;
    let staff = accounts::holders(&app.db, &app.clock, audit.org, Role::Staff).await?;
    let chosen = section.assignee.as_ref().map(|(id, _)| id.to_string()).unwrap_or_default();
    let legend = Legend::new(format!("Who looks after “{}”?", section.name)).page_heading();
    let mut people = Radios::new("person", Fieldset::new(legend))
        .hint("They see and write only this section. You still agree the whole audit.")
        .value(chosen);
    for one in &staff {
        people = people.item(one.id.to_string(), one.name.as_str());
    }
    people = people.item("", "I look after it myself");
    let content = Give {
        base: format!("/audits/{}/sections/{area}", audit.id),
        name: section.name.clone(),
        people,
        nobody: staff.is_empty(),
        errors: None,
        go: Button::new("Save and tell them"),
    };
    frame
        .page(format!("Who looks after {}", section.name))
        .back(format!("/audits/{}/sections/{area}", audit.id))
        .visible_to(Zone::School.in_words())
        .show(&content)
}

pub(super) async fn give(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path((id, area)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (audit, _) = find(&app, &visitor, &id, &area).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &audit.resource())?;
    let staff = accounts::holders(&app.db, &app.clock, audit.org, Role::Staff).await?;
    let person = staff.iter().find(|one| one.id.to_string() == form.text("person"));
    acts::delegate(&app, &permit, audit.id, &area, person).await?;
    Ok(redirect(&format!("/audits/{}", audit.id)))
}
