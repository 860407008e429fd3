//! A score as a small picture. The numbers stand beside it, so it says nothing that words do not.

use std::fmt::Write as _;

use govuk::Html;
use matching::Score;

use crate::desk::words::part_name;

/// Six hues that keep their distance for every common kind of colour vision.
const HUES: [&str; 6] = ["#0f4f57", "#5694ca", "#b58840", "#6f72af", "#85994b", "#b10e1e"];

/// A bar of the parts of a score, each as wide as its points, on a track as wide as the most.
#[must_use]
pub(super) fn score_bar(score: &Score, id: &str) -> Html {
    let most = score.parts.iter().map(|part| part.most).sum::<f64>().max(1.0);
    let words: Vec<String> = score
        .parts
        .iter()
        .map(|part| format!("{} {:.0} of {:.0}", part_name(part.kind), part.points, part.most))
        .collect();
    let mut svg = format!(
        "<svg class=\"as-bar\" viewBox=\"0 0 400 16\" width=\"400\" height=\"16\" role=\"img\" \
         aria-labelledby=\"{id}\" preserveAspectRatio=\"none\"><title id=\"{id}\">{:.0} of {most:.0} points: {}</title>\
         <rect width=\"400\" height=\"16\" rx=\"3\" fill=\"#e4eaec\"/>",
        score.points(),
        words.join(", ")
    );
    let mut at = 0.0;
    for (part, hue) in score.parts.iter().zip(HUES) {
        let width = 400.0 * part.points / most;
        if width >= 0.5 {
            let _ = write!(
                svg,
                "<rect x=\"{at:.1}\" width=\"{:.1}\" height=\"16\" fill=\"{hue}\"/>",
                (width - 1.0).max(0.5)
            );
        }
        at += width;
    }
    svg += "</svg>";
    Html::trusted(svg)
}

/// The key to the hues, once a page.
#[must_use]
pub(super) fn key(score: &Score) -> Html {
    let mut html = String::from("<ul class=\"govuk-list as-key\">");
    for (part, hue) in score.parts.iter().zip(HUES) {
        let _ = write!(
            html,
            "<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\" focusable=\"false\"><rect width=\"14\" height=\"14\" rx=\"2\" fill=\"{hue}\"/></svg> {}</li>",
            part_name(part.kind)
        );
    }
    html += "</ul>";
    Html::trusted(html)
}
