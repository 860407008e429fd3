//! The desk as text and as data, for the command line.

use std::fmt::Write as _;

use foundation::{OrgRef, Sql, clock::date_in_words};
use jiff::civil::Date;
use needs::ActError;
use serde_json::{Value, json};

use super::{Board, case, words};
use crate::requests::{RequestId, days_in_words};

/// A report in two forms that say the same.
#[derive(Clone, Debug)]
pub struct Report {
    /// For people.
    pub text: String,
    /// For programs.
    pub json: Value,
}

/// The best plan for everything that waits in a partnership, with reasons.
///
/// # Errors
/// When the database cannot be read or the engine cannot read a request.
pub async fn partnership(
    db: &impl Sql,
    partnership: OrgRef,
    today: Date,
) -> Result<Report, ActError> {
    let board = Board::load(db, partnership, today).await?;
    let planned = board.planned()?;
    let plan = planned.plan();
    let mut text = format!(
        "{} requests wait for a match, {} people and schools could help, as of {}.\n",
        board.requests.len(),
        board.pool.supporters.len(),
        date_in_words(today)
    );
    for one in &plan.matches {
        let _ = writeln!(text, "\n{}", board.label_of(&one.need));
        for share in &one.shares {
            let _ = writeln!(
                text,
                "  {}: {}, {:.0} points of {:.0}",
                share.label,
                days_in_words(i64::from(share.half_days)),
                share.score.points(),
                f64::from(u32::try_from(share.score.most_hundredths).unwrap_or(0)) / 100.0,
            );
            if let Some(next) = &share.runner_up {
                let _ = writeln!(text, "  {}", next.sentence);
            }
        }
    }
    for one in &plan.unmet {
        let _ = writeln!(text, "\n{}\n  not met", board.label_of(&one.need));
        for sentence in &one.sentences {
            let _ = writeln!(text, "  {sentence}");
        }
    }
    let _ = writeln!(
        text,
        "\n{}",
        if plan.proved { "No better plan exists." } else { "A slightly better plan may exist." }
    );
    let json = json!({
        "as_at": today,
        "requests": board.requests.iter().map(|one| json!({ "id": one.id, "label": board.label(one) })).collect::<Vec<_>>(),
        "supporters": board.pool.supporters.iter().map(|one| json!({ "id": one.model.id, "label": one.label })).collect::<Vec<_>>(),
        "plan": serde_json::to_value(plan).unwrap_or(Value::Null),
    });
    Ok(Report { text, json })
}

/// The explained candidates of one request.
///
/// # Errors
/// When there is no such request, or the database cannot be read.
pub async fn request(db: &impl Sql, id: RequestId, today: Date) -> Result<Report, ActError> {
    let case = case(db, id, today).await?.ok_or(ActError::NotFound("request"))?;
    let shortlist = case.shortlist()?;
    let mut text = format!("{}\n", case.need.label);
    for (at, one) in shortlist.kept.iter().enumerate() {
        let _ = writeln!(text, "\n{}. {}: {:.0} points", at + 1, one.label, one.score.points());
        let supporter = case.pool.supporters.iter().find(|s| s.model.id == one.supporter);
        if let Some(supporter) = supporter {
            for part in &one.score.parts {
                let _ = writeln!(
                    text,
                    "   {:<18} {:>4.1} of {:<3.0} {}",
                    words::part_name(part.kind),
                    part.points,
                    part.most,
                    words::part(part, &case.need, supporter, one)
                );
            }
        }
        if let Some(notice) = words::talk_first(one) {
            let _ = writeln!(text, "   {notice}");
        }
    }
    if !shortlist.removed.is_empty() {
        let _ = writeln!(text, "\nNot possible now:");
    }
    for one in &shortlist.removed {
        let reasons: Vec<_> =
            one.reasons.iter().map(|reason| case.sentence(reason, &one.supporter)).collect();
        let _ = writeln!(text, "  {}: {}", one.label, reasons.join(" "));
    }
    let json = serde_json::to_value(&shortlist).unwrap_or(Value::Null);
    Ok(Report { text, json: json!({ "request": id, "as_at": today, "shortlist": json }) })
}
