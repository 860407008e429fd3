//! What to do about a worry, wherever a page has room for words: Alongside is no place to record
//! a concern about a child or an adult's conduct, and says so before the first field.

use govuk::{Html, InsetText};

/// The rule, as people read it.
const RULE: &str = "Concerned about a child, or about an adult’s conduct? Stop and tell the \
    designated safeguarding lead of the school or their deputy now; if it is about the head, tell \
    the local authority’s designated officer. Do not write it here: Alongside keeps no \
    safeguarding records.";

/// Puts the rule before the first form that has room for words. A page that says the whole of it in
/// words of its own, the officer to turn to about a head included, keeps them.
pub(super) fn with_rule(main: String) -> String {
    let Some(field) = main.find("<textarea") else { return main };
    if main.contains("designated officer") {
        return main;
    }
    let at = main[..field].rfind("<form").unwrap_or(0);
    let rule = Html::from(InsetText::from(RULE)).to_string();
    format!("{}{rule}{}", &main[..at], &main[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_stands_before_the_first_form_with_room_for_words_and_only_once() {
        let page = "<h1>Note</h1><form>a</form><form><textarea></textarea></form>".to_owned();
        let ruled = with_rule(page);
        let rule = ruled.find("designated safeguarding lead").unwrap();
        assert!(ruled.find("a</form>").unwrap() < rule && rule < ruled.find("<textarea").unwrap());
        assert_eq!(with_rule(ruled.clone()), ruled);
        assert_eq!(with_rule("<form><input></form>".to_owned()), "<form><input></form>");
    }
}
