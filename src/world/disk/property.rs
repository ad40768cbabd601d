//! What always holds of a stream's files between two events, named at the fields as "Property:".

use super::files::Files;

impl Files {
    /// Returns the property that does not hold, in words; `None` where all do.
    ///
    /// Debug builds ask after every event, so that all tests of the world are tests of it.
    pub(crate) fn broken_property(&self) -> Option<String> {
        if self.is_gone {
            return None;
        }
        let ends = self.rotated.iter().map(|file| file.until_ns);
        let begins = self.rotated.iter().skip(1).map(|file| file.from_ns).chain([self.live_from_ns]);
        if let Some((end_ns, begin_ns)) = ends.zip(begins).find(|(end_ns, begin_ns)| end_ns != begin_ns) {
            return Some(format!("a file ends at {end_ns} ns and the next begins at {begin_ns}"));
        }
        let files = self.older + self.rotated.len() as u64 + 1;
        if files > self.rotation.files.max(1) {
            return Some(format!("{files} files are there, of {} that are kept", self.rotation.files));
        }
        let mut spans = self.known.iter().zip(self.known.iter().skip(1));
        let unordered = spans.find(|(one, next)| one.until_ns > next.from_ns)?;
        Some(format!(
            "the reader knows {} to {} ns, then {}",
            unordered.0.from_ns, unordered.0.until_ns, unordered.1.from_ns
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::FileRotation;
    use crate::blueprint::StreamLaw;
    use crate::engine::arrivals::{Arrivals, Modulation};
    use crate::engine::marks::Marks;
    use crate::flow::{Cause, Medium};
    use crate::world::disk::span::Span;
    use crate::world::lines::stream::Stream;

    #[test]
    fn a_gap_between_files_and_a_file_too_many_are_noticed() {
        let arrivals = Arrivals::poisson(1.0, Modulation::Steady);
        let law = StreamLaw { arrivals, sizes: Marks::constant(200) };
        let stream = Stream::new(0, &law, 0, 0, 1, 0);
        let rotation = FileRotation { size_bytes: 1_000, files: 2 };
        let mut files = Files::new(Medium::Stdout, rotation, None, &stream, true, Cause::RotatedBeforeRead);
        assert_eq!(files.broken_property(), None);
        files.live_from_ns = 5;
        files.older = 2;
        assert!(files.broken_property().unwrap().contains("3 files are there, of 2"));
        files.older = 0;
        files.known.insert(0, Span { from_ns: 0, until_ns: 3 });
        assert!(files.broken_property().unwrap().contains("0 to 3 ns, then 0"));
    }
}
