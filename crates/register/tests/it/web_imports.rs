//! Imports from a browser: only operators, look first, apply, undo.

use access::{Post, Role};
use axum::http::Method;
use foundation::OrgRef;
use testkit::{Persona, TestApp};

use crate::{district, setup, states::digests};

/// A browser's form with files.
fn multipart(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend_from_slice(b"--edge\r\nContent-Disposition: form-data; name=\"year\"\r\n\r\n\r\n");
    for (name, bytes) in files {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    body
}

async fn send(test: &TestApp, who: Option<&Persona>, files: &[(&str, &[u8])]) -> testkit::Answer {
    let kind = Some("multipart/form-data; boundary=edge");
    test.send(who, Method::POST, "/imports/new", kind, multipart(files)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_looks_applies_and_undoes() {
    testkit::both(&setup(), async |test| {
        let ada = test
            .person("Ada Admin", &[Post::new(OrgRef::Authority(990), Role::Operator, "Operator")])
            .await;
        let head = test
            .person(
                "Hana Head",
                &[Post::new(OrgRef::School(district::OAKFIELD), Role::Head, "Head")],
            )
            .await;
        for address in ["/imports", "/imports/new", "/imports/1", "/imports/download/imports.csv"] {
            let _ = test.get(None, address).await.expect(303);
            let _ = test.get(Some(&head), address).await.expect(404);
        }
        let _ = send(&test, Some(&head), &[("a.csv", b"x")]).await.expect(404);
        let _ = test.post(Some(&head), "/imports/1/undo", &[]).await.expect(404);

        let empty = digests(&test).await;
        let files = district().register_files();
        let (name, register) = &files[0];
        let _ = send(&test, Some(&ada), &[]).await.expect(422).contains("Choose at least one file");
        let waiting = send(&test, Some(&ada), &[(name, register)]).await.expect(303);
        let waiting = waiting.location().to_owned();
        assert_eq!(digests(&test).await, empty, "a preview changes nothing");
        let _ = test
            .get(Some(&ada), &waiting)
            .await
            .expect(200)
            .contains("Would be taken")
            .contains("First rows")
            .contains("Import these files");
        let _ = test.get(Some(&ada), "/imports").await.expect(200).contains(name);
        let applied = test.post(Some(&ada), &format!("{waiting}/apply"), &[]).await.expect(303);
        let batch = applied.location().to_owned();
        assert!(register::open_schools(&test.app.db).await.unwrap() > 60);
        let _ = test.get(Some(&ada), &batch).await.expect(200).contains("Undo this import");
        let _ = test.get(Some(&ada), &waiting).await.expect(404);
        let csv = test.get(Some(&ada), &format!("{batch}/problems.csv")).await.expect(200);
        assert!(csv.body.contains("file,severity,row,column,value,what,remedy,code"));

        // A pupil's number: refused before anything is kept, with the place, without the number.
        let pupil = b"URN,Pupil,Year\n999101,A801200001001,2024\n";
        let refused = send(&test, Some(&ada), &[(name, register), ("results.csv", pupil)]).await;
        let _ = refused.expect(400).contains("results.csv").contains("pupil").lacks("A8012");
        let refused = send(&test, Some(&ada), &[("results.csv", pupil), (name, register)]).await;
        let _ = refused.expect(400).contains("results.csv").contains("pupil").lacks("A8012");
        assert!(register::imports::uploads(&test.app.db).await.unwrap().is_empty());

        let again = send(&test, Some(&ada), &[(name, register)]).await.expect(303);
        let _ = test
            .get(Some(&ada), again.location())
            .await
            .expect(200)
            .contains("Imported already")
            .lacks("Import these files");
        let _ =
            test.post(Some(&ada), &format!("{}/discard", again.location()), &[]).await.expect(303);

        let _ = test
            .get(Some(&ada), &format!("{batch}/undo"))
            .await
            .expect(200)
            .contains("Undo import");
        let _ = test.post(Some(&ada), &format!("{batch}/undo"), &[]).await.expect(303);
        assert_eq!(digests(&test).await, empty);
        let _ = test.get(Some(&ada), &batch).await.expect(200).contains("Undone");
        let _ = test.post(Some(&ada), &format!("{batch}/undo"), &[]).await.expect(409);
    })
    .await;
}
