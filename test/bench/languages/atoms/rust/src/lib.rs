//! Asked "put N", it stores N values; asked "kernel N", it computes; 64 bytes it replies.

use radon::{kv, Message, Result};

fn handle(message: Message) -> Result<()> {
    if message.payload().len() == 64 {
        return message.reply(message.payload());
    }
    match message.text()?.split_once(' ').map(|(verb, number)| (verb, number.parse())) {
        Some(("put", Ok(count))) => message.reply(put_all(count)?.to_string()),
        Some(("kernel", Ok(size))) => message.reply(fannkuch(size)),
        _ => message.fail("Send it put N, kernel N, or 64 bytes."),
    }
}

fn put_all(count: usize) -> Result<usize> {
    for key in 0..count {
        kv::put(key.to_string(), [0; 64])?;
    }
    Ok(count)
}

/// Reverses prefixes of all permutations of n numbers: the checksum of how often, and the most for one.
fn fannkuch(n: usize) -> String {
    let mut perm = vec![0; n];
    let mut first: Vec<usize> = (0..n).collect();
    let mut count = vec![0; n];
    let (mut checksum, mut most, mut even, mut r) = (0, 0, true, n);
    loop {
        while r != 1 {
            count[r - 1] = r;
            r -= 1;
        }
        perm.copy_from_slice(&first);
        let mut flips = 0;
        while perm[0] != 0 {
            let last = perm[0];
            perm[..=last].reverse();
            flips += 1;
        }
        most = most.max(flips);
        checksum += if even { flips } else { -flips };
        even = !even;
        loop {
            if r == n {
                return format!("{} {}", checksum, most);
            }
            first[..=r].rotate_left(1);
            count[r] -= 1;
            if count[r] > 0 {
                break;
            }
            r += 1;
        }
    }
}

radon::reactive!(handle);
