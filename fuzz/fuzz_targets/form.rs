//! Whatever a browser, or something that claims to be one, sends as a form.
#![no_main]

use foundation::{upn, web::FormData};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let form = FormData::decode(body);
    let mut errors = form.errors();
    for (name, value) in form.pairs() {
        // No control character gets in, and a pupil's number is always found out.
        assert!(!value.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{value:?}");
        assert_eq!(upn::find(value).is_some(), form_refuses(&form, name, value), "{value:?}");
        let _ = form.date(name, &mut errors, "date");
        if let Some(halves) = form.half_days(name, &mut errors, "days") {
            assert!((0..=2_000).contains(&halves), "{halves}");
        }
        let _ = form.parsed::<u32>(name, &mut errors, "number");
        let _ = form.required(name, &mut errors, "needed");
    }
    let _ = errors.summary();
    // What was decoded, sent again, is the same form.
    let again: Vec<u8> = form
        .pairs()
        .iter()
        .flat_map(|(name, value)| format!("{}={}&", encoded(name), encoded(value)).into_bytes())
        .collect();
    let read = FormData::decode(&again);
    let lines = |form: &FormData| -> Vec<(String, String)> { form.pairs().to_vec() };
    assert_eq!(lines(&read), lines(&form));
});

/// Whether the form as a whole refuses a field of this name, given that this value is in it.
fn form_refuses(form: &FormData, name: &str, value: &str) -> bool {
    let alone = FormData::from_pairs([(name, value)]);
    let refused = alone.errors().get(name).is_some();
    assert!(!refused || form.errors().get(name).is_some());
    refused
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
