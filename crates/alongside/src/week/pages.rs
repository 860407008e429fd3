//! Pages of the week: letters and calendar, briefings, the broker's dashboard.

use access::{Action, Permit, Role, SignedIn, Visitor, partnerships, policy};
use axum::{
    Router,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use foundation::{
    App, OrgRef, PageError,
    clock::in_words,
    web::{Cell, Errors, Form, FormData, Format, Frame, Table, redirect},
};
use govuk::{CheckboxItem, Checkboxes, Html, SummaryList};
use support::pages::parts::{
    FormPage, Sheet, act_button, choice, go, line, lines, link, paragraphs, problems, text,
};

use super::{
    briefings::{self, Audience, Briefing, BriefingId},
    broker, digest, feed, outward, pack,
};

/// The pages of the week.
pub fn routes() -> Router<App> {
    let mut router = Router::new()
        .route("/home/letters", get(letters).post(wish))
        .route("/home/outward", get(outward::show))
        .route("/home/calendar", post(make_address))
        .route("/home/calendar/revoke", post(revoke_address))
        .route("/calendar/{file}", get(calendar))
        .route("/briefings", get(list))
        .route("/briefings/new", get(ask_briefing).post(send_briefing))
        .route("/briefings/{id}", get(briefing))
        .route("/briefings/{id}/read", post(acknowledge))
        .route("/broker", get(dashboard))
        .route("/broker/pack", get(pack::show));
    for (ending, format) in [("csv", Format::Csv), ("xlsx", Format::Xlsx), ("json", Format::Json)] {
        router = router.route(
            &format!("/home/outward.{ending}"),
            get(move |app, visitor| outward::download(app, visitor, format)),
        );
        for name in [
            "clocks", "unsigned", "quiet", "overlaps", "days", "unlinked", "company", "capacity",
            "pace",
        ] {
            router = router.route(
                &format!("/broker/{name}.{ending}"),
                get(move |app, visitor| download(app, visitor, name, format)),
            );
        }
    }
    router
}

/// The permit for what belongs to the visitor alone.
fn own(app: &App, visitor: &Visitor) -> Result<(access::AccountId, Permit), PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let permit = access::authorize(app, visitor, Action::Update, &policy::own(account))?;
    Ok((account, permit))
}

async fn letters(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    show_letters(&app, &visitor, frame, None).await
}

async fn show_letters(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    fresh: Option<String>,
) -> Result<Response, PageError> {
    let (account, _) = own(app, visitor)?;
    let weekly = digest::wanted(app, account).await?;
    let form = FormData::from_pairs([("weekly", if weekly { "yes" } else { "no" })]);
    let wish = Html::join([
        Html::trusted("<form method=\"post\" action=\"/home/letters\">"),
        choice(
            &form,
            &Errors::default(),
            "weekly",
            "A digest once a week?",
            "On the first school day of a week, and only when something is expected of you. Never \
             in holidays, at weekends or in the evening",
            &[("yes", "Yes", ""), ("no", "No", "Letters about a signature or a visit still come")],
        ),
        Html::trusted(
            "<button type=\"submit\" class=\"govuk-button\" data-module=\"govuk-button\" \
             data-prevent-double-click=\"true\">Save</button></form>",
        ),
    ]);
    let there = feed::has(app, account).await?;
    let mut parts = vec![paragraphs(
        "Your own calendar can show the days of support, reviews and milestones. It gets an \
         address that only you know. It shows days and neutral words: no school, no name, no title.",
    )];
    if let Some(address) = fresh {
        parts.push(Html::trusted(format!(
            "<div class=\"govuk-inset-text\"><p class=\"govuk-body\">Your address, shown this once: \
             add it in your calendar under “subscribe” or “from the internet”.</p><p \
             class=\"govuk-body as-break\"><code>{}</code></p></div>",
            text(address).as_str()
        )));
    }
    if there {
        parts.push(paragraphs(
            "You have a calendar address. A new one takes the place of the old one, which then \
             stops working.",
        ));
        parts.push(act_button("/home/calendar", "Make a new address", true));
        parts.push(act_button("/home/calendar/revoke", "Take the address back", true));
    } else {
        parts.push(act_button("/home/calendar", "Make a calendar address", false));
    }
    let sheet = Sheet::new("Letters and calendar")
        .part("Letters", wish)
        .part("Calendar", Html::join(parts))
        .part("", link("/home", "Back to your week"));
    frame.page("Letters and calendar").crumb("Home", "/home").visible_to("only you").show(&sheet)
}

async fn wish(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (account, permit) = own(&app, &visitor)?;
    digest::wish(&app, &permit, account, form.text("weekly") != "no").await?;
    Ok(redirect("/home/letters"))
}

async fn make_address(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let (account, permit) = own(&app, &visitor)?;
    let token = feed::make(&app, &permit, account).await?;
    let address = format!("{}/calendar/{token}.ics", app.config.public_url());
    show_letters(&app, &visitor, frame, Some(address)).await
}

async fn revoke_address(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
) -> Result<Response, PageError> {
    let (account, permit) = own(&app, &visitor)?;
    feed::revoke(&app, &permit, account).await?;
    Ok(redirect("/home/letters"))
}

async fn calendar(State(app): State<App>, Path(file): Path<String>) -> Result<Response, PageError> {
    let token = file.strip_suffix(".ics").ok_or(PageError::NotFound)?;
    let body = feed::read(&app, token).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"alongside.ics\""),
    ];
    Ok((headers, body).into_response())
}

/// The partnership whose broker or convenor the visitor is.
pub(super) fn partnership(visitor: &Visitor) -> Option<OrgRef> {
    visitor.orgs(Role::Broker).next()
}

async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let all = briefings::readable(&app.db, &visitor).await?;
    let mut sheet = Sheet::new("Briefings");
    sheet.lede = paragraphs(
        "News from your partnership, in one place instead of in many inboxes. A word that you have \
         read it is enough.",
    );
    let mut list = SummaryList::new();
    for it in &all {
        let title = Html::trusted(format!(
            "<a class=\"govuk-link\" href=\"/briefings/{}\">{}</a>",
            it.id,
            text(&it.title).as_str()
        ));
        list = list.row(in_words(it.sent_at.0), title);
    }
    let new = if partnership(&visitor).is_some() {
        go("/briefings/new", "Write a briefing")
    } else {
        Html::default()
    };
    let body =
        if all.is_empty() { paragraphs("There are no briefings yet.") } else { Html::of(&list) };
    frame
        .page("Briefings")
        .crumb("Home", "/home")
        .visible_to("signed-in members of your partnerships")
        .show(&sheet.part("", body).part("", new))
}

async fn open(app: &App, visitor: &Visitor, id: &str) -> Result<(Briefing, bool), PageError> {
    let id: BriefingId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = briefings::get(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let resource = briefings::resource(it.partnership);
    access::authorize(app, visitor, Action::Read, &resource)?;
    let leads = access::decide(visitor, Action::Update, &resource).allowed;
    Ok((it, leads))
}

async fn briefing(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (it, leads) = open(&app, &visitor, &id).await?;
    let readers = briefings::readers(&app.db, it.id).await?;
    let mut sheet = Sheet::new(it.title.clone());
    sheet.caption = format!("{}, {}", it.author_name, in_words(it.sent_at.0));
    let mut sheet = sheet.part("", paragraphs(&it.body));
    if !it.source.is_empty() {
        sheet = sheet.part("", paragraphs(&format!("Where it comes from: {}", it.source)));
    }
    if let Some(me) = readers.iter().find(|reader| Some(reader.account) == visitor.account) {
        sheet = sheet.part(
            "",
            match me.acknowledged_at() {
                Some(at) => paragraphs(&format!("You said on {} that you read it.", in_words(at))),
                None => act_button(&format!("/briefings/{}/read", it.id), "I have read it", false),
            },
        );
    }
    if leads {
        let rows = readers
            .iter()
            .map(|reader| {
                vec![
                    Cell::text(reader.name.clone()),
                    match reader.acknowledged_at() {
                        Some(at) => Cell::text(in_words(at)),
                        None => Cell::Missing("not yet".to_owned()),
                    },
                ]
            })
            .collect();
        let read = readers.iter().filter(|reader| reader.acknowledged_at().is_some()).count();
        let table = Table {
            caption: format!("Read by {read} of {}", readers.len()),
            columns: ["Who", "Said they read it"].map(str::to_owned).to_vec(),
            rows,
            notes: Vec::new(),
        };
        sheet = sheet.part("Readers", Html::trusted(table.html()));
    }
    let visible = if leads {
        "members of the partnership; only you see who has read it"
    } else {
        "members of the partnership"
    };
    frame.page(it.title.clone()).crumb("Briefings", "/briefings").visible_to(visible).show(&sheet)
}

async fn acknowledge(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (it, _) = open(&app, &visitor, &id).await?;
    let (account, permit) = own(&app, &visitor)?;
    briefings::acknowledge(&app, &permit, it.id, account).await?;
    Ok(redirect(&format!("/briefings/{}", it.id)))
}

async fn briefing_form(
    app: &App,
    frame: Frame,
    org: OrgRef,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = FormPage::new("Write a briefing", "/briefings/new", "/briefings");
    page.problems = problems(errors);
    page.lede = paragraphs(
        "It appears on the home page of those it goes to until they say that they have read it.",
    );
    let mut to = Checkboxes::new("to", "To whom?").error_if(errors.get("to"));
    for &audience in Audience::ALL {
        let checked = form.has("to", audience.key());
        let item = CheckboxItem::new(audience.key(), audience.words()).checked(checked);
        to.items.push(Some(item));
    }
    let mut boxes = Checkboxes::new("only", "Only to some schools?")
        .hint("Leave all boxes empty to reach every member");
    let mut members = Vec::new();
    for member in partnerships::members(&app.db, org, app.clock.today()).await? {
        members.push((register::org_name(&app.db, member).await?, member));
    }
    members.sort_by_key(|(name, _)| name.to_lowercase());
    for (name, member) in members {
        let key = member.to_string();
        let checked = form.has("only", &key);
        boxes.items.push(Some(CheckboxItem::new(key, name.as_str()).checked(checked)));
    }
    page.fields = vec![
        line(form, errors, "title", "Title", ""),
        lines(form, errors, "body", "What should they know?", "", 8),
        line(
            form,
            errors,
            "source",
            "Where does it come from?",
            "An address or a name; may be empty",
        ),
        Html::of(&to),
        Html::of(&boxes),
    ];
    page.button = "Send it".to_owned();
    let mut built = frame
        .page("Write a briefing")
        .crumb("Briefings", "/briefings")
        .visible_to("members of the partnership, once you send it");
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

async fn ask_briefing(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let org = partnership(&visitor).ok_or(PageError::NotFound)?;
    let form = FormData::from_pairs([("to", Audience::Heads.key())]);
    briefing_form(&app, frame, org, &form, &Errors::default()).await
}

async fn send_briefing(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let org = partnership(&visitor).ok_or(PageError::NotFound)?;
    let permit = access::authorize(&app, &visitor, Action::Create, &briefings::resource(org))?;
    let mut errors = form.errors();
    let title = form.required("title", &mut errors, "Give it a title");
    let body = form.required("body", &mut errors, "Say what they should know");
    let to: Vec<Audience> = form.all("to").filter_map(|key| key.parse().ok()).collect();
    if to.is_empty() {
        errors.add("to", "Choose at least one group of people");
    }
    if errors.is_empty() {
        let only: Vec<OrgRef> = form.all("only").filter_map(|text| text.parse().ok()).collect();
        let words = [title, body, form.text("source")];
        let id = briefings::send(&app, &permit, org, words, &to, &only).await?;
        return Ok(redirect(&format!("/briefings/{id}")));
    }
    briefing_form(&app, frame, org, &form, &errors).await
}

async fn dashboard(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let org = partnership(&visitor).ok_or(PageError::NotFound)?;
    let mut sheet = Sheet::new("The week at a glance");
    sheet.caption = register::org_name(&app.db, org).await?;
    sheet.lede = paragraphs(
        "What is worth a friendly call. Lists are alphabetical or by date: they say nothing about \
         who does better.",
    );
    sheet = sheet.part("", link("/broker/pack", "The week on one side of paper"));
    for (name, table) in broker::tables(&app, &visitor, org).await? {
        let html = if table.rows.is_empty() {
            paragraphs(&format!("{}: nothing at the moment.", table.caption))
        } else {
            let file = |ending: &str| format!("/broker/{name}.{ending}");
            Html::join([
                Html::trusted(table.html()),
                Html::of(&govuk::extra::Downloads::new(
                    "this table",
                    [("CSV", file("csv")), ("Excel", file("xlsx")), ("JSON", file("json"))],
                )),
            ])
        };
        sheet = sheet.part("", html);
    }
    let sheet = sheet.part(
        "",
        Html::join([
            link("/desk", "Matching desk"),
            link(&format!("/statements/{org}"), "Time and money of the partnership"),
            link("/briefings", "Briefings"),
        ]),
    );
    frame
        .page("The week at a glance")
        .crumb("Home", "/home")
        .visible_to("the broker of the partnership")
        .wide()
        .show(&sheet)
}

async fn download(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    name: &'static str,
    format: Format,
) -> Result<Response, PageError> {
    let org = partnership(&visitor).ok_or(PageError::NotFound)?;
    let found = broker::tables(&app, &visitor, org).await?;
    let (_, table) = found.into_iter().find(|(one, _)| *one == name).ok_or(PageError::NotFound)?;
    table.download(format, name)
}
