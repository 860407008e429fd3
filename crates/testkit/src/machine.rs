//! The one check every state machine gets: whatever is not listed is refused, for every state,
//! every act and everybody.

use std::fmt::Debug;

/// `SupportedHead` as `supported_head`.
fn name(it: impl Debug) -> String {
    let mut name = String::new();
    for letter in format!("{it:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// Tries every state, act and person against a list that was written down from the specification,
/// apart from the code: one step a line, `from act who to`, with the names of the variants in
/// lower case. What the list does not hold must be refused, what it holds must lead where it says.
///
/// # Panics
/// At the first difference, and when a line of the list names something that does not exist.
pub fn only_what_is_listed<S, A, W, T>(
    listed: &str,
    states: &[S],
    acts: &[A],
    people: &[W],
    step: impl Fn(S, A, W) -> Option<T>,
) where
    S: Copy + Debug,
    A: Copy + Debug,
    W: Copy + Debug,
    T: Debug,
{
    let lines: Vec<Vec<&str>> = listed
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|line| !line.is_empty())
        .collect();
    assert!(lines.iter().all(|line| line.len() == 4), "write: from act who to");
    let mut allowed = 0;
    for &from in states {
        for &act in acts {
            for &who in people {
                let (f, a, w) = (name(from), name(act), name(who));
                let expected = lines
                    .iter()
                    .find(|line| line[0] == f && line[1] == a && line[2] == w)
                    .map(|line| line[3].to_owned());
                let got = step(from, act, who).map(name);
                assert_eq!(got, expected, "{f} {a} {w}");
                allowed += usize::from(got.is_some());
            }
        }
    }
    // A line that was never met names a state, an act or a person that does not exist, or stands
    // there twice.
    assert_eq!(allowed, lines.len(), "some lines of the list were never met");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Light {
        Red,
        GreenAgain,
    }

    fn step(from: Light, act: &'static str, _: u8) -> Option<Light> {
        (from == Light::Red && act == "go").then_some(Light::GreenAgain)
    }

    #[test]
    fn a_list_that_says_the_same_passes() {
        let all = [Light::Red, Light::GreenAgain];
        only_what_is_listed("red \"go\" 1 green_again", &all, &["go", "stay"], &[1], step);
    }

    #[test]
    #[should_panic(expected = "red \"go\" 1")]
    fn a_step_that_is_not_listed_is_found() {
        only_what_is_listed("", &[Light::Red], &["go"], &[1], step);
    }

    #[test]
    #[should_panic(expected = "never met")]
    fn a_line_about_nothing_is_found() {
        let listed = "red \"go\" 1 green_again\nblue \"go\" 1 red";
        only_what_is_listed(listed, &[Light::Red], &["go"], &[1], step);
    }
}
