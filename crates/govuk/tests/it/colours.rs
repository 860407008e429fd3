//! The colours of the stylesheet can be told apart by everybody (WCAG 2.2 AA).

fn stylesheet() -> String {
    let asset = govuk::assets::get("vendor/govuk.css").expect("the stylesheet");
    String::from_utf8(asset.bytes.into_owned()).expect("text")
}

/// The value of a colour, the first that is set: `--govuk-link-colour: #0b5f68`.
fn colour(css: &str, name: &str) -> [f64; 3] {
    let key = format!("--govuk-{name}-colour:");
    let start = css.find(&key).unwrap_or_else(|| panic!("no colour {name}")) + key.len();
    let value = css[start..].trim_start().trim_start_matches('#');
    let digits: String = value.chars().take_while(char::is_ascii_hexdigit).collect();
    let full = match digits.len() {
        3 => digits.chars().flat_map(|c| [c, c]).collect(),
        _ => digits,
    };
    let part = |at: usize| {
        let value = u8::from_str_radix(&full[at..at + 2], 16).expect("a colour");
        f64::from(value) / 255.0
    };
    [part(0), part(2), part(4)]
}

/// Relative luminance as WCAG 2.2 defines it.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Contrast ratio as WCAG 2.2 defines it, from 1 to 21.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn contrast_is_measured_as_defined() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([1.0; 3], [1.0; 3]) - 1.0).abs() < 1e-9);
}

#[test]
fn text_can_be_read_on_every_background() {
    let css = stylesheet();
    let backgrounds = ["body-background", "surface-background", "template-background"];
    for text in ["text", "secondary-text", "link", "link-visited", "link-hover", "link-active"] {
        for background in backgrounds {
            let ratio = contrast(colour(&css, text), colour(&css, background));
            assert!(ratio >= 4.5, "{text} on {background}: {ratio:.2}");
        }
    }
    for background in ["brand", "success", "error"] {
        let ratio = contrast(colour(&css, "inverse-text"), colour(&css, background));
        assert!(ratio >= 4.5, "white on {background}: {ratio:.2}");
    }
    let ratio = contrast(colour(&css, "focus-text"), colour(&css, "focus"));
    assert!(ratio >= 4.5, "focused text: {ratio:.2}");
}

#[test]
fn the_look_is_our_own() {
    let css = stylesheet();
    assert_ne!(colour(&css, "brand"), [29.0, 112.0, 184.0].map(|part: f64| part / 255.0));
    for asset in govuk::assets::iter() {
        let text = String::from_utf8_lossy(&asset.bytes).to_lowercase();
        for banned in ["gds transport", "govuk-crest", "logotype-crown"] {
            assert!(!text.contains(banned), "{} mentions {banned}", asset.path);
        }
    }
}
