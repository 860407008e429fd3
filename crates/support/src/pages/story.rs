//! Case studies: written by the two heads, shown to everybody with both consents.

use access::{Action, SignedIn, Visitor};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, InsetText, Tag, TagColour};

use super::parts::{Sheet, beside, bullets, line, lines, link, paragraphs, problems, text};
use crate::{
    agreements::{Agreement, AgreementId, Side},
    neighbours,
    stories::{self, Act, Deed, State, Story, readable, side_of, step, take},
};

fn tag(state: State) -> Tag {
    let colour = match state {
        State::Candidate | State::Draft => TagColour::Grey,
        State::Half => TagColour::Yellow,
        State::Published => TagColour::Green,
        State::Declined => TagColour::Grey,
    };
    Tag::coloured(colour, state.words())
}

/// What a case study says, as it would be shown.
async fn told(app: &App, story: &Story, agreement: &Agreement) -> Result<Vec<Html>, PageError> {
    let orgs = [agreement.supported, agreement.supporting];
    let names = neighbours::names(&app.db, orgs).await?;
    let name = |org| names.get(&org).cloned().unwrap_or_default();
    let (supported, supporting) = (name(agreement.supported), name(agreement.supporting));
    let verdict = story.told();
    let named = |words: &[String]| -> Vec<String> {
        words
            .iter()
            .map(|words| {
                words
                    .replace("The supported school", &supported)
                    .replace("the supported school", &supported)
                    .replace("The supporting school", &supporting)
                    .replace("the supporting school", &supporting)
            })
            .collect()
    };
    Ok(vec![
        paragraphs(&format!("{supporting} supported {supported}.")),
        paragraphs(&story.words),
        Html::of(&InsetText::new(verdict.headline.clone())),
        bullets(named(&verdict.sentences)),
        Html::trusted("<h2 class=\"govuk-heading-m\">What must be said with it</h2>"),
        bullets(named(&verdict.caveats)),
    ])
}

async fn open(app: &App, visitor: &Visitor, id: &str) -> Result<(Story, Agreement), PageError> {
    let id: AgreementId = id.parse().map_err(|_| PageError::NotFound)?;
    readable(app, visitor, id).await
}

/// The version that was read; a page has several forms, so the field has no name of its own.
fn seen(story: &Story) -> Html {
    Html::trusted(format!("<input type=\"hidden\" name=\"seen\" value=\"{}\">", story.version))
}

/// A form of one button that carries the version that was read.
fn button(action: &str, story: &Story, act: &str, words: &str, main: bool) -> Html {
    let class = if main { "" } else { " govuk-button--secondary" };
    Html::trusted(format!(
        "<form method=\"post\" action=\"{action}\" class=\"as-noprint\">{}<button type=\"submit\" \
         name=\"act\" value=\"{act}\" class=\"govuk-button{class}\" data-module=\"govuk-button\" \
         data-prevent-double-click=\"true\">{}</button></form>",
        seen(story).as_str(),
        text(words).as_str()
    ))
}

/// Which side the visitor leads as one of the two heads, and what they may do.
fn may(story: &Story, side: Option<Side>, act: Act) -> bool {
    use crate::agreements::machine::Standing::{SupportedHead, SupportingHead};
    let who = match side {
        Some(Side::Supported) => SupportedHead,
        Some(Side::Supporting) => SupportingHead,
        None => return false,
    };
    let second = act == Act::ConsentLast && side.is_some_and(|side| story.has_consent(side));
    !second && step(story.state(), act, &[who]).is_some()
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    page(&app, &visitor, frame, &id, None).await
}

async fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    id: &str,
    sent: Option<(&FormData, &Errors)>,
) -> Result<Response, PageError> {
    let (story, agreement) = open(app, visitor, id).await?;
    let side = side_of(visitor, &agreement);
    let here = format!("/agreements/{}/story", agreement.id);
    let mut sheet = Sheet::new(match story.title.as_str() {
        "" => "Would you tell others?",
        title => title,
    });
    sheet.caption.clone_from(&agreement.title);
    sheet.tag = Html::of(&tag(story.state()));
    sheet.lede = Html::join([
        sent.map_or_else(Html::default, |(_, errors)| problems(errors)),
        paragraphs(
            "After this support both schools did better than similar schools. Others could learn \
             from it. Nothing is shown to anybody else unless both heads consent to the very words \
             below; whatever is changed afterwards needs both consents again, and either of you can \
             take it back at any time.",
        ),
    ]);
    let mut sheet =
        sheet.part("As it would be shown", Html::join(told(app, &story, &agreement).await?));
    if may(&story, side, Act::Consent) || may(&story, side, Act::ConsentLast) {
        let words = "I consent for my school: show these words and figures to everybody";
        sheet = sheet.part("Your consent", button(&here, &story, "consent", words, true));
    } else if story.state() == State::Half {
        sheet = sheet.part("", paragraphs("Your school has consented. The other one decides."));
    }
    if may(&story, side, Act::Write) {
        let blank =
            FormData::from_pairs([("title", story.title.clone()), ("words", story.words.clone())]);
        let none = Errors::default();
        let (form, errors) = sent.unwrap_or((&blank, &none));
        sheet = sheet.part("Write it", Html::join([fields(&here, &story, form, errors)]));
    }
    if may(&story, side, Act::Decline) {
        let words = "Leave it untold";
        sheet = sheet.part("", button(&here, &story, "decline", words, false));
    }
    if may(&story, side, Act::TakeBack) {
        let words = "Take it back: show it to nobody";
        sheet = sheet.part("", button(&here, &story, "decline", words, false));
    }
    let sheet =
        sheet.part("", link(&format!("/agreements/{}/impact", agreement.id), "What became of it"));
    let visible = match story.state() {
        State::Published => "everybody, signed in or not",
        _ => "the leaders of the two schools and their boards, and nobody else",
    };
    let mut built = frame
        .page("Case study")
        .crumb("Agreements", "/agreements")
        .crumb(&agreement.title, format!("/agreements/{}", agreement.id))
        .visible_to(visible);
    if sent.is_some_and(|(_, errors)| !errors.is_empty()) {
        built = built.with_problems();
    }
    built.show(&sheet)
}

fn fields(here: &str, story: &Story, form: &FormData, errors: &Errors) -> Html {
    let fields = Html::join([
        seen(story),
        line(form, errors, "title", "Title", "What others would look for"),
        lines(
            form,
            errors,
            "words",
            "What did you do, what helped, and what would you do differently?",
            "In your own words. Name no child",
            8,
        ),
    ]);
    Html::trusted(format!(
        "<form method=\"post\" action=\"{here}\" novalidate class=\"as-noprint\">{}<button \
         type=\"submit\" name=\"act\" value=\"write\" class=\"govuk-button govuk-button--secondary\" \
         data-module=\"govuk-button\">Save the words</button></form>",
        fields.as_str()
    ))
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (story, agreement) = open(&app, &visitor, &id).await?;
    let asked = stories::of(&app.db, agreement.id).await?.ok_or(PageError::NotFound)?;
    // The door asks about the two schools' own record, also once everybody may read it.
    let own =
        access::Resource::new(access::Kind::Impact, access::Zone::Parties, agreement.supported)
            .parties([agreement.supported, agreement.supporting]);
    let permit = access::authorize(&app, &visitor, Action::Sign, &own)?;
    let mut errors = form.errors();
    let deed = match form.text("act") {
        "write" => Deed::Write(form.text("title"), form.text("words")),
        "consent" => Deed::Consent,
        "decline" => Deed::Decline,
        _ if !errors.is_empty() => Deed::Write(form.text("title"), form.text("words")),
        _ => return Err(PageError::Bad("Press one of the buttons.".to_owned())),
    };
    let seen = form.text("seen").parse().unwrap_or(asked.version - 1);
    if errors.is_empty() {
        match take(&app, &permit, agreement.id, seen, deed).await {
            Ok(_) => return Ok(redirect(&format!("/agreements/{}/story", agreement.id))),
            Err(refusal) => beside(&mut errors, refusal)?,
        }
    }
    let typed = matches!(deed, Deed::Write(..));
    let kept =
        FormData::from_pairs([("title", story.title.clone()), ("words", story.words.clone())]);
    let form = if typed { &form } else { &kept };
    page(&app, &visitor, frame, &id, Some((form, &errors))).await
}

pub(super) async fn list(Handle(app): Handle<App>, frame: Frame) -> Result<Response, PageError> {
    let stories = stories::published(&app.db).await?;
    let items: String = stories
        .iter()
        .map(|story| {
            format!(
                "<li><a class=\"govuk-link\" href=\"/stories/{}\">{}</a></li>",
                story.agreement,
                text(&story.title).as_str()
            )
        })
        .collect();
    let mut sheet = Sheet::new("What helped");
    sheet.lede = paragraphs(
        "Supports after which both schools did better than similar schools, told by their heads. What \
         they do, so that others can do it too, is among the practices.",
    );
    let body = match items.is_empty() {
        true => paragraphs("Nobody has told a story yet."),
        false => Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>")),
    };
    let practices = link("/practices", "Practices to borrow, adapt and adopt");
    let sheet = sheet.part("", body).part("", practices);
    frame.page("What helped").visible_to("everybody").show(&sheet)
}

pub(super) async fn read(
    Handle(app): Handle<App>,
    visitor: Visitor,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (story, agreement) = open(&app, &visitor, &id).await?;
    if story.state() != State::Published {
        return Err(PageError::NotFound);
    }
    let mut sheet = Sheet::new(story.title.clone());
    if let Some(on) = story.published_on() {
        sheet.caption = format!("Told on {}", date_in_words(on));
    }
    let mut sheet = sheet.part("", Html::join(told(&app, &story, &agreement).await?));
    if side_of(&visitor, &agreement).is_some() {
        let address = format!("/practices/new?agreement={}", agreement.id);
        sheet = sheet.part("", link(&address, "Write down the practice that grew here"));
    }
    frame
        .page(story.title.clone())
        .crumb("What helped", "/stories")
        .visible_to("everybody: both schools have consented")
        .show(&sheet)
}
