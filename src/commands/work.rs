//! `citygate work`

use citygate_kernel::Clock;
use citygate_platform::{
    db::Db,
    jobs::{self, JobId},
};

use super::{CommandError, WorkArgs, asked_to_end};
use crate::{
    instance::{BackgroundWorker, City, Database},
    settings::Settings,
};

/// Works until asked to end, or looks after the dead.
pub(super) async fn run(settings: &Settings, args: &WorkArgs) -> Result<(), CommandError> {
    let database = Database::open(settings).await?;
    database.migrate().await?;
    let db = Db::new(&database.url, Clock::system(), &settings.database);
    if args.dead {
        return list_dead(&db).await;
    }
    if let Some(which) = &args.replay {
        return replay(&db, which).await;
    }
    // Nobody is answered here; it only has to be a URL.
    let issuer = settings.public_url.clone();
    let issuer = issuer.unwrap_or_else(|| format!("http://{}", settings.http.listen));
    let city = City::assemble(settings, &database.url, Clock::system(), &issuer).await?;
    let worker = BackgroundWorker::start(&city);
    println!("Citygate works. Ctrl-C ends it.");
    asked_to_end().await;
    worker.stop().await;
    Ok(())
}

async fn list_dead(db: &Db) -> Result<(), CommandError> {
    let dead = db.tx("jobs.dead", async |tx| jobs::dead(tx).await).await?;
    println!("{} dead job(s)", dead.len());
    for letter in dead {
        println!(
            "{}  {}  tried {} times, given up {}: {}",
            JobId::from_uuid(letter.id),
            letter.kind,
            letter.attempts,
            letter.dead_at.unwrap_or_default().format("%Y-%m-%d %H:%M:%S"),
            letter.last_error.unwrap_or_default()
        );
    }
    Ok(())
}

async fn replay(db: &Db, which: &str) -> Result<(), CommandError> {
    let id = match which {
        "all" => None,
        id => Some(id.parse::<JobId>()?),
    };
    let revived = db.tx("jobs.replay", async |tx| jobs::replay(tx, id).await).await?;
    println!("{revived} job(s) will run again");
    Ok(())
}
