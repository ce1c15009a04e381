//! Sizes, shapes and formats of what comes out.

use domain::thumbnails::ports::{THUMBNAIL_SIZES_PX, ThumbnailFormat};
use image::{ImageFormat, Rgba, RgbaImage};

use crate::fixtures::{assert_quadrants, decoded, encoded, encoded_rgb, jpeg, own_size, quadrants, render};

#[test]
fn the_longest_side_is_the_size_in_the_order_asked_for() {
    let rendering = render(&jpeg(&quadrants(1500, 1000)), &[512, 128, 1024, 256]);
    assert_eq!(
        (rendering.width_px, rendering.height_px, rendering.source_format),
        (1500, 1000, "jpeg")
    );
    let shapes: Vec<_> = rendering
        .thumbnails
        .iter()
        .map(|thumbnail| (thumbnail.size_px, thumbnail.width_px, thumbnail.height_px))
        .collect();
    assert_eq!(
        shapes,
        [(512, 512, 341), (128, 128, 85), (1024, 1024, 683), (256, 256, 171)]
    );
    for thumbnail in &rendering.thumbnails {
        let picture = decoded(thumbnail);
        assert_eq!(picture.dimensions(), (thumbnail.width_px, thumbnail.height_px));
        assert_quadrants(&picture, "scaled");
    }
}

#[test]
fn nothing_is_enlarged() {
    let rendering = render(&jpeg(&quadrants(300, 200)), &THUMBNAIL_SIZES_PX);
    let shapes: Vec<_> = rendering
        .thumbnails
        .iter()
        .map(|thumbnail| (thumbnail.size_px, thumbnail.width_px, thumbnail.height_px))
        .collect();
    assert_eq!(
        shapes,
        [(128, 128, 85), (256, 256, 171), (512, 300, 200), (1024, 300, 200)]
    );
    assert_eq!(rendering.thumbnails[2].bytes, rendering.thumbnails[3].bytes);
}

#[test]
fn one_pixel_is_a_picture() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
        let rendering = render(&encoded_rgb(&quadrants(1, 1), format), &[128]);
        assert_eq!(
            (rendering.thumbnails[0].width_px, rendering.thumbnails[0].height_px),
            (1, 1),
            "{format:?}"
        );
    }
}

#[test]
fn an_alpha_channel_without_transparency_is_dropped() {
    let opaque = image::DynamicImage::ImageRgb8(quadrants(300, 200)).into_rgba8();
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let rendering = render(&encoded(&opaque, format), &[128, 4096]);
        assert!(
            rendering
                .thumbnails
                .iter()
                .all(|thumbnail| thumbnail.format == ThumbnailFormat::Jpeg),
            "{format:?}"
        );
    }
}

#[test]
fn the_colour_of_the_invisible_does_not_bleed() {
    let picture = RgbaImage::from_fn(400, 400, |x, _| {
        Rgba(if x < 190 { [220, 30, 30, 255] } else { [0, 255, 0, 0] })
    });
    let rendering = render(&encoded(&picture, ImageFormat::Png), &[64, 40]);
    for thumbnail in &rendering.thumbnails {
        assert_eq!(thumbnail.format, ThumbnailFormat::Png);
        let picture = decoded(thumbnail);
        for pixel in picture.pixels().filter(|pixel| pixel[3] > 16) {
            assert!(pixel[1] < 45, "{pixel:?}");
        }
        assert_eq!(picture.get_pixel(2, 2).0, [220, 30, 30, 255]);
        assert_eq!(picture.get_pixel(picture.width() - 2, 2)[3], 0);
    }
}

#[test]
fn an_unscaled_picture_keeps_its_faint_colours() {
    let picture = RgbaImage::from_pixel(20, 20, Rgba([201, 103, 57, 3]));
    assert_eq!(
        own_size(&encoded(&picture, ImageFormat::Png)).get_pixel(5, 5).0,
        [201, 103, 57, 3]
    );
}

#[test]
fn the_answer_is_the_same_every_time() {
    let photo = jpeg(&quadrants(500, 400));
    assert_eq!(render(&photo, &THUMBNAIL_SIZES_PX), render(&photo, &THUMBNAIL_SIZES_PX));
}
