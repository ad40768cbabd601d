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
