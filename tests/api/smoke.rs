//! The city is there.

use crate::support::TestApp;

#[tokio::test]
async fn a_new_city_is_ready_and_its_books_balance() {
    let app = TestApp::start().await;
    let ready = app.anybody().get("/health/ready").await.unwrap();
    assert_eq!((ready.status, ready.text_at("/status").as_str()), (200, "ok"));
    let mut auditor = app.system(&["books:read"]).await;
    app.authenticate(&mut auditor).await;
    let books = auditor.caller.get("/v1/books/trial-balance").await.unwrap();
    assert_eq!(books.text_at("/balanced"), "true", "{}", books.text);
    app.finish().await;
}
