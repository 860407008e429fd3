//! From where an act comes: which browser and which request, never an address on the network.
//!
//! The middleware of [`crate::web::protect`] says it once for a request; every [`crate::Context`]
//! made while the request is worked on carries it into the record.

use axum::http::{HeaderMap, header};

use crate::Ids;

tokio::task_local! {
    static ORIGIN: String;
}

/// Runs a piece of work as coming from somewhere.
pub async fn from<T>(origin: String, work: impl Future<Output = T>) -> T {
    ORIGIN.scope(origin, work).await
}

/// From where the present piece of work comes; nothing for the product's own.
#[must_use]
pub fn current() -> Option<String> {
    ORIGIN.try_with(Clone::clone).ok()
}

/// A request in words: the browser and the device as their user knows them, and a name for the
/// request that no other has.
#[must_use]
pub fn of_request(headers: &HeaderMap, ids: &Ids) -> String {
    let mut name = [0_u8; 6];
    ids.fill(&mut name);
    format!("{}, request {}", device_of(headers), crate::ids::hex(&name))
}

/// The browser and the device of a request in words.
#[must_use]
pub fn device_of(headers: &HeaderMap) -> String {
    device(headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or(""))
}

/// The browser and the device in words, from what the browser says of itself.
fn device(agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    // Browsers claim to be each other: the one that says least about others comes last.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let device = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "Chromebook"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, device) {
        (Some(browser), Some(device)) => format!("{browser} on {device}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(device)) => format!("A browser on {device}"),
        (None, None) => "A browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn browsers_are_named_as_people_know_them() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome on Windows");
        assert_eq!(device(&format!("{chrome} Edg/142.0")), "Edge on Windows");
        assert_eq!(
            device(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1"
            ),
            "Safari on iPhone"
        );
        assert_eq!(
            device("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"),
            "Firefox on Linux"
        );
        assert_eq!(device("curl"), "A browser");
    }
}
