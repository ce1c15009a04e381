//! Decodes a JPEG at the size that is needed, completely or not at all.
//!
//! A thumbnail has a thousandth of the photo's pixels, and most of what a decoder does is thrown away when the picture
//! is made smaller. This one takes the wanted size beforehand, and does only the work that this size needs. And it
//! never invents a bit: others answer a cut file with the upper half of a picture, this one with an error.
//!
//! ```
//! use scaled_jpeg::{Decoder, JpegError, Scale};
//!
//! let file: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/refined-420.jpg"));
//! let mut input = file;
//! let mut decoder = Decoder::new(&mut input);
//! let header = decoder.read_header()?;
//! // Here a caller refuses what is too large for it.
//! assert!(header.progressive && header.width_px == 75 && header.subsampling == (2, 2));
//!
//! // Planes of samples; `picture.model` makes pixels of them.
//! let picture = decoder.decode(Scale::Quarter)?;
//! assert_eq!((picture.width_px, picture.height_px), (19, 14));
//! assert_eq!((picture.planes[0].width, picture.planes[1].width), (19, 10));
//! # Ok::<(), JpegError>(())
//! ```
//!
//! # The structure of a JPEG, from the file down to its bits
//!
//! The numbers are sections of ITU-T T.81 (<https://www.w3.org/Graphics/JPEG/itu-t81.pdf>), which is the standard.
//!
//! 1. **Segments** (`segments`, B.1). A file is a row of segments, each with a marker (0xFF and a byte that says what
//!    it is) and a length. The *frame header* (`frame`, B.2.2) says how large the picture is and how many channels it
//!    has: usually brightness and two colour differences, the latter often with half the samples each way. Tables come
//!    in segments of their own (`tables`), and so do profile and orientation (`metadata`).
//! 2. **Scans** (`scan`, `walk`, A.2). A scan header says which channels follow, and then come bits without any length:
//!    they end where their picture is complete. A byte 0xFF among them is followed by a zero, so that a marker can
//!    still be recognised (`source`); *restart markers* may cut them into intervals that do not depend on each other.
//! 3. **Bits** (`bits`, `huffman`, F.2.2). Frequent symbols have short codes. A symbol says how many bits come next,
//!    and these are a number.
//! 4. **Blocks** (`sequential`, F.2.2). Eight by eight samples are stored as 64 *coefficients*: how much there is of
//!    each frequency. The first (*DC*) is the mean of the block and is coded as the difference to the block before. The
//!    others (*AC*) come in diagonals from low frequencies to high; most are zero, a symbol says how many, and one of
//!    them that all the rest are.
//! 5. **Progressive pictures** (`progressive`, `coefficients`, G.1) spread the coefficients over scans: first DC, then
//!    bands of AC, and of all of them the upper bits first. Each scan refines what is there.
//! 6. **Samples** (`idct`, A.3.3). Coefficients are multiplied by the steps of the *quantization table*, and the
//!    inverse cosine transform makes samples of them.
//! 7. **Pixels** (`upsample`, `pixels`). Channels with fewer samples are enlarged, and three or four numbers become
//!    colour.
//!
//! # What a smaller picture saves
//!
//! - **At an eighth** a pixel is a block, and its value is the DC coefficient: no transform at all. What is left is to
//!   find where the next block begins, and for that `skip` looks up thirteen bits at a time and learns how many symbols
//!   they hold. In a progressive file the AC scans are passed by looking for the next marker.
//! - **At a quarter and a half** the two by two or four by four lowest frequencies are transformed as if they were a
//!   whole block, and the symbols behind them are passed in the same way. A progressive file keeps these few
//!   coefficients, and of the others one bit: refinement has to know which of them are zero.
//! - **Colours** have fewer samples than brightness in most photos, and in most thumbnails. [`Scales`] lets them have a
//!   smaller scale, so that half of the blocks of a photo may be read as at an eighth.
//! - **Memory** is that of the planes at the scale asked for, and a chunk of the file ([`Decoder`] reads as it goes).
//! - At full scale the arithmetic is that of libjpeg, bit by bit, so that a picture looks as everywhere else.
//!
//! # What is refused
//!
//! A scan must hold exactly the blocks of its picture, a restart marker must be the next in turn, a progressive scan
//! must refine what is there, and a progressive file must say that it has ended. A sequential one is whole when every
//! block was read: what follows is no part of the picture. [`JpegError::Damaged`] tells what is wrong, and where. Scans
//! that a scale does not need are held to what can be seen without reading them: they are there, their restart markers
//! are complete, and a marker follows. Arithmetic coding, twelve bits, lossless and hierarchical pictures are refused
//! by name.
//!
//! The decoder allocates for what a header claims, lazily; [`Header::decoded_bytes`] says beforehand how much.

mod bits;
mod coefficients;
mod decoder;
mod error;
mod frame;
mod huffman;
mod idct;
mod metadata;
mod pixels;
mod plane;
mod progressive;
mod scale;
mod scan;
mod segments;
mod sequential;
mod skip;
mod source;
mod standard_tables;
mod tables;
mod upsample;
mod walk;

pub use decoder::{BLOCK_VISITS_MAX, Decoder, Header, Picture, SCANS_MAX};
pub use error::JpegError;
pub use pixels::{ColourModel, Colours, PIXEL_BYTES};
pub use plane::Plane;
pub use scale::{Scale, Scales};

/// The example of the README compiles and holds.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
