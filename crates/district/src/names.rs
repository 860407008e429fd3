//! Invented names. None is meant to be found on a map or in a register; a test looks.

use std::collections::HashSet;

use crate::chance::Stream;

/// First halves of invented place names.
const HEADS: [&str; 48] = [
    "Skarr",
    "Brindle",
    "Tollan",
    "Marrow",
    "Ostler",
    "Wraith",
    "Quern",
    "Dunlin",
    "Gannet",
    "Corven",
    "Threll",
    "Haggle",
    "Fenni",
    "Sallow",
    "Ludder",
    "Yarrow",
    "Kestle",
    "Mizzen",
    "Oars",
    "Petrel",
    "Kittiwake",
    "Plover",
    "Samphire",
    "Cockle",
    "Wickern",
    "Tansel",
    "Bracket",
    "Hollin",
    "Lanter",
    "Mussel",
    "Curlew",
    "Driftle",
    "Ember",
    "Flotsam",
    "Gorsel",
    "Halyard",
    "Jibber",
    "Keelan",
    "Limpet",
    "Murrel",
    "Nettle",
    "Orrin",
    "Pennel",
    "Rudder",
    "Spindle",
    "Teasel",
    "Umber",
    "Wherry",
];

/// Second halves.
const TAILS: [&str; 16] = [
    "wick", "holme", "stead", "mere", "combe", "garth", "keld", "rigg", "bourne", "cote", "fleet",
    "moor", "scar", "sea", "ness", "wold",
];

/// Words that may follow, since a coast has many of each.
const TAIL_WORDS: [&str; 14] = [
    "Sluice",
    "Saltings",
    "Groyne",
    "Staithe",
    "Spit",
    "Ings",
    "Slipway",
    "Breakwater",
    "Mudflats",
    "Lockgate",
    "Tidepool",
    "Causey",
    "Dunes",
    "Mooring",
];

/// Saints nobody has heard of.
pub(crate) const SAINTS: [&str; 24] = [
    "Brede",
    "Orwyn",
    "Tessaly",
    "Maudric",
    "Ellwyth",
    "Corvane",
    "Hespera",
    "Wilfrun",
    "Audomel",
    "Ysolde of the Lamp",
    "Perranth",
    "Galmund",
    "Ethelwin the Less",
    "Sunnifrith",
    "Bartlemay",
    "Odrannah",
    "Kentigale",
    "Rumonda",
    "Teclan",
    "Wulfrith",
    "Osmunda",
    "Cyndra",
    "Lanfrid",
    "Merewin",
];

/// Hands out place names, each once.
pub(crate) struct Places {
    chance: Stream,
    used: HashSet<String>,
}

impl Places {
    pub(crate) fn new(seed: u64, taken: impl IntoIterator<Item = String>) -> Self {
        Self { chance: Stream::named(seed, "place names", &[]), used: taken.into_iter().collect() }
    }

    /// An invented place nobody has been given yet.
    pub(crate) fn next(&mut self) -> String {
        for attempt in 0_u32.. {
            let head = HEADS[self.chance.below(HEADS.len())];
            let tail = TAILS[self.chance.below(TAILS.len())];
            let mut name = format!("{head}{tail}");
            // Some 770 plain names; further ones take a word, and then a quarter.
            if attempt > 0 || self.chance.chance(0.3) {
                name = format!("{name} {}", TAIL_WORDS[self.chance.below(TAIL_WORDS.len())]);
            }
            if attempt > 6 {
                let quarter = ["Upper", "Nether", "Great", "Little", "Old", "New", "Far", "Inner"];
                name = format!("{} {name}", quarter[self.chance.below(quarter.len())]);
            }
            if self.used.insert(name.clone()) {
                return name;
            }
        }
        unreachable!("the attempts are counted, not ended")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_never_repeat() {
        let mut places = Places::new(3, []);
        let many: HashSet<String> = (0..20_000).map(|_| places.next()).collect();
        assert_eq!(many.len(), 20_000);
    }
}
