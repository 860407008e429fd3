//! Listening, and stopping without dropping anybody's request.

use std::net::SocketAddr;

use axum::{Extension, Router, middleware, routing::get};
use foundation::{App, jobs};
use tokio::{net::TcpListener, sync::watch};

use crate::{
    failure::{Code, fail},
    home, routes, week,
};

/// The whole product as one service.
pub fn service(app: &App) -> Router {
    let pages = routes::all()
        .merge(foundation::web::asset_routes())
        .fallback(home::not_found)
        .layer(Extension(routes::duties()))
        .layer(Extension(routes::extracts()))
        .layer(Extension(routes::sections()))
        .layer(Extension(routes::memory()))
        .layer(Extension(routes::library()))
        .layer(Extension(routes::open_points()))
        .layer(Extension(routes::contributions()))
        .layer(middleware::from_fn_with_state(app.clone(), home::frame));
    foundation::web::protect(pages, app)
        // Probes stay outside: they need neither cookies nor a page around them.
        .route("/health", get(home::health))
        .with_state(app.clone())
}

/// Binds the address.
///
/// # Errors
/// When the address is taken or not ours.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        fail(
            Code::Found,
            format!(
                "cannot listen on {address}: {error}. Choose another with --listen 127.0.0.1:8081"
            ),
        )
    })
}

/// Serves until interrupted, then finishes the requests in hand.
///
/// # Errors
/// When the daily work cannot be set or the listener fails.
pub async fn run(app: App, listener: TcpListener, worker: bool) -> anyhow::Result<()> {
    daily(&app).await?;
    brokerage::specialisms::refresh(&app.db).await?;
    let renewed = tokio::spawn(renew(app.clone()));
    let (stop, stopped) = watch::channel(false);
    let work = worker.then(|| tokio::spawn(jobs::work(app.clone(), routes::handlers(), stopped)));
    let service = foundation::web::even(service(&app), foundation::web::BEAT);
    axum::serve(listener, service).with_graceful_shutdown(interrupted()).await?;
    renewed.abort();
    let _ = stop.send(true);
    if let Some(work) = work {
        let _ = work.await;
    }
    Ok(())
}

/// What another process on the same database may have added is known here within a minute.
async fn renew(app: App) {
    let mut beat = tokio::time::interval(std::time::Duration::from_secs(60));
    loop {
        beat.tick().await;
        if let Err(error) = brokerage::specialisms::refresh(&app.db).await {
            tracing::warn!(%error, "the list of specialisms is not renewed");
        }
    }
}

/// Sets the rooms' daily rounds; setting one twice adds nothing.
async fn daily(app: &App) -> anyhow::Result<()> {
    access::retention::ensure(app).await?;
    brokerage::schedule(app).await?;
    support::schedule(app).await?;
    plans::schedule(app).await?;
    visits::schedule(app).await?;
    practices::schedule(app).await?;
    networks::schedule(app).await?;
    week::digest::schedule(app).await?;
    Ok(())
}

/// Works until interrupted.
///
/// # Errors
/// When the daily work cannot be set.
pub async fn work(app: App) -> anyhow::Result<()> {
    daily(&app).await?;
    brokerage::specialisms::refresh(&app.db).await?;
    let (stop, stopped) = watch::channel(false);
    let work = tokio::spawn(jobs::work(app, routes::handlers(), stopped));
    interrupted().await;
    let _ = stop.send(true);
    let _ = work.await;
    Ok(())
}

async fn interrupted() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
