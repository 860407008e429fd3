//! What pages made of the components must hold.

mod colours;
mod extras;
mod gallery;
