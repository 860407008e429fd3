//! Money and time as people write them.

/// Pence as a reader writes them: "£4,375" or "£87.50".
#[must_use]
pub fn pounds(pence: i64) -> String {
    let (sign, pence) = if pence < 0 { ("−", -pence) } else { ("", pence) };
    let digits = (pence / 100).to_string();
    let grouped = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|chunk| String::from_utf8_lossy(chunk).into_owned())
        .collect::<Vec<_>>()
        .join(",");
    match pence % 100 {
        0 => format!("{sign}£{grouped}"),
        rest => format!("{sign}£{grouped}.{rest:02}"),
    }
}

/// Half-days as a reader says them: "half a day", "1 day", "12½ days".
#[must_use]
pub fn days(half_days: i64) -> String {
    match (half_days / 2, half_days % 2) {
        (0, 0) => "no days".to_owned(),
        (0, _) => "half a day".to_owned(),
        (1, 0) => "1 day".to_owned(),
        (whole, 0) => format!("{whole} days"),
        (whole, _) => format!("{whole}½ days"),
    }
}
