//! Looks into a stream against a walk from its beginning.

use super::*;
use crate::engine::arrivals::{Arrivals, Modulation};
use crate::engine::marks::Marks;

#[test]
fn a_look_into_a_backlog_sees_what_a_walk_from_its_beginning_sees() {
    // Few lines a second have places of their own; many are halved, and what is found out is kept.
    [7.0, 700.0].into_iter().for_each(looks_see_what_a_walk_sees);
}

fn looks_see_what_a_walk_sees(rate: f64) {
    let arrivals = Arrivals::poisson(rate, Modulation::Steady);
    let law = StreamLaw { arrivals, sizes: Marks::from_quantiles(|u| 50.0 + 400.0 * u) };
    let key = 11;
    let mut stream = Stream::new(0, &law, 0, 0, key, 0);
    let walked = |at_ns: u64| Cursor::new(&law, key, 0).written(&law, key, at_ns);
    // The writer goes on, the reader stands still, then follows in jumps, falls behind again, and is taken back once.
    let (half, s) = (NS_PER_SEC / 2, NS_PER_SEC);
    for (written_s, reads_s) in
        [(3, 3), (100, 3), (101, 20), (260, 240), (261, 261), (267, 267), (400, 267), (401, 120), (402, 402)]
    {
        assert_eq!(stream.peek(&law, written_s * s + half).written, walked(written_s * s + half));
        let mut search = Search::new(&stream, &law);
        for at_s in [written_s, stream.time_ns.div_ceil(s), written_s / 2 + stream.time_ns.div_ceil(s) / 2] {
            assert_eq!(search.written(at_s * s + half), walked(at_s * s + half), "{at_s} s");
        }
        for at_s in (stream.time_ns.div_ceil(s)..=written_s).step_by(3) {
            assert_eq!(stream.peek(&law, at_s * s + half).written, walked(at_s * s + half), "{at_s} s");
        }
        let place = match reads_s * s >= stream.time_ns {
            true => stream.peek(&law, reads_s * s),
            false => {
                let mut cursor = Cursor::new(&law, key, 0);
                let written = cursor.written(&law, key, reads_s * s);
                Peek { at_ns: reads_s * s, written, cursor }
            }
        };
        stream.advance_to(&place);
    }
    // Places behind the reader are forgotten.
    stream.peek(&law, 500 * s);
    let trail = stream.trail.borrow();
    let trail = trail.as_ref().unwrap();
    assert!(trail.first * STRIDE >= 402 && trail.before.len() <= 100 / 8 + 1, "{}", trail.first);
}

/// What a reader takes in whole seconds that comes at 0.3 of each, over 4,000 streams of 9 lines/s: in each of its twelve times a
/// Poisson number of mean and variance 9, the last as the others, and no time's says anything of the next's. Together it
/// is what was written between the first time and the last.
#[test]
fn whole_seconds_have_the_law_of_seconds_that_begin_elsewhere() {
    let law = StreamLaw {
        arrivals: Arrivals::poisson(9.0, Modulation::Steady),
        sizes: Marks::from_quantiles(|u| 50.0 + 400.0 * u),
    };
    const TIMES: usize = 12;
    let (mut sums, mut squares, mut products) = ([0.0; TIMES], [0.0; TIMES], [0.0; TIMES]);
    let (mut bytes, mut bytes_squared) = ([0.0; TIMES], [0.0; TIMES]);
    let (streams, mean) = (4_000, 9.0);
    for key in 0..streams {
        let from_ns = 20 * NS_PER_SEC + 300_000_000;
        let until_ns = from_ns + TIMES as u64 * NS_PER_SEC;
        let mut cursor = Cursor::new(&law, key, 0);
        let before = cursor.written(&law, key, from_ns);
        let mut ahead = Ahead::default();
        let written = ahead.draw_in_whole((&law, key), (&mut cursor, before), until_ns);
        assert_eq!(written, Cursor::new(&law, key, 0).written(&law, key, until_ns));
        let (own_lines, own_bytes) = ahead.amounts();
        assert_eq!(own_lines.len(), TIMES);
        let all = written - before;
        assert_eq!((own_lines.iter().sum(), own_bytes.iter().sum()), (all.lines, all.bytes));
        for time in 0..TIMES {
            let off = own_lines[time] as f64 - mean;
            sums[time] += off;
            squares[time] += off * off;
            products[time] += off * (own_lines[(time + 1) % TIMES] as f64 - mean);
            let off = own_bytes[time] as f64 - mean * 250.0;
            bytes[time] += off;
            bytes_squared[time] += off * off;
        }
    }
    let n = streams as f64;
    // Sizes are even over 50 to 450: a second moment of 250² + 400²/12.
    let of_bytes = mean * (250.0 * 250.0 + 400.0 * 400.0 / 12.0);
    for time in 0..TIMES {
        // Standard errors: √(m/n) of a mean, about m·√(2/n) of a variance, m/√n of a covariance; 4.5 of them.
        assert!(sums[time].abs() / n < 4.5 * (mean / n).sqrt(), "time {time}");
        let spread = (2.0 / n + 1.0 / (mean * n)).sqrt();
        assert!((squares[time] / n / mean - 1.0).abs() < 4.5 * spread, "time {time}");
        assert!((products[time] / n / mean).abs() < 4.5 / n.sqrt(), "time {time}");
        assert!(bytes[time].abs() / n < 4.5 * (of_bytes / n).sqrt(), "time {time}");
        let spread = (3.0 / n).sqrt();
        assert!((bytes_squared[time] / n / of_bytes - 1.0).abs() < 4.5 * spread, "time {time}");
    }
}
