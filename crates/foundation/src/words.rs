//! Enumerations whose stored word and spoken words are written once, side by side.

/// What has words for a page.
pub trait Words: Copy {
    /// The words a page shows, as they stand in a sentence.
    fn words(self) -> &'static str;
}

/// Declares an enumeration with a stored key and words for the page; it displays as its key,
/// parses from it, and knows all its values.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $key:literal, $text:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(::serde::Serialize, ::serde::Deserialize)]
        pub enum $name {
            $(#[doc = $text] #[serde(rename = $key)] $variant,)+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word stored in the database.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }

            /// The words a page shows.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl $crate::Words for $name {
            fn words(self) -> &'static str {
                self.words()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.key())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|it| it.key() == text).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|it| it.key()).collect();
                    format!("“{text}” is unknown here: use one of {}", known.join(", "))
                })
            }
        }
    };
}
