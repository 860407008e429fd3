//! Two threads at a time: one raises the bound, one looks for better plans. Each round gives either
//! a certain amount of work, and only between rounds does one learn what the other found, so that
//! what comes out depends on no clock as long as nobody stops them.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::branch::{Node, Run};
use super::climb::Climb;
use super::local::Dice;

/// What each thread does in a round, as [`super::lagrange::Knapsacks`] counts it: about a
/// second.
const QUOTA: u64 = 20_000_000;

impl<'a> Run<'a> {
    /// Climbs while another thread looks for better plans. Says whether everything was gone
    /// through.
    pub(super) fn round(
        &mut self,
        climb: &mut Climb,
        root: &Node,
        bound: &mut i64,
        go_on: &mut dyn FnMut() -> bool,
    ) -> bool {
        let stop = AtomicBool::new(false);
        let mut seeker = self.seeker.take().unwrap_or_else(|| {
            let dice = Dice(self.dice.draw());
            Box::new(Run::new(self.p, self.best.clone(), dice, self.worth.clone()))
        });
        if let Some(best) = &self.best {
            seeker.offer(&best.agent);
        }
        let through = thread::scope(|scope| {
            let plans = scope.spawn(|| seeker.seek(root, &mut || !stop.load(Ordering::Relaxed)));
            let through = climb.on(self, root, bound, QUOTA, go_on);
            if through || !go_on() {
                stop.store(true, Ordering::Relaxed);
            }
            plans.join().unwrap_or_else(|panic| resume_unwind(panic));
            through
        });
        if let Some(best) = &seeker.best {
            self.offer(&best.agent);
        }
        self.seeker = Some(seeker);
        through
    }

    /// Looks for better plans for a round.
    fn seek(&mut self, root: &Node, go_on: &mut dyn FnMut() -> bool) {
        let before = self.knapsacks.effort;
        if self.now.is_none() {
            self.follow(root, go_on);
            self.settle(&root.open, 8_000, go_on);
            self.refine(&root.open, 40, go_on);
        }
        while self.knapsacks.effort - before < QUOTA && go_on() {
            if !self.region(root, 1, go_on) && self.best.is_none() && !self.follow(root, go_on) {
                break;
            }
        }
    }
}
