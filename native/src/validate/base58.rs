//! Which bytes does a text in base 58 stand for, and does its checksum hold?

use sha2::{Digest, Sha256};

/// The digits of Bitcoin and most others.
pub const BITCOIN: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// The digits of the XRP Ledger.
pub const RIPPLE: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

/// The 25 bytes of an address: version, hash, and four bytes of SHA-256 twice over what is before them.
///
/// `None` where a sign is not of the alphabet, there are more or fewer bytes, or the checksum is wrong.
#[must_use]
pub fn checked(text: &[u8], alphabet: &[u8; 58]) -> Option<[u8; 25]> {
    let mut bytes = [0_u8; 25];
    for sign in text {
        let digit = alphabet.iter().position(|known| known == sign)?;
        let mut carry = u32::try_from(digit).ok()?;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = u8::try_from(carry & 0xff).ok()?;
            carry >>= 8;
        }
        if carry != 0 {
            return None;
        }
    }
    // Each zero byte at the beginning is written as one zero digit: no more, no fewer.
    let zeros = text.iter().take_while(|&sign| alphabet.first() == Some(sign)).count();
    let (body, check) = bytes.split_at_checked(21)?;
    let digest = Sha256::digest(Sha256::digest(body));
    let exact = zeros == bytes.iter().take_while(|&&byte| byte == 0).count();
    (exact && digest.starts_with(check)).then_some(bytes)
}

/// The bytes of a text in blocks of eleven signs for eight bytes, as Monero writes them.
///
/// `None` where a sign is not of the alphabet or a block stands for too large a number.
#[must_use]
pub fn blocks(text: &[u8]) -> Option<Vec<u8>> {
    const BYTES: [Option<usize>; 12] = // by the signs of a block
        [None, None, Some(1), Some(2), None, Some(3), Some(4), Some(5), None, Some(6), Some(7), Some(8)];
    let mut all = Vec::with_capacity(text.len());
    for block in text.chunks(11) {
        let length = (*BYTES.get(block.len())?)?;
        let number = block.iter().try_fold(0_u128, |number, sign| {
            let digit = BITCOIN.iter().position(|known| known == sign)?;
            Some(number * 58 + u128::try_from(digit).ok()?)
        })?;
        let bytes = number.to_be_bytes();
        let (high, low) = bytes.split_at_checked(16 - length)?;
        if high.iter().any(|&byte| byte != 0) {
            return None;
        }
        all.extend_from_slice(low);
    }
    Some(all)
}
