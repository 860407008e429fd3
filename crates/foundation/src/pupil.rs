//! Text that may name a child or tell when one was born. Unlike a pupil's number this is never
//! certain, so it is asked about and not refused: the writer may say that it is none.
//!
//! Nothing here knows who is a pupil. A first name counts only beside words that make its bearer
//! a child (“Year 4”, “aged 7”, “pupil”, “mother of”), a date only beside words about a birth.
//! “Phonics in Year 1” and “inspected on 12 March 2019” pass.

/// What a text may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likely<'a> {
    /// The name of a child, with the words that say so.
    Name(&'a str),
    /// A date of birth.
    Birth(&'a str),
}

impl<'a> Likely<'a> {
    /// The words that gave rise to it.
    #[must_use]
    pub const fn words(self) -> &'a str {
        let (Self::Name(words) | Self::Birth(words)) = self;
        words
    }
}

/// First names that are common among children in England and are hardly ever anything else in a
/// text about schools: no Grace, Hope, Mark or Will.
const NAMES: &str = " aaliyah aaron abdul abigail adam adeel ahmed aisha alex alexander alfie alice \
    alisha amelia amina amir amy ananya anna annabelle anya archie aria arjun arthur ava ayaan ayesha \
    bella ben benjamin bethany billy bilal bobby callum cameron caleb charlie charlotte chloe connor \
    daisy daniel danny darcey david dylan eden edward eleanor elena eliza elizabeth ella ellie elijah \
    elliot elsie emilia emily emma erin ethan eva eve evelyn evie ezra fatima felix finley finn florence \
    francesca freddie freya gabriel george georgia georgina hamza hannah haris harley harriet harrison \
    harry harvey hassan henry holly hugo hussain ibrahim imogen imran isaac isabel isabella isabelle isla \
    ismail jack jacob jake jamal james jamie jasmine jayden jessica joe joel joseph josh joshua jude \
    kai kayla kian kiera kieran kyle lauren layla leah leo leon lewis liam lily logan lola louie louis \
    luca lucas lucy luke maisie maryam mason matilda matthew maya megan mia michael mikolaj millie \
    mohamed mohammad mohammed molly muhammad musa nathan niamh nikhil noah nora oliver olivia ollie omar \
    oscar owen phoebe poppy rayyan rebecca reuben rhys riley robyn roman rory rosie ryan sam samira \
    samuel sara sarah scarlett sebastian shanice sienna simran sofia sophia sophie stanley summer tahir \
    teddy thea theo theodore thomas tilly toby tom tommy tyler victoria violet william willow yasmin \
    yusuf zac zachary zahra zain zainab zak zara zoe zuzanna ";

/// Words for a child or for somebody's family that make a name beside them a child's.
const CHILD: [&str; 20] = [
    "pupil", "child", "student", "boy", "girl", "learner", "son", "daughter", "sibling", "brother",
    "sister", "mum", "mother", "dad", "father", "parent", "parents", "carer", "kid", "toddler",
];

/// Words that come between such a word and the name: “a pupil in Year 4 called Sam”.
const BETWEEN: [&str; 14] = [
    "called", "named", "of", "is", "was", "a", "an", "the", "in", "for", "whose", "name", "and",
    "with",
];

/// A word of a text with its place.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    start: usize,
}

impl Word<'_> {
    const fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The words and numbers of a text.
fn words(text: &str) -> Vec<Word<'_>> {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '.' | '\'' | '’');
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (inside(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let word = text[from..at].trim_end_matches(['.', '\'', '’', '-', '/']);
                if !word.is_empty() {
                    found.push(Word { text: word, start: from });
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// Whether a word is a child's first name, alone or with an ending: “Sam”, “Sam's”.
fn is_name(word: &str) -> bool {
    let word = word.split(['\'', '’']).next().unwrap_or(word);
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.all(char::is_lowercase)
        && NAMES.contains(&format!(" {} ", word.to_lowercase()))
}

/// How many words from here on are a school year or an age: “Year 4”, “Y4”, “Reception”, “aged 7”,
/// “7 years old”.
fn stage(words: &[Word<'_>]) -> Option<usize> {
    let first = words.first()?.text.to_lowercase();
    let number = |word: Option<&Word<'_>>, highest: u8| {
        word.and_then(|word| word.text.parse::<u8>().ok()).is_some_and(|n| n <= highest)
    };
    match first.as_str() {
        "year" | "yr" => number(words.get(1), 14).then_some(2),
        "aged" | "age" => number(words.get(1), 19).then_some(2),
        "reception" | "nursery" => Some(1),
        other => {
            let year = other.strip_prefix("yr").or_else(|| other.strip_prefix('y'));
            if year.and_then(|n| n.parse::<u8>().ok()).is_some_and(|n| n <= 14) {
                return Some(1);
            }
            let old = number(words.first(), 19)
                && words.get(1).is_some_and(|word| word.text.starts_with("year"))
                && words.get(2).is_some_and(|word| word.text.eq_ignore_ascii_case("old"));
            old.then_some(3)
        }
    }
}

/// Whether a word is a whole date in figures, day and year included: 12/3/2015, 2015-03-12.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['/', '-', '.']).collect();
    let size = |at: usize| parts.get(at).map_or(0, |part: &&str| part.len());
    parts.len() == 3
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        && ((size(0) <= 2 && size(1) <= 2 && matches!(size(2), 2 | 4))
            || (size(0) == 4 && size(1) <= 2 && size(2) <= 2))
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Whether the words from here on are a date with a month in words: “12th March 2015”.
fn is_date_in_words(words: &[Word<'_>]) -> bool {
    let [day, month, year, ..] = words else { return false };
    let day = day.text.trim_end_matches(char::is_alphabetic);
    let month = month.text.to_lowercase();
    day.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
        && MONTHS.iter().any(|name| month.starts_with(name))
        && year.text.len() == 4
        && year.text.bytes().all(|b| b.is_ascii_digit())
}

/// Words about a birth.
fn is_birth(words: &[Word<'_>]) -> bool {
    let Some(first) = words.first().map(|word| word.text.to_lowercase()) else { return false };
    let second = |text: &str| words.get(1).is_some_and(|word| word.text.eq_ignore_ascii_case(text));
    matches!(first.as_str(), "dob" | "d.o.b" | "born" | "birthday" | "birthdate")
        || (first == "birth" && second("date"))
        || (first == "date"
            && second("of")
            && words.get(2).is_some_and(|w| w.text.eq_ignore_ascii_case("birth")))
}

/// How many words may stand between the two halves of what is looked for.
const NEAR: usize = 4;

/// The first thing in a text that may tell who a child is.
#[must_use]
pub fn likely(text: &str) -> Option<Likely<'_>> {
    let words = words(text);
    // The words from one place to another, as they are written.
    let slice =
        |from: usize, to: usize| &text[words[from].start..words[to.min(words.len() - 1)].end()];
    for at in 0..words.len() {
        if is_birth(&words[at..]) {
            for on in at + 1..words.len().min(at + 2 + NEAR) {
                if is_date(words[on].text) {
                    return Some(Likely::Birth(slice(at, on)));
                }
                if is_date_in_words(&words[on..]) {
                    return Some(Likely::Birth(slice(at, on + 2)));
                }
            }
        }
        if is_name(words[at].text)
            && !after_a_title(&words, at)
            && let Some(to) = child_after(text, &words, at)
        {
            return Some(Likely::Name(slice(at, to)));
        }
        if is_child(words[at].text) || stage(&words[at..]).is_some() {
            let name = (at + 1..words.len().min(at + 1 + NEAR))
                .find(|&on| is_name(words[on].text) && !after_a_title(&words, on));
            let quiet = |on: usize| {
                (at + 1..on).all(|between| {
                    let word = words[between].text.to_lowercase();
                    BETWEEN.contains(&word.as_str())
                        || is_child(&word)
                        || word.parse::<u8>().is_ok()
                })
            };
            if let Some(on) = name.filter(|&on| quiet(on) && one_sentence(text, &words, at, on)) {
                return Some(Likely::Name(slice(at, on)));
            }
        }
    }
    None
}

/// Whether a word is about a child or a family, alone or owning: “pupil”, “sister’s”.
fn is_child(word: &str) -> bool {
    let word = word.split(['\'', '’']).next().unwrap_or(word);
    CHILD.iter().any(|child| child.eq_ignore_ascii_case(word))
}

/// Where the words end that make the name before them a child's: “Sam (Year 4)”, “Sam, a pupil in
/// Year 4”, “Sam Brown’s mother”.
fn child_after(text: &str, words: &[Word<'_>], at: usize) -> Option<usize> {
    let surname = words.get(at + 1).is_some_and(|next| {
        next.text.chars().next().is_some_and(char::is_uppercase)
            && stage(&words[at + 1..]).is_none()
    });
    let from = at + 1 + usize::from(surname);
    for on in from..words.len().min(from + 3) {
        if !one_sentence(text, words, at, on) {
            return None;
        }
        let word = words[on].text.to_lowercase();
        if let Some(length) = stage(&words[on..]) {
            return Some(on + length - 1);
        }
        if is_child(&word) {
            return Some(on);
        }
        if !BETWEEN.contains(&word.as_str()) {
            return None;
        }
    }
    None
}

/// Whether the name belongs to an adult who is addressed formally: “Mrs Harriet Cole”.
fn after_a_title(words: &[Word<'_>], at: usize) -> bool {
    let titles = [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "sir",
        "dame",
        "rev",
        "fr",
        "headteacher",
        "head",
        "teacher",
        "governor",
        "st",
        "saint",
    ];
    at > 0 && titles.iter().any(|title| words[at - 1].text.eq_ignore_ascii_case(title))
}

/// Whether no sentence ends between two words.
fn one_sentence(text: &str, words: &[Word<'_>], from: usize, to: usize) -> bool {
    let between = &text[words[from].end()..words[to].start];
    !between.contains(['.', '!', '?', '\n', ';', ':'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_may_tell_who_a_child_is_is_found() {
        for (text, found) in [
            ("We talked about Sam (Year 4) and reading", "Sam (Year 4"),
            ("Aisha in Y5 reads well", "Aisha in Y5"),
            ("a pupil called Oliver struggles", "pupil called Oliver"),
            ("the mother of Jayden came", "mother of Jayden"),
            ("Jayden’s mum came", "Jayden’s mum"),
            ("Ella Brown, aged 7, has a plan", "Ella Brown, aged 7"),
            ("Mohammed, a pupil in Year 6", "Mohammed, a pupil"),
            ("the Year 2 boy Alfie", "Year 2 boy Alfie"),
            ("Lily, 7 years old", "Lily, 7 years old"),
        ] {
            let likely = likely(text);
            assert!(matches!(likely, Some(Likely::Name(_))), "{text}: {likely:?}");
            assert_eq!(likely.unwrap().words(), found, "{text}");
        }
        for (text, found) in [
            ("DOB 12/03/2015", "DOB 12/03/2015"),
            ("(d.o.b. 1.2.16)", "d.o.b. 1.2.16"),
            ("born on 12th March 2015 in Leeds", "born on 12th March 2015"),
            ("Date of birth: 2015-03-12", "Date of birth: 2015-03-12"),
        ] {
            assert_eq!(likely(text), Some(Likely::Birth(found)), "{text}");
        }
    }

    #[test]
    fn what_people_write_about_schools_passes() {
        for text in [
            "Phonics in Year 1 is taught in three ways",
            "Year 6 pupils read daily; Reception starts in October",
            "Pupil Premium strategy, Pupil Voice and Student Council",
            "The school was inspected on 12 March 2019",
            "The nursery was born out of a merger in 2014",
            "Aisha leads reading with Daniel Okoro",
            "Mrs Harriet Cole in Year 4 will show her lesson",
            "St George in Year 1 of the partnership",
            "Maths (Year 4), Science (Year 5)",
            "Will Year 4 have a Grace assembly in May?",
            "Governor Thomas asked about Year 5",
            "Children love it. Sarah from the trust agreed. Year 4 next",
            "",
            "…",
        ] {
            assert_eq!(likely(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "(Sam|Year|4|pupil|born|DOB|1/2/2015|é|’|[ .,(\n]|\\PC){0,40}") {
            if let Some(found) = likely(&text) {
                prop_assert!(text.contains(found.words()));
            }
        }
    }
}
