//! Damaged and forbidden files are refused with a remedy and lose nothing.

use access::Permit;
use register::imports;

use crate::{district, settle, setup, states::digests};

#[tokio::test(flavor = "multi_thread")]
async fn damaged_files_are_refused_with_a_remedy_and_lose_nothing() {
    testkit::both(&setup(), async |test| {
        let district = district();
        settle(&test, &district).await;
        let before = digests(&test).await;
        let files = district.outturn_files();
        let (name, ks2) = files.iter().find(|(name, _)| name.contains("ks2")).unwrap();
        let text = String::from_utf8(ks2.clone()).unwrap();
        let header_end = text.find('\n').unwrap();
        let (header, rows) = text.split_at(header_end);
        let first_rows: String = rows.lines().take(6).collect::<Vec<_>>().join("\r\n");
        let damaged: Vec<(&str, Vec<u8>)> = vec![
            ("cut in the middle of a row", ks2[..ks2.len() / 2 + 7].to_vec()),
            (
                "a pupil's number as a column",
                format!("UPN,{header}{}", rows.replace("\r\n", "\r\nA123456789012,")).into_bytes(),
            ),
            ("the same schools twice", format!("{header}{first_rows}{first_rows}").into_bytes()),
            ("zero bytes", [ks2.as_slice(), &[0; 400]].concat()),
            (
                "one line without end",
                [header.as_bytes(), b"\n", "9".repeat(3_000_000).as_bytes()].concat(),
            ),
            ("a workbook that is none", b"PK\x03\x04not really".to_vec()),
            ("nothing", Vec::new()),
        ];
        let permit = Permit::system("test", test.app.clock.now());
        for (what, bytes) in damaged {
            let report = imports::import_bytes(&test.app, &permit, vec![(name.clone(), bytes)])
                .await
                .expect("a refusal is no fault");
            let file = &report.files[0];
            let left_out = file.refusal.is_some() || file.rejected > 0 || file.problems > 0;
            assert!(left_out, "{what}: {report}");
            if let Some(why) = &file.refusal {
                assert!(!why.remedy.is_empty(), "{what}: {why}");
                assert_eq!(report.batch, None, "{what}");
                assert_eq!(digests(&test).await, before, "{what}");
            } else {
                let batch = report.batch.expect("what was whole was applied");
                let kept = imports::problems(&test.app.db, batch, 1_000).await.unwrap();
                assert!(kept.iter().all(|problem| !problem.remedy.is_empty()), "{what}");
                imports::rollback(&test.app, &permit, batch).await.expect("undone");
                assert_eq!(digests(&test).await, before, "{what}");
            }
        }
        // A bad file among good ones takes nothing from them.
        let mixed = vec![files[0].clone(), ("notes.txt".to_owned(), b"Dear all,".to_vec())];
        let report = imports::import_bytes(&test.app, &permit, mixed).await.unwrap();
        assert_eq!(report.refused(), 1, "{report}");
        assert!(report.batch.is_some());
        assert!(report.files[0].accepted > 0);
    })
    .await;
}
