//! The binary as an operator meets it.

use std::{
    path::Path,
    process::{Command, Output},
};

fn alongside(folder: &Path, arguments: &[&str]) -> Output {
    alongside_with(folder, &[], arguments)
}

fn alongside_with(folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_alongside"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(settings.iter().copied())
        .output()
        .expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn ok(output: &Output) -> String {
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn help_teaches_where_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let help = ok(&alongside(folder.path(), &["--help"]));
    for word in [
        "demo",
        "serve",
        "worker",
        "migrate",
        "import",
        "export",
        "match",
        "report",
        "backup",
        "restore",
        "user",
        "keys",
        "retention",
        "doctor",
        "config",
        "Exit codes",
    ] {
        assert!(help.contains(word), "{word} is not in:\n{help}");
    }
}

#[test]
fn a_wrong_setting_is_named_and_exits_with_three() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("alongside.toml"), "lisen = \"127.0.0.1:1\"\n").unwrap();
    let output = alongside(folder.path(), &["config", "check"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("lisen"));
    let output = alongside(folder.path(), &["--config", "nowhere.toml", "config", "check"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("nowhere.toml"));
}

#[test]
fn a_person_is_added_listed_linked_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| alongside(folder.path(), arguments);
    let added = [
        "user",
        "add",
        "kit@example.org",
        "Kit Doe",
        "--role",
        "operator",
        "--at",
        "authority:990",
    ];
    ok(&run(&added));
    let list: serde_json::Value =
        serde_json::from_str(&ok(&run(&["--json", "user", "list"]))).unwrap();
    assert_eq!(list[0]["email"], "kit@example.org");
    assert_eq!(list[0]["posts"][0], "operator at authority:990");
    assert!(ok(&run(&["user", "link", "KIT@example.org"])).contains("/sign-in/"));
    let output = run(&["user", "link", "nobody@example.org"]);
    assert_eq!(output.status.code(), Some(5));
    ok(&run(&["user", "close", "kit@example.org", "--reason", "left"]));
    let list: serde_json::Value =
        serde_json::from_str(&ok(&run(&["--json", "user", "list"]))).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 0);
    assert!(ok(&run(&["doctor"])).contains("each following from the one before"));
}

#[test]
fn doctor_finds_tampering() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| alongside(folder.path(), arguments);
    ok(&run(&["user", "add", "a@example.org", "A", "--role", "head", "--at", "school:999101"]));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use foundation::Sql as _;
        let path = folder.path().join("alongside-data/alongside.sqlite");
        let db = foundation::Db::open(&format!("sqlite:{}", path.display())).await.unwrap();
        db.script("DROP TRIGGER event_no_update").await.unwrap();
        db.run("UPDATE event SET actor_name = 'somebody else' WHERE seq = 1", []).await.unwrap();
        db.close().await.unwrap();
    });
    let output = run(&["--json", "doctor"]);
    assert_eq!(output.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["well"], false);
}

#[test]
fn a_backup_restores_into_a_new_database_and_never_over_an_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| alongside(folder.path(), arguments);
    ok(&run(&[
        "user",
        "add",
        "a@example.org",
        "Ann O’Dell “é”",
        "--role",
        "head",
        "--at",
        "school:999101",
    ]));
    ok(&run(&["backup", "all.jsonl.gz"]));
    assert_eq!(run(&["backup", "all.jsonl.gz"]).status.code(), Some(1), "it would overwrite");
    assert_eq!(run(&["restore", "all.jsonl.gz"]).status.code(), Some(1), "it is not empty");
    ok(&run(&["--database", "sqlite:new.sqlite", "restore", "all.jsonl.gz"]));
    let list = ok(&run(&["--database", "sqlite:new.sqlite", "--json", "user", "list"]));
    assert!(list.contains("Ann O’Dell “é”"));
    ok(&run(&["--database", "sqlite:new.sqlite", "doctor"]));
    // A backup cut short restores nothing.
    let whole = std::fs::read(folder.path().join("all.jsonl.gz")).unwrap();
    std::fs::write(folder.path().join("cut.jsonl.gz"), &whole[..whole.len() / 2]).unwrap();
    let output = run(&["--database", "sqlite:other.sqlite", "restore", "cut.jsonl.gz"]);
    assert_ne!(output.status.code(), Some(0));
    let list = ok(&run(&["--database", "sqlite:other.sqlite", "--json", "user", "list"]));
    assert_eq!(list.trim(), "[]");
}

#[test]
fn keys_are_shown_renewed_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| alongside(folder.path(), arguments);
    ok(&run(&["user", "add", "a@example.org", "A", "--role", "head", "--at", "school:999101"]));
    let shown: serde_json::Value =
        serde_json::from_str(&ok(&run(&["--json", "keys", "show"]))).unwrap();
    assert_eq!(shown["keys"].as_array().unwrap().len(), 0, "showing makes no key");
    let done: serde_json::Value =
        serde_json::from_str(&ok(&run(&["--json", "keys", "rotate"]))).unwrap();
    assert_eq!((&done["key"], &done["renewed"]), (&2.into(), &0.into()));
    assert!(ok(&run(&["keys", "show"])).contains("key 2    in use"));
    assert!(ok(&run(&["doctor"])).contains("key 2 is in use; none is missing"));
    // Something is still sealed with a key whose line was taken out.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use foundation::Sql as _;
        let path = folder.path().join("alongside-data/alongside.sqlite");
        let db = foundation::Db::open(&format!("sqlite:{}", path.display())).await.unwrap();
        db.run("UPDATE account SET totp = '9.00.00'", []).await.unwrap();
        db.close().await.unwrap();
    });
    let output = run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("master key 9 still seals something"));
}

#[test]
fn the_retention_schedule_is_previewed_and_carried_out() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| alongside(folder.path(), arguments);
    ok(&run(&["user", "add", "a@example.org", "A", "--role", "head", "--at", "school:999101"]));
    ok(&run(&["user", "link", "a@example.org"]));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use foundation::Sql as _;
        let path = folder.path().join("alongside-data/alongside.sqlite");
        let db = foundation::Db::open(&format!("sqlite:{}", path.display())).await.unwrap();
        db.run("UPDATE sign_in_link SET expires_at = 0", []).await.unwrap();
        db.close().await.unwrap();
    });
    let rows = |out: &str| -> (bool, u64) {
        let json: serde_json::Value = serde_json::from_str(out).unwrap();
        let lines = json["schedule"].as_array().unwrap().clone();
        let links = lines.iter().find(|line| line["what"] == "sign-in links").unwrap();
        (json["carried_out"].as_bool().unwrap(), links["rows"].as_u64().unwrap())
    };
    assert_eq!(rows(&ok(&run(&["--json", "retention", "preview"]))), (false, 1));
    assert!(ok(&run(&["retention", "run"])).contains("1 deleted: Sign-in links"));
    assert_eq!(rows(&ok(&run(&["--json", "retention", "preview"]))), (false, 0));
}

#[test]
fn a_record_that_was_cut_or_rewritten_no_longer_fits_the_anchor() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| alongside(folder.path(), arguments);
    for name in ["a", "b"] {
        let email = format!("{name}@example.org");
        ok(&run(&["user", "add", &email, name, "--role", "head", "--at", "school:999101"]));
    }
    let path = folder.path().join("alongside-data/alongside.sqlite");
    let backup = folder.path().join("earlier.gz");
    ok(&run(&["backup", backup.to_str().unwrap()]));
    ok(&run(&["user", "close", "b@example.org", "--reason", "left"]));
    ok(&run(&["doctor"]));
    // A whole earlier state, put in place of the present one, is a chain without a fault.
    // What was written last may still stand in the log beside the file, so both are moved.
    let kept = folder.path().join("kept.sqlite");
    let moved = |from: &Path, to: &Path| {
        for ending in ["", "-wal", "-shm"] {
            let name = |of: &Path| format!("{}{ending}", of.display());
            let _ = std::fs::remove_file(name(to));
            let done = std::fs::rename(name(from), name(to));
            assert!(done.is_ok() || !ending.is_empty(), "{done:?}");
        }
    };
    moved(&path, &kept);
    ok(&run(&["restore", backup.to_str().unwrap()]));
    let output = run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    let words = text(&output.stdout);
    assert!(words.contains("each following from the one before"), "{words}");
    assert!(words.contains("the record was rewritten or cut"), "{words}");
    moved(&kept, &path);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use foundation::Sql as _;
        let db = foundation::Db::open(&format!("sqlite:{}", path.display())).await.unwrap();
        // The end is cut off, and the note of where it ends is made to fit as far as it can be
        // without the secret.
        db.script(
            "DROP TRIGGER event_no_delete;
             DELETE FROM event WHERE seq = (SELECT max(seq) FROM event);
             UPDATE event_tail SET seq = seq - 1,
               hash = (SELECT hash FROM event ORDER BY seq DESC LIMIT 1)",
        )
        .await
        .unwrap();
        db.close().await.unwrap();
    });
    let output = run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    let words = text(&output.stdout);
    assert!(words.contains("was changed, removed or slipped in"), "{words}");
    assert!(words.contains("the record was rewritten or cut"), "{words}");
}

#[test]
fn an_import_of_nothing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = alongside(folder.path(), &["import", "nowhere.csv"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("nowhere.csv"));
}

#[test]
fn a_rehearsal_moves_the_calendar_and_never_touches_real_work() {
    let folder = tempfile::tempdir().unwrap();
    let kit =
        ["user", "add", "kit@example.org", "Kit", "--role", "operator", "--at", "authority:990"];
    let first = |day: &str| {
        let settings = [("ALONGSIDE_REHEARSE_FROM", day)];
        alongside_with(folder.path(), &settings, &kit)
    };
    ok(&first("2017-10-02"));
    // Without the setting it is still a rehearsal, and goes on where the record stopped.
    ok(&alongside(folder.path(), &["user", "close", "kit@example.org", "--reason", "leaves"]));
    let record = folder.path().join("events.csv");
    ok(&alongside(folder.path(), &["export", "events", record.to_str().unwrap()]));
    let record = std::fs::read_to_string(record).unwrap();
    assert_eq!(record.matches("2017-10-02").count(), 3, "{record}");
    assert_eq!(first("second of October").status.code(), Some(3));

    let real = tempfile::tempdir().unwrap();
    ok(&alongside(real.path(), &kit));
    let settings = [("ALONGSIDE_REHEARSE_FROM", "2017-10-02")];
    let refused = alongside_with(real.path(), &settings, &["user", "list"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(text(&refused.stderr).contains("real work"), "{}", text(&refused.stderr));
}

/// A workbook of a few kilobytes that would unpack to many megabytes of shared texts.
fn bomb() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for name in ["[Content_Types].xml", "xl/workbook.xml", "xl/sharedStrings.xml"] {
        archive.start_file(name, options).unwrap();
        let bytes = if name.ends_with("Strings.xml") { 200_u64 << 20 } else { 64 };
        std::io::copy(&mut std::io::Read::take(std::io::repeat(b' '), bytes), &mut archive)
            .unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn damaged_files_name_the_remedy_and_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let district = district::District::generate(
        district::DEMO_SEED,
        district::Options { schools: 40, alliance: false },
    );
    let files = district.files();
    for (name, bytes) in &files {
        let path = folder.path().join("district").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    ok(&alongside(folder.path(), &["import", "district"]));
    let schools = |name: &str| {
        ok(&alongside(folder.path(), &["export", "schools", name]));
        std::fs::read(folder.path().join(name)).unwrap()
    };
    let before = schools("before.csv");

    let (name, register) = files.iter().find(|(name, _)| name.contains("edubase")).unwrap();
    let name = Path::new(name).file_name().unwrap().to_str().unwrap();
    let register = text(register);
    let (header, rows) = register.split_once('\n').unwrap();
    let swapped = header
        .replace("\"URN\"", "URN")
        .replacen("URN", "\u{1}", 1)
        .replacen("EstablishmentName", "URN", 1)
        .replacen('\u{1}', "EstablishmentName", 1);
    let endless = folder.path().join("endless");
    std::fs::create_dir_all(&endless).unwrap();
    let mut file = std::fs::File::create(endless.join(name)).unwrap();
    std::io::copy(&mut std::io::Read::take(std::io::repeat(b'7'), 1 << 30), &mut file).unwrap();
    for (what, file, bytes) in [
        ("swapped columns", name, format!("{swapped}\n{rows}").into_bytes()),
        ("a bomb", "ofsted.xlsx", bomb()),
    ] {
        let place = folder.path().join(what);
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join(file), bytes).unwrap();
    }
    for (what, word) in
        [("endless", "row 1"), ("swapped columns", "row 2"), ("a bomb", "haredstrings.xml")]
    {
        let output = alongside(folder.path(), &["import", what]);
        assert_eq!(output.status.code(), Some(1), "{what}: {}", text(&output.stdout));
        assert!(
            text(&output.stdout).to_lowercase().contains(word),
            "{what}: {}",
            text(&output.stdout)
        );
        assert_eq!(schools("after.csv"), before, "{what}");
    }
}

#[test]
fn another_country_s_figures_are_read_with_its_own_pack_and_no_code() {
    let folder = tempfile::tempdir().unwrap();
    let pack = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/scotland");
    let checked = ok(&alongside(folder.path(), &["pack", "check", pack]));
    assert!(checked.contains("21, in 2 kinds of file"), "{checked}");
    let schools = "SEED code,School name,Council code,Council,Phase,School type,Status,Pupils\n\
                   5237521,Larkhill Primary School,260,Skerray Council,Primary,Local authority,Open,212\n";
    let figures = "Level,SEED code,Council code,School year,Indicator,Value,Pupils\n\
                   School,5237521,260,2024/25,ACEL_NUM,74,90\n\
                   School,5237521,260,2025/26,ACEL_NUM,79,91\n\
                   Scotland,,,2025/26,ACEL_NUM,80.3,160000\n\
                   School,5237521,260,2025/26,ATT_RATE,192.4,\n\
                   School,5237521,260,2025/26,PARROTS,3,\n";
    std::fs::write(folder.path().join("schools.csv"), schools).unwrap();
    std::fs::write(folder.path().join("figures.csv"), figures).unwrap();
    let files = ["import", "schools.csv", "figures.csv", "--problems", "problems.csv"];
    // England's layouts know neither file.
    let refused = alongside(folder.path(), &files);
    assert!(!refused.status.success(), "{}", text(&refused.stdout));
    let setting = [("ALONGSIDE_PACK", pack)];
    let _ = alongside_with(folder.path(), &setting, &files);
    let problems = std::fs::read_to_string(folder.path().join("problems.csv")).unwrap();
    assert!(problems.contains("192.4"), "what cannot be is told: {problems}");
    let exported = ["export", "indicators", "out.csv", "--school", "5237521"];
    let _ = ok(&alongside_with(folder.path(), &setting, &exported));
    let out = std::fs::read_to_string(folder.path().join("out.csv")).unwrap();
    assert!(out.contains("Expected level in numeracy") && out.contains(",79,91"), "{out}");
}
