//! Whatever no state machine of this room lists is refused: every state, every act, everybody.

use practices::{
    adoptions::{self, Spread},
    asks,
    machine::{Who, step},
    practice,
};
use testkit::machine::only_what_is_listed;

/// Written down from the specification, apart from the code.
const PRACTICE: &str = "
    draft write author draft
    draft write head draft
    draft send author check
    draft send head check
    draft take_back named draft
    draft retire head retired
    check approve peer check
    check return peer draft
    check return author draft
    check return head draft
    check consent named check
    check take_back named draft
    check publish head published
    check keep_back head kept
    kept wake system check
    kept publish head published
    kept revise author draft
    kept revise head draft
    published revise author draft
    published revise head draft
    published take_back named draft
    published fall_due system due
    published retire head retired
    due reaffirm head published
    due revise author draft
    due revise head draft
    due take_back named draft
    due retire head retired";

/// Written down from the specification, apart from the code.
const ADOPTION: &str = "
    interested borrow adopter borrowed
    interested stop adopter stopped
    borrowed adapt adopter adapted
    borrowed adopt adopter adopted
    borrowed tell adopter borrowed
    borrowed stop adopter stopped
    adapted adapt adopter adapted
    adapted adopt adopter adopted
    adapted tell adopter adapted
    adapted stop adopter stopped
    adopted tell adopter adopted
    adopted stop adopter stopped
    stopped borrow adopter borrowed";

/// Written down from the specification, apart from the code.
const ASK: &str = "
    asked welcome host welcome
    asked decline host declined
    asked withdraw guest withdrawn
    welcome withdraw host withdrawn
    welcome withdraw guest withdrawn
    welcome note guest seen";

#[test]
fn only_what_is_listed_is_possible() {
    let go = |from, act, who| step::<practice::State>(from, act, &[who]).ok();
    only_what_is_listed(PRACTICE, practice::State::ALL, practice::Act::ALL, Who::ALL, go);
    let go = |from, act, who| step::<adoptions::State>(from, act, &[who]).ok();
    only_what_is_listed(ADOPTION, adoptions::State::ALL, adoptions::Act::ALL, Who::ALL, go);
    let go = |from, act, who| step::<asks::State>(from, act, &[who]).ok();
    only_what_is_listed(ASK, asks::State::ALL, asks::Act::ALL, Who::ALL, go);
}

#[test]
fn what_spread_is_said_in_one_line() {
    let spread = Spread { borrowed: 2, adapted: 1, adopted: 0, stopped: 1 };
    assert_eq!(spread.in_words(), "borrowed by 2 schools, adapted by 1, given up by 1");
    assert_eq!(Spread::default().in_words(), "");
    assert_eq!(Spread { adopted: 1, ..Spread::default() }.in_words(), "adopted by 1 school");
}
