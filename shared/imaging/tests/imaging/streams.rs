//! A photo that is read while it is decoded is the same photo.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use domain::thumbnails::ports::{PhotoRefused, ThumbnailRenderer};
use imaging::{Limits, RenderError, Renderer};

use crate::damage::{files, files_held_to_their_end, needed_bytes};
use crate::fixtures::{jpeg, noise, render};

#[test]
fn it_does_not_matter_whether_a_photo_is_in_memory() {
    for (name, photo) in files() {
        for sizes in [&[16][..], &[64, 32], &[4096]] {
            let streamed = Renderer::default()
                .render_from(&mut Cursor::new(&photo), sizes)
                .unwrap();
            assert_eq!(streamed, render(&photo, sizes), "{name}");
        }
    }
}

#[test]
fn a_damaged_stream_is_refused_like_a_damaged_file() {
    for (name, photo) in files_held_to_their_end() {
        for twentieth in 1..20 {
            let cut = &photo[..(needed_bytes(name, &photo) * twentieth / 20).max(12)];
            let streamed = Renderer::default().render_from(&mut Cursor::new(cut), &[16]);
            match (streamed, Renderer::default().render(cut, &[16])) {
                (Err(RenderError::Refused(streamed)), Err(in_memory)) => assert_eq!(streamed, in_memory, "{name}"),
                (streamed, in_memory) => panic!("{name}: {streamed:?}, {in_memory:?}"),
            }
        }
    }
}

/// Breaks off in the middle, with a failure of some kind.
struct Torn(Cursor<Vec<u8>>, io::ErrorKind);

impl Read for Torn {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let left = (self.0.get_ref().len() as u64 / 2).saturating_sub(self.0.position());
        match (&mut self.0).take(left).read(target)? {
            0 => Err(io::Error::new(self.1, "the line is dead")),
            count => Ok(count),
        }
    }
}

impl Seek for Torn {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_failure_to_read_is_not_a_damaged_photo() {
    for (name, photo) in files() {
        // Decoders use the last two for damaged content.
        for kind in [
            io::ErrorKind::Other,
            io::ErrorKind::InvalidData,
            io::ErrorKind::UnexpectedEof,
        ] {
            let answer = Renderer::default().render_from(&mut Torn(Cursor::new(photo.clone()), kind), &[16]);
            let is_failure =
                matches!(&answer, Err(RenderError::Read(failure)) if failure.to_string() == "the line is dead");
            assert!(is_failure, "{name}, {kind:?}: {answer:?}");
        }
    }
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let photo = jpeg(&noise(64, 48));
    let bytes = photo.len() as u64;
    let limits = Limits {
        bytes_max: bytes - 1,
        ..Limits::default()
    };
    let answer = Renderer::new(limits).render_from(&mut Torn(Cursor::new(photo), io::ErrorKind::Other), &[16]);
    let expected = PhotoRefused::TooManyBytes {
        bytes,
        limit_bytes: bytes - 1,
    };
    assert!(matches!(answer, Err(RenderError::Refused(refused)) if refused == expected));
}

/// A panic anywhere below the renderer refuses the photo.
#[test]
fn a_panic_is_an_answer() {
    struct Panicking;

    impl Read for Panicking {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            panic!("a fault of a library");
        }
    }

    impl Seek for Panicking {
        fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
            Ok(1_000)
        }
    }

    let answer = Renderer::default().render_from(&mut Panicking, &[16]);
    assert!(
        matches!(answer, Err(RenderError::Refused(PhotoRefused::Unprocessable))),
        "{answer:?}"
    );
}
