//! Tests a read over a socket that really closes, to confirm the simulated broken bodies of the recorded tests.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use adapter_s3::bucket::Bucket;
use adapter_s3::files::S3CatalogFiles;
use domain::catalog::ports::CatalogFiles;
use port_contracts::samples::anns_import;

/// Answers one request per connection, closes the connection, and returns the requests.
fn server(answers: Vec<&'static str>) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = thread::spawn(move || {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut connection, _) = listener.accept().unwrap();
            let lines = BufReader::new(&connection).lines().map(Result::unwrap);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            requests.push(head.join("\n"));
            connection.write_all(answer.as_bytes()).unwrap();
        }
        requests
    });
    (url, serving)
}

#[tokio::test]
async fn a_connection_that_closes_early_is_resumed() {
    let (url, serving) = server(vec![
        "HTTP/1.1 206 Partial Content\r\netag: \"e1\"\r\ncontent-length: 9\r\ncontent-range: bytes 0-8/9\r\n\r\nsku",
        "HTTP/1.1 206 Partial Content\r\netag: \"e1\"\r\ncontent-length: 6\r\ncontent-range: bytes 3-8/9\r\n\r\n",
        "HTTP/1.1 206 Partial Content\r\netag: \"e1\"\r\ncontent-length: 6\r\ncontent-range: bytes 3-8/9\r\n\r\n,name\n",
    ]);
    let config = recorded_aws::sdk_config(Some(&url));
    let files = S3CatalogFiles {
        bucket: Bucket::new(&config, "shop-uploads"),
    };
    let object = anns_import(None, 9).object;
    let mut stream = files.open(&object, 0..9).await.unwrap().unwrap();
    let mut read = Vec::new();
    while let Some(piece) = stream.next().await.unwrap() {
        read.extend(piece);
    }
    assert_eq!(read, b"sku,name\n");
    let requests = serving.join().unwrap();
    assert!(
        requests[0].starts_with("GET /shop-uploads/catalogs/0190-a.csv?"),
        "{}",
        requests[0]
    );
    for resumed in &requests[1..] {
        assert!(resumed.contains("\nrange: bytes=3-8"), "{resumed}");
        assert!(resumed.contains("\nif-match: \"e1\""), "{resumed}");
    }
}
