//! How members find their partnership: asked, answered without a name, shown as counts.

use access::{
    Action as Deed, Permit, SignedIn, Visitor, Zone, authorize, partnerships, policy::own,
};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use charts::{Bar, Bars, Finite, Frame as ChartFrame, Reading, Unit};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Errors, Form, FormData, Frame, Table, redirect},
};
use govuk::{Details, Html, InsetText, Tag, TagColour};
use jiff::ToSpan as _;

use super::{
    charter::partnership,
    parts::{Sheet, Typed, anchor, day_pairs, link, paragraphs, problems},
};
use crate::{
    Refusal,
    shared::pulse::{self, Counts, FEWEST, FIELDS, LEVELS, Pulse, PulseId, State, Who},
};

fn tag(state: State) -> Tag {
    let colour = match state {
        State::Open => TagColour::Blue,
        State::Shown => TagColour::Green,
        State::TooFew => TagColour::Grey,
    };
    Tag::coloured(colour, state.words())
}

/// What is refused because its moment has passed stands above the form, with what was typed.
fn kept(errors: &mut Errors, refusal: Refusal) -> Result<(), PageError> {
    match refusal {
        Refusal::NotNow(words) => {
            errors.add("refused", words);
            Ok(())
        }
        other => other.beside(errors),
    }
}

async fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    id: &str,
    (form, errors): (&FormData, &Errors),
) -> Result<Response, PageError> {
    let (org, name) = partnership(app, visitor, id).await?;
    let all = pulse::of(&app.db, org).await?;
    let mut sheet = Sheet::new("How members find it");
    sheet.caption.clone_from(&name);
    sheet.lede = Html::join([
        problems(errors),
        paragraphs(
            "Now and then everybody at a member is asked five short questions. Answers are counted \
             and kept without a name; they are shown when the questions have closed and at least five \
             people answered.",
        ),
    ]);
    let mut lines = String::new();
    for it in &all {
        let day = date_in_words(it.opened());
        lines += &format!(
            "<li>{} {}</li>",
            anchor(&format!("/pulses/{}", it.id), &format!("Asked on {day}")),
            Html::of(&tag(it.state())).as_str()
        );
    }
    sheet = sheet.part(
        "",
        match all.is_empty() {
            true => Html::of(&InsetText::new("Nobody has been asked yet.")),
            false => {
                Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{lines}</ul>"))
            }
        },
    );
    let asks = pulse::standings(visitor, org).contains(&Who::Keeper);
    let open = all.iter().any(|it| it.state() == State::Open);
    if asks && !open && !support::pack::pack().pulse.is_empty() {
        let fortnight = app.clock.today().saturating_add(14.days());
        let usual = FormData::from_pairs(day_pairs("closes", Some(fortnight)));
        let typed = Typed { form: if form.pairs().is_empty() { &usual } else { form }, errors };
        let html = Html::join([
            Html::trusted(format!(
                "<form method=\"post\" action=\"/partnerships/{id}/pulse\" novalidate>"
            )),
            typed.day("closes", "Until which day?", "Between three days and six weeks from today"),
            Html::of(&govuk::Button::new("Ask the members").prevent_double_click(true)),
            Html::trusted("</form>".to_owned()),
        ]);
        let details = Details::new("Ask the members", html);
        sheet =
            sheet.part("", Html::of(&if errors.is_empty() { details } else { details.open(true) }));
    }
    frame
        .page(format!("How members find {name}"))
        .crumb("Partnerships", "/partnerships")
        .crumb(&name, format!("/partnerships/{id}"))
        .visible_to(Zone::Network.in_words())
        .checked(errors)
        .show(&sheet)
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    page(&app, &visitor, frame, &id, (&FormData::default(), &Errors::default())).await
}

pub(super) async fn open(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (org, _) = partnership(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Deed::Update, &partnerships::resource(org))?;
    let mut errors = form.errors();
    let closes = form.date("closes", &mut errors, "Enter a date such as 16 7 2027");
    if errors.is_empty() {
        match pulse::open(&app, &permit, org, closes).await {
            Ok(pulse) => return Ok(redirect(&format!("/pulses/{pulse}"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    page(&app, &visitor, frame, &id, (&form, &errors)).await
}

/// The questions behind an address, for somebody who may read what their partnership shares.
async fn readable(app: &App, visitor: &Visitor, id: &str) -> Result<(Pulse, Vec<Who>), PageError> {
    let id: PulseId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = pulse::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    authorize(app, visitor, Deed::Read, &partnerships::resource(it.partnership))?;
    let who = pulse::standings(visitor, it.partnership);
    Ok((it, who))
}

/// How many of those who answered find a statement mostly or fully true, in per cent.
fn found_true(counts: &Counts) -> Option<Finite> {
    let all: i64 = counts.iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "people of one partnership")]
    let share = (all > 0).then(|| 100.0 * (counts[2] + counts[3]) as f64 / all as f64)?;
    Finite::try_from(share).ok()
}

/// The counts as a picture and as the table behind it; the time before as a mark.
fn answers(it: &Pulse, counts: &[Counts], before: Option<&(Pulse, Vec<Counts>)>) -> Html {
    let statements = it.statements();
    let earlier = |statement: &str| {
        let (pulse, counts) = before?;
        let place = pulse.statements().iter().position(|one| one == statement)?;
        found_true(counts.get(place)?)
    };
    let bars = statements
        .iter()
        .zip(counts)
        .map(|(statement, counts)| Bar {
            label: statement.clone(),
            reading: found_true(counts)
                .map_or_else(|| Reading::Missing("nobody answered".to_owned()), Reading::bare),
            comparator: earlier(statement),
        })
        .collect();
    let picture = Bars {
        frame: ChartFrame::new("climate", "How many find it mostly or fully true"),
        unit: Unit::percent(),
        value: "This time".to_owned(),
        comparator: before.map_or_else(String::new, |(pulse, _)| {
            format!("Asked on {}", date_in_words(pulse.opened()))
        }),
        bars,
    };
    let mut columns = vec!["Statement".to_owned()];
    columns.extend(LEVELS.map(str::to_owned));
    let table = Table {
        caption: format!("How {} people answered", it.replies),
        columns,
        rows: statements
            .iter()
            .zip(counts)
            .map(|(statement, counts)| {
                let mut row = vec![Cell::text(statement.clone())];
                #[expect(clippy::cast_precision_loss, reason = "people of one partnership")]
                row.extend(counts.iter().map(|n| Cell::Number(*n as f64, 0)));
                row
            })
            .collect(),
        notes: vec![
            "Counted as the answers came in; nobody’s answers were kept together or with a name."
                .to_owned(),
        ],
    };
    Html::trusted(format!(
        "<figure class=\"as-chart\"><figcaption class=\"govuk-body-s\">How many find it mostly or fully \
         true</figcaption>{}</figure>{}",
        picture.draw().svg,
        table.html()
    ))
}

/// The last time before this one whose answers are shown.
async fn before(app: &App, it: &Pulse) -> Result<Option<(Pulse, Vec<Counts>)>, PageError> {
    for other in pulse::of(&app.db, it.partnership).await? {
        if other.opened() < it.opened()
            && let Some(counts) = pulse::counts(&app.db, &other).await?
        {
            return Ok(Some((other, counts)));
        }
    }
    Ok(None)
}

fn form_of(it: &Pulse, typed: Typed<'_>) -> Html {
    let values: Vec<String> = (1..=LEVELS.len()).map(|level| level.to_string()).collect();
    let items: Vec<(&str, &str, &str)> =
        values.iter().zip(LEVELS).map(|(value, words)| (value.as_str(), words, "")).collect();
    let mut parts = vec![Html::trusted(format!(
        "<form method=\"post\" action=\"/pulses/{}\" novalidate>",
        it.id
    ))];
    for (at, words) in it.statements().iter().enumerate().take(FIELDS.len()) {
        parts.push(typed.choice(FIELDS[at], words, "", &items));
    }
    parts.push(Html::of(&govuk::Button::new("Send without a name").prevent_double_click(true)));
    parts.push(Html::trusted("</form>".to_owned()));
    Html::join(parts)
}

async fn one(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    (it, who): (&Pulse, &[Who]),
    (form, errors): (&FormData, &Errors),
) -> Result<Response, PageError> {
    let name = register::org_name(&app.db, it.partnership).await?;
    let base = partnerships::address(it.partnership);
    let mut sheet = Sheet::new(format!("How do you find {name}?"));
    sheet.tag = Html::of(&tag(it.state()));
    sheet.lede = problems(errors);
    match it.state() {
        State::Open => {
            let answered = match visitor.account {
                Some(account) => pulse::has_answered(&app.db, it.id, account).await?,
                None => false,
            };
            let so_far = match it.replies {
                1 => "One person has answered so far.".to_owned(),
                n => format!("{n} people have answered so far."),
            };
            sheet = sheet.part(
                "",
                paragraphs(&format!(
                    "Open until {}. {so_far} What was answered is shown when it has closed, if at \
                     least {FEWEST} people answered; until then to nobody.",
                    date_in_words(it.closes())
                )),
            );
            if answered && errors.is_empty() {
                sheet = sheet.part("", paragraphs("You have answered. Thank you."));
            } else if who.contains(&Who::Member) {
                sheet =
                    sheet.part("How far is it true for you?", form_of(it, Typed { form, errors }));
            }
            if who.contains(&Who::Keeper) {
                let html = Html::trusted(format!(
                    "<form method=\"post\" action=\"/pulses/{}/close\"><p class=\"govuk-body\">Nobody \
                     can answer afterwards.</p><button type=\"submit\" class=\"govuk-button \
                     govuk-button--secondary\" data-module=\"govuk-button\" \
                     data-prevent-double-click=\"true\">Close it now</button></form>",
                    it.id
                ));
                sheet = sheet.part("", Html::of(&Details::new("Close it before its day", html)));
            }
        }
        State::TooFew => {
            sheet = sheet.part(
                "",
                paragraphs(&format!(
                    "Fewer than {FEWEST} people answered. So that nobody can be recognised, nothing \
                     is shown, and what was answered has been deleted."
                )),
            );
        }
        State::Shown => {
            if let Some(counts) = pulse::counts(&app.db, it).await? {
                let earlier = before(app, it).await?;
                sheet = sheet.part("", answers(it, &counts, earlier.as_ref()));
            }
        }
    }
    let sheet = sheet.part("", link(&format!("{base}/pulse"), "All times it was asked"));
    frame
        .page(format!("How do you find {name}?"))
        .crumb("Partnerships", "/partnerships")
        .crumb(&name, base.as_str())
        .crumb("How members find it", format!("{base}/pulse"))
        .visible_to(match it.state() {
            State::Open => "nobody until it has closed; then the members, as counts",
            _ => Zone::Network.in_words(),
        })
        .checked(errors)
        .show(&sheet)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (it, who) = readable(&app, &visitor, &id).await?;
    one(&app, &visitor, frame, (&it, &who), (&FormData::default(), &Errors::default())).await
}

/// Whoever is of a member acts for themselves.
fn of_a_member(app: &App, visitor: &Visitor, who: &[Who]) -> Result<Permit, PageError> {
    match visitor.account {
        Some(account) if who.contains(&Who::Member) => {
            authorize(app, visitor, Deed::Update, &own(account))
        }
        _ => Err(PageError::Forbidden("Whoever is of a member answers.".to_owned())),
    }
}

pub(super) async fn answer(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (it, who) = readable(&app, &visitor, &id).await?;
    let permit = of_a_member(&app, &visitor, &who)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let levels = FIELDS.map(|field| form.text(field).parse().ok());
        match pulse::answer(&app, &permit, it.id, &who, &levels).await {
            Ok(()) => return Ok(redirect(&format!("/pulses/{id}"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    one(&app, &visitor, frame, (&it, &who), (&form, &errors)).await
}

pub(super) async fn close(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (it, who) = readable(&app, &visitor, &id).await?;
    let whole = partnerships::resource(it.partnership);
    let permit = authorize(&app, &visitor, Deed::Update, &whole)?;
    pulse::close(&app, &permit, it.id, &who).await?;
    Ok(redirect(&format!("/pulses/{id}")))
}
