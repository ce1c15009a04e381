//! Reads the application segments of a JPEG: orientation, colour profile, and the colour transform.

const JFIF: u8 = 0;
const EXIF: u8 = 1;
const ICC: u8 = 2;
const ADOBE: u8 = 14;

/// Bytes of a JFIF segment without a thumbnail (JFIF 1.02, page 5). A shorter one does not count.
const JFIF_BYTES: usize = 14;

/// Segments that a profile may be cut into: their number is a byte.
const ICC_PARTS_MAX: usize = 255;

/// Everything else (GPS, thumbnails, maker notes, a second picture for HDR) ends here: it never reaches an output.
#[derive(Default)]
pub(crate) struct Metadata {
    pub(crate) exif: Option<Vec<u8>>,
    /// A JFIF segment says that three channels are YCbCr.
    pub(crate) has_jfif: bool,
    /// The colour transform of Adobe's marker: 0 for none, 1 for YCbCr, 2 for YCCK.
    pub(crate) adobe_transform: Option<u8>,
    /// Number and content of each part of the colour profile.
    icc_parts: Vec<(u8, Vec<u8>)>,
    icc_parts_total: u8,
}

/// Application segments that are read.
pub(crate) fn wanted(number: u8) -> bool {
    matches!(number, JFIF | EXIF | ICC | ADOBE)
}

impl Metadata {
    pub(crate) fn read(&mut self, number: u8, payload: Vec<u8>) {
        match number {
            JFIF => self.has_jfif |= payload.len() >= JFIF_BYTES && payload.starts_with(b"JFIF\0"),
            // XMP uses the same number. The first EXIF segment counts.
            EXIF if self.exif.is_none() && payload.starts_with(b"Exif\0") => self.exif = Some(payload),
            ICC => {
                let Some([part, total, profile @ ..]) = payload.strip_prefix(b"ICC_PROFILE\0") else {
                    return;
                };
                if self.icc_parts.len() < ICC_PARTS_MAX {
                    self.icc_parts.push((*part, profile.to_vec()));
                    self.icc_parts_total = *total;
                }
            }
            ADOBE => {
                // Version, two fields of flags, transform.
                if let Some([_, _, _, _, _, _, transform, ..]) = payload.strip_prefix(b"Adobe") {
                    self.adobe_transform = Some(*transform);
                }
            }
            _ => {}
        }
    }

    /// The profile, if all its parts are there (ICC.1:2010, B.4). A picture without one is still a picture.
    pub(crate) fn icc_profile(mut self) -> Option<Vec<u8>> {
        let mut parts = std::mem::take(&mut self.icc_parts);
        parts.sort_by_key(|(part, _)| *part);
        let complete = parts.iter().map(|(part, _)| *part).eq(1..=self.icc_parts_total);
        let profile: Vec<u8> = parts.into_iter().flat_map(|(_, profile)| profile).collect();
        (complete && !profile.is_empty()).then_some(profile)
    }
}
