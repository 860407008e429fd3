//! Names as they are compared: without case, accents and punctuation, and forgiving a slip.

/// Folds a text to lower-case ASCII letters and digits with single blanks: accents and
/// apostrophes go, other marks part words, and `saint` becomes `st`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        let plain = plain(c);
        match plain {
            Plain::Nothing => {}
            Plain::Gap => gap = true,
            Plain::Letters(letters) => {
                if gap && !out.is_empty() {
                    out.push(' ');
                }
                gap = false;
                out.push_str(letters);
            }
            Plain::Letter(letter) => {
                if gap && !out.is_empty() {
                    out.push(' ');
                }
                gap = false;
                out.push(letter);
            }
        }
    }
    if out.contains("saint") {
        out = out
            .split(' ')
            .map(|word| match word {
                "saint" => "st",
                "saints" => "sts",
                other => other,
            })
            .collect::<Vec<_>>()
            .join(" ");
    }
    out
}

enum Plain {
    Nothing,
    Gap,
    Letter(char),
    Letters(&'static str),
}

/// Latin letters with marks, as English and Welsh names use them; anything beyond parts words.
fn plain(c: char) -> Plain {
    match c {
        'a'..='z' | '0'..='9' => Plain::Letter(c),
        'A'..='Z' => Plain::Letter(c.to_ascii_lowercase()),
        '\'' | '’' | '‘' | '`' | '´' | '.' => Plain::Nothing,
        '&' => Plain::Letters("and"),
        'À'..='Å' | 'à'..='å' | 'Ā' | 'ā' => Plain::Letter('a'),
        'Æ' | 'æ' => Plain::Letters("ae"),
        'Ç' | 'ç' | 'Č' | 'č' => Plain::Letter('c'),
        'È'..='Ë' | 'è'..='ë' | 'Ē' | 'ē' => Plain::Letter('e'),
        'Ì'..='Ï' | 'ì'..='ï' | 'Ī' | 'ī' => Plain::Letter('i'),
        'Ñ' | 'ñ' => Plain::Letter('n'),
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō' | 'ō' => Plain::Letter('o'),
        'Œ' | 'œ' => Plain::Letters("oe"),
        'Ù'..='Ü' | 'ù'..='ü' | 'Ū' | 'ū' => Plain::Letter('u'),
        'Ý' | 'ý' | 'ÿ' | 'Ŷ' | 'ŷ' | 'Ÿ' => Plain::Letter('y'),
        'Ŵ' | 'ŵ' => Plain::Letter('w'),
        'ß' => Plain::Letters("ss"),
        _ => Plain::Gap,
    }
}

/// The pieces of three letters of a word, with its beginning and end marked, each once.
#[must_use]
pub fn grams(word: &str) -> Vec<String> {
    let marked: Vec<char> = format!("^{word}$").chars().collect();
    let mut grams: Vec<String> = marked.windows(3).map(|three| three.iter().collect()).collect();
    grams.sort();
    grams.dedup();
    grams
}

/// How many slips a typist may have made in a word of this length.
#[must_use]
pub const fn slips(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// How many letters must be added, left out, changed or swapped with their neighbour to turn one
/// word into the other (optimal string alignment); `None` above `most`.
#[must_use]
pub fn slips_between(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().all(|&slips| slips > most) {
            return None;
        }
        before = last;
        last = row;
    }
    last.last().copied().filter(|&slips| slips <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_alike_however_they_are_written() {
        assert_eq!(fold("St. Mary’s C.E. (Aided) Primary"), "st marys ce aided primary");
        assert_eq!(fold("Saint Mary's"), "st marys");
        assert_eq!(fold("  Ysgol Llŷn – Café & Bar "), "ysgol llyn cafe and bar");
        assert_eq!(fold("東京"), "");
    }

    #[test]
    fn slips_are_counted_and_a_swap_is_one() {
        assert_eq!(slips_between("oakfield", "oakfeild", 2), Some(1));
        assert_eq!(slips_between("oakfield", "okfeild", 2), Some(2));
        assert_eq!(slips_between("oak", "elm", 1), None);
        assert_eq!(slips_between("", "", 0), Some(0));
        assert_eq!(slips_between("abc", "abc", 0), Some(0));
    }

    #[test]
    fn grams_mark_both_ends() {
        assert_eq!(grams("oak"), ["^oa", "ak$", "oak"]);
    }
}
