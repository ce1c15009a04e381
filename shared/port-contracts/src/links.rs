//! The contract of `UploadLinks` and `ThumbnailLinks`, as far as it can be checked without a server.

use domain::catalog::ports::ThumbnailLinks;
use domain::uploads::ports::{UploadGrant, UploadLinks};

use crate::samples::at;

const KEY: &str = "photos/Tee + Käse 50%2F#?/0190-a";
const KEY_IN_URL: &str = "photos/Tee%20%2B%20K%C3%A4se%2050%252F%23%3F/0190-a?";

/// The contract of [`UploadLinks`], without a request to the links.
pub async fn upload_links(links: &dyn UploadLinks) {
    let grant = UploadGrant {
        key: KEY.to_owned(),
        content_type: "image/jpeg".to_owned(),
        size_bytes: 12_345,
        expires_at: at(900),
    };
    let link = links.put_link(&grant).await.unwrap();
    assert!(link.url.contains(KEY_IN_URL), "{}", link.url);
    let header = |name: &str| {
        let mut values = link
            .headers
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value.as_str())
    };
    assert_eq!(header("content-type"), Some("image/jpeg"));
    assert_eq!(header("content-length"), Some("12345"));
    assert_eq!(header("if-none-match"), Some("*"));

    let others = [
        UploadGrant {
            key: "photos/other/0190-a".to_owned(),
            ..grant.clone()
        },
        UploadGrant {
            content_type: "image/png".to_owned(),
            ..grant.clone()
        },
        UploadGrant {
            size_bytes: 12_346,
            ..grant.clone()
        },
        UploadGrant {
            expires_at: at(901),
            ..grant.clone()
        },
    ];
    for other in others {
        assert_ne!(
            links.put_link(&other).await.unwrap().url,
            link.url,
            "{other:?} is signed as well"
        );
    }
    let reading = links.get_link(KEY, at(900)).await.unwrap();
    assert!(reading.contains(KEY_IN_URL) && reading != link.url, "{reading}");
}

/// The contract of [`ThumbnailLinks`], without a request to the links.
pub async fn thumbnail_links(links: &dyn ThumbnailLinks) {
    let link = links.link(KEY, at(3_600)).await.unwrap();
    assert!(link.contains(KEY_IN_URL), "{link}");
    assert_ne!(links.link(KEY, at(7_200)).await.unwrap(), link);
}
