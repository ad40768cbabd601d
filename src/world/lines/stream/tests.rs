//! Looks into a stream against a walk from its beginning.

use super::*;
use crate::engine::arrivals::{Arrivals, Modulation};
use crate::engine::marks::Marks;
use crate::engine::random::draw;

#[test]
fn a_look_into_a_backlog_sees_what_a_walk_from_its_beginning_sees() {
    // Few lines a second have places of their own; many are halved, and what is found out is kept.
    for rate in [7.0, 700.0] {
        let arrivals = Arrivals::poisson(rate, Modulation::Steady);
        looks_see_what_a_walk_sees(arrivals.clone());
        looks_see_what_a_walk_sees(arrivals.in_blocks());
    }
}

fn looks_see_what_a_walk_sees(arrivals: Arrivals) {
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
    assert!(
        trail.first * STRIDE >= 402 && trail.before.len() <= 100 / STRIDE as usize + 1,
        "{}",
        trail.first
    );
}

/// A search narrows down to a microsecond: where nothing was written between two looks the answer is theirs. The place found is one to
/// read on from, as any other is.
#[test]
fn a_search_down_to_a_line_sees_what_a_walk_sees() {
    for rate in [3.0, 40.0, 700.0] {
        let poisson = Arrivals::poisson(rate, Modulation::Steady);
        for arrivals in [poisson.clone(), poisson.in_blocks(), Arrivals::constant(rate)] {
            let law = StreamLaw { arrivals, sizes: Marks::from_quantiles(|u| 50.0 + 400.0 * u) };
            let key = 23;
            let mut stream = Stream::new(0, &law, 0, 0, key, 0);
            let walked = |at_ns: u64| Cursor::new(&law, key, 0).written(&law, key, at_ns);
            for number in 0..40 {
                let (mut low_ns, mut high_ns) = (stream.time_ns, stream.time_ns + 7 * NS_PER_SEC);
                let mut search = Search::new(&stream, &law);
                for step in 0.. {
                    let middle_ns = low_ns + (high_ns - low_ns) / 2;
                    assert_eq!(search.written(middle_ns), walked(middle_ns), "{rate}, {number}, {step}");
                    if draw(number, step).is_multiple_of(2) {
                        low_ns = middle_ns
                    } else {
                        high_ns = middle_ns
                    }
                    if high_ns - low_ns < 1_000 {
                        break;
                    }
                }
                // From narrow to wide once more.
                for at_ns in [stream.time_ns, high_ns + 30 * NS_PER_SEC, low_ns] {
                    assert_eq!(search.written(at_ns), walked(at_ns), "{rate}, {number}");
                }
                let place = search.peek(low_ns);
                assert_eq!((place.at_ns, place.written), (low_ns, walked(low_ns)), "{rate}, {number}");
                assert_eq!(place.cursor.interval(), low_ns / NS_PER_SEC);
                stream.advance_to(&place);
                assert_eq!(stream.peek(&law, low_ns).written, walked(low_ns));
                let later_ns = low_ns + 3_300_000_000;
                assert_eq!(stream.peek(&law, later_ns).written, walked(later_ns), "{rate}, {number}");
            }
        }
    }
}

/// A walk that goes on second by second, one that jumps, and what is drawn ahead are the same lines.
#[test]
fn seconds_of_blocks_are_the_same_however_they_are_come_to() {
    let law = StreamLaw {
        arrivals: Arrivals::poisson(9.0, Modulation::Steady).in_blocks(),
        sizes: Marks::from_quantiles(|u| 50.0 + 400.0 * u),
    };
    for key in 0..50 {
        let born = key % 10;
        let (mut slow, mut ahead) = (Cursor::new(&law, key, born), Ahead::default());
        let mut by_ahead = slow;
        ahead.draw(&law, key, &slow, 47 * NS_PER_SEC);
        for second in born..47 {
            let at_ns = second * NS_PER_SEC + 300_000_000;
            let written = slow.written(&law, key, at_ns);
            assert_eq!(written, Cursor::new(&law, key, born).written(&law, key, at_ns), "{second}");
            let drawn = by_ahead.written_ahead(&mut ahead, (&law, key), at_ns, Steps::Long);
            assert_eq!(written, drawn, "{second}");
        }
        // Ahead goes on where it was left.
        assert_eq!(by_ahead.written(&law, key, 99 * NS_PER_SEC), slow.written(&law, key, 99 * NS_PER_SEC));
    }
}

/// What a reader takes in spans of 4, 10, 10, 10 and 7 s that begin at 0.3 of a second, over 4,000 streams of 9 lines/s: in each a
/// Poisson number of 9 a second in mean and variance, and no span's says anything of the next's. Together it is what was
/// written between the first instant and the last.
#[test]
fn spans_have_the_law_of_what_is_written_in_them() {
    let law = StreamLaw {
        arrivals: Arrivals::poisson(9.0, Modulation::Steady).in_blocks(),
        sizes: Marks::from_quantiles(|u| 50.0 + 400.0 * u),
    };
    const SPANS: [u64; 5] = [4, 10, 10, 10, 7];
    let (mut sums, mut squares, mut products) = ([0.0; 5], [0.0; 5], [0.0; 5]);
    let (mut bytes, mut bytes_squared) = ([0.0; 5], [0.0; 5]);
    let (streams, spans_ns) = (4_000, SPANS.map(|seconds| seconds * NS_PER_SEC));
    for key in 0..streams {
        let from_ns = (20 + key % 10) * NS_PER_SEC + 300_000_000;
        let until_ns = from_ns + spans_ns.iter().sum::<u64>();
        let mut cursor = Cursor::new(&law, key, 0);
        let before = cursor.written(&law, key, from_ns);
        let mut ahead = Ahead::default();
        let written = ahead.draw_spans((&law, key), (&mut cursor, before), (from_ns, &spans_ns));
        assert_eq!(written, Cursor::new(&law, key, 0).written(&law, key, until_ns));
        let later_ns = until_ns + 13 * NS_PER_SEC;
        assert_eq!(
            cursor.written(&law, key, later_ns),
            Cursor::new(&law, key, 0).written(&law, key, later_ns)
        );
        let (own_lines, own_bytes) = ahead.amounts();
        let all = written - before;
        assert_eq!((own_lines.iter().sum(), own_bytes.iter().sum()), (all.lines, all.bytes));
        let off = |span: usize| own_lines[span] as f64 - 9.0 * SPANS[span] as f64;
        for span in 0..5 {
            sums[span] += off(span);
            squares[span] += off(span) * off(span);
            products[span] += off(span) * off((span + 1) % 5);
            let off = own_bytes[span] as f64 - 9.0 * 250.0 * SPANS[span] as f64;
            bytes[span] += off;
            bytes_squared[span] += off * off;
        }
    }
    let n = streams as f64;
    for span in 0..5 {
        let mean = 9.0 * SPANS[span] as f64;
        // Sizes are even over 50 to 450: a second moment of 250² + 400²/12.
        let of_bytes = mean * (250.0 * 250.0 + 400.0 * 400.0 / 12.0);
        // Standard errors: √(m/n) of a mean, about m·√(2/n) of a variance, √(m·m'/n) of a covariance; 4.5 of them.
        assert!(sums[span].abs() / n < 4.5 * (mean / n).sqrt(), "span {span}");
        let spread = (2.0 / n + 1.0 / (mean * n)).sqrt();
        assert!((squares[span] / n / mean - 1.0).abs() < 4.5 * spread, "span {span}");
        let next = 9.0 * SPANS[(span + 1) % 5] as f64;
        assert!((products[span] / n).abs() < 4.5 * (mean * next / n).sqrt(), "span {span}");
        assert!(bytes[span].abs() / n < 4.5 * (of_bytes / n).sqrt(), "span {span}");
        let spread = (3.0 / n).sqrt();
        assert!((bytes_squared[span] / n / of_bytes - 1.0).abs() < 4.5 * spread, "span {span}");
    }
}
