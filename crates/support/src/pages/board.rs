//! The report to a board: governors of a school, trustees of a trust.

use std::collections::BTreeMap;

use access::{Action, SignedIn, Visitor, looks};
use axum::{
    extract::{Path, Query, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    web::{Format, Frame},
};
use govuk::{Html, InsetText, SummaryList, extra::Downloads};

use super::{
    parts::{Sheet, bullets, link, paragraphs, text},
    statements::Which,
};
use crate::{
    agreements::{
        Side,
        terms::{days, pounds},
    },
    board::{self, Line, Report},
    influence, neighbours,
    pack::Direction,
    time::Totals,
};

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let names = neighbours::names(&app.db, board::of_visitor(&visitor)).await?;
    let names: BTreeMap<String, OrgRef> =
        names.into_iter().map(|(org, name)| (name, org)).collect();
    let mut sheet = Sheet::new("Reports to the board");
    sheet.lede = paragraphs(
        "What a school or trust gave to others and received, what it cost, what people can do now, \
         the risks, and what became of it for both schools: for a year or a term.",
    );
    let items: String = names
        .iter()
        .map(|(name, org)| {
            let name = text(name);
            format!("<li><a class=\"govuk-link\" href=\"/boards/{org}\">{}</a></li>", name.as_str())
        })
        .collect();
    let sheet = sheet.part(
        "",
        match items.is_empty() {
            true => paragraphs("Heads, trusts, governors and trustees find their report here."),
            false => {
                Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>"))
            }
        },
    );
    frame
        .page("Reports to the board")
        .visible_to("you; each report is for the leaders and the board of one organisation")
        .show(&sheet)
}

async fn open(app: &App, visitor: &Visitor, org: &str, which: &Which) -> Result<Report, PageError> {
    let org: OrgRef = org.parse().map_err(|_| PageError::NotFound)?;
    if !matches!(org, OrgRef::School(_) | OrgRef::Trust(_)) {
        return Err(PageError::NotFound);
    }
    let resource = board::resource(&app.db, org).await?;
    access::authorize(app, visitor, Action::Read, &resource)?;
    looks::record(app, visitor, &resource, "board report", org).await?;
    let today = app.clock.today();
    Ok(board::report(&app.db, org, which.period(app), today).await?)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(org): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, PageError> {
    let report = open(&app, &visitor, &org, &which).await?;
    let at = format!("/boards/{}", report.org);
    let mut sheet = Sheet::new("Report to the board");
    sheet.caption = report.name(report.org);
    sheet.lede = which.links(&app, &at);
    let table = report.table();
    let file = |ending: &str| format!("{at}/supports.{ending}{}", which.query(&app));
    let supports = match table.rows.is_empty() {
        true => paragraphs("No support was given or received in this period."),
        false => Html::join([
            Html::trusted(table.html()),
            Html::of(&Downloads::new(
                "this table",
                [("CSV", file("csv")), ("Excel", file("xlsx")), ("JSON", file("json"))],
            )),
        ]),
    };
    let whom = report.whom_table();
    let for_whom = match whom.rows.is_empty() {
        true => Html::default(),
        false => Html::join([
            Html::trusted(whom.html()),
            Html::of(&Downloads::new(
                "this table",
                [("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json")].map(|(name, ending)| {
                    (name, format!("{at}/beneficiaries.{ending}{}", which.query(&app)))
                }),
            )),
        ]),
    };
    let sheet = sheet
        .part("Time and money", Html::of(&figures(&report)))
        .part("", supports)
        .part("", for_whom)
        .part("What became of it", verdicts(&report))
        .part("Told by both schools", stories(&report))
        .part("What people can do now", gains(&report))
        .part("How it goes", reviews(&report))
        .part("Risks and the day job", risks(&report))
        .part("What we say to those who decide", said(&app, &report).await?)
        .part("Questions worth asking", questions(&report));
    frame
        .page("Report to the board")
        .crumb("Reports to the board", "/boards")
        .visible_to(format!(
            "the leaders of {0}, the body responsible for it and the board of {0}",
            report.name(report.org)
        ))
        .show(&sheet)
}

/// What a trust says to those who decide; schools keep no such log.
async fn said(app: &App, report: &Report) -> Result<Html, PageError> {
    let mut all = influence::of(&app.db, report.org).await?;
    all.retain(|it| it.state() != influence::State::Left);
    Ok(match all.is_empty() {
        true => Html::default(),
        false => Html::trusted(influence::table(&all).html()),
    })
}

fn figures(report: &Report) -> SummaryList {
    let words = |totals: Totals| {
        format!(
            "{} delivered, {} still planned, {} cancelled",
            days(totals.delivered),
            days(totals.planned),
            days(totals.cancelled)
        )
    };
    let mut list = SummaryList::new()
        .row("Given", words(report.time.given))
        .row("Received", words(report.time.received));
    // Both, also where one is nil: the balance is the point.
    for direction in Direction::BOTH {
        let (supports, half_days) = report.directions.get(&direction).copied().unwrap_or_default();
        let what = if supports == 1 { "support" } else { "supports" };
        let told = format!("{supports} {what}, {} delivered", days(half_days));
        list = list.row(direction.in_words(), told);
    }
    list = list.row("It is paid", pounds(report.income)).row("It pays", pounds(report.cost));
    let cover = brokerage::packs::day_job().cover_day;
    if report.time.given.delivered > 0 && cover > 0 {
        let cost = pounds(report.time.given.delivered * cover / 2);
        let words = format!(
            "About {cost}, at {} a day (an example: your own cost may differ)",
            pounds(cover)
        );
        list = list.row("Cover for the days given", words);
    }
    if report.related > 0 {
        list = list.row("Of that between related parties", pounds(report.related));
    }
    if !report.cancelled.is_empty() {
        let why: Vec<String> = report
            .cancelled
            .iter()
            .map(|(why, half_days)| format!("{} ({})", why, days(*half_days)))
            .collect();
        list = list.row("Why days were cancelled", why.join("; "));
    }
    list
}

/// "Early reading, with Oakfield Primary".
fn title(report: &Report, line: &Line) -> String {
    let other = match line.side {
        Side::Supported => line.agreement.supporting,
        Side::Supporting => line.agreement.supported,
    };
    format!("{}, with {}", line.agreement.title, report.name(other))
}

fn verdicts(report: &Report) -> Html {
    let known: Vec<String> = report
        .lines
        .iter()
        .filter_map(|line| Some(format!("{}: {}", title(report, line), line.verdict.as_ref()?)))
        .collect();
    let early = report.lines.iter().filter(|line| line.verdict.is_none()).count();
    let note = match (early, report.lines.is_empty()) {
        (_, true) => String::new(),
        (0, _) => "Judged against similar schools; the report of each support says how.".to_owned(),
        (1, _) => {
            "For one support it is too early: results that count are still to come.".to_owned()
        }
        (some, _) => {
            format!("For {some} supports it is too early: results that count are still to come.")
        }
    };
    Html::join([bullets(known), paragraphs(&note)])
}

/// Case studies of these supports to whose words both schools have consented.
fn stories(report: &Report) -> Html {
    Html::join(report.lines.iter().filter_map(|line| {
        let title = line.story.as_ref()?;
        Some(link(&format!("/stories/{}", line.agreement.id), title))
    }))
}

fn gains(report: &Report) -> Html {
    let said = report.lines.iter().flat_map(|line| {
        line.gains.iter().map(move |gain| {
            let school = line.agreement.school(gain.side());
            format!("{} at {}: {}", gain.who, report.name(school), gain.can_now)
        })
    });
    let said: Vec<String> = said.collect();
    match said.is_empty() {
        true => paragraphs("Nothing has been written down yet: it is asked for at the end."),
        false => bullets(said),
    }
}

fn reviews(report: &Report) -> Html {
    let held = report.lines.iter().filter(|line| !line.review.is_empty());
    let said: Vec<String> =
        held.map(|line| format!("{}. {}", title(report, line), line.review)).collect();
    match said.is_empty() {
        true => paragraphs("No review of progress has been held yet."),
        false => bullets(said),
    }
}

fn risks(report: &Report) -> Html {
    let mut said: Vec<String> = report
        .lines
        .iter()
        .flat_map(|line| {
            line.risks.iter().map(move |risk| {
                format!(
                    "{}: {} Accepted: {}.{} What is done: {} Looked after by: {}",
                    title(report, line),
                    risk.what,
                    risk.appetite().words().to_lowercase(),
                    if risk.is_beyond_appetite() { " It is larger than that now." } else { "" },
                    risk.mitigation,
                    risk.owner
                )
            })
        })
        .collect();
    said.extend(report.floors.iter().map(|(org, floor)| {
        format!(
            "{}: a result has crossed the floor it set ({})",
            report.name(*org),
            floor.in_words()
        )
    }));
    match said.is_empty() {
        true => paragraphs("No high risk is open, and no result at home has crossed its floor."),
        false => bullets(said),
    }
}

fn questions(report: &Report) -> Html {
    let mut asked = Vec::new();
    if report.time.given.delivered > 0 {
        asked.push("What did our own people bring home from the days they gave?");
    } else {
        asked.push("What are we good at that another school could use?");
    }
    if report.time.given.cancelled + report.time.received.cancelled > 0 {
        asked.push("What would have to change so that fewer days are cancelled?");
    } else {
        asked.push("What is different for children already, and how do we know?");
    }
    asked.push("Who carries it on when the support ends?");
    Html::join([
        Html::of(&InsetText::new(
            "The page prints on at most four sides. It names no child and holds nothing of private \
             conversations.",
        )),
        bullets(asked.into_iter().map(str::to_owned)),
    ])
}

pub(super) async fn download(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(org): Path<String>,
    Query(which): Query<Which>,
    format: Format,
) -> Result<Response, PageError> {
    let report = open(&app, &visitor, &org, &which).await?;
    report.table().download(format, "supports")
}

pub(super) async fn for_whom(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(org): Path<String>,
    Query(which): Query<Which>,
    format: Format,
) -> Result<Response, PageError> {
    let report = open(&app, &visitor, &org, &which).await?;
    report.whom_table().download(format, "beneficiaries")
}
