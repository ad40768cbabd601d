//! A scenario as it will be: pods and lines grown by so many months.

use super::{Count, Growth, Scenario, Workload};
use crate::units::LineRate;

impl Workload {
    /// It as it will be: pods rounded to whole ones, one at least.
    fn grown(&mut self, growth: Growth, months: u64) {
        let pods = (self.replicas.get() as f64 * growth.pods.after(months)).round();
        self.replicas = Count::of((pods as u64).clamp(1, Count::MAX));
        for log in &mut self.logs {
            log.rate = LineRate::per_sec(log.rate.get() * growth.lines.after(months));
        }
    }
}

impl Scenario {
    /// Whether anything grows.
    pub fn grows(&self) -> bool {
        let still = |growth: Option<Growth>| growth.is_none_or(|growth| growth == Growth::default());
        let workloads = self.tenants.iter().flat_map(|tenant| &tenant.workloads);
        !still(self.growth) || workloads.into_iter().any(|workload| !still(workload.growth))
    }

    /// The scenario as it will be after so many months of its growth, if nothing else changes. Pods keep their names and
    /// numbers, so that months are paired.
    #[must_use]
    pub fn in_months(&self, months: u64) -> Self {
        let mut later = self.clone();
        for workload in later.tenants.iter_mut().flat_map(|tenant| &mut tenant.workloads) {
            if let Some(growth) = workload.growth.or(self.growth) {
                workload.grown(growth, months);
            }
        }
        later
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;

    fn scenario(all: &str, own: &str) -> Result<Scenario, String> {
        let yaml = format!(
            "name: t\n{all}cluster: {{ pools: [ {{ name: p, nodes: 2 }} ] }}\ntenants: [ {{ name: a, workloads: [ {{ name: \
             w, replicas: 10, {own} logs: [ {{ stream: stdout, rate: 100/s }} ] }}, {{ name: v, replicas: 20, logs: [ {{ \
             stream: stdout, rate: 10/s }} ] }} ] }} ]\n"
        );
        from_yaml("t.yaml", &yaml).map_err(|error| error.to_string())
    }

    #[test]
    fn growth_is_compound_and_a_workloads_own_goes_before_the_scenarios() {
        let grown = scenario("growth: 10%/month\n", "growth: { lines: 100%/year },").unwrap();
        assert!(grown.grows() && !scenario("", "").unwrap().grows());
        let later = grown.in_months(12);
        let [own, other] = &later.tenants[0].workloads[..] else { panic!() };
        // 20 · 1.1¹² = 62.77; the other's lines double in a year, and its pods stay.
        assert_eq!((own.replicas.get(), other.replicas.get()), (10, 63));
        assert!((own.logs[0].rate.get() - 200.0).abs() < 1e-9);
        assert_eq!(grown.in_months(0).to_yaml().unwrap(), grown.to_yaml().unwrap());
        // What was read is written so that it is read back.
        let again = from_yaml("again", &grown.to_yaml().unwrap()).unwrap();
        assert_eq!(again.to_yaml().unwrap(), grown.to_yaml().unwrap());
    }

    #[test]
    fn what_shrinks_keeps_a_pod() {
        let later = scenario("growth: -50%/month\n", "").unwrap().in_months(24);
        assert_eq!(later.pods(), 2);
    }

    #[test]
    fn what_is_no_growth_is_refused_at_its_place() {
        for (wrong, word) in [
            ("growth: 5%\n", "5%/month"),
            ("growth: 5/month\n", "5%/month"),
            ("growth: 5%/week\n", "5%/month"),
            ("growth: 300%/month\n", "too fast"),
            ("growth: { nodes: 5%/month }\n", "pods, lines"),
        ] {
            let error = scenario(wrong, "").unwrap_err();
            assert!(error.contains(word) && error.starts_with("t.yaml:2:"), "{wrong}: {error}");
        }
    }
}
