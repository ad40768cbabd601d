//! The container runtime and the application's own cost of writing.

use crate::blueprint::StreamLaw;
use crate::engine::marks::CLASSES;
use crate::flow::Medium;

/// CPU that an application spends on writing a line, in nanoseconds: one `write(2)` a line.
/// Source: lab, generator's CPU, 2.0–2.5 µs a line.
pub(crate) const WRITE_NS_PER_LINE: u64 = 2_100;

/// CPU that the runtime spends on a line of standard output, in nanoseconds.
/// Source: 100,000 lines/s cost Docker Engine one core, developer.aliyun.com/article/747821 (secondary).
pub(crate) const STDOUT_NS_PER_LINE: u64 = 10_000;

/// Bytes that a million bytes of log files come to when they are compressed.
/// Source: `gzip -6` on five samples of loghub (Apache, HDFS, OpenStack, Spark, Zookeeper; 2,000 lines each) with the
/// runtime's prefix: 107,000 to 194,000, the median 112,000.
pub(crate) const GZIP_PPM: u64 = 112_000;

/// CPU that application and runtime spend on writing a line to where it goes, in nanoseconds.
pub(crate) fn writing_ns(medium: Medium) -> u64 {
    match medium {
        Medium::Stdout | Medium::JsonFile | Medium::LocalFile | Medium::Pipe => {
            WRITE_NS_PER_LINE + STDOUT_NS_PER_LINE
        }
        Medium::File | Medium::HostPath => WRITE_NS_PER_LINE,
        // Written twice: by the application to its file, by the runtime to another.
        Medium::Relayed => 2 * WRITE_NS_PER_LINE + STDOUT_NS_PER_LINE,
        // A call, whose cost is the library's.
        Medium::Memory => 0,
    }
}

/// CPU that the kubelet spends on compressing a byte, in nanoseconds.
/// Source: CPU time of `gzip -6` on the same samples, 10 to 27 MB of each: 11.8 to 21.2, all together 14.1. The kubelet's is
/// Go's `compress/gzip`, which was not measured.
pub const GZIP_NS_PER_BYTE: u64 = 14;

/// Bytes of a line at which the runtime begins another record, each with a prefix of its own.
/// Source: containerd `max_container_log_line_size`, 16 KiB.
pub(crate) const SPLIT_BYTES: u64 = 16 << 10;

impl StreamLaw {
    /// Pieces of a line beyond the first, on average, where the runtime splits lines: whoever reads them has to join them.
    pub fn further_pieces(&self) -> f64 {
        if self.sizes.largest() <= SPLIT_BYTES {
            return 0.0;
        }
        let further = |class| self.sizes.value(class).div_ceil(SPLIT_BYTES).max(1) - 1;
        (0..CLASSES).map(further).sum::<u64>() as f64 / CLASSES as f64
    }
}

/// Bytes on disk a line beyond the line itself, on average: a line too long for one record of the runtime takes several,
/// and none more where no line is.
pub(crate) fn prefix_bytes(medium: Medium, law: &StreamLaw) -> u32 {
    let one = medium.prefix_bytes();
    if !medium.is_rotated_by_kubelet() || law.sizes.largest() <= SPLIT_BYTES {
        return one as u32;
    }
    let records = (0..CLASSES).map(|class| law.sizes.value(class).div_ceil(SPLIT_BYTES).max(1)).sum::<u64>();
    (one as f64 * records as f64 / CLASSES as f64).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::FileRotation;
    use crate::engine::marks::Marks;
    use crate::world::testing::{layout, run};

    #[test]
    fn a_line_costs_what_its_way_takes() {
        // The application's write takes 2.1 µs, the runtime 10 more of what comes through a pipe; what is streamed is written
        // to a file before, and what a library is given is not written at all.
        let kinds =
            [Medium::File, Medium::Stdout, Medium::Pipe, Medium::JsonFile, Medium::Relayed, Medium::Memory];
        assert_eq!(kinds.map(writing_ns), [2_100, 12_100, 12_100, 12_100, 14_200, 0]);
    }

    #[test]
    fn a_line_too_long_for_a_record_has_several_prefixes() {
        let mut law = layout(1, 1.0, false, 1).laws[0].clone();
        law.sizes = Marks::constant(40_000);
        // 40,000 bytes are three records of up to 16,384.
        assert_eq!(prefix_bytes(Medium::Stdout, &law), 3 * 41);
        assert_eq!(prefix_bytes(Medium::File, &law), 0);
        assert_eq!(law.further_pieces(), 2.0);
        law.sizes = Marks::constant(SPLIT_BYTES as u32);
        assert_eq!(law.further_pieces(), 0.0);
        assert_eq!(prefix_bytes(Medium::Stdout, &law), 41);
    }

    #[test]
    fn the_kubelet_compresses_all_rotated_files_but_the_last() {
        // 1,000 lines/s of 241 bytes with their prefix: 2.41 MB from one look of the kubelet to the next, each time more
        // than a file may hold. After 200 s there are a live file, a whole one and three compressed ones.
        let observed = |medium: Medium| {
            let mut blueprint = layout(1, 1_000.0, false, 200);
            blueprint.kubelet = FileRotation { size_bytes: 1 << 20, files: 5 };
            let stream = &mut blueprint.pods[0].streams[0];
            (stream.medium, stream.rotation) = (medium, FileRotation { size_bytes: 2_410_000, files: 5 });
            run(&blueprint)
        };
        let disk = |medium| observed(medium).fullest_disk_bytes as f64 / 2.41e6;
        // Each of some twenty rotations compresses the file that the one before left, the first of the run none of it.
        let compressed = observed(Medium::Stdout).gzipped_bytes as f64 / 2.41e6;
        assert!((18.0..19.5).contains(&compressed), "{compressed}");
        assert_eq!(observed(Medium::File).gzipped_bytes, 0);
        let compressed = 3.0 * GZIP_PPM as f64 * 1e-6;
        let gzipped = disk(Medium::Stdout);
        assert!((1.0 + compressed - 0.02..2.02 + compressed).contains(&gzipped), "{gzipped}");
        // An application that rotates its own files leaves them as they are.
        let plain = disk(Medium::File);
        assert!((4.0..5.02).contains(&plain), "{plain}");
    }
}
