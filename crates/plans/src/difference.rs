//! What changed between two texts, word by word, for a reader to see at a glance.

/// A run of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// In both texts.
    Same(String),
    /// In the earlier text only.
    Gone(String),
    /// In the later text only.
    New(String),
}

/// The longest texts that are compared word by word; beyond it the whole is shown as changed.
const MOST_WORDS: usize = 1_500;

/// A word with the space that follows it.
fn words(text: &str) -> Vec<&str> {
    text.split_inclusive(char::is_whitespace).collect()
}

/// The words two texts have in common, in the longest order that both keep, and what lies between.
#[must_use]
pub fn between(before: &str, after: &str) -> Vec<Piece> {
    let (old, new) = (words(before), words(after));
    if old.len() > MOST_WORDS || new.len() > MOST_WORDS {
        return whole(before, after);
    }
    // A space at the very end is no change of a word.
    let same = |a: &str, b: &str| a.trim_end() == b.trim_end();
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            longest[at * width + to] = if same(old[at], new[to]) {
                longest[(at + 1) * width + to + 1] + 1
            } else {
                longest[(at + 1) * width + to].max(longest[at * width + to + 1])
            };
        }
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut at, mut to) = (0, 0);
    while at < old.len() || to < new.len() {
        if at < old.len() && to < new.len() && same(old[at], new[to]) {
            push(&mut pieces, Piece::Same(new[to].to_owned()));
            at += 1;
            to += 1;
        } else if to >= new.len()
            || (at < old.len() && longest[(at + 1) * width + to] >= longest[at * width + to + 1])
        {
            push(&mut pieces, Piece::Gone(old[at].to_owned()));
            at += 1;
        } else {
            push(&mut pieces, Piece::New(new[to].to_owned()));
            to += 1;
        }
    }
    pieces
}

fn whole(before: &str, after: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if !before.is_empty() {
        pieces.push(Piece::Gone(before.to_owned()));
    }
    if !after.is_empty() {
        pieces.push(Piece::New(after.to_owned()));
    }
    pieces
}

/// Adds a piece, joined to the last one of its kind.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match (pieces.last_mut(), &piece) {
        (Some(Piece::Same(text)), Piece::Same(more))
        | (Some(Piece::Gone(text)), Piece::Gone(more))
        | (Some(Piece::New(text)), Piece::New(more)) => text.push_str(more),
        _ => pieces.push(piece),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_changed_word_stands_between_what_stays() {
        assert_eq!(
            between("one programme, taught daily", "one phonics programme, taught weekly"),
            [
                Piece::Same("one ".to_owned()),
                Piece::New("phonics ".to_owned()),
                Piece::Same("programme, taught ".to_owned()),
                Piece::Gone("daily".to_owned()),
                Piece::New("weekly".to_owned()),
            ]
        );
        assert_eq!(between("", "new"), [Piece::New("new".to_owned())]);
        assert_eq!(between("same", "same"), [Piece::Same("same".to_owned())]);
        assert!(between("", "").is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_invented(
            before in "([ab]{1,2} ){0,12}[ab]{0,2}",
            after in "([ab]{1,2} ){0,12}[ab]{0,2}",
        ) {
            let pieces = between(&before, &after);
            let text = |keep: fn(&Piece) -> Option<&String>| -> String {
                pieces.iter().filter_map(keep).map(String::as_str).collect()
            };
            let new = text(|p| match p { Piece::Same(t) | Piece::New(t) => Some(t), Piece::Gone(_) => None });
            let old = text(|p| match p { Piece::Same(t) | Piece::Gone(t) => Some(t), Piece::New(_) => None });
            prop_assert_eq!(new, after);
            let bare = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            // What stays is shown with the later text's spaces.
            prop_assert_eq!(bare(&old).replace(' ', ""), bare(&before).replace(' ', ""));
        }
    }
}
