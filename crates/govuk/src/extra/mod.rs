//! Components beyond GOV.UK Frontend, for services that people work in all day.
//!
//! The markup is our own; `extra.css` styles it. All of it works without JavaScript, by keyboard
//! and on paper.

mod account;
mod cards;
mod downloads;
mod filter_panel;
mod metadata;
mod navigation;
mod page;
mod scroll;
mod search_box;
mod steps;
mod tiles;
mod timeline;
mod visibility;
mod wordmark;

pub use account::Account;
pub use cards::{Card, CardGrid};
pub use downloads::{Download, Downloads};
pub use filter_panel::{FilterGroup, FilterPanel, SelectedFilter};
pub use metadata::{Metadata, MetadataItem};
pub use navigation::{SideNavigation, SideSection, SubNavigation};
pub use page::Page;
pub use scroll::ScrollArea;
pub use search_box::SearchBox;
pub use steps::{Step, StepState, Steps};
pub use tiles::{Tile, Tiles};
pub use timeline::{Timeline, TimelineEvent};
pub use visibility::{Audience, Visibility};
pub use wordmark::Wordmark;
