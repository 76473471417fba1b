//! Clocks, and waiting for time to pass.

use std::convert::TryFrom;
use std::time::Duration;

use crate::{bytes, host, Result};

/// A timeout that never runs out.
pub const FOREVER: Duration = Duration::MAX;

/// The time of day, as the time since the Unix epoch: `UNIX_EPOCH + now()` is a `SystemTime`.
///
/// `SystemTime::now` and `Instant::now` panic on `wasm32-unknown-unknown`.
pub fn now() -> Duration {
    Duration::from_micros(u64::try_from(host::now()).unwrap_or(0))
}

/// A clock that never goes back, to measure how long something took. Where it starts says nothing.
pub fn monotonic() -> Duration {
    Duration::from_micros(u64::try_from(host::monotonic()).unwrap_or(0))
}

/// **Blocks** for that long.
pub fn sleep(time: Duration) -> Result<()> {
    bytes::done(host::sleep(milliseconds(time)))
}

/// **Blocks** for no time: commits the turn, runs the callbacks that are due and lets other atoms have theirs.
pub fn yield_now() -> Result<()> {
    bytes::done(host::yield_now())
}

/// As the ABI has durations. A part of a millisecond counts as one, so that no time that is short becomes none.
pub(crate) fn milliseconds(time: Duration) -> i64 {
    let rounded = (time.as_nanos() + 999_999) / 1_000_000;
    i64::try_from(rounded).unwrap_or(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_whole_milliseconds_rounded_up() {
        assert_eq!(milliseconds(Duration::ZERO), 0);
        assert_eq!(milliseconds(Duration::from_micros(1)), 1);
        assert_eq!(milliseconds(Duration::from_millis(1500)), 1500);
    }

    #[test]
    fn for_ever_is_minus_one() {
        assert_eq!(milliseconds(FOREVER), -1);
        assert_eq!(milliseconds(Duration::from_secs(u64::MAX)), -1);
        assert_eq!(milliseconds(Duration::from_millis(i64::MAX as u64)), i64::MAX);
    }
}
