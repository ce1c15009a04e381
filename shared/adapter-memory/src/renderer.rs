//! A renderer that needs no image library: every thumbnail has the bytes of its photo.

use domain::thumbnails::ports::{PhotoRefused, Rendering, Thumbnail, ThumbnailFormat, ThumbnailRenderer};

/// "Renders" every photo to squares with the photo's own bytes.
#[derive(Debug, Default)]
pub struct PlainRenderer {
    /// Why it refuses every photo, if it does.
    pub refuses: Option<PhotoRefused>,
}

impl ThumbnailRenderer for PlainRenderer {
    fn render(&self, photo: &[u8], sizes_px: &[u32]) -> Result<Rendering, PhotoRefused> {
        if let Some(refused) = &self.refuses {
            return Err(refused.clone());
        }
        let thumbnail = |size_px: &u32| Thumbnail {
            size_px: *size_px,
            width_px: *size_px,
            height_px: *size_px,
            format: ThumbnailFormat::Jpeg,
            bytes: photo.to_vec(),
        };
        Ok(Rendering {
            width_px: 1,
            height_px: 1,
            source_format: "jpeg",
            thumbnails: sizes_px.iter().map(thumbnail).collect(),
        })
    }
}
