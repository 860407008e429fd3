//! Statements of time and money, with downloads for finance.

use std::collections::BTreeMap;

use access::{Role, SignedIn, Visitor, partnerships};
use axum::{
    extract::{Path, Query, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    terms::AcademicYear,
    web::{Format, Frame, Table},
};
use govuk::{Html, SummaryList};
use jiff::civil::{Date, date};
use serde::Deserialize;

use super::parts::{Sheet, paragraphs, text};
use crate::{
    agreements::{
        store,
        terms::{days, pounds},
    },
    money::statements::{self, Period, Statement},
    neighbours,
};

/// Which period.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Which {
    /// The academic year, by the year in which it ends.
    year: Option<i16>,
    /// `autumn`, `spring` or `summer`; otherwise the whole year.
    term: Option<String>,
    /// Days of one's own choice, both or neither.
    from: Option<Date>,
    to: Option<Date>,
}

impl Which {
    fn year(&self, app: &App) -> AcademicYear {
        let now = AcademicYear::of(app.clock.today());
        self.year.filter(|year| (2000..2100).contains(year)).map_or(now, AcademicYear)
    }

    pub(super) fn period(&self, app: &App) -> Period {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from <= to
        {
            return Period { from, to };
        }
        let year = self.year(app);
        let whole = Period::year(year);
        match self.term.as_deref() {
            Some("autumn") => Period { to: date(year.0 - 1, 12, 31), ..whole },
            Some("spring") => Period { from: date(year.0, 1, 1), to: date(year.0, 3, 31) },
            Some("summer") => Period { from: date(year.0, 4, 1), ..whole },
            _ => whole,
        }
    }

    pub(super) fn query(&self, app: &App) -> String {
        if let (Some(from), Some(to)) = (self.from, self.to) {
            return format!("?from={from}&to={to}");
        }
        let term = match self.term.as_deref() {
            Some(term @ ("autumn" | "spring" | "summer")) => format!("&term={term}"),
            _ => String::new(),
        };
        format!("?year={}{term}", self.year(app).0)
    }
}

/// The organisations whose statement a visitor may open, by name.
async fn mine(app: &App, visitor: &Visitor) -> Result<BTreeMap<String, OrgRef>, PageError> {
    let mut orgs: Vec<OrgRef> = Vec::new();
    for post in &visitor.posts {
        let leads = [Role::Head, Role::TrustExecutive, Role::Commissioner, Role::Broker];
        if !leads.contains(&post.role()) {
            continue;
        }
        orgs.push(post.org);
        if post.role() == Role::Broker {
            orgs.extend(partnerships::members(&app.db, post.org, app.clock.today()).await?);
        }
    }
    // Whoever may read the books of an agreement may read what the two sides make of it.
    for agreement in store::readable_books(&app.db, visitor).await? {
        orgs.extend([agreement.supported, agreement.supporting]);
        orgs.extend(agreement.funder);
    }
    let names = neighbours::names(&app.db, orgs).await?;
    Ok(names.into_iter().map(|(org, name)| (name, org)).collect())
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let mine = mine(&app, &visitor).await?;
    let mut sheet = Sheet::new("Time and money");
    sheet.lede = paragraphs(
        "What each school gave and received, what it pays and is paid: for one year or one term, \
         on a page and as a file for finance.",
    );
    let items: String = mine
        .iter()
        .map(|(name, org)| {
            format!(
                "<li><a class=\"govuk-link\" href=\"/statements/{org}\">{}</a></li>",
                text(name).as_str()
            )
        })
        .collect();
    let sheet = sheet.part(
        "",
        if mine.is_empty() {
            paragraphs(
                "There is no statement you may read. Heads, trusts, funders and brokers find \
                 theirs here.",
            )
        } else {
            Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>"))
        },
    );
    let sheet = if crate::board::of_visitor(&visitor).is_empty() {
        sheet
    } else {
        sheet.part("", super::parts::link("/boards", "Reports to the board"))
    };
    frame
        .page("Time and money")
        .visible_to("you; each statement holds only what you may read")
        .show(&sheet)
}

async fn open(
    app: &App,
    visitor: &Visitor,
    org: &str,
    which: &Which,
) -> Result<Statement, PageError> {
    let org: OrgRef = org.parse().map_err(|_| PageError::NotFound)?;
    if !mine(app, visitor).await?.values().any(|one| *one == org) {
        return Err(PageError::NotFound);
    }
    Ok(statements::statement(&app.db, visitor, org, which.period(app)).await?)
}

impl Which {
    /// Links to other periods of the same page.
    pub(super) fn links(&self, app: &App, at: &str) -> Html {
        periods(app, self, at)
    }
}

fn periods(app: &App, which: &Which, at: &str) -> Html {
    let year = match which.from {
        Some(from) => AcademicYear::of(from),
        None => which.year(app),
    };
    let link = |words: String, query: String, here: bool| {
        if here {
            format!("<strong>{}</strong>", text(words).as_str())
        } else {
            format!(
                "<a class=\"govuk-link\" href=\"{at}{}\">{}</a>",
                text(query).as_str(),
                text(words).as_str()
            )
        }
    };
    let term = which.term.as_deref().unwrap_or("");
    let mut parts = vec![
        link(
            format!("{} (before)", AcademicYear(year.0 - 1)),
            format!("?year={}", year.0 - 1),
            false,
        ),
        link(
            format!("{year}"),
            format!("?year={}", year.0),
            term.is_empty() && which.from.is_none(),
        ),
    ];
    for one in ["autumn", "spring", "summer"] {
        parts.push(link(
            format!("{one} term"),
            format!("?year={}&term={one}", year.0),
            term == one,
        ));
    }
    parts.push(link(
        format!("{} (after)", AcademicYear(year.0 + 1)),
        format!("?year={}", year.0 + 1),
        false,
    ));
    Html::trusted(format!("<p class=\"govuk-body as-noprint\">Period: {}</p>", parts.join(" · ")))
}

fn part(table: &Table, empty: &str, at: &str, name: &str, query: &str) -> Html {
    if table.rows.is_empty() {
        return paragraphs(empty);
    }
    let file = |ending: &str| format!("{at}/{name}.{ending}{query}");
    Html::join([
        Html::trusted(table.html()),
        Html::of(&govuk::extra::Downloads::new(
            "this table",
            [("CSV", file("csv")), ("Excel", file("xlsx")), ("JSON", file("json"))],
        )),
    ])
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(org): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, PageError> {
    let statement = open(&app, &visitor, &org, &which).await?;
    let agreed = statements::agreed(&app.db, &statement.agreements).await?;
    let at = format!("/statements/{}", statement.org);
    let query = which.query(&app);
    let both = statement.give_receive();
    let (income, cost) = statement.in_and_out();
    let words = |totals: crate::time::Totals| {
        format!(
            "{} delivered, {} still planned, {} cancelled",
            days(totals.delivered),
            days(totals.planned),
            days(totals.cancelled)
        )
    };
    let mut sheet = Sheet::new("Time and money");
    sheet.caption = statement.name(statement.org);
    sheet.lede = periods(&app, &which, &at);
    let mut list = SummaryList::new();
    if !matches!(statement.org, OrgRef::Partnership(_)) {
        list = list.row("Given", words(both.given)).row("Received", words(both.received));
    }
    let cover = brokerage::packs::day_job().cover_day;
    if both.given.delivered > 0 && cover > 0 {
        list = list.row(
            "Cover for the days given",
            format!(
                "About {}, at {} a day (an example: your own cost may differ)",
                pounds(both.given.delivered * cover / 2),
                pounds(cover)
            ),
        );
    }
    list =
        list.row("To be paid or paid to it", pounds(income)).row("It pays or paid", pounds(cost));
    let sheet = sheet
        .part("", Html::of(&list))
        .part(
            "",
            part(
                &statement.balance(),
                "No day was planned in this period.",
                &at,
                "balance",
                &query,
            ),
        )
        .part(
            "",
            part(
                &statement.pledged(&agreed),
                "No support in this period.",
                &at,
                "supports",
                &query,
            ),
        )
        .part("", part(&statement.owed(), "", &at, "returns", &query))
        .part("", part(&statement.days(), "", &at, "days", &query))
        .part(
            "",
            part(
                &statement.schedule(),
                "Nothing was charged in this period.",
                &at,
                "charges",
                &query,
            ),
        )
        .part("", part(&statement.by_payer(), "", &at, "payers", &query));
    frame
        .page("Time and money")
        .crumb("Time and money", "/statements")
        .visible_to(format!(
            "the leaders of {}, of the schools it works with in each support, whoever pays, and \
             the broker; each sees only what concerns them",
            statement.name(statement.org)
        ))
        .wide()
        .show(&sheet)
}

pub(super) async fn download(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(org): Path<String>,
    Query(which): Query<Which>,
    name: &'static str,
    format: Format,
) -> Result<Response, PageError> {
    let statement = open(&app, &visitor, &org, &which).await?;
    let table = match name {
        "days" => statement.days(),
        "charges" => statement.schedule(),
        "payers" => statement.by_payer(),
        "balance" => statement.balance(),
        "returns" => statement.owed(),
        _ => {
            let agreed = statements::agreed(&app.db, &statement.agreements).await?;
            statement.pledged(&agreed)
        }
    };
    table.download(format, name)
}
