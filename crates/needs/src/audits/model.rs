//! An audit, its sections, findings and evidence.

use access::{AccountId, Kind, Resource, Zone};
use foundation::{OrgRef, id_type, web::FieldError, words};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::state::State;

id_type! {
    /// A needs audit.
    AuditId
}
id_type! {
    /// A strength or a need found in an audit.
    FindingId
}
id_type! {
    /// A piece of evidence behind a section.
    EvidenceId
}

words! {
    /// What a finding is.
    FindingKind {
        Strength = "strength", "Strength";
        Need = "need", "Need";
    }
}

words! {
    /// What a piece of evidence is.
    EvidenceKind {
        Data = "data", "Data";
        Document = "document", "Document";
        Observation = "observation", "Something seen";
        Voice = "voice", "What people say";
        External = "external", "A report from outside";
        Research = "research", "Published research";
    }
}

words! {
    /// How sure the school is.
    Confidence {
        Low = "low", "Low: a hunch worth testing";
        Medium = "medium", "Medium: more than one source agrees";
        High = "high", "High: several strong sources agree";
    }
}

/// How strong a piece of evidence is, 1 to 4, in words.
#[must_use]
pub const fn strength_words(strength: u8) -> &'static str {
    match strength {
        1 => "somebody's account",
        2 => "our own data",
        3 => "a review or comparison from outside",
        _ => "a published study",
    }
}

/// How pressing a section's needs are, 1 to 5, in words.
#[must_use]
pub const fn severity_words(severity: u8) -> &'static str {
    match severity {
        1 => "would be good to look at",
        2 => "worth working on this year",
        3 => "needs work this term",
        4 => "pressing",
        _ => "cannot wait",
    }
}

/// What public data said about one indicator when the audit began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The indicator's code.
    pub kpi: String,
    /// Its plain name.
    pub name: String,
    /// The school year.
    pub year: String,
    /// The figure as a reader sees it, with its unit; none when it is missing.
    pub value: Option<String>,
    /// Why there is no figure, in words.
    pub missing: Option<String>,
    /// How many pupils it rests on.
    pub pupils: Option<f64>,
    /// The family's middle figure as a reader sees it.
    pub family: Option<String>,
    /// Earlier years, oldest first: "48 · 46".
    pub earlier: Option<String>,
    /// Publisher, release status and date.
    pub source: String,
}

/// What the figures suggest; a suggestion only, the school decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Towards a strength or towards a need.
    pub kind: FindingKind,
    /// The indicator's code.
    pub kpi: String,
    /// Why, in sentences that speak of pupils.
    pub sentence: String,
    /// What went into it, name and value, as it stood when the audit was created.
    #[serde(default)]
    pub inputs: Vec<(String, String)>,
    /// Versions of the methods used, as in [`evidence::methods`].
    #[serde(default)]
    pub methods: Vec<String>,
}

/// A strength or a need.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The identifier.
    pub id: FindingId,
    /// Strength or need.
    pub kind: FindingKind,
    /// What was found, in a sentence.
    pub statement: String,
    /// The indicators it is linked with.
    pub kpis: Vec<String>,
    /// The order of importance within its section, from 1.
    pub rank: i64,
    /// Whether a strength is offered to others.
    pub shared: bool,
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The identifier.
    pub id: EvidenceId,
    /// What it is.
    pub kind: EvidenceKind,
    /// What it says.
    pub summary: String,
    /// From when.
    pub seen_on: Option<Date>,
    /// 1 to 4.
    pub strength: u8,
}

/// What a section's owner writes besides findings and evidence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SectionText {
    /// Looked for strengths and saw none.
    pub none_seen: bool,
    /// Why the needs are there.
    pub root_causes: String,
    /// 1 to 5.
    pub severity: Option<u8>,
    /// How sure.
    pub confidence: Option<Confidence>,
    /// The school's own grade, in the framework's words.
    pub self_grade: Option<String>,
}

/// One area of an audit.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// The area's code in the framework.
    pub area: String,
    /// The area's name.
    pub name: String,
    /// To whom the head gave it, with the name.
    pub assignee: Option<(AccountId, String)>,
    /// Whether its owner has finished it.
    pub done: bool,
    /// What its owner wrote.
    pub text: SectionText,
    /// What moderation said: severity and note.
    pub moderated: Option<(u8, String)>,
    /// The school's comment on it.
    pub school_comment: String,
    /// What public data said when the audit began.
    pub facts: Vec<Fact>,
    /// What the figures suggest.
    pub signals: Vec<Signal>,
    /// Strengths, then needs, each in order.
    pub findings: Vec<Finding>,
    /// Evidence, strongest first.
    pub evidence: Vec<Evidence>,
    /// Guards against two people writing at once.
    pub version: i64,
}

impl Section {
    /// The section's findings of a kind.
    pub fn of(&self, kind: FindingKind) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.kind == kind)
    }

    /// What must be there before its owner can finish it.
    #[must_use]
    pub fn lacks(&self) -> Vec<FieldError> {
        let mut lacks = Vec::new();
        let mut add = |field: &str, message: String| {
            lacks.push(FieldError { field: field.to_owned(), message });
        };
        if self.of(FindingKind::Strength).next().is_none() && !self.text.none_seen {
            add(
                "strength",
                format!("{}: name one strength, or tick that you looked and saw none.", self.name),
            );
        }
        if self.evidence.is_empty() {
            add("evidence", format!("{}: add one piece of evidence, even a small one.", self.name));
        }
        if self.of(FindingKind::Need).next().is_some() && self.text.severity.is_none() {
            add("severity", format!("{}: say how pressing its needs are.", self.name));
        }
        lacks
    }
}

/// A needs audit with everything in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// The identifier.
    pub id: AuditId,
    /// The school.
    pub org: OrgRef,
    /// The bodies responsible for the school when the audit began.
    pub responsible: Vec<OrgRef>,
    /// What it is called.
    pub title: String,
    /// Why now.
    pub reason: String,
    /// Where it stands.
    pub state: State,
    /// The framework's name and version.
    pub framework: String,
    /// The person who leads it.
    pub lead: String,
    /// By when.
    pub due: Option<Date>,
    /// When it began.
    pub created_at: Timestamp,
    /// When the head agreed it.
    pub agreed_at: Option<Timestamp>,
    /// When it was frozen, with the fingerprint of its content.
    pub frozen: Option<(Timestamp, String)>,
    /// The sections in the order of the framework.
    pub sections: Vec<Section>,
    /// Guards against two acts at once.
    pub version: i64,
}

impl Audit {
    /// The record as the policy sees it: the school's own, with everybody it gave a part to.
    #[must_use]
    pub fn resource(&self) -> Resource {
        Resource::new(Kind::Audit, Zone::School, self.org)
            .responsible(self.responsible.iter().copied())
            .people(self.sections.iter().filter_map(|s| s.assignee.as_ref().map(|a| a.0)))
    }

    /// One section as the policy sees it: staff reach only the part that was given to them.
    #[must_use]
    pub fn section_resource(&self, section: &Section) -> Resource {
        Resource::new(Kind::Audit, Zone::School, self.org)
            .responsible(self.responsible.iter().copied())
            .people(section.assignee.as_ref().map(|a| a.0))
    }

    /// A section by its area.
    #[must_use]
    pub fn section(&self, area: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.area == area)
    }

    /// Every finding of a kind, with its section.
    pub fn findings(&self, kind: FindingKind) -> impl Iterator<Item = (&Section, &Finding)> {
        self.sections.iter().flat_map(move |s| s.of(kind).map(move |finding| (s, finding)))
    }

    /// What keeps the head from agreeing it.
    #[must_use]
    pub fn lacks(&self) -> Vec<FieldError> {
        let mut lacks: Vec<FieldError> = self.sections.iter().flat_map(Section::lacks).collect();
        let mut add = |field: &str, message: &str| {
            lacks.push(FieldError { field: field.to_owned(), message: message.to_owned() });
        };
        if self.findings(FindingKind::Need).next().is_none() {
            add(
                "needs",
                "Name at least one need. Even the best schools have pockets that could be better, \
                 and naming one is what makes help from others possible.",
            );
        }
        if self.findings(FindingKind::Strength).next().is_none() {
            add(
                "strengths",
                "Name at least one strength. Every school does something others could learn from, \
                 and support works best when it builds on it.",
            );
        }
        lacks
    }

    /// The fingerprint of everything an agreement relies on.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let sections: Vec<serde_json::Value> = self
            .sections
            .iter()
            .map(|s| {
                serde_json::json!({
                    "area": s.area,
                    "severity": s.text.severity,
                    "confidence": s.text.confidence,
                    "root_causes": s.text.root_causes,
                    "moderated": s.moderated,
                    "facts": s.facts,
                    "findings": s.findings.iter()
                        .map(|f| (f.id, f.kind, &f.statement, &f.kpis)).collect::<Vec<_>>(),
                    "evidence": s.evidence.iter()
                        .map(|e| (e.id, e.kind, &e.summary, e.strength)).collect::<Vec<_>>(),
                })
            })
            .collect();
        let whole = serde_json::json!({
            "audit": self.id, "org": self.org, "framework": self.framework, "sections": sections,
        });
        blake3::hash(whole.to_string().as_bytes()).to_hex().to_string()
    }
}
