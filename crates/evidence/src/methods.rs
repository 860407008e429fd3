//! What each method is called, which version it is, and what it does in words: so that a figure on
//! a page can say how it was worked out, and a stored one how it was worked out then.

/// A method as readers meet it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// What it is called.
    pub name: &'static str,
    /// Its version: changes when the same inputs would give another answer.
    pub version: &'static str,
    /// The formula, in words.
    pub formula: &'static str,
    /// What it cannot say.
    pub caveats: &'static [&'static str],
    /// Its part of the page on methods.
    pub section: &'static str,
}

/// [`crate::variation`]: the luck of one cohort.
pub const VARIATION: Method = Method {
    name: "Normal variation",
    version: "variation-1",
    formula: "For a share of pupils, the range is Wilson’s 95% interval for the number of pupils \
              and the size of the cohort. A change is “within normal variation” when Newcombe’s \
              interval for the difference of the two shares includes no change. Points times \
              pupils, divided by 100, gives the change in pupils. Where the publisher prints an \
              interval, that one is used.",
    caveats: &[
        "It is about who happened to be in the cohort. It does not know that a test changed or \
         that pupils were not entered.",
    ],
    section: "variation",
};

/// [`crate::trajectory`]: where a figure is heading.
pub const TRAJECTORY: Method = Method {
    name: "Trajectory",
    version: "trajectory-1",
    formula: "A straight line through the yearly figures, each year counting by its precision. It \
              is called improving or declining when at least three years are known since the \
              indicator last changed its meaning, and the slope is more than 1.64 times its \
              standard error (more, by Student’s distribution, where the precision of the years \
              is not known).",
    caveats: &["Three years are little: “no clear change” does not mean that nothing changed."],
    section: "trajectory",
};

/// [`crate::families`]: schools alike in what they are given.
pub const FAMILY: Method = Method {
    name: "Family of similar schools",
    version: crate::families::VERSION,
    formula: "Each input is put on one scale within the phase (its difference from the mean, \
              divided by the standard deviation) and weighted. The distance between two schools \
              is the root of the sum of weighted squared differences; the nearest make the \
              family. The middle of the family is its median.",
    caveats: &[
        "Results are never used to choose a family.",
        "Schools alike in intake may differ in history. The middle of a family is no target.",
    ],
    section: "families",
};

/// [`crate::signals`]: what might be a strength or a need, however many figures were looked at.
pub const SIGNALS: Method = Method {
    name: "Suggestions that allow for how much was looked at",
    version: "signals-1",
    formula: "Each figure is set against what chance alone would give, as a probability. With many \
              figures some look remarkable by luck, so all the probabilities of one look are taken \
              together: of all figures at least as remarkable as this one, what share would luck \
              bring (Benjamini and Hochberg’s false discovery rate)? Where that share is above one \
              in twenty, the suggestion says that it may well be luck.",
    caveats: &[
        "A suggestion is a question for a conversation, not a judgement; and what is not suggested \
         may matter all the same.",
    ],
    section: "signals",
};

/// [`crate::verdict::net_change`]: change against similar schools.
pub const NET_CHANGE: Method = Method {
    name: "Net change against similar schools",
    version: "net-change-1",
    formula: "The school’s figure since support less its figure at the base, minus the same \
              difference between the medians of its family, turned so that positive is better. \
              The family was fixed when both sides signed. If fewer than eight of it have both \
              figures, the schools of the authority take its place, then those of the nation. \
              The year whose results led to the choice of the school is never the base.",
    caveats: &[
        "Low results tend to rise and high ones to fall by themselves. What was to be expected \
         without support is shown beside the change.",
        "It is association, not proof: other things changed at the same time.",
    ],
    section: "impact",
};

/// [`crate::bar_and_gap`]: for all, or by levelling down?
pub const BAR_AND_GAP: Method = Method {
    name: "Bar and gap",
    version: "bar-and-gap-1",
    formula: "The bar is the figure for all pupils of the place. The gap is what other pupils of \
              England reach less what the disadvantaged pupils of the place reach. Pupils are \
              added up over the schools that have both figures in both years. A change counts \
              when it is beyond normal variation. A gap that narrowed because the level fell is \
              levelled down, and is named as a failure.",
    caveats: &[
        "Figures too small to be shown on a school’s own page are not counted, so small schools \
         weigh less.",
        "How far apart schools are is the width of their middle half, from eight schools with at \
         least eleven pupils; it names none.",
    ],
    section: "bar-and-gap",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_words_a_version_and_a_section_of_its_own() {
        let all = [VARIATION, TRAJECTORY, FAMILY, SIGNALS, NET_CHANGE, BAR_AND_GAP];
        for (at, method) in all.iter().enumerate() {
            assert!(method.version.rsplit_once('-').is_some_and(|(_, n)| n.parse::<u32>().is_ok()));
            assert!(method.formula.ends_with('.') && !method.formula.contains("  "));
            assert!(!method.caveats.is_empty());
            assert!(all.iter().skip(at + 1).all(|other| other.section != method.section));
        }
    }
}
