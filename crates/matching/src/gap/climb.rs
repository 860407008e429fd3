//! Raising the bound rung by rung: to prove that nothing costs less than one more than the bound,
//! every pair that would cost more than that is closed, which leaves a far smaller problem than
//! closing by the best plan does. Posta, Ferland and Michelon (2012) climb so to the optimum.

use super::branch::{Left, NONE, Node, Run, Stack};
use super::lagrange::round_up;

#[derive(Default)]
pub(super) struct Climb {
    /// Everything below this costs more, once the stack is empty.
    rung: i64,
    /// What is left to go through, with bounds in 256ths.
    stack: Stack,
    /// Everything was gone through.
    pub(super) through: bool,
}

impl Climb {
    /// Goes on for at least so much effort, and says whether everything was gone through: then
    /// the best plan, if there is one, is proved.
    pub(super) fn on(
        &mut self,
        run: &mut Run<'_>,
        root: &Node,
        bound: &mut i64,
        effort: u64,
        go_on: &mut dyn FnMut() -> bool,
    ) -> bool {
        let before = run.knapsacks.effort;
        while !self.through && go_on() {
            if self.stack.is_empty() {
                self.begin(run, root, *bound, go_on);
            }
            run.rung = self.rung;
            while let Some((least, left)) = self.stack.pop() {
                if !go_on() || (run.knapsacks.effort - before > effort) {
                    self.stack.push((least, left));
                    break;
                }
                if round_up(least) >= run.target() {
                    continue;
                }
                run.part(left, least, &mut self.stack, go_on);
            }
            run.rung = NONE;
            if !self.stack.is_empty() {
                break;
            }
            *bound = (*bound).max(self.rung.min(run.least()));
            self.through = self.rung >= run.least();
        }
        self.through
    }

    /// The next rung: one higher, or a part of the way to the best plan where that is far.
    fn begin(
        &mut self,
        run: &mut Run<'_>,
        root: &Node,
        bound: i64,
        go_on: &mut dyn FnMut() -> bool,
    ) {
        self.rung = match run.least() {
            NONE => NONE,
            least => bound + ((least - bound) / 200).max(1),
        };
        let mut node = root.clone();
        run.rung = self.rung;
        let raised = run.raise(&node, 300, 0, 0.5, go_on);
        run.knapsacks.close(run.p, &mut node.open, &raised.price, raised.value, self.rung);
        node.price = raised.price;
        self.stack.push((raised.value, Left::Pairs(node)));
    }
}
