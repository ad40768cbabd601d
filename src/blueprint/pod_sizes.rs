//! Pools that give each pod a node of its own, of the next size that there is, and charge for that size: AWS Fargate.
//!
//! A pod is charged for the smallest size that holds the sum of its containers' requests and what the platform itself
//! needs beside them. A sidecar may so cost nothing, where the size had room for it, or double the price.
//!
//! Sources: Amazon EKS user guide, "Understand Fargate Pod configuration details" (sizes; 256 MB for Kubernetes' components);
//! aws.amazon.com/fargate/pricing, us-east-1, Linux/x86 (0.04048 a vCPU-hour, 0.004445 a GB-hour).

use crate::blueprint::Requests;

/// One GiB; Fargate's GB.
const GB: u64 = 1 << 30;

/// Sizes with the same CPU: millicores, and the least, the most and the step of memory in GB; the smallest has half a GB too.
const FARGATE: [(u64, u64, u64, u64); 7] = [
    (250, 1, 2, 1),
    (500, 1, 4, 1),
    (1_000, 2, 8, 1),
    (2_000, 4, 16, 1),
    (4_000, 8, 30, 1),
    (8_000, 16, 60, 4),
    (16_000, 32, 120, 8),
];

/// How a pool charges for pods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PodSizes {
    /// Bytes that the platform takes beside the pod's requests.
    pub overhead_bytes: u64,
    /// Currency an hour for a core.
    pub core_price: f64,
    /// Currency an hour for a GiB.
    pub gb_price: f64,
}

/// What a pool costs that is charged for by the sizes of its pods, in currency an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SizedPrice {
    /// All its pods.
    pub per_hour: f64,
    /// The same pods without what collects their logs.
    pub bare_per_hour: f64,
}

impl PodSizes {
    /// Returns the size that a pod with these requests gets; `None` where there is none so large.
    pub fn size_of(&self, requests: Requests) -> Option<Requests> {
        let memory_bytes = requests.memory_bytes + self.overhead_bytes;
        FARGATE.into_iter().find_map(|(cpu_millicores, least, most, step)| {
            if requests.cpu_millicores > cpu_millicores || memory_bytes > most * GB {
                return None;
            }
            let smallest = cpu_millicores == FARGATE[0].0 && memory_bytes <= GB / 2;
            let steps = memory_bytes.saturating_sub(least * GB).div_ceil(step * GB);
            let memory_bytes = if smallest { GB / 2 } else { (least + steps * step) * GB };
            Some(Requests { cpu_millicores, memory_bytes })
        })
    }

    /// Returns the price of a size, in currency an hour.
    pub fn price_of(&self, size: Requests) -> f64 {
        size.cpu_millicores as f64 / 1e3 * self.core_price
            + size.memory_bytes as f64 / GB as f64 * self.gb_price
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWS: PodSizes = PodSizes { overhead_bytes: 256 << 20, core_price: 0.04048, gb_price: 0.004445 };

    fn size(cpu_millicores: u64, memory_mib: u64) -> Option<(u64, f64)> {
        let size = AWS.size_of(Requests { cpu_millicores, memory_bytes: memory_mib << 20 })?;
        Some((size.cpu_millicores, size.memory_bytes as f64 / GB as f64))
    }

    #[test]
    fn a_pod_gets_the_next_size_above_its_requests_and_256_mb() {
        assert_eq!(size(250, 200), Some((250, 0.5)));
        assert_eq!(size(250, 256), Some((250, 0.5)));
        assert_eq!(size(250, 257), Some((250, 1.0)));
        // A sidecar of 50m and 64Mi more.
        assert_eq!(size(300, 264), Some((500, 1.0)));
        assert_eq!(size(100, 1_900), Some((500, 3.0)));
        assert_eq!(size(5_000, 100), Some((8_000, 16.0)));
        assert_eq!(size(5_000, 17_000), Some((8_000, 20.0)));
        assert_eq!(size(16_000, 120_000), Some((16_000, 120.0)));
        assert_eq!((size(16_001, 1), size(1, 122_700)), (None, None));
    }

    #[test]
    fn a_size_costs_its_cores_and_its_memory() {
        // 0.25 × 0.04048 + 0.5 × 0.004445 = 0.0123425 an hour, and twice that.
        let price = |cpu, mib: u64| {
            AWS.price_of(AWS.size_of(Requests { cpu_millicores: cpu, memory_bytes: mib << 20 }).unwrap())
        };
        assert!((price(250, 200) - 0.012_342_5).abs() < 1e-12);
        assert!((price(300, 264) - 0.024_685).abs() < 1e-12);
    }
}
