//! Is it a device, a vehicle or a SIM that belongs to somebody?

use super::Table;
use super::beside::{alone, digit, digits, repeated, signs};
use super::checksum::luhn;

/// Names of this file's checks.
pub const TABLE: Table =
    &[("imei", imei), ("imsi", imsi), ("iccid", iccid), ("meid", meid), ("vin", vin), ("vin_form", vin_form)];

/// A mobile device's number (3GPP TS 23.003, 6.2): fifteen digits, Luhn, and a beginning that a body for the
/// registration of types has been given (01, 35, 86 …; payment cards of fifteen digits begin with 34 and 37).
#[must_use]
pub fn imei(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let number = digits::<15>(text.get(start..end)?)?;
    let body = number.iter().take(2).fold(0, |n, &d| n * 10 + d);
    let registered = matches!(body, 1 | 10 | 30 | 33 | 35 | 44 | 45 | 49..=54 | 86 | 91 | 98 | 99);
    (registered && luhn(&number) && alone(text, start, end)).then_some(end)
}

// Mobile country codes in use (ITU-T E.212 and its lists of assigned codes).
#[rustfmt::skip] // a table: one range on a line would fill two pages
const NETWORKS: &[(u16, u16)] = &[
    (202, 202), (204, 204), (206, 206), (208, 208), (212, 214), (216, 216), (218, 222), (226, 226), (228, 228),
    (230, 232), (234, 235), (238, 238), (240, 240), (242, 242), (244, 244), (246, 248), (250, 250), (255, 255),
    (257, 257), (259, 260), (262, 262), (266, 266), (268, 268), (270, 270), (272, 272), (274, 274), (276, 276),
    (278, 278), (280, 280), (282, 284), (286, 286), (288, 290), (292, 295), (297, 297), (302, 302), (308, 308),
    (310, 316), (330, 330), (334, 334), (338, 338), (340, 340), (342, 342), (344, 344), (346, 346), (348, 348),
    (350, 350), (352, 352), (354, 354), (356, 356), (358, 358), (360, 360), (362, 366), (368, 368), (370, 370),
    (372, 372), (374, 374), (376, 376), (400, 402), (404, 405), (410, 410), (412, 422), (424, 429), (432, 432),
    (434, 434), (436, 438), (440, 441), (450, 450), (452, 452), (454, 457), (460, 460), (466, 467), (470, 470),
    (472, 472), (502, 502), (505, 505), (510, 510), (514, 515), (520, 520), (525, 525), (528, 528), (530, 530),
    (536, 537), (539, 555), (602, 643), (645, 655), (657, 659), (702, 702), (704, 704), (706, 706), (708, 708),
    (710, 710), (712, 712), (714, 714), (716, 716), (722, 722), (724, 724), (730, 730), (732, 732), (734, 734),
    (736, 736), (738, 738), (740, 740), (742, 742), (744, 744), (746, 746), (748, 748), (750, 750), (901, 902),
];

/// A subscriber's number (ITU-T E.212): fourteen or fifteen digits, a mobile country code that is in use.
#[must_use]
pub fn imsi(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let candidate = text.get(start..end)?;
    let whole = digits::<15>(candidate).map(Vec::from).or_else(|| digits::<14>(candidate).map(Vec::from))?;
    let code = whole.iter().take(3).fold(0_u16, |n, &d| n * 10 + u16::from(d));
    let used = NETWORKS.iter().any(|&(first, last)| (first..=last).contains(&code));
    (used && !repeated(&whole) && alone(text, start, end)).then_some(end)
}

/// A SIM card's number (ITU-T E.118): it begins with 89, has 18 to 20 digits (19 by the standard) and passes Luhn. Some
/// print an `F` behind it, which fills the last half of a byte.
#[must_use]
pub fn iccid(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let candidate = text.get(start..end)?;
    let candidate = candidate.strip_suffix(b"F").unwrap_or(candidate);
    let mut number = [0_u8; 20];
    let mut count = 0_usize;
    for value in candidate.iter().filter_map(|&b| digit(b)) {
        *number.get_mut(count)? = value;
        count += 1;
    }
    let number = number.get(..count)?;
    (number.starts_with(&[8, 9]) && count >= 18 && luhn(number) && alone(text, start, end)).then_some(end)
}

/// A CDMA device's number (3GPP2 S.R0048): fourteen hexadecimal digits from A0 on, and perhaps a check digit, which
/// is Luhn's in base 16.
#[must_use]
pub fn meid(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let candidate = text.get(start..end)?;
    let value = |sign: &u8| char::from(*sign).to_digit(16);
    let sound = |body: &[u8]| body.first().and_then(value).is_some_and(|first| first >= 10);
    if let Some(bare) = signs::<14>(candidate) {
        return (sound(&bare) && bare.iter().all(u8::is_ascii_hexdigit)).then_some(end);
    }
    let checked = signs::<15>(candidate)?;
    let mut sum = 0_u32;
    for (place, sign) in checked.iter().rev().enumerate() {
        let doubled = value(sign)? * if place % 2 == 1 { 2 } else { 1 };
        sum += doubled / 16 + doubled % 16;
    }
    (sound(&checked) && sum.is_multiple_of(16)).then_some(end)
}

/// A vehicle's number (ISO 3779) with the check digit that North America (49 CFR 565.15) and China ask for.
#[must_use]
pub fn vin(text: &[u8], start: usize, end: usize) -> Option<usize> {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let number = text.get(start..end).filter(|number| number.len() == WEIGHTS.len())?;
    let mut sum = 0_u32;
    for (&sign, weight) in number.iter().zip(WEIGHTS) {
        sum += weight
            * match sign {
                b'0'..=b'9' => u32::from(sign - b'0'),
                b'A'..=b'H' => u32::from(sign - b'A') + 1,
                b'J'..=b'N' | b'P' | b'R' => u32::from(sign - b'J') + 1,
                b'S'..=b'Z' => u32::from(sign - b'S') + 2,
                _ => return None,
            };
    }
    let check = match sum % 11 {
        10 => b'X',
        rest => b'0' + u8::try_from(rest).ok()?,
    };
    let lettered = number.iter().any(u8::is_ascii_alphabetic);
    (lettered && number.get(8) == Some(&check)).then_some(end)
}

/// The form of a vehicle's number where no check digit is asked for: letters and digits, not the same one throughout.
#[must_use]
pub fn vin_form(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let number = text.get(start..end).filter(|number| number.len() == 17)?;
    let letters = number.iter().filter(|sign| sign.is_ascii_alphabetic()).count();
    (letters >= 2).then_some(end)
}
