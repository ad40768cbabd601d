//! What longer runs than the simulated come to, by arithmetic: lines that nobody ships are rotated away as files are.
//!
//! The kubelet keeps so many files of such a size of each container, the live one among them, which is half full on
//! average. It looks now and then only, so that a file is rotated at the first look after it is full: at `b` bytes a second
//! every `f = ⌈size ÷ b ÷ interval⌉ · interval` seconds. Kept are the last `(files − 1/2) · f` seconds, and what is older is
//! lost.

use crate::blueprint::{Blueprint, Reader};

/// A day, in seconds.
pub const DAY_S: f64 = 86_400.0;

/// The longest that is looked at: ten years.
const LONGEST_S: f64 = 3_652.0 * DAY_S;

/// Standard output that stays where it is written: of each class of streams the lines a second, and the seconds whose lines
/// are kept.
pub(super) struct Kept(Vec<(f64, f64)>);

impl Kept {
    /// The streams of a blueprint that nobody ships; none where all are shipped, or rotated by others than the kubelet.
    pub(super) fn of(blueprint: &Blueprint) -> Self {
        let (files, size) = (blueprint.kubelet.files as f64, blueprint.kubelet.size_bytes as f64);
        let look_s = (blueprint.kubelet_interval_ns as f64 * 1e-9).max(1e-3);
        let mut all = Vec::new();
        for template in &blueprint.pods {
            for stream in &template.streams {
                if stream.reader != Reader::Nobody || !stream.medium.is_rotated_by_kubelet() {
                    continue;
                }
                for law in blueprint.laws_of(stream) {
                    let rate = law.arrivals.mean();
                    let bytes_per_s = rate * (law.sizes.mean() + stream.medium.prefix_bytes() as f64);
                    if bytes_per_s > 0.0 {
                        let fills_s = (size / bytes_per_s / look_s).ceil() * look_s;
                        all.push((template.replicas as f64 * rate, (files - 0.5) * fills_s));
                    }
                }
            }
        }
        Self(all)
    }

    /// Share of the lines of a run of so many seconds that is lost.
    pub(super) fn lost_after(&self, seconds: f64) -> f64 {
        let lines: f64 = self.0.iter().map(|(rate, _)| rate).sum();
        let lost: f64 = self.0.iter().map(|(rate, kept_s)| rate * (1.0 - kept_s / seconds).max(0.0)).sum();
        if lines > 0.0 { lost / lines } else { 0.0 }
    }

    /// Seconds after which more than this share is lost; `None` where it never is.
    pub(super) fn holds_s(&self, share: f64) -> Option<f64> {
        if self.lost_after(LONGEST_S) <= share {
            return None;
        }
        // It rises with time.
        let (mut from, mut until) = (0.0, LONGEST_S);
        for _ in 0..60 {
            let middle = f64::midpoint(from, until);
            *(if self.lost_after(middle) <= share { &mut from } else { &mut until }) = middle;
        }
        Some(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Metric;
    use crate::run::{Runner, Setup};
    use crate::scenario::from_yaml;
    use crate::strategy::by_name;

    fn native(duration: &str) -> Setup {
        // 100 lines/s of 159 bytes and 41 of the runtime's: 20 kB/s fill 500 kB in 25 s, which the kubelet sees at the third of
        // its looks. Five files, one of which is half full, hold 4.5 times 30 s.
        let yaml = format!(
            "name: t\nduration: {duration}\nwarmup: 0s\n\
             cluster: {{ pools: [ {{ name: p, nodes: 2 }} ], kubelet: {{ containerLogMaxSize: 500kB, containerLogMaxFiles: 5 }} }}\n\
             tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 40, logs: [ {{ stream: stdout, rate: 100/s, spread: 0%, \
             line: {{ constant: 159B }} }} ] }} ] }} ]\n"
        );
        Setup::new(&from_yaml("t.yaml", &yaml).unwrap(), by_name("native").unwrap())
    }

    #[test]
    fn what_files_do_not_hold_is_lost() {
        let kept = Kept::of(&native("10m").blueprint);
        assert!((kept.lost_after(270.0) - 0.5).abs() < 1e-3, "{}", kept.lost_after(270.0));
        assert_eq!(kept.lost_after(100.0), 0.0);
        // One line in a hundred is lost after 135 s ÷ 0.99.
        assert!((kept.holds_s(0.01).unwrap() - 135.0 / 0.99).abs() < 0.2, "{:?}", kept.holds_s(0.01));
        assert_eq!(kept.holds_s(1.0), None);
    }

    #[test]
    fn the_world_comes_to_the_same() {
        for (duration, seconds) in [("5m", 300.0), ("20m", 1200.0)] {
            let setup = native(duration);
            let expected = Kept::of(&setup.blueprint).lost_after(seconds);
            let runs = Runner::new().observe(&[&setup], 1, 1).unwrap();
            let lost = runs[0][0].get(Metric::Loss).unwrap();
            // How full the live file is when the run ends is between nothing and all: half a file of 30 s.
            assert!((lost - expected).abs() < 15.0 / seconds + 0.005, "{duration}: {lost}, not {expected}");
        }
    }

    #[test]
    fn what_is_shipped_is_not_rotated_away() {
        let setup = native("10m");
        let shipped = by_name("daemonset").unwrap();
        let yaml = "name: t\ncluster: { pools: [ { name: p, nodes: 2 } ] }\n\
             tenants: [ { name: a, workloads: [ { name: w, logs: [ { stream: stdout, rate: 1/s } ] } ] } ]\n";
        let shipped = Setup::new(&from_yaml("t.yaml", yaml).unwrap(), shipped);
        assert_eq!(Kept::of(&shipped.blueprint).lost_after(DAY_S), 0.0);
        assert!(Kept::of(&setup.blueprint).lost_after(DAY_S) > 0.99);
    }
}
