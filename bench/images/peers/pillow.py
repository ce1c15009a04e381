"""Runs Pillow: as a peer (`thumbnail`), as the trusted full decoder (`reference`), and as the encoder of the
generated images (`encode`)."""

import io
import json
import resource
import sys

from PIL import Image, ImageCms, ImageOps

TURNS_TO_WARM = 2
Image.MAX_IMAGE_PIXELS = None


def cpu_ms():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


def in_srgb(picture):
    profile = picture.info.get("icc_profile")
    if not profile:
        return picture
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if picture.mode in ("P", "RGBA"):
        # littleCMS passes over alpha.
        rgba = picture.convert("RGBA")
        converted = in_profile(rgba.convert("RGB"), source)
        converted.putalpha(rgba.getchannel("A"))
        return converted
    return in_profile(picture, source)


def in_profile(picture, source):
    target = ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(
        picture, source, target, ImageCms.Intent.PERCEPTUAL, outputMode="RGB"
    )


def finish(picture, alpha):
    """After scaling, as the peers do. Upright first: a converted picture has lost its EXIF data."""
    upright = ImageOps.exif_transpose(picture)
    return in_srgb(upright).convert("RGBA" if alpha else "RGB")


def thumbnail(path, target, extension, size):
    with Image.open(path) as picture:
        if picture.mode == "P":
            picture = picture.convert("RGBA")
        # Calls draft() with twice the size.
        picture.thumbnail((size, size), Image.Resampling.LANCZOS)
        if extension == "jpg":
            finish(picture, False).save(target, "JPEG", quality=80)
        else:
            finish(picture, True).save(target, "PNG")


def reference(path, target, size):
    """Every pixel decoded, one Lanczos3 filter over the encoded values, nothing lost after."""
    with Image.open(path) as picture:
        alpha = "A" in picture.getbands() or "transparency" in picture.info
        if picture.mode == "P":
            picture = picture.convert("RGBA" if alpha else "RGB")
        longest = max(picture.size)
        if longest > size:
            sides = [max(1, (side * size + longest // 2) // longest) for side in picture.size]
            picture = picture.resize(sides, Image.Resampling.LANCZOS)
        finish(picture, alpha).save(target, "PNG")


def encode(raw, width, height, mode, target, options):
    with open(raw, "rb") as file:
        picture = Image.frombytes(mode, (width, height), file.read())
    picture.save(target, **options)


PATCH = 16
LEVELS = (0, 36, 73, 109, 146, 182, 219, 255)


def chart(profile, target):
    """512 patches, 32 by 16 of them: three channels in eight steps each; of CMYK the fourth follows the first."""
    cmyk = "cmyk" in target
    picture = Image.new("CMYK" if cmyk else "RGB", (32 * PATCH, 16 * PATCH))
    for index in range(512):
        colour = tuple(LEVELS[index >> shift & 7] for shift in (6, 3, 0))
        if cmyk:
            colour += (LEVELS[index >> 6] // 2,)
        x, y = index % 32 * PATCH, index // 32 * PATCH
        picture.paste(colour, (x, y, x + PATCH, y + PATCH))
    if target.endswith(".png"):
        picture.putalpha(255)
        picture.putpixel((0, 0), (0, 0, 0, 0))
    with open(profile, "rb") as file:
        picture.save(target, icc_profile=file.read(), quality=100, subsampling="4:4:4")


def colours(source, ours):
    """Mean and worst difference of the middles of patches."""
    with Image.open(source) as picture, Image.open(ours) as found:
        expected, found = in_srgb(picture).convert("RGB"), found.convert("RGB")
    middles = [
        (index % 32 * PATCH + PATCH // 2, index // 32 * PATCH + PATCH // 2)
        for index in range(512)
    ]
    differences = [
        abs(one - other)
        for middle in middles
        for one, other in zip(expected.getpixel(middle), found.getpixel(middle))
    ]
    print(json.dumps([sum(differences) / len(differences), max(differences)]))


def main(command, *arguments):
    match command, arguments:
        case "thumbnail", [path, target, size]:
            thumbnail(path, target, target.rpartition(".")[2], int(size))
        case "thumbnail", [path, target, size, turns]:
            costs = []
            for _ in range(TURNS_TO_WARM + int(turns)):
                before = cpu_ms()
                thumbnail(path, io.BytesIO(), target.rpartition(".")[2], int(size))
                costs.append(cpu_ms() - before)
            print(json.dumps(costs[TURNS_TO_WARM:]))
        case "reference", [path, target, size]:
            reference(path, target, int(size))
        case "encode", [raw, width, height, mode, target, options]:
            encode(raw, int(width), int(height), mode, target, json.loads(options))
        case "chart", [profile, target]:
            chart(profile, target)
        case "colours", [source, ours]:
            colours(source, ours)
        case _:
            sys.exit(f"unknown: {command} {arguments}")


main(*sys.argv[1:])
