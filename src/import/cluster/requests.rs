//! What a pod requests in all, as the scheduler sums it.

use super::objects::{Amounts, Resources, Spec};

/// Processor (thousandths of a core) and memory (bytes) together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    pub(super) cpu: u64,
    pub(super) memory: u64,
}

impl Shape {
    fn plus(self, other: Self) -> Self {
        Self { cpu: self.cpu.saturating_add(other.cpu), memory: self.memory.saturating_add(other.memory) }
    }

    fn max(self, other: Self) -> Self {
        Self { cpu: self.cpu.max(other.cpu), memory: self.memory.max(other.memory) }
    }
}

/// The effective request of a pod: the most it uses at any moment of its life (KEP-753), its runtime's
/// overhead on top.
///
/// Ordinary init containers run one after the other, each beside the restartable ones that were started
/// before it; containers run beside all restartable ones. Requests of the pod as a whole take precedence.
pub(super) fn effective(spec: &Spec) -> Shape {
    let (mut restartable, mut init) = (Shape::default(), Shape::default());
    for container in &spec.init_containers {
        let request = requested(&container.resources);
        if container.restart_policy.as_deref() == Some("Always") {
            restartable = restartable.plus(request);
            init = init.max(restartable);
        } else {
            init = init.max(restartable.plus(request));
        }
    }
    let running = spec.containers.iter().fold(restartable, |sum, c| sum.plus(requested(&c.resources)));
    let mut whole = running.max(init);
    let of_pod = or(&spec.resources.requests, &spec.resources.limits);
    if let Some(cpu) = of_pod.cpu {
        whole.cpu = cpu.0;
    }
    if let Some(memory) = of_pod.memory {
        whole.memory = memory.0;
    }
    whole.plus(shape(&spec.overhead))
}

fn requested(resources: &Resources) -> Shape {
    shape(&or(&resources.requests, &resources.limits))
}

/// Requests that are missing are the limits, as the API server sets them.
fn or(requests: &Amounts, limits: &Amounts) -> Amounts {
    Amounts { cpu: requests.cpu.or(limits.cpu), memory: requests.memory.or(limits.memory), pods: None }
}

fn shape(amounts: &Amounts) -> Shape {
    Shape { cpu: amounts.cpu.unwrap_or_default().0, memory: amounts.memory.unwrap_or_default().0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(spec: &str) -> (u64, u64) {
        let spec: Spec = serde_json::from_str(spec).unwrap();
        let shape = effective(&spec);
        (shape.cpu, shape.memory)
    }

    #[test]
    fn containers_add_up_and_no_requests_are_none() {
        let two = r#"{"containers":[{"resources":{"requests":{"cpu":"100m","memory":"1Ki"}}},
                      {"resources":{"limits":{"cpu":"1"},"requests":{"memory":"2Ki"}}}]}"#;
        // The second has no CPU request: its limit of 1000m counts.
        assert_eq!(of(two), (1100, 3072));
        assert_eq!(of(r#"{"containers":[{"resources":{}},{}]}"#), (0, 0));
    }

    #[test]
    fn init_containers_count_as_kep_753_says() {
        // i1 alone: 500. s (restartable): 200. i2 beside s: 200 + 400 = 600. Then 300 + 200 = 500.
        let spec = r#"{"initContainers":[
            {"resources":{"requests":{"cpu":"500m"}}},
            {"restartPolicy":"Always","resources":{"requests":{"cpu":"200m"}}},
            {"resources":{"requests":{"cpu":"400m"}}}],
          "containers":[{"resources":{"requests":{"cpu":"300m","memory":"10"}}}]}"#;
        assert_eq!(of(spec), (600, 10));
        // A large enough container decides: 900 + 200.
        assert_eq!(of(&spec.replace("300m", "900m")), (1100, 10));
    }

    #[test]
    fn overhead_comes_on_top_and_requests_of_the_pod_go_first() {
        let spec = r#"{"overhead":{"cpu":"50m","memory":"5"},"resources":{"requests":{"cpu":"1"}},
                       "containers":[{"resources":{"requests":{"cpu":"100m","memory":"7"}}}]}"#;
        assert_eq!(of(spec), (1050, 12));
    }
}
