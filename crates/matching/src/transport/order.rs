//! Orders that keep neighbours near one another in memory.

/// Position of a point on a Hilbert curve over a square of 65,536 by 65,536 cells.
///
/// The usual walk from the coarsest quadrant to the finest, turning as the curve turns.
pub fn hilbert(x: u16, y: u16) -> u32 {
    let (mut x, mut y) = (u32::from(x), u32::from(y));
    let mut position = 0_u32;
    let mut side = 1_u32 << 15;
    while side > 0 {
        let (right, top) = (u32::from(x & side != 0), u32::from(y & side != 0));
        position = position.wrapping_add(side.wrapping_mul(side).wrapping_mul((3 * right) ^ top));
        if top == 0 {
            if right == 1 {
                x = 0xffff_u32.wrapping_sub(x);
                y = 0xffff_u32.wrapping_sub(y);
            }
            std::mem::swap(&mut x, &mut y);
        }
        side >>= 1;
    }
    position
}
