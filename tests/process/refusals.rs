//! What cannot run says why, in one line, and how to mend it.

use std::{fs, net::TcpListener, path::Path, process::Command};

use crate::program::{Serving, citygate, finished};

/// The one line that a refused command prints, checked for manners.
pub fn refusal(command: Command) -> String {
    let output = finished(command);
    let printed = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(!printed.contains("panicked"), "{printed}");
    let lines: Vec<_> = printed.lines().filter(|line| line.starts_with("citygate: ")).collect();
    assert_eq!(lines.len(), 1, "{printed}");
    lines[0].to_owned()
}

fn serve(data_dir: &Path) -> Command {
    let mut command = citygate(data_dir);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    command
}

#[test]
fn a_folder_in_use_a_port_in_use_and_an_unknown_service() {
    let folder = tempfile::tempdir().unwrap();
    let running = Serving::start(folder.path());
    let line = refusal(serve(folder.path()));
    assert!(line.contains("belongs to a running citygate"), "{line}");
    assert!(line.contains("--data-dir"), "{line}");
    drop(running);

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = citygate(folder.path());
    command.args(["serve", "--listen", &taken.local_addr().unwrap().to_string()]);
    let line = refusal(command);
    assert!(line.contains("Address already in use") && line.contains("--listen"), "{line}");

    let mut command = serve(folder.path());
    command.args(["--services", "traffic,astrology"]);
    let line = refusal(command);
    assert!(line.contains("no service astrology") && line.contains("payments"), "{line}");
}

#[test]
fn a_wrong_database_url() {
    let folder = tempfile::tempdir().unwrap();
    for url in ["postgres://nobody@127.0.0.1:1/none", "postgres://%%%", "not a url at all"] {
        let mut command = serve(folder.path());
        command.env("DATABASE_URL", url);
        let line = refusal(command);
        assert!(line.contains("the database at DATABASE_URL cannot be used"), "{line}");
    }
}

#[test]
fn settings_that_nobody_knows() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = citygate(folder.path());
    command.arg("config").env("CITYGATE_COLOUR", "red");
    assert!(refusal(command).contains("unknown field `colour`"));

    let file = folder.path().join("citygate.toml");
    fs::write(&file, "[http]\nlisten_on = \"127.0.0.1:1\"\n").unwrap();
    let mut command = citygate(folder.path());
    command.arg("config");
    assert!(refusal(command).contains("unknown field `listen_on`"));

    fs::write(&file, "[http\n").unwrap();
    let mut command = citygate(folder.path());
    command.arg("config");
    assert!(refusal(command).contains("citygate.toml"));

    let mut command = citygate(folder.path());
    command.args(["config", "--config", "/nowhere/citygate.toml"]);
    assert!(refusal(command).contains("/nowhere/citygate.toml"));
}

#[test]
fn flags_win_over_variables_over_the_file_and_secrets_are_masked() {
    let folder = tempfile::tempdir().unwrap();
    let text = "public_url = \"http://file\"\n[http]\nlisten = \"file:1\"\nworkers = 3\n\
                [mail]\nsmtp_url = \"smtp://user:secret-a@host\"\n";
    fs::write(folder.path().join("citygate.toml"), text).unwrap();
    let mut command = citygate(folder.path());
    command
        .arg("config")
        .env("CITYGATE_HTTP__LISTEN", "variable:2")
        .env("CITYGATE_SERVICES", "traffic,payments")
        .env("CITYGATE_HTTP__TRUSTED_PROXIES", "10.0.0.0/8,2001:db8::1")
        .env("CITYGATE_HTTP__PROXY_HEADER", "forwarded")
        .env("CITYGATE_HTTP__RATE_LIMIT__SIGN_IN", "7")
        .env("DATABASE_URL", "postgres://user:secret-b@host/db");
    let printed = String::from_utf8(finished(command).stdout).unwrap();
    for line in [
        "public_url = \"http://file\"",
        "listen = \"variable:2\"",
        "workers = 3",
        "\"10.0.0.0/8\"",
        "\"2001:db8::1/128\"",
        "proxy_header = \"forwarded\"",
        "sign_in = 7",
        "database_url = \"***\"",
        "smtp_url = \"***\"",
    ] {
        assert!(printed.contains(line), "{line} is missing in {printed}");
    }
    assert!(!printed.contains("secret"), "{printed}");
}

#[test]
fn a_schema_newer_than_the_program() {
    let folder = tempfile::tempdir().unwrap();
    drop(Serving::start(folder.path()));
    let cluster = citygate_platform::cluster::Cluster::start(&folder.path().join("postgres"));
    let cluster = cluster.unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
        let mut connection = AsyncPgConnection::establish(&cluster.url()).await.unwrap();
        let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')";
        connection.batch_execute(newer).await.unwrap();
    });
    drop(cluster);
    let line = refusal(serve(folder.path()));
    assert!(line.contains("29990101000000") && line.contains("newer version"), "{line}");
}

#[test]
fn keys_of_another_database() {
    let folder = tempfile::tempdir().unwrap();
    drop(Serving::start(folder.path()));
    fs::remove_file(folder.path().join("keys/index.key")).unwrap();
    let line = refusal(serve(folder.path()));
    assert!(line.contains("not those that the data") && line.contains("keys_dir"), "{line}");
}
