//! What a pod requests in all, as the scheduler sums it.

use super::objects::{Amounts, Container, Resources, Spec};

/// Processor (thousandths of a core) and memory (bytes) together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Shape {
    pub(super) cpu: u64,
    pub(super) memory: u64,
}

impl Shape {
    pub(super) fn plus(self, other: Self) -> Self {
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
///
/// Without containers that `leaves_out`. A request of the whole pod covers them, and is lowered by theirs.
pub(super) fn effective_without(spec: &Spec, leaves_out: &dyn Fn(&Container) -> bool) -> Shape {
    let (mut restartable, mut init) = (Shape::default(), Shape::default());
    let mut left_out = Shape::default();
    for container in &spec.init_containers {
        if leaves_out(container) {
            left_out = left_out.plus(requested(&container.resources));
            continue;
        }
        let request = requested(&container.resources);
        if container.restart_policy.as_deref() == Some("Always") {
            restartable = restartable.plus(request);
            init = init.max(restartable);
        } else {
            init = init.max(restartable.plus(request));
        }
    }
    let mut running = restartable;
    for container in &spec.containers {
        let request = requested(&container.resources);
        if leaves_out(container) {
            left_out = left_out.plus(request);
        } else {
            running = running.plus(request);
        }
    }
    let mut whole = running.max(init);
    let of_pod = or(&spec.resources.requests, &spec.resources.limits);
    if let Some(cpu) = of_pod.cpu {
        whole.cpu = cpu.0.saturating_sub(left_out.cpu);
    }
    if let Some(memory) = of_pod.memory {
        whole.memory = memory.0.saturating_sub(left_out.memory);
    }
    whole.plus(shape(&spec.overhead))
}

pub(super) fn requested(resources: &Resources) -> Shape {
    shape(&or(&resources.requests, &resources.limits))
}

/// Requests that are missing are the limits, as the API server sets them.
fn or(requests: &Amounts, limits: &Amounts) -> Amounts {
    Amounts {
        cpu: requests.cpu.or(limits.cpu),
        memory: requests.memory.or(limits.memory),
        ..Amounts::default()
    }
}

fn shape(amounts: &Amounts) -> Shape {
    Shape { cpu: amounts.cpu.unwrap_or_default().0, memory: amounts.memory.unwrap_or_default().0 }
}

/// Limits of containers together, thousandths of a core and bytes; `None` where one of them has none.
pub(super) fn limits_of(containers: &[&Container]) -> (Option<u64>, Option<u64>) {
    let limits = || containers.iter().map(|container| &container.resources.limits);
    let cpu =
        limits().map(|limits| limits.cpu.map(|cpu| cpu.0)).try_fold(0u64, |sum, cpu| sum.checked_add(cpu?));
    let memory = limits()
        .map(|limits| limits.memory.map(|memory| memory.0))
        .try_fold(0u64, |sum, memory| sum.checked_add(memory?));
    (cpu.filter(|cpu| *cpu > 0), memory.filter(|memory| *memory > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effective(spec: &Spec) -> Shape {
        effective_without(spec, &|_| false)
    }

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
