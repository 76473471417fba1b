//! Random numbers, fit for secrets.

use crate::host;

/// Fills a buffer with random bytes.
pub fn random(buffer: &mut [u8]) {
    host::random(buffer);
}

/// A random number, each of the 2^64 as likely as the others.
pub fn random_u64() -> u64 {
    let mut bytes = [0; 8];
    random(&mut bytes);
    u64::from_le_bytes(bytes)
}
