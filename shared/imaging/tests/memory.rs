//! The renderer keeps to the memory that its limits name, as the kernel counts it. Linux only, like Lambda.
#![cfg(all(target_os = "linux", feature = "fast-codecs"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a panic in a test is a failed test, and the numbers of a fixture are small"
)]

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::Command;

use domain::thumbnails::ports::THUMBNAIL_SIZES_PX;
use domain::values::PHOTO_BYTES_MAX;
use image::{ImageBuffer, ImageFormat, Luma, Rgba, RgbaImage};
use imaging::Renderer;
use jpeg_encoder::{Encoder, JpegColorType, SamplingFactor};

const ACCEPTED: &str = "accepted";
/// The memory of the smallest function that must suffice.
const FUNCTION_BYTES: u64 = 256 << 20;
/// The runtime, the AWS SDK and its connections, above what this test's process has of its own.
const RUNTIME_BYTES: u64 = 20 << 20;
/// Of a process that refuses: its own, a chunk of the file, and nothing of the picture.
const REFUSAL_BYTES: u64 = 20 << 20;
const HEADER_READ_BYTES: u64 = 200_000;

/// Counts what is read.
struct Counted {
    photo: File,
    read: u64,
}

impl Read for Counted {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let count = self.photo.read(target)?;
        self.read += count as u64;
        Ok(count)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.photo.seek(to)
    }
}

struct Found {
    answer: String,
    peak_bytes: u64,
    read_bytes: u64,
}

const PHOTO: &str = "POPSHOP_PHOTO_OF_THIS_TEST";

/// Renders a photo in a process of its own: this one has made it, and its heap is of no use to measure with.
fn render(folder: &Path, photo: &[u8]) -> Found {
    let path = folder.join("photo");
    fs::write(&path, photo).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_renders", "--ignored", "--nocapture"])
        .env(PHOTO, &path)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap()
            .to_owned()
    };
    Found {
        answer: field("answer: "),
        peak_bytes: field("VmHWM:").trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10,
        read_bytes: field("read: ").parse().unwrap(),
    }
}

#[test]
#[ignore = "started by the other test"]
fn child_that_renders() {
    let mut counted = Counted {
        photo: File::open(std::env::var_os(PHOTO).unwrap()).unwrap(),
        read: 0,
    };
    let answer = Renderer::default().render_from(&mut counted, &THUMBNAIL_SIZES_PX);
    let answer = answer.map_or_else(|error| format!("{error:?}"), |_| ACCEPTED.to_owned());
    println!("\nanswer: {answer}\nread: {}", counted.read);
    println!("{}", fs::read_to_string("/proc/self/status").unwrap());
}

/// A JPEG whose rows are made when they are asked for.
struct Rows(u16, u16);

impl jpeg_encoder::ImageBuffer for Rows {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        self.0
    }

    fn height(&self) -> u16 {
        self.1
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        for (channel, buffer) in buffers[..3].iter_mut().enumerate() {
            let row = (0..self.0).map(|x| ((x / 16) ^ (y / 16)) as u8 ^ channel as u8);
            buffer.extend(row);
        }
    }
}

fn jpeg(width: u16, height: u16, sampling: SamplingFactor, progressive: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 80);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(progressive);
    encoder.encode_image(Rows(width, height)).unwrap();
    bytes
}

/// One colour, and a last pixel of another: what is decoded is as large as if there were more.
fn encoded(width: u32, height: u32, format: ImageFormat, alpha: u8) -> Vec<u8> {
    let mut picture = RgbaImage::from_pixel(width, height, Rgba([90, 60, 30, alpha]));
    picture.put_pixel(width - 1, height - 1, Rgba([9, 8, 7, alpha]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn deep_png(width: u32, height: u32) -> Vec<u8> {
    let picture = ImageBuffer::from_pixel(width, height, Luma([777_u16]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The encoder writes none. Without a filter, an interlaced picture of one colour is the same bytes in another number
/// of rows: each of the seven passes has its own.
fn interlaced_png() -> Vec<u8> {
    const SIDE: u32 = 6_300;
    // First column and row, and the steps to the next (PNG specification, section 8.2).
    const PASSES: [[u32; 4]; 7] = [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
    ];
    let length: u32 = PASSES
        .iter()
        .map(|[x, y, across, down]| (SIDE - y).div_ceil(*down) * ((SIDE - x).div_ceil(*across) * 4 + 1))
        .sum();
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    io::copy(&mut io::repeat(0).take(u64::from(length)), &mut zlib).unwrap();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let side = SIDE.to_be_bytes();
    let header = [&side[..], &side, &[8, 6, 0, 0, 1]].concat();
    for (kind, payload) in [
        (b"IHDR", header),
        (b"IDAT", zlib.finish().unwrap()),
        (b"IEND", Vec::new()),
    ] {
        let body = [&kind[..], &payload].concat();
        let mut checksum = flate2::Crc::new();
        checksum.update(&body);
        bytes.extend((payload.len() as u32).to_be_bytes());
        bytes.extend(body);
        bytes.extend(checksum.sum().to_be_bytes());
    }
    bytes
}

fn gif(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, width, height, &[90, 60, 30, 1, 2, 3]).unwrap();
    let pixels = vec![0; usize::from(width) * usize::from(height)];
    encoder
        .write_frame(&gif::Frame::from_indexed_pixels(width, height, pixels, None))
        .unwrap();
    drop(encoder);
    bytes
}

/// Made when it is its turn: together they would not fit.
type Made = fn() -> Vec<u8>;

/// Sizes at which each kind needs the most that is accepted of it, or nearly so.
fn largest_accepted() -> [(&'static str, Made); 11] {
    use SamplingFactor::{F_1_1, F_2_2};
    [
        ("100 megapixels, 4:2:0", || jpeg(12_247, 8_165, F_2_2, false)),
        ("100 megapixels, 4:4:4", || jpeg(12_247, 8_165, F_1_1, false)),
        ("full scale, progressive", || jpeg(3_890, 3_890, F_1_1, true)),
        ("half scale, progressive", || jpeg(7_780, 7_600, F_1_1, true)),
        ("png by rows", || encoded(8_000, 8_000, ImageFormat::Png, 255)),
        ("png, not reduced", || encoded(3_889, 3_889, ImageFormat::Png, 200)),
        ("png of sixteen bits", || deep_png(3_889, 3_889)),
        ("lossless webp", || encoded(4_900, 4_000, ImageFormat::WebP, 255)),
        ("webp with alpha", || encoded(4_900, 4_000, ImageFormat::WebP, 200)),
        ("interlaced png", interlaced_png),
        ("gif", || gif(12_000, 8_300)),
    ]
}

/// Sides of the pictures that telephones take, of about twelve megapixels.
const OF_TELEPHONES: [(u16, u16); 3] = [(4_000, 3_000), (4_032, 3_024), (4_096, 3_072)];
/// The memory that such a picture may take beside the file, in a format that has rows or a scaled decoder.
const TELEPHONE_BYTES: u64 = 40 << 20;

/// Of twelve megapixels, in every format that telephones and the programs on them write.
fn of_telephone((width, height): (u16, u16)) -> Vec<(&'static str, Vec<u8>)> {
    use SamplingFactor::{F_2_1, F_2_2};
    let (wide, high) = (u32::from(width), u32::from(height));
    vec![
        ("jpeg, 4:2:0", jpeg(width, height, F_2_2, false)),
        ("jpeg, 4:2:2", jpeg(width, height, F_2_1, false)),
        ("progressive jpeg", jpeg(width, height, F_2_2, true)),
        ("png", encoded(wide, high, ImageFormat::Png, 255)),
        ("png with alpha", encoded(wide, high, ImageFormat::Png, 200)),
        ("png of sixteen bits", deep_png(wide, high)),
        ("gif", gif(width, height)),
        ("lossy webp", lossy_webp(width, height)),
    ]
}

/// There is no lossy encoder in Rust: libwebp wrote a picture of one colour in each of the sizes of [`OF_TELEPHONES`].
fn lossy_webp(width: u16, height: u16) -> Vec<u8> {
    let frame: &[u8] = match (width, height) {
        (4_000, 3_000) => include_bytes!("fixtures/flat-4000x3000.webp.gz"),
        (4_032, 3_024) => include_bytes!("fixtures/flat-4032x3024.webp.gz"),
        (4_096, 3_072) => include_bytes!("fixtures/flat-4096x3072.webp.gz"),
        other => panic!("no WebP of {other:?}"),
    };
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(frame).read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_photo_of_a_telephone_takes_little_memory_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    for size in OF_TELEPHONES {
        for (name, photo) in of_telephone(size) {
            let found = render(folder.path(), &photo);
            let peak_mb = found.peak_bytes >> 20;
            println!("{name} of {size:?}: {} KB, {peak_mb} MB", photo.len() >> 10);
            assert_eq!(found.answer, ACCEPTED, "{name} of {size:?}");
            assert!(found.peak_bytes < TELEPHONE_BYTES, "{name} of {size:?}: {peak_mb} MB");
        }
    }
}

/// Small starts that claim much, and a large body, which must not be read.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let body = |mut start: Vec<u8>| {
        start.resize(30_000_000, 0);
        start
    };
    let mut vast_jpeg = jpeg(16, 16, SamplingFactor::F_1_1, false);
    let header = vast_jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    vast_jpeg[header + 5..header + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    let mut vast_webp = encoded(16, 16, ImageFormat::WebP, 255);
    vast_webp[21..25].copy_from_slice(&(16_382_u32 + (16_382 << 14)).to_le_bytes());
    let mut vast_gif = encoded(16, 16, ImageFormat::Gif, 255);
    vast_gif[6..10].copy_from_slice(&[0xFF; 4]);
    let extended = [&b"RIFF\x80\xC3\xC9\x01WEBPVP8X\x0A\0\0\0\x10\0\0\0"[..], &[0xFF; 6]].concat();
    let mut vast_png = encoded(16, 16, ImageFormat::Png, 255);
    vast_png[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    // The checksum of a header of 30,000 x 30,000.
    vast_png[29..33].copy_from_slice(&0x6627_F8BA_u32.to_be_bytes());
    vec![
        ("jpeg", body(vast_jpeg)),
        ("png", body(vast_png)),
        ("webp", body(vast_webp)),
        ("extended webp", body(extended)),
        ("gif", body(vast_gif)),
    ]
}

#[test]
fn no_picture_takes_more_memory_than_the_limits_say() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bomb) in bombs() {
        let found = render(folder.path(), &bomb);
        assert!(found.answer.contains("TooManyPixels"), "{name}: {}", found.answer);
        let (peak, read) = (found.peak_bytes, found.read_bytes);
        assert!(peak < REFUSAL_BYTES, "{name}: {peak} bytes to refuse it");
        assert!(read < HEADER_READ_BYTES, "{name}: {read} bytes read");
    }
    for (name, photo) in largest_accepted() {
        let photo = photo();
        let found = render(folder.path(), &photo);
        let peak_mb = found.peak_bytes >> 20;
        println!("{name}: {} KB, {peak_mb} MB", photo.len() >> 10);
        assert_eq!(found.answer, ACCEPTED, "{name}");
        // The file is there as a whole where the function is: it has fetched it.
        let in_function = found.peak_bytes + PHOTO_BYTES_MAX + RUNTIME_BYTES;
        assert!(in_function < FUNCTION_BYTES, "{name}: {peak_mb} MB");
    }
}
