//! What pages made of the components must hold.

mod colours;
mod embedding;
mod extras;
mod gallery;
