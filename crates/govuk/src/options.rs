//! The macros that declare components: one list of options gives the struct, its builder methods
//! and, in tests, the reader that fills it from a published fixture.

/// One builder method for one option; the type of the option decides what the method accepts.
macro_rules! setter {
    ($(#[$doc:meta])* $field:ident bool) => {
        $(#[$doc])*
        pub fn $field(mut self, value: bool) -> Self {
            self.$field = value;
            self
        }
    };
    ($(#[$doc:meta])* $field:ident Option<bool>) => {
        $(#[$doc])*
        pub fn $field(mut self, value: bool) -> Self {
            self.$field = Some(value);
            self
        }
    };
    ($(#[$doc:meta])* $field:ident Option<u8>) => {
        $(#[$doc])*
        pub fn $field(mut self, value: u8) -> Self {
            self.$field = Some(value);
            self
        }
    };
    ($(#[$doc:meta])* $field:ident Option<u32>) => {
        $(#[$doc])*
        pub fn $field(mut self, value: u32) -> Self {
            self.$field = Some(value);
            self
        }
    };
    ($(#[$doc:meta])* $field:ident Option<$kind:ident>) => {
        $(#[$doc])*
        pub fn $field(mut self, value: impl Into<$kind>) -> Self {
            self.$field = Some(value.into());
            self
        }
    };
    ($(#[$doc:meta])* $field:ident Items<$kind:ident>) => {
        $(#[$doc])*
        pub fn $field<I>(mut self, values: I) -> Self
        where
            I: IntoIterator,
            I::Item: Into<Option<$kind>>,
        {
            self.$field = values.into_iter().map(Into::into).collect();
            self
        }
    };
    ($(#[$doc:meta])* $field:ident Rows<$kind:ident>) => {
        $(#[$doc])*
        pub fn $field<I, J>(mut self, values: I) -> Self
        where
            I: IntoIterator<Item = J>,
            J: IntoIterator,
            J::Item: Into<$kind>,
        {
            self.$field =
                values.into_iter().map(|row| row.into_iter().map(Into::into).collect()).collect();
            self
        }
    };
    ($(#[$doc:meta])* $field:ident Vec<$kind:ident>) => {
        $(#[$doc])*
        pub fn $field<I>(mut self, values: I) -> Self
        where
            I: IntoIterator,
            I::Item: Into<$kind>,
        {
            self.$field = values.into_iter().map(Into::into).collect();
            self
        }
    };
    ($(#[$doc:meta])* $field:ident $kind:ident) => {
        $(#[$doc])*
        pub fn $field(mut self, value: impl Into<$kind>) -> Self {
            self.$field = value.into();
            self
        }
    };
}

/// As [`plain_options`], for the components of GOV.UK Frontend: readable from published fixtures.
macro_rules! options {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(
                $(#[$doc:meta])*
                pub $field:ident : $head:ident $(< $arg:ident >)?,
            )*
        }
    )+) => {
        crate::options::plain_options! { $(
            $(#[$meta])*
            pub struct $name { $( $(#[$doc])* pub $field : $head $(< $arg >)?, )* }
        )+ }

        $(
            #[cfg(test)]
            impl crate::fixtures::FromFixture for $name {
                fn from_fixture(value: serde_json::Value) -> Result<Self, String> {
                    let mut given = crate::fixtures::object(stringify!($name), value)?;
                    let read = Self { $(
                        $field: crate::fixtures::FromFixture::take(
                            &mut given,
                            stringify!($field),
                        )?,
                    )* };
                    crate::fixtures::nothing_left(stringify!($name), &given)?;
                    Ok(read)
                }
            }
        )+
    };
}

/// Declares structs of options with public fields, `Default` and one builder method a field.
macro_rules! plain_options {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(
                $(#[$doc:meta])*
                pub $field:ident : $head:ident $(< $arg:ident >)?,
            )*
        }
    )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $( $(#[$doc])* pub $field: $head $(< $arg >)?, )*
        }

        impl $name {
            $( crate::options::setter! {
                $(#[$doc])* $field $head $(< $arg >)?
            } )*
        }
    )+ };
}

/// Makes a template struct embeddable: it renders, displays, and counts as trusted HTML because
/// its template escaped whatever it was given.
macro_rules! component {
    ($($name:ident),+ $(,)?) => { $(
        impl askama::filters::HtmlSafe for $name {}

        impl $name {
            /// The HTML of this component.
            pub fn render(&self) -> String {
                self.to_string()
            }
        }

        impl From<$name> for crate::Html {
            fn from(component: $name) -> Self {
                Self::trusted(component.to_string())
            }
        }

        impl From<$name> for crate::Content {
            fn from(component: $name) -> Self {
                Self::Html(component.into())
            }
        }
    )+ };
}

/// Lets a part of a component be made from its content alone: text, trusted HTML or a component.
macro_rules! from_content {
    ($($name:ident . $field:ident),+ $(,)?) => { $(
        impl<T: Into<crate::Content>> From<T> for $name {
            fn from(content: T) -> Self {
                Self::new(content)
            }
        }

        crate::options::new_from_content!($name . $field);
    )+ };
}

/// As [`from_content`], for structs that are components themselves: those turn into content, so
/// they can be made from text and trusted HTML only.
macro_rules! component_from_content {
    ($($name:ident . $field:ident),+ $(,)?) => { $(
        impl From<&str> for $name {
            fn from(content: &str) -> Self {
                Self::new(content)
            }
        }

        impl From<String> for $name {
            fn from(content: String) -> Self {
                Self::new(content)
            }
        }

        impl From<crate::Html> for $name {
            fn from(content: crate::Html) -> Self {
                Self::new(content)
            }
        }

        impl From<crate::Content> for $name {
            fn from(content: crate::Content) -> Self {
                Self::new(content)
            }
        }

        crate::options::new_from_content!($name . $field);
    )+ };
}

/// A constructor that takes the content.
macro_rules! new_from_content {
    ($name:ident . $field:ident) => {
        impl $name {
            /// Made from its content; every other option keeps its default.
            pub fn new(content: impl Into<crate::Content>) -> Self {
                Self { $field: content.into(), ..Self::default() }
            }
        }
    };
}

pub(crate) use {
    component, component_from_content, from_content, new_from_content, options, plain_options,
    setter,
};
