//! A question that a room puts to the rooms above it. Rooms lean downward only, so a room cannot
//! call those above; each of them adds its answer where the rooms are put together, and the front
//! door puts the whole into the requests (`axum::Extension`).

use std::{fmt, pin::Pin, sync::Arc};

use crate::{App, DbError};

type Answer<A> = Pin<Box<dyn Future<Output = Result<Vec<A>, DbError>> + Send>>;
type Ask<Q, A> = Arc<dyn Fn(App, Q) -> Answer<A> + Send + Sync>;

/// The rooms that answer a question `Q` with any number of `A`.
pub struct Rooms<Q, A>(Vec<Ask<Q, A>>);

impl<Q, A> Clone for Rooms<Q, A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Q, A> Default for Rooms<Q, A> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<Q, A> fmt::Debug for Rooms<Q, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rooms({})", self.0.len())
    }
}

impl<Q: Clone, A> Rooms<Q, A> {
    /// Adds a room's answer.
    #[must_use]
    pub fn asking<F, W>(mut self, ask: F) -> Self
    where
        F: Fn(App, Q) -> W + Send + Sync + 'static,
        W: Future<Output = Result<Vec<A>, DbError>> + Send + 'static,
    {
        self.0.push(Arc::new(move |app, question| Box::pin(ask(app, question))));
        self
    }

    /// Everything the rooms answer, in their order.
    ///
    /// # Errors
    /// When a room's records cannot be read.
    pub async fn answers(&self, app: &App, question: &Q) -> Result<Vec<A>, DbError> {
        let mut all = Vec::new();
        for ask in &self.0 {
            all.extend(ask(app.clone(), question.clone()).await?);
        }
        Ok(all)
    }
}
