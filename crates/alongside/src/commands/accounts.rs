//! `alongside user …`.

use std::fmt::Write as _;

use access::{Post, Role, accounts, sessions};
use foundation::{
    Clock, Context, DbError, OrgRef, Sql as _,
    db::At,
    events::{self, Event},
};
use jiff::SignedDuration;

use crate::{
    boot,
    cli::{Cli, User},
    failure::{Code, fail},
};

/// Looks after accounts.
pub(super) async fn run(cli: &Cli, command: User) -> anyhow::Result<()> {
    let app = boot::app(boot::config(cli)?, Clock::system()).await?;
    let now = app.clock.now();
    let context = Context::system("command line", now);
    match command {
        User::Add { email, name, role, at, title, chair } => {
            let role: Role = role.parse().map_err(|error: String| fail(Code::Usage, error))?;
            let org: OrgRef = at
                .parse()
                .map_err(|error: foundation::org::NotAnOrg| fail(Code::Usage, error.to_string()))?;
            let title = if title.is_empty() { role.key().to_owned() } else { title };
            let post = Post::new(org, role, &title);
            let post = if chair { post.chairing() } else { post };
            if let Some(problem) = post.problem() {
                return Err(fail(Code::Usage, problem));
            }
            let tx = app.db.write().await?;
            let account = match accounts::by_email(&tx, &email).await? {
                Some(account) => account.id,
                None => accounts::open(&tx, &app.ids, &context, &email, &name).await.map_err(
                    |error| match error {
                        DbError::Duplicate(_) => fail(
                            Code::Found,
                            format!("{email} has a closed account: use another address"),
                        ),
                        other => other.into(),
                    },
                )?,
            };
            accounts::appoint(&tx, &app.ids, &context, account, &post, app.clock.today()).await?;
            tx.commit().await?;
            let json = serde_json::json!({ "account": account, "email": email, "role": role.key(), "at": org });
            super::say_or(
                cli,
                &format!("{email} is {role} at {org}. Next: alongside user link {email}"),
                &json,
            );
        }
        User::List => {
            let (mut text, mut list) = (String::new(), Vec::new());
            for account in accounts::all(&app.db).await? {
                let posts = accounts::posts(&app.db, &app.clock, account.id).await?;
                let held: Vec<_> =
                    posts.iter().map(|post| format!("{} at {}", post.role(), post.org)).collect();
                let _ = writeln!(
                    text,
                    "{:<40} {:<28} {}",
                    account.email,
                    account.name,
                    held.join(", ")
                );
                list.push(serde_json::json!({ "email": account.email, "name": account.name, "posts": held }));
            }
            if text.is_empty() {
                text = "There are no accounts yet: alongside user add EMAIL NAME --role operator --at authority:CODE".to_owned();
            }
            super::say_or(cli, text.trim_end(), &list.into());
        }
        User::Link { email } => {
            let account = find(&app, &email).await?;
            let tx = app.db.write().await?;
            let hour = SignedDuration::from_hours(1);
            let token = sessions::issue_link(&tx, &app.ids, now, account, hour, false).await?;
            events::append(&tx, &context, Event::new("account", account, "sign-in link issued"))
                .await?;
            tx.commit().await?;
            let link = format!("{}/sign-in/{token}", app.config.public_url());
            super::say_or(cli, &link, &serde_json::json!({ "link": link }));
        }
        User::Close { email, reason } => {
            let account = find(&app, &email).await?;
            let tx = app.db.write().await?;
            tx.run(
                "UPDATE account SET closed_at = $2 WHERE id = $1",
                [account.into(), At(now).into()],
            )
            .await?;
            tx.run(
                "UPDATE session SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL",
                [account.into(), At(now).into()],
            )
            .await?;
            let context = context.because(reason);
            events::append(&tx, &context, Event::new("account", account, "closed")).await?;
            tx.commit().await?;
            super::say_or(
                cli,
                &format!("{email} is closed"),
                &serde_json::json!({ "closed": email }),
            );
        }
    }
    Ok(())
}

async fn find(app: &foundation::App, email: &str) -> anyhow::Result<access::AccountId> {
    accounts::by_email(&app.db, email).await?.map(|account| account.id).ok_or_else(|| {
        fail(Code::Absent, format!("{email} has no open account: see `alongside user list`"))
    })
}
