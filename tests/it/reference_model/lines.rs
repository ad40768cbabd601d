//! Every single line of a stream, from the public law of its arrivals and sizes.

use loghaul::blueprint::StreamLaw;
use loghaul::units::NS_PER_SEC;

/// The draws of sizes lie under the stream's key with this mixed in.
const SIZES: u64 = 0x5153;

/// A line: when it is written, and its bytes, line end included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub at_ns: u64,
    pub bytes: u64,
}

/// All lines of a stream that are written before `horizon_ns`, in their order.
pub(super) fn lines_of(law: &StreamLaw, key: u64, horizon_ns: u64) -> Vec<Line> {
    let mut lines = Vec::new();
    for second in 0..horizon_ns.div_ceil(NS_PER_SEC) {
        let count = law.arrivals.count(key, second);
        let all_bytes = u128::from(law.sizes.sum(count, key ^ SIZES, second));
        for i in 0..count {
            let offset_ns = instant_of(law, key, second, count, i);
            let at_ns = second * NS_PER_SEC + offset_ns;
            if at_ns >= horizon_ns {
                break;
            }
            // The first i lines of a second have i/count of its bytes, rounded down.
            let first = |n: u64| (all_bytes * u128::from(n) / u128::from(count)) as u64;
            lines.push(Line { at_ns, bytes: first(i + 1) - first(i) });
        }
    }
    lines
}

/// The last instant of a second before which no more than `i` of its lines were written: the instant of line `i`.
fn instant_of(law: &StreamLaw, key: u64, second: u64, count: u64, i: u64) -> u64 {
    let is_written_before = |offset| law.arrivals.before(key, second, count, offset, NS_PER_SEC) > i;
    let (mut not_yet, mut written) = (0, NS_PER_SEC);
    while written - not_yet > 1 {
        let middle = not_yet + (written - not_yet) / 2;
        if is_written_before(middle) { written = middle } else { not_yet = middle }
    }
    not_yet
}
