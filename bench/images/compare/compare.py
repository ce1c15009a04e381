"""Compares the thumbnails of a folder of pictures with those of Pillow and libvips.

    compare.py THUMBNAIL FOLDER

THUMBNAIL is the example of that name of the crate `imaging`. Prints a table with a row for each folder in FOLDER, and a line
for every picture that differs. Exit code 1: fewer than 99.5 % of the pictures that both accept without a warning, and show
alike, are accepted with the same size and colours; or one that both refuse is accepted.

Columns: pictures; both: both accept it without a warning and show the same; agree: and so do we; apart: both accept it and
show it differently, and we as neither; refused: by both; accepted: by us although both refuse it; failed: we crash or hang.
"""

import collections
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import pyvips
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

# The longest side of the thumbnails that are compared, in pixels.
SIZE_PX = 256
# Mean difference of a channel, of 255: above what two resizers make of the same pixels, below any wrong colour.
DIFFERENCE_MAX = 6.0
AGREEMENT_MIN = 0.995
# As the shop refuses larger ones.
BYTES_MAX = 48 << 20
PIXELS_MAX = 100_000_000
TIMEOUT_S = 60
SUFFIXES = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".webp"}
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF")

Image.MAX_IMAGE_PIXELS = PIXELS_MAX
SRGB = ImageCms.createProfile("sRGB")


class Picture:
    """An upright picture in sRGB: the size of the original, and a thumbnail in RGBA."""

    def __init__(self, size, thumbnail):
        self.size = size
        self.thumbnail = thumbnail


class Answer:
    """What a program made of a file: a picture, or why there is none. A peer may have warned."""

    def __init__(self, picture=None, reason="", warned=False):
        self.picture = picture
        self.reason = reason
        self.warned = warned

    @property
    def clean(self):
        return self.picture is not None and not self.warned


def fit(size):
    """The size of the thumbnail: the longest side becomes SIZE_PX, nothing is enlarged."""
    longest = max(size)
    if longest <= SIZE_PX:
        return size
    return tuple(max(1, (side * SIZE_PX + longest // 2) // longest) for side in size)


def ours(thumbnail, path, folder):
    command = [thumbnail, str(path), folder, "--sizes", str(SIZE_PX)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return Answer(reason="does not end")
    if done.returncode == 2:
        return Answer(reason=done.stderr.strip())
    if done.returncode != 0:
        return Answer(reason=f"FAILS with {done.returncode}: {done.stderr.strip()[:200]}")
    report = json.loads(done.stdout)
    with Image.open(report["outputs"][0]["path"]) as found:
        return Answer(Picture((report["width"], report["height"]), found.convert("RGBA")))


def by_pillow(path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with Image.open(path) as image:
                if image.width * image.height > PIXELS_MAX:
                    return Answer(reason="too large")
                image.load()
                upright = ImageOps.exif_transpose(image)
                flat = pillow_srgb(upright, image.info.get("icc_profile"))
                size = flat.size
                return Answer(Picture(size, resize(flat)), warned=bool(caught))
        except Exception as reason:  # Pillow has no common class of what a file may cause.
            return Answer(reason=f"{type(reason).__name__}: {reason}"[:160])


def resize(image):
    target = fit(image.size)
    # Premultiplied, so that the invisible does not bleed.
    return image.convert("RGBa").resize(target, Image.Resampling.LANCZOS).convert("RGBA")


def pillow_srgb(image, profile):
    has_alpha = "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "La", "RGBa")
    alpha = image.convert("RGBA").getchannel("A") if has_alpha else None
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 257).convert("L")
    if image.mode in ("1", "LA", "La"):
        image = image.convert("L")
    if image.mode not in ("L", "CMYK"):
        image = image.convert("RGB")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            # As browsers do: a profile that does not fit counts as absent.
            pass
    image = image.convert("RGB").convert("RGBA")
    if alpha is not None:
        image.putalpha(alpha)
    return image


def by_vips(path):
    answer = vips_picture(path, "warning")
    if answer.picture is None:
        lenient = vips_picture(path, "error")
        if lenient.picture is not None:
            lenient.warned = True
            return lenient
    return answer


def vips_picture(path, fail_on):
    try:
        original = pyvips.Image.new_from_file(str(path), fail_on=fail_on)
        if original.width * original.height > PIXELS_MAX:
            return Answer(reason="too large")
        upright = original.autorot()
        target = fit((upright.width, upright.height))
        image = pyvips.Image.thumbnail(
            str(path), target[0], height=target[1], size="force", fail_on=fail_on, output_profile="srgb"
        )
        image = image.colourspace("srgb").cast("uchar")
        if image.bands < 3:
            image = image[0].bandjoin([image[0], image[0]] + list(image.bandsplit()[1:]))
        if image.bands == 3:
            image = image.bandjoin(255)
        pixels = Image.frombytes("RGBA", (image.width, image.height), image[0:4].write_to_memory())
        return Answer(Picture((upright.width, upright.height), pixels))
    except pyvips.Error as reason:
        return Answer(reason=str(reason.detail or reason).strip().replace("\n", "; ")[:160])


def difference(one, other):
    """The mean difference of a channel, on white and on black, after the same JPEG coding."""
    if one.size != other.size:
        return 255.0
    return max(mean(coded(one, paper), coded(other, paper)) for paper in ("white", "black"))


def coded(picture, paper):
    flat = Image.new("RGBA", picture.size, paper)
    flat.alpha_composite(picture)
    stored = io.BytesIO()
    flat.convert("RGB").save(stored, "JPEG", quality=80)
    return Image.open(stored).convert("RGB")


def recoded(thumbnail, picture, folder):
    """A peer's picture as our encoder stores it."""
    path = pathlib.Path(folder) / "peer.png"
    picture.save(path)
    return ours(thumbnail, path, folder).picture.thumbnail


def mean(one, other):
    channels = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(channels) / len(channels)


def compare(found, peers, recode):
    """None where the picture is as at least one of the peers shows it."""
    sizes = {peer.picture.size for peer in peers}
    if found.picture is None:
        return f"refused: {found.reason}"
    if found.picture.size not in sizes:
        return f"{found.picture.size}, not {sizes}"
    differences = [difference(found.picture.thumbnail, peer.picture.thumbnail) for peer in peers]
    if min(differences) > DIFFERENCE_MAX:
        # Encoders differ in what few pixels of much contrast lose, so let the same one write both.
        differences = [difference(found.picture.thumbnail, recode(peer.picture.thumbnail)) for peer in peers]
    if min(differences) > DIFFERENCE_MAX:
        return f"differs by {differences[0]:.1f} and {differences[1]:.1f}"
    return None


def are_apart(peers):
    """Whether the peers show different pictures, so that there is none to be the same as."""
    first, second = (peer.picture for peer in peers)
    return first.size != second.size or difference(first.thumbnail, second.thumbnail) > DIFFERENCE_MAX


def pictures(folder):
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file() or path.is_symlink():
            continue
        if not 0 < path.stat().st_size <= BYTES_MAX:
            continue
        with path.open("rb") as file:
            if file.read(8).startswith(SIGNATURES):
                yield path


def main(thumbnail, folder):
    rows = collections.defaultdict(collections.Counter)
    lines = []
    with tempfile.TemporaryDirectory() as output:
        for path in pictures(folder):
            name = path.relative_to(folder)
            row = rows[name.parts[0]]
            row["pictures"] += 1
            found, pillow, vips = ours(thumbnail, path, output), by_pillow(path), by_vips(path)
            if found.reason.startswith(("FAILS", "does not end")):
                row["failed"] += 1
                lines.append(f"{name}: {found.reason}")
            if pillow.clean and vips.clean:
                peers = (pillow, vips)
                fault = compare(found, peers, lambda picture: recoded(thumbnail, picture, output))
                if fault and found.picture and are_apart(peers):
                    row["apart"] += 1
                    fault += ", and so do the peers"
                else:
                    row["both"] += 1
                    row["agree"] += fault is None
                if fault:
                    lines.append(f"{name}: {fault}")
            elif pillow.picture is None and vips.picture is None:
                row["refused"] += 1
                if found.picture is not None:
                    row["accepted"] += 1
                    lines.append(f"{name}: accepted, refused by Pillow ({pillow.reason}) and libvips ({vips.reason})")
    return report(rows, lines)


COLUMNS = ("pictures", "both", "agree", "apart", "refused", "accepted", "failed")


def report(rows, lines):
    total = sum(rows.values(), collections.Counter())
    print(f"{'folder':40}" + "".join(f"{column:>10}" for column in COLUMNS))
    for name, row in [*sorted(rows.items()), ("all", total)]:
        print(f"{name:40}" + "".join(f"{row[column]:10}" for column in COLUMNS))
    for line in lines:
        print(line)
    share = total["agree"] / max(1, total["both"])
    print(f"{total['agree']} of {total['both']} as both show them: {share:.2%}")
    is_enough = total["both"] > 0 and share >= AGREEMENT_MIN
    return 0 if is_enough and not total["accepted"] and not total["failed"] else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    # A warning of libvips is an answer here, and none for the terminal.
    os.environ["VIPS_WARNING"] = "0"
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2])))
