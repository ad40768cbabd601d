//! Rates as an import of a cluster asks for them: by pod and container.

use super::{Rate, Whose};
use crate::import::cluster::key_of;
use std::collections::{BTreeMap, HashMap};

type ByContainer = HashMap<String, (f64, f64)>;

/// Measured rates.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    by_pod: HashMap<u64, ByContainer>,
    /// Of a workload's pods together.
    by_workload: HashMap<(String, String), ByContainer>,
    /// Of a namespace's pods together.
    by_namespace: HashMap<String, ByContainer>,
    /// Pods by workload and by namespace that have no rates of their own.
    pods: HashMap<(String, String), f64>,
    total: f64,
}

impl Rates {
    /// From what was measured.
    pub fn of(rates: &BTreeMap<Whose, Rate>) -> Self {
        let mut all = Self::default();
        for (whose, rate) in rates {
            let Whose { namespace, workload, pod, container } = whose;
            let own = if !pod.is_empty() {
                all.by_pod.entry(key_of(namespace, pod)).or_default()
            } else if !workload.is_empty() {
                all.by_workload.entry((namespace.clone(), workload.clone())).or_default()
            } else {
                all.by_namespace.entry(namespace.clone()).or_default()
            };
            let sum = own.entry(container.clone()).or_default();
            sum.0 += rate.lines_per_s;
            sum.1 += rate.bytes_per_s;
            all.total += rate.lines_per_s;
        }
        all
    }

    /// Lines a second of everything that was measured.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// Takes note of a pod that is there: what was measured of a workload or a namespace is divided among those without
    /// rates of their own.
    pub(in crate::import) fn meet(&mut self, pod: u64, namespace: &str, workload: &str) {
        if self.by_pod.contains_key(&pod) {
            return;
        }
        let of_workload = (namespace.to_owned(), workload.to_owned());
        let key = if self.by_workload.contains_key(&of_workload) {
            of_workload
        } else {
            (namespace.to_owned(), String::new())
        };
        *self.pods.entry(key).or_default() += 1.0;
    }

    /// Lines and bytes a second of a pod's containers; what nobody measured writes nothing.
    pub(in crate::import) fn of_pod(
        &self,
        pod: u64,
        namespace: &str,
        workload: &str,
        containers: &[String],
    ) -> Vec<(f64, f64)> {
        let of_workload = (namespace.to_owned(), workload.to_owned());
        let divided = |key: &(String, String)| 1.0 / self.pods.get(key).copied().unwrap_or(1.0).max(1.0);
        let (known, share) = if let Some(known) = self.by_pod.get(&pod) {
            (Some(known), 1.0)
        } else if let Some(known) = self.by_workload.get(&of_workload) {
            (Some(known), divided(&of_workload))
        } else {
            (self.by_namespace.get(namespace), divided(&(namespace.to_owned(), String::new())))
        };
        let Some(known) = known else { return vec![(0.0, 0.0); containers.len()] };
        // What is of no container that the pod has is divided among those that it has.
        let rest = known.iter().filter(|(name, _)| !containers.contains(name));
        let rest = rest.fold((0.0, 0.0), |sum, (_, own)| (sum.0 + own.0, sum.1 + own.1));
        let even = share / containers.len().max(1) as f64;
        let of = |container: &String| {
            let own = known.get(container).copied().unwrap_or_default();
            (own.0 * share + rest.0 * even, own.1 * share + rest.1 * even)
        };
        containers.iter().map(of).collect()
    }
}
