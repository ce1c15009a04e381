//! The other programs that make thumbnails, and the command line of each.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::arguments::Comparison;
use crate::baseline;
use bench_kit::trouble::Trouble;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    Ours,
    Vips,
    Sharp,
    Pillow,
    ImageCrate,
}

impl Peer {
    pub(crate) const ALL: [Self; 5] = [Self::Ours, Self::Vips, Self::Sharp, Self::Pillow, Self::ImageCrate];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "Popshop",
            Self::Vips => "vipsthumbnail",
            Self::Sharp => "sharp",
            Self::Pillow => "Pillow with draft()",
            Self::ImageCrate => "image",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Vips => "vips",
            Self::Sharp => "sharp",
            Self::Pillow => "pillow",
            Self::ImageCrate => "image-crate",
        }
    }
}

/// The installed peers and their programs.
pub(crate) struct Peers<'a> {
    comparison: &'a Comparison,
    /// This program.
    own: PathBuf,
    scripts: PathBuf,
}

impl<'a> Peers<'a> {
    pub(crate) fn new(comparison: &'a Comparison) -> Result<Self, Trouble> {
        Ok(Self {
            comparison,
            own: std::env::current_exe().map_err(|reason| Trouble::new("this program", reason))?,
            scripts: Path::new(env!("CARGO_MANIFEST_DIR")).join("peers"),
        })
    }

    pub(crate) fn own(&self) -> &Path {
        &self.own
    }

    pub(crate) fn present(&self) -> Vec<Peer> {
        let is_missing = |name: &str| self.comparison.setting.missing.iter().any(|why| why.starts_with(name));
        let mut present = Peer::ALL.to_vec();
        present.retain(|peer| !is_missing(peer.name()));
        present
    }

    /// Where a peer writes its thumbnail.
    pub(crate) fn target(&self, peer: Peer, size_px: u32, extension: &str) -> PathBuf {
        let folder = self.comparison.setting.work.join(peer.folder());
        folder.join(format!("{size_px}.{extension}"))
    }

    /// The command line that makes one thumbnail in a separate process.
    pub(crate) fn whole(&self, peer: Peer, photo: &Path, size_px: u32, extension: &str) -> Vec<OsString> {
        let target = self.target(peer, size_px, extension);
        let size = size_px.to_string();
        let mut line = match peer {
            Peer::Ours => vec![self.comparison.ours.clone().into_os_string()],
            Peer::Vips => vec!["vipsthumbnail".into()],
            Peer::Sharp => self.sharp(),
            Peer::Pillow => self.pillow("thumbnail"),
            Peer::ImageCrate => vec![self.own.clone().into_os_string(), "image-crate".into()],
        };
        line.push(photo.as_os_str().to_owned());
        match peer {
            Peer::Ours => {
                let folder = target.parent().unwrap_or(&target);
                line.extend([folder.into(), "--sizes".into(), size.into()]);
            }
            Peer::Vips => {
                let options = if extension == "jpg" { "[Q=80,strip]" } else { "[strip]" };
                let mut output = target.into_os_string();
                output.push(options);
                // The `>` at the end means: never enlarge.
                line.extend(["--size".into(), format!("{size}x{size}>").into()]);
                // Only for photos with a profile: without one, it assumes the colours of a device.
                if baseline::has_profile(photo) {
                    line.extend(["--export-profile".into(), "srgb".into()]);
                }
                line.extend(["-o".into(), output]);
            }
            Peer::Sharp | Peer::Pillow | Peer::ImageCrate => line.extend([target.into(), size.into()]),
        }
        line
    }

    /// The line that makes the same thumbnail several times and prints what each turn cost; libvips has no such
    /// program, and sharp is libvips.
    pub(crate) fn warm(
        &self,
        peer: Peer,
        photo: &Path,
        sizes: &str,
        extension: &str,
        turns: usize,
    ) -> Option<Vec<OsString>> {
        let turns = turns.to_string();
        let photo = photo.as_os_str().to_owned();
        let own = |who: &str| -> Vec<OsString> { vec![self.own.clone().into(), "warm".into(), who.into()] };
        let mut line = match peer {
            Peer::Ours => own("ours"),
            Peer::ImageCrate => own("image"),
            Peer::Sharp => self.sharp(),
            Peer::Pillow => self.pillow("thumbnail"),
            Peer::Vips => return None,
        };
        line.push(photo);
        if matches!(peer, Peer::Sharp | Peer::Pillow) {
            line.push(self.target(peer, 0, extension).into());
        }
        line.extend([sizes.into(), turns.into()]);
        if matches!(peer, Peer::Ours | Peer::ImageCrate) {
            line.push(extension.into());
        }
        Some(line)
    }

    /// The command line that writes the reference thumbnail, made without shortcuts.
    pub(crate) fn reference(&self, photo: &Path, target: &Path, size_px: u32) -> Vec<OsString> {
        let mut line = self.pillow("reference");
        line.extend([photo.into(), target.into(), size_px.to_string().into()]);
        line
    }

    /// Another task of the script.
    pub(crate) fn script(&self, command: &str, arguments: &[&OsStr]) -> Vec<OsString> {
        let mut line = self.pillow(command);
        line.extend(arguments.iter().map(|&argument| argument.to_owned()));
        line
    }

    fn pillow(&self, command: &str) -> Vec<OsString> {
        let python = self
            .comparison
            .setting
            .python
            .clone()
            .unwrap_or_else(|| "python3".into());
        vec![python.into(), self.scripts.join("pillow.py").into(), command.into()]
    }

    /// The script is beside its dependencies.
    fn sharp(&self) -> Vec<OsString> {
        let script = self.comparison.sharp.clone().unwrap_or_default();
        vec!["node".into(), script.into()]
    }
}
