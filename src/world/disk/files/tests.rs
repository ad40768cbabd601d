use super::*;
use crate::blueprint::{FileRotation, StreamLaw};
use crate::engine::arrivals::Arrivals;
use crate::engine::marks::Marks;
use crate::units::NS_PER_SEC as S;
use crate::world::testing::layout;

/// 100 lines a second of 50 bytes in one file, of which the reader has read five seconds.
fn read_for_five_seconds() -> (StreamLaw, Stream, Files, Tally) {
    let law = StreamLaw { arrivals: Arrivals::constant(100.0), sizes: Marks::constant(50) };
    let mut stream = Stream::new(0, &law, 0, 0, 7, 0);
    let rotation = FileRotation { size_bytes: 1 << 30, files: 5 };
    let mut files = Files::new(Medium::Stdout, rotation, None, &stream, true, Cause::RotatedBeforeRead);
    files.settle(&mut stream, &law);
    let peek = stream.peek(&law, 5 * S);
    stream.advance_to(&peek);
    (law, stream, files, Tally::new(&layout(1, 1.0, false, 60)))
}

#[test]
fn a_rotated_file_that_a_scan_merged_with_its_successor_has_its_wait_from_when_it_is_noticed() {
    let (law, mut stream, mut files, mut tally) = read_for_five_seconds();
    // Rotated at 10 s while its reader stands still; a scan finds the successor at 12 s, right behind it.
    let deadline = files.rotate(&mut stream, &law, 10 * S, None, Cause::NeverDiscovered, &mut tally);
    assert_eq!(deadline, None);
    files.pass_unnoticed(10 * S, true);
    files.discover_at(&mut stream, &law, 12 * S);
    assert_eq!(files.known.len(), 1);

    // As long as it stands still it notices nothing; when it reads on, at 20 s, the wait of 5 s begins.
    let not_yet = files.notice(&mut stream, &law, 15 * S, false, 5 * S);
    assert!(matches!(not_yet, Some(Noticed::NotYet)));
    assert_eq!(files.next_give_up(), None);
    let noticed = files.notice(&mut stream, &law, 20 * S, true, 5 * S);
    assert!(
        matches!(noticed, Some(Noticed::Now { found: false, gives_up_ns }) if gives_up_ns == 25 * S),
        "{noticed:?}"
    );

    // Until 25 s it has read two seconds more; the last three seconds of the rotated file, 300 lines and one that the
    // phase may bring, stay on disk, and it goes on with the successor.
    let peek = stream.peek(&law, 7 * S);
    stream.advance_to(&peek);
    files.give_up(&mut stream, &law, 24 * S, &mut tally);
    assert_eq!(stream.time_ns, 7 * S);
    files.give_up(&mut stream, &law, 25 * S, &mut tally);
    assert_eq!((stream.time_ns, stream.limit_ns), (10 * S, u64::MAX));
    let left = files.rotated[0].abandoned[Cause::RotatedBeforeRead as usize];
    assert!((299..=301).contains(&left), "{left}");
    assert_eq!(files.live_abandoned, Abandoned::default());
}

#[test]
fn of_a_rotated_file_that_is_gone_nothing_is_noticed() {
    let (law, mut stream, mut files, mut tally) = read_for_five_seconds();
    files.rotate(&mut stream, &law, 10 * S, None, Cause::NeverDiscovered, &mut tally);
    files.pass_unnoticed(10 * S, true);
    // Four more rotations, of files that the reader does not know, and five are kept.
    for at_s in [20, 30, 40, 50] {
        files.rotate(&mut stream, &law, at_s * S, None, Cause::NeverDiscovered, &mut tally);
    }
    // What it had not read of the first file, five seconds, is lost.
    let lost = tally.ledger.lost[Cause::RotatedBeforeRead as usize];
    assert!((499..=501).contains(&lost), "{lost}");
    assert!(files.notice(&mut stream, &law, 55 * S, true, 5 * S).is_none());
    assert!(!files.knows_live(&stream));
}
