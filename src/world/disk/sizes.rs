//! How much was written, and how large files are.

use super::files::Files;
use crate::blueprint::StreamLaw;
use crate::flow::Medium;
use crate::units::NS_PER_SEC;
use crate::world::lines::runtime::GZIP_PPM;
use crate::world::lines::stream::{Amount, Stream};

/// No Poisson number is so many deviations above its mean.
const DEVIATIONS: f64 = 10.0;

/// The least time in which a stream may write so many bytes on disk, in seconds: at a steady rate, where the mean and ten
/// deviations come to that; otherwise at twice its peak rate.
fn least_s(stream: &Stream, law: &StreamLaw, bytes: f64) -> f64 {
    let line_bytes = law.sizes.mean() + f64::from(stream.prefix_bytes);
    let per_s = (law.arrivals.peak() * line_bytes).max(1e-9);
    if !law.arrivals.is_alike() {
        return bytes / (2.0 * per_s);
    }
    // With x the root of the time: per_s x² + spread x = bytes.
    let square = line_bytes * line_bytes + law.sizes.deviation() * law.sizes.deviation();
    let spread = DEVIATIONS * (law.arrivals.mean() * square).sqrt();
    let root = ((spread * spread + 4.0 * per_s * bytes).sqrt() - spread) / (2.0 * per_s);
    root * root
}

impl Files {
    /// What was written before `at_ns`, by the files' own cursor; the stream's is used where it is further on.
    pub(crate) fn written(&mut self, stream: &Stream, law: &StreamLaw, at_ns: u64) -> Amount {
        let at_ns = at_ns.min(self.ended_ns);
        let ahead = stream.cursor();
        if ahead.interval() > self.cursor.interval() && ahead.interval() * NS_PER_SEC <= at_ns {
            self.cursor = ahead;
        }
        self.cursor.written(law, stream.key, at_ns)
    }

    /// Bytes of the live file at `at_ns`.
    pub(crate) fn live_bytes(&mut self, stream: &Stream, law: &StreamLaw, at_ns: u64) -> u64 {
        let written = self.written(stream, law, self.last_written_ns(at_ns));
        (stream.on_disk(written) as i64 - self.live_base_bytes).max(0) as u64
    }

    /// The instant up to which its application has written by `at_ns`: earlier where it is down.
    pub(crate) fn last_written_ns(&self, at_ns: u64) -> u64 {
        at_ns.min(self.gaps.open_since())
    }

    /// Whether the live file is due for rotation at `at_ns`. Where it is not, sets when to look next: not before it could be full.
    pub(crate) fn is_full(&mut self, stream: &Stream, law: &StreamLaw, at_ns: u64) -> bool {
        let size = self.live_bytes(stream, law, at_ns);
        if size >= self.rotation.size_bytes {
            return true;
        }
        let seconds = least_s(stream, law, (self.rotation.size_bytes - size) as f64);
        self.next_check_ns = at_ns.saturating_add((seconds.min(1e9) * 1e9) as u64);
        false
    }

    /// The same of an instant to come, while others still ask for what was written before it.
    pub(crate) fn will_be_full(&mut self, stream: &Stream, law: &StreamLaw, at_ns: u64) -> bool {
        let start = self.cursor;
        let is_full = self.is_full(stream, law, at_ns);
        self.cursor = start;
        is_full
    }

    /// The first instant in `(from_ns, until_ns]` at which the live file reaches its size, to the nanosecond;
    /// `None` where it does not.
    pub(crate) fn fills_at(
        &mut self,
        stream: &Stream,
        law: &StreamLaw,
        from_ns: u64,
        until_ns: u64,
    ) -> Option<u64> {
        let start = self.cursor;
        let full = |files: &mut Self, at_ns: u64| {
            files.cursor = start;
            files.live_bytes(stream, law, at_ns) >= files.rotation.size_bytes
        };
        let found = full(self, until_ns).then(|| {
            let (mut low, mut high) = (from_ns, until_ns);
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if full(self, middle) { high = middle } else { low = middle }
            }
            high
        });
        self.cursor = start;
        found
    }

    /// Bytes of all files at the end of the run.
    pub(crate) fn disk_bytes(&self, stream: &Stream, written: Amount) -> u64 {
        let unhindered = stream.on_disk(written) + stream.on_disk(self.gaps.total());
        let live = (unhindered as i64 - self.live_base_bytes).max(0) as u64;
        let files = live + self.rotated.iter().map(|f| f.disk_bytes).sum::<u64>();
        match self.medium {
            // The application's own files hold about the same again.
            Medium::Relayed => 2 * files,
            medium if medium.is_on_disk() => files,
            _ => 0,
        }
    }

    /// Bytes of all files at `at_ns`, those from before the run included; of these the last one is as large as a file gets.
    /// What an application has in files of its own, of which these are a copy, is left out.
    pub(crate) fn all_bytes(&mut self, stream: &Stream, law: &StreamLaw, at_ns: u64) -> u64 {
        let rotated = self.rotated.iter().map(|file| file.disk_bytes).sum::<u64>();
        let older = match self.older {
            0 => 0,
            // All rotated files but the last are compressed.
            older if self.medium.is_gzipped() => {
                let plain = if self.rotated.is_empty() { self.rotation.size_bytes } else { 0 };
                let compressed = older - u64::from(self.rotated.is_empty());
                plain + (compressed as f64 * self.rotation.size_bytes as f64 * GZIP_PPM as f64 * 1e-6) as u64
            }
            older => older.saturating_mul(self.rotation.size_bytes),
        };
        self.live_bytes(stream, law, at_ns).saturating_add(rotated).saturating_add(older)
    }
}
