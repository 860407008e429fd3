//! Reading a part of the product as people do: from its door through every link of it.

use std::collections::BTreeSet;

use crate::{Persona, TestApp};

impl TestApp {
    /// The sentences of the pages that links lead to from `doors`, to each reader, that hold
    /// `word` in any case: `Ada at /agreements/…: the sentence`. Pages outside the doors' own
    /// addresses are not followed; `kept` are the phrases in which the word may stand.
    pub async fn sentences_with(
        &self,
        word: &str,
        readers: &[&Persona],
        doors: &[String],
        kept: &[&str],
    ) -> Vec<String> {
        let mut said = Vec::new();
        for who in readers {
            let mut seen: BTreeSet<String> = doors.iter().cloned().collect();
            let mut open: Vec<String> = doors.to_vec();
            while let Some(path) = open.pop() {
                let answer = self.get(Some(who), &path).await;
                let Some((_, main)) =
                    answer.body.split_once("<main").filter(|_| answer.status == 200)
                else {
                    continue;
                };
                for link in main.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next())
                {
                    let link = link.split('#').next().unwrap_or(link);
                    if doors.iter().any(|door| link.starts_with(door.as_str()))
                        && seen.insert(link.to_owned())
                    {
                        open.push(link.to_owned());
                    }
                }
                let main = main.split_once("</main>").map_or(main, |(main, _)| main);
                for (_, words) in main.split('<').filter_map(|piece| piece.split_once('>')) {
                    let left = kept.iter().fold(words.to_owned(), |all, one| all.replace(one, ""));
                    if left.to_lowercase().contains(word) {
                        said.push(format!("{} at {path}: {}", who.name, words.trim()));
                    }
                }
            }
        }
        said
    }
}
