//! Checks the examples of the README: they are those of the local host's banner, and their photo is the drawn one.

use std::fs;

use tests::cup;
use tests::photo::Picture;
use tests::repository::{root, text};

const PHOTO: &str = "docs/images/cup.jpg";
const PHOTO_BYTES_MAX: usize = 60_000;
/// Two encoders may round differently.
const DIFFERENCE_MAX: u8 = 8;

#[test]
fn the_readme_shows_every_example_of_the_banner() {
    let readme = text("README.md");
    for name in ["sign-in", "people", "catalog", "order", "photo"] {
        let path = format!("infra/local-host/src/walk/{name}.sh");
        let block = format!("```sh\n{}```\n", text(&path));
        assert!(readme.contains(&block), "README.md needs the block of {path}:\n{block}");
    }
}

#[test]
fn the_photo_of_the_walk_is_the_drawn_cup() {
    let (path, drawn) = (root().join(PHOTO), cup::jpeg());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &drawn).unwrap();
    }
    let committed = fs::read(&path).unwrap();
    assert!(
        committed.len() < PHOTO_BYTES_MAX,
        "{PHOTO} has {} bytes",
        committed.len()
    );
    let (committed, drawn) = (Picture::decode(&committed), Picture::decode(&drawn));
    assert_eq!(
        (committed.width_px, committed.height_px),
        (usize::from(cup::WIDTH_PX), usize::from(cup::HEIGHT_PX))
    );
    for (across, down) in [
        (0.1, 0.1),
        (0.5, 0.28),
        (0.45, 0.5),
        (0.9, 0.9),
        (0.5, 0.88),
        (0.68, 0.5),
    ] {
        let (committed, drawn) = (committed.colour_at(across, down), drawn.colour_at(across, down));
        let is_alike = committed
            .iter()
            .zip(drawn)
            .all(|(one, other)| one.abs_diff(other) <= DIFFERENCE_MAX);
        assert!(
            is_alike,
            "at {across}, {down}: {committed:?} in {PHOTO}, {drawn:?} drawn"
        );
    }
}
