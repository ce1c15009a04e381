//! How does one small file become a deployment package? As a zip that stores it as it is.
//!
//! The format: <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>.

const LOCAL_HEADER: u32 = 0x0403_4b50;
const CENTRAL_HEADER: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const VERSION: u16 = 20;
/// 1980-01-01, the format's first day.
const DATE: u16 = 0x21;
const CRC_POLYNOMIAL: u32 = 0xEDB8_8320;

pub(crate) fn of_one(name: &str, content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len()).unwrap();
    let name_size = u16::try_from(name.len()).unwrap();
    // Version, flags, method, time, date, checksum, sizes, length of the name and of what is extra: in both headers.
    let mut common = Vec::new();
    for number in [VERSION, 0, 0, 0, DATE] {
        common.extend(number.to_le_bytes());
    }
    for number in [checksum(content), size, size] {
        common.extend(number.to_le_bytes());
    }
    common.extend(u32::from(name_size).to_le_bytes());

    let mut zip = Vec::new();
    zip.extend(LOCAL_HEADER.to_le_bytes());
    zip.extend(&common);
    zip.extend(name.as_bytes());
    zip.extend(content);
    let central = zip.len();
    zip.extend(CENTRAL_HEADER.to_le_bytes());
    zip.extend(VERSION.to_le_bytes());
    zip.extend(&common);
    // Comment, disk, attributes and the place of the local header: nothing, nothing and the beginning.
    zip.extend([0; 14]);
    zip.extend(name.as_bytes());
    let central_size = zip.len() - central;
    zip.extend(END.to_le_bytes());
    for number in [0_u16, 0, 1, 1] {
        zip.extend(number.to_le_bytes());
    }
    for number in [central_size, central] {
        zip.extend(u32::try_from(number).unwrap().to_le_bytes());
    }
    zip.extend(0_u16.to_le_bytes());
    zip
}

fn checksum(content: &[u8]) -> u32 {
    let mut rest = u32::MAX;
    for byte in content {
        rest ^= u32::from(*byte);
        for _ in 0..u8::BITS {
            rest = (rest >> 1) ^ (CRC_POLYNOMIAL * (rest & 1));
        }
    }
    !rest
}
