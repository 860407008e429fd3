//! Every route the product serves, read from the routers themselves, and the addresses at which
//! the people of the world meet them.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::LazyLock,
};

use axum::http::Method;
use district::HARBOUR_VIEW;
use foundation::OrgRef;
use scraper::{Html, Selector};

use super::world::{Person, World};

/// A route and the methods it answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Route {
    pub(crate) pattern: String,
    pub(crate) methods: Vec<String>,
}

/// Every route, from the router's own description, with the methods each says it allows.
pub(crate) async fn routes(world: &World) -> Vec<Route> {
    let text = world.described();
    let mut patterns = BTreeSet::new();
    let mut rest = text.as_str();
    // The router prints its table as `RouteId(7): "/audits/{id}"`.
    while let Some(at) = rest.find("RouteId(") {
        rest = &rest[at + "RouteId(".len()..];
        let Some(after) = rest.find("): ") else { break };
        let number = &rest[..after];
        let value = &rest[after + 3..];
        let ours = value.starts_with("\"/") && !value.starts_with("\"/{*__private__");
        if ours && number.bytes().all(|byte| byte.is_ascii_digit()) {
            let pattern = &value[1..];
            let end = pattern.find('"').expect("an end");
            patterns.insert(pattern[..end].to_owned());
        }
    }
    assert!(patterns.len() > 60, "the router no longer describes its routes: {}", patterns.len());
    let mut routes = Vec::new();
    for pattern in patterns {
        let path = made_up(&pattern);
        let answer = world.send(None, Method::OPTIONS, &path, None).await;
        let allow = answer.headers.get("allow").and_then(|allow| allow.to_str().ok());
        let allow = allow.unwrap_or_else(|| panic!("{pattern}: {} without Allow", answer.status));
        let methods = allow.split(',').map(str::to_owned).filter(|m| m != "HEAD").collect();
        routes.push(Route { pattern, methods });
    }
    routes
}

/// An address of a pattern at which nothing exists.
pub(crate) fn made_up(pattern: &str) -> String {
    let mut path = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('{') {
        path += &rest[..at];
        let end = rest[at..].find('}').expect("a closing brace") + at;
        path += match rest[at..=end].trim_matches(['{', '}', '*']) {
            "ending" => "csv",
            "file" => "none.csv",
            "urn" | "uid" | "code" => "999999",
            "step" => "purpose",
            _ => "00000000-0000-7000-8000-000000000000",
        };
        rest = &rest[end + 1..];
    }
    path + rest
}

/// The path of an address, without query and fragment.
pub(crate) fn path_of(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

/// The parameters of an address under a pattern, where it fits.
fn fits(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut values = Vec::new();
    let (theirs, ours): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), path.split('/').collect());
    if pattern.contains("{*") || theirs.len() != ours.len() {
        return None;
    }
    for (their, our) in theirs.iter().zip(ours) {
        match their.find('{') {
            None if *their == our => {}
            None => return None,
            Some(at) => {
                let end = their.find('}')?;
                let value = our.strip_prefix(&their[..at])?.strip_suffix(&their[end + 1..])?;
                if value.is_empty() {
                    return None;
                }
                values.push(value.to_owned());
            }
        }
    }
    Some(values)
}

/// The route an address leads to: the one with the fewest parameters.
pub(crate) fn route_of<'a>(routes: &'a [Route], path: &str) -> Option<(&'a Route, Vec<String>)> {
    routes
        .iter()
        .filter_map(|route| fits(&route.pattern, path).map(|values| (route, values)))
        .min_by_key(|(_, values)| values.len())
}

/// A form somebody met on a page.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// Where it stood.
    pub(crate) page: String,
    /// Where it goes.
    pub(crate) action: String,
    /// Who met it: the place among the people.
    pub(crate) who: usize,
    /// Whether it carries files.
    pub(crate) upload: bool,
    /// Its fields: name, kind, value.
    pub(crate) fields: Vec<(String, String, String)>,
}

impl Form {
    /// The fields as a browser would send them without anybody touching them.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        self.fields.iter().map(|(name, _, value)| (name.clone(), value.clone())).collect()
    }
}

/// What the people of the world met.
#[derive(Clone, Debug, Default)]
pub(crate) struct Walk {
    /// Addresses of pages that opened, with the first person for whom they did.
    pub(crate) pages: BTreeMap<String, usize>,
    /// Forms that post.
    pub(crate) forms: Vec<Form>,
    /// In the order in which they were met.
    pub(crate) order: Vec<String>,
    /// Which page links to which: two paths each.
    pub(crate) links: BTreeSet<(String, String)>,
}

/// The address of a pattern that asks for a school and nothing else, for Harbour View.
pub(crate) fn of_harbour_view(pattern: &str) -> Option<String> {
    let school = OrgRef::School(HARBOUR_VIEW);
    let url =
        pattern.replace("{urn}", &HARBOUR_VIEW.to_string()).replace("{org}", &school.to_string());
    (url != pattern && !url.contains('{')).then_some(url)
}

/// How many pages of one route a person opens: enough to meet several states.
const EACH: usize = 5;
/// How many public pages of one route: they are alike.
const PUBLIC: usize = 1;

/// Walks every link from the start page, as each of these people.
pub(crate) async fn walk(world: &World, routes: &[Route], people: &[&Person]) -> Walk {
    let mut walk = Walk::default();
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    let made = world.people.made();
    for (who, person) in people.iter().enumerate() {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let starts = routes
            .iter()
            .filter(|route| !route.pattern.contains('{') && route.methods.contains(&"GET".into()))
            .map(|route| route.pattern.clone());
        // Pages of a school begin with Harbour View: of public ones nobody opens another.
        let own = routes.iter().filter_map(|route| of_harbour_view(&route.pattern));
        let mut queue: VecDeque<String> =
            std::iter::once("/home".to_owned()).chain(own).chain(starts).collect();
        // What was made for the walls alone comes last, page by page: it leaves no page of the
        // story out.
        let mut more: VecDeque<&str> = world.people.made_for(person).collect();
        while let Some((url, extra)) = match queue.pop_front() {
            Some(url) => Some((url, false)),
            None => more.pop_front().map(|url| (url.to_owned(), true)),
        } {
            if !extra && (ids(&url).iter().any(|id| made.contains(id)) || made.contains(&*url)) {
                continue;
            }
            let path = path_of(&url).to_owned();
            let Some((route, values)) = route_of(routes, &path) else { continue };
            if !route.methods.contains(&"GET".to_owned()) || !(seen.insert(path.clone()) || extra) {
                continue;
            }
            let public = ["/schools", "/trusts", "/areas", "/regions"];
            let limit =
                if public.iter().any(|start| path.starts_with(start)) { PUBLIC } else { EACH };
            let count = counts.entry(&route.pattern).or_default();
            if !values.is_empty() && *count >= limit && !extra {
                continue;
            }
            let answer = world.get(Some(person), &url).await;
            assert!(answer.status.as_u16() < 500, "{url} fails for {}", person.name);
            if answer.status != 200 {
                continue;
            }
            *count += 1;
            if !walk.pages.contains_key(&url) {
                walk.order.push(url.clone());
            }
            walk.pages.entry(url.clone()).or_insert(who);
            let html = answer
                .headers
                .get("content-type")
                .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.starts_with("text/html")));
            if html {
                let (links, forms) = read(&answer.body, &path, who);
                let to = links.iter().map(|link| (path.clone(), path_of(link).to_owned()));
                walk.links.extend(to);
                if !extra {
                    queue.extend(links);
                }
                for form in forms {
                    let names: Vec<&str> = form.fields.iter().map(|f| f.0.as_str()).collect();
                    if known.insert((form.action.clone(), names.join(" "))) {
                        walk.forms.push(form);
                    }
                }
            }
        }
    }
    walk
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("a selector")
}

/// The links and the forms of a page.
pub(crate) fn read(body: &str, path: &str, who: usize) -> (Vec<String>, Vec<Form>) {
    static LINKS: LazyLock<Selector> = LazyLock::new(|| selector("a[href]"));
    static FORMS: LazyLock<Selector> = LazyLock::new(|| selector("form"));
    static OPTIONS: LazyLock<Selector> = LazyLock::new(|| selector("option"));
    static FIELDS: LazyLock<Selector> =
        LazyLock::new(|| selector("input[name], textarea[name], select[name], button[name]"));
    let page = Html::parse_document(body);
    let mut links: Vec<String> = page
        .select(&LINKS)
        .filter_map(|link| link.value().attr("href"))
        .filter(|href| href.starts_with('/'))
        .map(|href| href.split('#').next().unwrap_or(href).to_owned())
        .collect();
    let mut forms = Vec::new();
    for form in page.select(&FORMS) {
        let action = form.value().attr("action").unwrap_or(path);
        let action = if action.is_empty() { path } else { action };
        if form.value().attr("method").is_none_or(|method| !method.eq_ignore_ascii_case("post")) {
            links.push(action.to_owned());
            continue;
        }
        let mut fields: Vec<(String, String, String)> = Vec::new();
        for field in form.select(&FIELDS) {
            let element = field.value();
            let name = element.attr("name").unwrap_or("").to_owned();
            let kind = match element.name() {
                "input" => element.attr("type").unwrap_or("text"),
                other => other,
            };
            let value = element.attr("value").unwrap_or("").to_owned();
            let value = match kind {
                "textarea" => field.text().collect(),
                "select" => field
                    .select(&OPTIONS)
                    .find(|option| option.value().attr("selected").is_some())
                    .or_else(|| field.select(&OPTIONS).last())
                    .and_then(|option| option.value().attr("value"))
                    .unwrap_or("")
                    .to_owned(),
                "radio" | "checkbox" => {
                    // One of each group: the one that is ticked, else the first.
                    let at = fields.iter().position(|f| f.0 == name);
                    if element.attr("checked").is_some() {
                        if let Some(at) = at {
                            fields.remove(at);
                        }
                    } else if at.is_some() {
                        continue;
                    }
                    value
                }
                "button" | "submit" => continue,
                _ => value,
            };
            fields.push((name, kind.to_owned(), value));
        }
        forms.push(Form {
            page: path.to_owned(),
            action: action.to_owned(),
            who,
            upload: form.value().attr("enctype") == Some("multipart/form-data"),
            fields,
        });
    }
    (links, forms)
}

/// The links of a page that lead to this installation, without their fragments.
pub(crate) fn links(body: &str) -> Vec<String> {
    read(body, "/", 0).0
}

/// Whether a text has the shape of a record's identifier.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().filter(|&byte| byte == b'-').count() == 4
}

/// The identifiers in an address.
pub(crate) fn ids(url: &str) -> Vec<&str> {
    url.split(['/', '?', '=', '&', ':']).filter(|part| is_id(part)).collect()
}
