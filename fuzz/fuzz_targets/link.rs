//! Tokens of links that let somebody without an account do one act.
#![no_main]

use access::links::{Act, Link, LinkId, token};
use foundation::{OrgRef, db::At};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

const KEY: [u8; 32] = [7; 32];

fuzz_target!(|input: (&str, &str, &str, i64, &str, &str)| {
    let (id, email, given, until, other_id, other_email) = input;
    let Ok(until) = Timestamp::from_microsecond(until) else { return };
    let owner = OrgRef::School(999_101);
    let link = |id: &str, email: &str, until| Link {
        id: "00000000-0000-7000-8000-000000000000".parse::<LinkId>().expect("a name"),
        subject: "request".to_owned(),
        subject_id: id.to_owned(),
        act: "reply".to_owned(),
        email: email.trim().to_lowercase(),
        owner,
        expires_at: At(until),
    };
    let (id, email) = (id.to_owned(), email.to_owned());
    let right = link(&id, &email, until);
    let act = Act { subject: "request", id, act: "reply", email, owner };
    let made = token(&KEY, &"a".repeat(64), &act, until);
    assert!(right.opened_by(&KEY, &made));
    // Nothing else opens it, and it opens nothing else.
    assert!(given == made || !right.opened_by(&KEY, given));
    assert!(!right.opened_by(&[8; 32], &made));
    let other = link(other_id, other_email, until);
    let same = other.subject_id == right.subject_id && other.email == right.email;
    assert_eq!(other.opened_by(&KEY, &made), same);
    if let Ok(later) = Timestamp::from_microsecond(until.as_microsecond().saturating_add(1)) {
        assert!(!link(&act.id, &act.email, later).opened_by(&KEY, &made));
    }
});
