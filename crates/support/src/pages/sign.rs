//! Reading and signing, and the agreement on paper.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, SummaryList, Tag, TagColour};

use super::{
    Sight,
    parts::{FormPage, Sheet, kept, line, link, paragraphs, problems, text},
    show::{measures, quiet_in_words, terms_list},
    sight, sight_to_act,
};
use crate::{
    agreements::{
        Pen, Side, Standing, Version,
        acts::{self, signature_intact},
        store::{self, signed},
    },
    course,
};

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let version = sealed(&app, &sight).await?;
    must_sign(&sight, &version)?;
    let title = visitor
        .posts
        .iter()
        .find(|post| sight.agreement.side_of(post.org).is_some())
        .map_or("", |post| post.title.as_str());
    let form = FormData::from_pairs([
        ("hash", version.hash.clone().unwrap_or_default()),
        ("name", visitor.name.clone()),
        ("title", title.to_owned()),
    ]);
    page(&app, frame, &sight, &version, &form, &Errors::default()).await
}

async fn sealed(app: &App, sight: &Sight) -> Result<Version, PageError> {
    let version = store::version(&app.db, sight.agreement.id, sight.agreement.latest).await?;
    if version.hash.is_none() {
        return Err(PageError::Conflict(
            "There is nothing to sign yet: the agreement is still being written.".to_owned(),
        ));
    }
    Ok(version)
}

fn signs(sight: &Sight, version: &Version) -> bool {
    sight.is_head() || (version.terms().chair_signs() && sight.is(&[Standing::Chair]))
}

async fn page(
    app: &App,
    frame: Frame,
    sight: &Sight,
    version: &Version,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let signatures = store::signatures(&app.db, sight.agreement.id).await?;
    let so_far = signed(&signatures, version.number);
    let word = |done: bool| if done { "has signed" } else { "has not signed yet" };
    let mut who = format!(
        "{} {}. {} {}.",
        sight.school(Side::Supported),
        word(so_far.supported_side(version.terms().chair_signs())),
        sight.school(Side::Supporting),
        word(so_far.supporting)
    );
    if version.terms().chair_signs() {
        who += &sight.say(" The chair of the supported school signs too.");
    }
    let mut page = FormPage::new("Read and sign", sight.at("sign"), sight.at(""));
    page.caption = sight.title();
    page.problems = problems(errors);
    page.lede = Html::join([
        paragraphs(&sight.say("Take your time. Nothing begins until both schools have signed.")),
        paragraphs(&who),
        terms_list(sight, version.terms()),
        measures(version.terms()),
        promises(sight, version),
        Html::trusted("<h2 class=\"govuk-heading-m\">Your signature</h2>"),
        paragraphs(&sight.say(if version.terms().kpis.is_empty() {
            "Signing fixes how you will both know that it worked. It changes only by a new version \
             that both schools sign."
        } else {
            "Signing fixes the success criteria, the indicators and the smallest change worth \
             having. They change only by a new version that both schools sign."
        })),
    ]);
    page.fields = vec![
        Html::trusted(format!(
            "<input type=\"hidden\" name=\"hash\" id=\"hash\" value=\"{}\">",
            text(form.text("hash")).as_str()
        )),
        line(form, errors, "name", "Type your name as your signature", ""),
        line(
            form,
            errors,
            "title",
            "You sign as",
            &format!("For example: {}", sight.say("headteacher")),
        ),
    ];
    page.button = "Sign the agreement".to_owned();
    if sight.agreement.state().awaits_signature() {
        page.after = link(&sight.at("do/back"), "I will not sign this as it stands");
    }
    let mut built = frame
        .page("Read and sign")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible());
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) fn promises(sight: &Sight, version: &Version) -> Html {
    let terms = version.terms();
    Html::join([
        Html::trusted(format!(
            "<h2 class=\"govuk-heading-s\">{}</h2>",
            text(sight.say("What both schools promise")).as_str()
        )),
        Html::of(
            &SummaryList::new()
                .row("Confidentiality", paragraphs(&terms.confidentiality))
                .row("Data", paragraphs(&terms.data))
                .row("Safeguarding", paragraphs(&terms.safeguarding))
                .row("How it ends", paragraphs(&terms.exit))
                .row("When nothing is heard", quiet_in_words(terms)),
        ),
    ])
}

pub(super) async fn sign(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let version = sealed(&app, &sight).await?;
    must_sign(&sight, &version)?;
    let mut errors = form.errors();
    form.required("name", &mut errors, "Type your name as your signature");
    form.required(
        "title",
        &mut errors,
        "Say as what you sign, for example headteacher or chief executive",
    );
    if errors.is_empty() {
        let pen =
            Pen { hash: form.text("hash"), name: form.text("name"), title: form.text("title") };
        match acts::sign(&app, &permit, sight.agreement.id, pen).await {
            Ok(_) => return Ok(redirect(&sight.at(""))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    page(&app, frame, &sight, &version, &form, &errors).await
}

/// Refuses whoever's signature the agreement does not ask for, before their words are looked at.
fn must_sign(sight: &Sight, version: &Version) -> Result<(), PageError> {
    if signs(sight, version) {
        return Ok(());
    }
    Err(PageError::Forbidden(sight.say(
        "The heads of both schools sign this agreement, and the chair where it is intensive.",
    )))
}

/// The whole agreement, for paper: every word, every signature, every hash.
pub(super) async fn print(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let version = store::current(&app.db, &sight.agreement).await?;
    let signatures = store::signatures(&app.db, sight.agreement.id).await?;
    let versions = store::versions(&app.db, sight.agreement.id).await?;
    let frozen = course::frozen(&app.db, sight.agreement.id).await?;
    let hash = version.hash.clone().unwrap_or_default();
    let intact = hash.is_empty() || version.intact(sight.agreement.id);
    let mut block = SummaryList::new();
    for signature in signatures.iter().filter(|s| s.number == version.number) {
        let whole = signature_intact(signature, &hash);
        block = block.row(
            signature.capacity_in_words(sight.bodies()),
            Html::join([
                paragraphs(&format!(
                    "{}\n{}, {}\n{}",
                    signature.name,
                    signature.title,
                    sight.name(signature.org),
                    in_words(signature.signed_at.0)
                )),
                Html::trusted(format!(
                    "<p class=\"govuk-body-s\"><code class=\"as-hash\">{}</code></p>",
                    text(&signature.hash).as_str()
                )),
                if whole {
                    Html::default()
                } else {
                    Html::of(&Tag::coloured(TagColour::Red, "This signature was tampered with"))
                },
            ]),
        );
    }
    let fingerprint = if hash.is_empty() {
        paragraphs("Not sealed yet: the words can still change.")
    } else {
        Html::join([
            Html::trusted(format!(
                "<p class=\"govuk-body\">Version {}. BLAKE3 over the canonical text:<br>\
                 <code class=\"as-hash\">{}</code></p>",
                version.number,
                text(&hash).as_str()
            )),
            paragraphs(if intact {
                "The words on this page were checked against this fingerprint just now."
            } else {
                "The words do not match the fingerprint any more. Do not rely on this page."
            }),
        ])
    };
    let earlier: Vec<String> = versions
        .iter()
        .filter(|other| other.number != version.number)
        .filter_map(|other| {
            let sealed = other.sealed_at()?;
            Some(format!("Version {}, sealed {}", other.number, in_words(sealed)))
        })
        .collect();
    let baselines = super::parts::bullets(frozen.iter().map(|(hash, line)| {
        format!("{}, {}: {}", sight.school(line.side), line.indicator.name, hash)
    }));
    let mut sheet = Sheet::new(sight.title());
    sheet.caption = sight.say("Agreement on support between two schools");
    let sheet = sheet
        .part("", terms_list(&sight, version.terms()))
        .part("", measures(version.terms()))
        .part("", promises(&sight, &version))
        .part("Signatures", Html::of(&block))
        .part("Fingerprint", fingerprint)
        .part("Fingerprints of the frozen baselines", baselines)
        .part("Other versions", super::parts::bullets(earlier));
    frame
        .page(sight.title())
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .show(&sheet)
}
