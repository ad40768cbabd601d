//! The fast world against the slow reference, on the same lines: what becomes of them must be the same, line for line
//! where nothing is full, and within stated bounds where it is.

use super::reference_model::{Outcome, simulate};
use loghaul::engine::random::{draw, named_key, subkey};
use loghaul::flow::Cause;
use loghaul::observe::Freshness;
use loghaul::run::Setup;
use loghaul::scenario::{self, Scenario};
use loghaul::strategy;
use loghaul::world::{self, Tally};

/// The same scenario in both, and what it was.
struct Pair {
    what: String,
    yaml: String,
    chunk_s: f64,
    fast: Tally,
    slow: Outcome,
}

/// `None` where the strategy cannot run the scenario.
fn pair(scenario: &Scenario, strategy: &str) -> Option<Pair> {
    pair_of(scenario, strategy, 0)
}

/// The same in another replication.
fn pair_of(scenario: &Scenario, strategy: &str, replication: u64) -> Option<Pair> {
    let setup = Setup::new(scenario, strategy::by_name(strategy).unwrap());
    let placement = setup.placement.as_ref().ok()?;
    let key = subkey(named_key(1, "replication"), replication);
    let fast = world::simulate(&setup.blueprint, placement, key);
    fast.ledger.balance().unwrap();
    let what = format!("{} under {strategy}, chunk {}", scenario.name, scenario.chunk);
    let slow = simulate(&setup.blueprint, placement, key);
    let yaml = scenario.to_yaml().unwrap();
    Some(Pair { what, yaml, chunk_s: scenario.chunk.as_secs_f64(), fast, slow })
}

impl Pair {
    /// The largest difference of any term of the ledger, in lines.
    fn apart(&self) -> u64 {
        let (fast, slow) = (&self.fast.ledger, &self.slow);
        assert_eq!(fast.emitted, slow.emitted, "{}: other lines", self.what);
        let terms = [
            (fast.delivered, slow.delivered),
            (fast.retained, slow.retained),
            (fast.in_flight, slow.in_flight),
        ];
        let lost = Cause::ALL.map(|c| (fast.lost[c as usize], slow.lost[c as usize]));
        terms.iter().chain(&lost).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
    }

    fn complain(&self) -> String {
        let slow = Outcome { ages_s: vec![], ..self.slow.clone() };
        format!("{}:\nfast {:?}\nslow {slow:?}\n{}", self.what, self.fast.ledger, self.yaml)
    }

    /// Ages, throughput and traffic that differ by more than ledgers `apart` lines from each other allow for.
    fn differences(&self, apart: u64) -> Vec<String> {
        let mut found = self.differences_of_ages(apart);
        let (fast, slow) = (&self.fast, &self.slow);
        let mut compare = |what: &str, a: u64, b: u64, slack: u64| {
            if a.abs_diff(b) > slack + (a.max(b) as f64 * 0.005) as u64 {
                found.push(format!("{what}: {a}, not {b}: {}", self.complain()));
            }
        };
        compare("delivered in time", fast.delivered_in_time, slow.delivered_in_time, apart);
        let line_bytes = 1_000;
        compare("bytes sent", fast.sent_bytes, slow.sent_bytes, apart * line_bytes);
        found
    }

    /// Every line's age is known to its chunk, so that quantiles are as well, and to a bin of the histogram. Where the
    /// ledgers differ by some lines, a quantile may be that of a neighbouring rank.
    fn differences_of_ages(&self, apart: u64) -> Vec<String> {
        let mut fast = Freshness::default();
        for tenant in &self.fast.tenants {
            let mut own = tenant.freshness.clone();
            own.add_never(tenant.emitted - own.delivered());
            fast += &own;
        }
        let lines = self.slow.ages_s.len() as f64;
        assert_eq!(fast.lines() as f64, lines, "{}", self.complain());
        let slack = (apart as f64 + 1.0) / lines.max(1.0);
        let never = f64::INFINITY;
        let bin_s = |age_s: f64| age_s / 32.0 + 0.001;
        let mut found = Vec::new();
        for share in [0.1, 0.25, 0.5, 0.75, 0.9, 0.99] {
            let (least, most) = (self.slow.age_s(share - slack), self.slow.age_s(share + slack));
            let least = least.map_or(never, |age_s| age_s - self.chunk_s - bin_s(age_s));
            let most = most.map_or(never, |age_s| age_s + self.chunk_s + bin_s(age_s));
            let got = fast.quantile(share).unwrap_or(never);
            if !(least..=most).contains(&got) {
                found.push(format!("p{share}: {got}, not {least} to {most}: {}", self.complain()));
            }
        }
        found
    }
}

/// Two nodes, files that rotate within seconds.
fn read(name: &str, chunk: &str, rest: &str) -> Scenario {
    let text = format!(
        "name: {name}\nduration: 40s\nwarmup: 5s\ndrain: 20s\nchunk: {chunk}\n\
         cluster: {{ pools: [ {{ name: p, nodes: 2 }} ], kubelet: {{ containerLogMaxSize: 64Ki, \
         containerLogMaxFiles: 3, containerLogMonitorInterval: 3s, reopenGap: 1m }} }}\n{rest}"
    );
    scenario::from_yaml(name, &text).unwrap_or_else(|error| panic!("{error}"))
}

fn pods(rate: u64, size: &str) -> String {
    format!(
        "tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 6, logs: [ {{ stream: stdout, rate: {rate}/s, \
         rotate: {{ size: {size}, files: 3, gap: 0s }} }} ] }} ] }} ]\n"
    )
}

/// Holds a scenario to the reference under all strategies: ledgers no further apart than a share of the lines.
fn hold(name: &str, chunks: &[&str], share: f64, rest: &str) {
    for chunk in chunks {
        let scenario = read(name, chunk, rest);
        for strategy in strategy::COLUMNS {
            let pair = pair(&scenario, strategy.name).unwrap();
            let apart = pair.apart();
            assert!(apart as f64 <= share * pair.slow.emitted as f64, "{apart}: {}", pair.complain());
            assert_eq!(pair.differences(apart), [""; 0]);
            assert_eq!(pair.fast.oom_kills, pair.slow.oom_kills, "{}", pair.complain());
        }
    }
}

/// Holds a scenario to the reference where a line more in one buffer can decide whether a file is found a look earlier: agents
/// of one file each line by line, those of many on average over replications, each no further apart than a share of the lines.
fn hold_on_average(name: &str, chunk: &str, most: f64, rest: &str) {
    let scenario = read(name, chunk, rest);
    for strategy in strategy::COLUMNS {
        let replications = 0..if strategy.name == "daemonset" { 12 } else { 2 };
        let mut off = Vec::new();
        for replication in replications {
            let pair = pair_of(&scenario, strategy.name, replication).unwrap();
            let apart = pair.apart() as f64 / pair.slow.emitted as f64;
            let allowed = if strategy.name == "daemonset" { most } else { 0.0 };
            assert!(apart <= allowed, "{apart}: {}", pair.complain());
            let (fast, slow) = (pair.fast.ledger.delivered as f64, pair.slow.delivered as f64);
            off.push((fast - slow) / pair.slow.emitted as f64);
        }
        let n = off.len() as f64;
        let mean = off.iter().sum::<f64>() / n;
        let error = (off.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt();
        assert!(mean.abs() <= 3.0 * error, "{name} under {}: {mean} ± {error}, {off:?}", strategy.name);
    }
}

#[test]
fn rotation_and_discovery_are_those_of_the_reference() {
    let rest = format!("{}collection: {{ with: {{ refreshInterval: 7s }} }}", pods(50, "64Ki"));
    hold("rotating", &["1s", "10ms"], 0.0, &rest);
}

#[test]
fn refusals_and_retries_are_those_of_the_reference() {
    let with = "collection: { with: { refreshInterval: 7s, retries: { limit: 1 } } }";
    let fault = "faults: [ { outage: { of: backend, at: 10s, for: 12s } } ]";
    hold("refused", &["1s", "10ms"], 0.0, &format!("{}{with}\n{fault}", pods(50, "64Ki")));
}

#[test]
fn partial_outages_and_slow_answers_are_those_of_the_reference() {
    let with = "collection: { with: { refreshInterval: 7s, retries: { limit: 2 } } }";
    for (name, fault) in [
        ("a-third-refused", "share: 33%"),
        ("a-third-stalled", "share: 33%, mode: stall"),
        ("slow", "mode: { slow: 40 }"),
        ("some-very-slow", "share: 20%, mode: { slow: 200 }"),
    ] {
        let outage =
            |at: &str, how: &str| format!("{{ outage: {{ of: backend, at: {at}, for: 12s{how} }} }}");
        let faults = [outage("10s", &format!(", {fault}")), outage("26s", "")].join(", ");
        hold(name, &["1s", "10ms"], 0.0, &format!("{}{with}\nfaults: [ {faults} ]", pods(50, "64Ki")));
    }
}

#[test]
fn a_full_buffer_in_a_stall_is_that_of_the_reference() {
    // Where a buffer is full the fast world finds the instant to 0.25 ms, and cuts its last write short. A file that is
    // found while a backlog is read has its share of the buffer in the reference, and waits for the next room here.
    let with = "collection: { with: { refreshInterval: 7s, memBufLimit: 200kB } }";
    let fault = "faults: [ { outage: { of: backend, at: 10s, for: 12s, mode: stall } } ]";
    hold("stalled", &["1s", "10ms"], 0.005, &format!("{}{with}\n{fault}", pods(100, "64Ki")));
}

/// As [`pods`], with files of their own that are too large to be rotated in the run.
fn pods_that_keep_their_files(rate: u64) -> String {
    pods(rate, "1Gi").replace("stream: stdout", "stream: hostPath, fixed: true")
}

#[test]
fn pausing_all_the_time_is_that_of_the_reference() {
    let with = "collection: { with: { refreshInterval: 7s, memBufLimit: 200kB } }";
    hold("pausing", &["1s", "100ms"], 0.001, &format!("{}{with}", pods_that_keep_their_files(300)));
}

#[test]
fn rotation_while_pausing_all_the_time_is_that_of_the_reference() {
    // Files come and go within six seconds, and each is found when its predecessor has been read to its end: a few lines
    // more in one buffer, and it is found a flush earlier, or is gone. A buffer of a file here or there is 3 % of all.
    let with = "collection: { with: { refreshInterval: 7s, memBufLimit: 200kB } }";
    hold_on_average("rotating-paused", "1s", 0.06, &format!("{}{with}", pods(300, "2Mi")));
}

#[test]
fn a_congested_backend_is_that_of_the_reference() {
    let backend = "backend: { capacity: 150kB/s, queue: 2s }";
    let rest = format!("{}{backend}", pods(100, "2Mi"));
    hold("congested", &["1s", "100ms"], 0.0, &rest);
    let scenario = read("congested", "1s", &rest);
    for strategy in ["daemonset", "sidecar"] {
        let pair = pair(&scenario, strategy).unwrap();
        let (fast_s, slow_s) =
            (pair.fast.longest_wait_ns as f64 / 1e9, pair.slow.longest_wait_ns as f64 / 1e9);
        assert!((fast_s - slow_s).abs() < 0.001, "{fast_s} {slow_s}");
    }
}

#[test]
fn configs_with_inputs_of_their_own_are_those_of_the_reference() {
    let tenant = |name: &str, rate: u64| {
        format!(
            "{{ name: {name}, workloads: [ {{ name: w, replicas: 3, logs: [ {{ stream: stdout, rate: {rate}/s, \
             wants: {{ store: {name} }}, rotate: {{ size: 1Mi, files: 3, gap: 0s }} }} ] }} ] }}"
        )
    };
    let collection = "collection: { configs: ownInputs, with: { memBufLimit: 100kB, refreshInterval: 5s } }";
    let rest = format!("tenants: [ {}, {} ]\n{collection}", tenant("loud", 400), tenant("quiet", 20));
    hold_on_average("own", "1s", 0.06, &rest);
}

#[test]
fn kills_for_memory_are_those_of_the_reference_in_short_chunks() {
    // The fast world weighs an agent's memory at the end of a chunk.
    let collection = "collection: { daemonset: { memoryLimit: 16MB }, sidecar: { memoryLimit: 13MB } }";
    let fault = "faults: [ { outage: { of: backend, at: 10s, for: 12s, mode: stall } } ]";
    hold("killed", &["10ms"], 0.002, &format!("{}{collection}\n{fault}", pods(300, "256Ki")));
}

/// A scenario drawn at random: media, rates, arrivals, sizes, rotations, settings, backends, outages.
fn drawn(number: u64) -> Scenario {
    let mut asked = 0;
    let mut pick = |choices: &[&str]| {
        asked += 1;
        choices[(draw(number, asked) % choices.len() as u64) as usize].to_owned()
    };
    let tenants: Vec<String> = (0..pick(&["1", "2"]).parse::<u32>().unwrap())
        .map(|tenant| {
            let stream = pick(&["stdout", "file"]);
            let rate = pick(&["3/s", "20/s", "80/s", "200/s"]);
            let arrivals = pick(&["poisson", "poisson", "constant", "{ burst: { duty: 0.3, slot: 3s } }"]);
            let line = pick(&["{ constant: 200B }", "{ lognormal: { median: 180B, p99: 1200B } }"]);
            let (size, files) = (pick(&["32Ki", "256Ki", "10Mi"]), pick(&["2", "3", "5"]));
            let (fixed, replicas) = (pick(&["false", "false", "true"]), pick(&["1", "2", "5"]));
            format!(
                "{{ name: t{tenant}, workloads: [ {{ name: w, replicas: {replicas}, logs: [ {{ stream: {stream}, \
                 rate: {rate}, arrivals: {arrivals}, line: {line}, fixed: {fixed}, \
                 rotate: {{ size: {size}, files: {files}, gap: 0s }}, wants: {{ store: t{tenant} }} }} ] }} ] }}"
            )
        })
        .collect();
    let settings: Vec<String> = [
        pick(&["", "memBufLimit: 50kB", "memBufLimit: 200kB"]),
        pick(&["", "refreshInterval: 4s", "refreshInterval: 9s"]),
        pick(&["", "rotateWait: 1s", "rotateWait: 20s"]),
        pick(&["", "retries: { limit: 0 }", "retries: { limit: 2 }"]),
        pick(&["", "flush: 200ms", "flush: 2s"]),
    ]
    .into_iter()
    .filter(|setting| !setting.is_empty())
    .collect();
    let outages: Vec<String> = (0..pick(&["0", "1", "2"]).parse::<u32>().unwrap())
        .map(|_| {
            let (at, lasts) = (pick(&["3s", "8s", "15s", "22s"]), pick(&["2s", "7s", "15s"]));
            let mode = pick(&["refuse", "stall"]);
            format!("{{ outage: {{ of: backend, at: {at}, for: {lasts}, mode: {mode} }} }}")
        })
        .collect();
    let text = format!(
        "name: drawn-{number}\nduration: 40s\nwarmup: 5s\ndrain: {}\nchunk: {}\n\
         cluster: {{ pools: [ {{ name: p, nodes: 2 }} ], kubelet: {{ containerLogMaxSize: {}, \
         containerLogMaxFiles: {}, containerLogMonitorInterval: 3s, reopenGap: 1m }} }}\ntenants: [ {} ]\n\
         collection: {{ configs: {}, with: {{ {} }} }}\n\
         backend: {{ latency: {}, latencyTail: {}{} }}\nfaults: [ {} ]\n",
        pick(&["0s", "10s", "30s"]),
        pick(&["1s", "100ms"]),
        pick(&["32Ki", "256Ki", "10Mi"]),
        pick(&["2", "3", "5"]),
        tenants.join(", "),
        pick(&["routes", "ownInputs"]),
        settings.join(", "),
        pick(&["5ms", "20ms", "200ms"]),
        pick(&["0ms", "5ms", "50ms"]),
        pick(&["", "", ", capacity: 100kB/s, queue: 500ms", ", capacity: 400kB/s, queue: 5s"]),
        outages.join(", "),
    );
    scenario::from_yaml("drawn", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// How many scenarios are drawn; `LOGHAUL_PAIRS` asks for more.
fn pairs() -> u64 {
    std::env::var("LOGHAUL_PAIRS").ok().and_then(|n| n.parse().ok()).unwrap_or(40)
}

#[test]
fn scenarios_drawn_at_random_are_those_of_the_reference() {
    let (mut exact, mut all, mut wrong, mut other_ages) = (0, 0, Vec::new(), 0);
    for number in 0..pairs() {
        let scenario = drawn(number);
        for strategy in strategy::COLUMNS {
            let Some(pair) = pair(&scenario, strategy.name) else { continue };
            let apart = pair.apart();
            all += 1;
            exact += u64::from(apart == 0);
            // Line for line in most; where a buffer is full, 1 % of the lines and a batch that came just in time or
            // just too late. Whom a congested backend turns away hangs on the last line of a batch, and with that all
            // that follows.
            let share = if scenario.backend.capacity.is_some() { 0.06 } else { 0.01 };
            let most = pair.slow.largest_batch as f64 + share * pair.slow.emitted as f64;
            if apart as f64 > most {
                wrong.push(format!("{apart} apart: {}", pair.complain()));
            }
            if apart == 0 {
                let differences = pair.differences(0);
                other_ages += u64::from(!differences.is_empty());
                differences.iter().for_each(|what| eprintln!("{what}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    eprintln!("{exact} of {all} pairs are the same line for line");
    assert!(exact as f64 >= 0.9 * all as f64, "{exact} of {all} pairs are the same line for line");
    // A full buffer cut short by a line sends one request more, and all later back-offs are drawn anew: the same lines
    // arrive, at other times.
    assert!(other_ages as f64 <= 0.02 * all as f64, "{other_ages} of {all} pairs have other ages");
}

/// Agents that send full batches at once and look at their files from time to time, where nothing is full and where the
/// buffer or the backend is: nearly line for line.
#[test]
fn agents_that_send_full_batches_are_those_of_the_reference() {
    let mut wrong = Vec::new();
    for (number, agent) in
        ["filebeat", "logtail", "vector", "otel-collector", "fluentd"].iter().cycle().take(20).enumerate()
    {
        let outage = number as u64 / 5 % 2 * 4;
        let buffer = ["60kB", "200kB"][number / 10];
        let pods = format!(
            "tenants: [ {{ name: a, workloads: [ {{ name: w, replicas: 4, logs: [ {{ stream: stdout, rate: {}/s }} ] }} ] }} ]\n",
            [40, 150, 400][number % 3]
        );
        let rest = format!(
            "{pods}collection: {{ agent: {agent}, with: {{ memBufLimit: {buffer}, rotateWait: 30s, refreshInterval: 2s }}, \
             daemonset: {{ memoryLimit: 10Gi }}, sidecar: {{ memoryLimit: 10Gi }} }}\n\
             faults: [ {{ outage: {{ of: backend, at: 10s, for: {outage}s, mode: stall }} }} ]\n"
        );
        let rest = if outage == 0 { rest.replace("faults:", "#") } else { rest };
        let scenario = read(&format!("full-{agent}-{number}"), "100ms", &rest);
        for strategy in ["daemonset", "sidecar"] {
            let Some(pair) = pair(&scenario, strategy) else { continue };
            let most = pair.slow.largest_batch as f64 + 0.01 * pair.slow.emitted as f64;
            if pair.apart() as f64 > most {
                wrong.push(format!("{} apart: {}", pair.apart(), pair.complain()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// A scenario of one's own: `LOGHAUL_PAIR=FILE cargo test --test it a_scenario_of_ones_own -- --ignored --nocapture`.
#[test]
#[ignore = "takes the scenario that LOGHAUL_PAIR names"]
fn a_scenario_of_ones_own() {
    let scenario = scenario::load(std::env::var("LOGHAUL_PAIR").unwrap().as_ref()).unwrap();
    for strategy in strategy::COLUMNS {
        let Some(pair) = pair(&scenario, strategy.name) else { continue };
        let ages = [0.1, 0.5, 0.9, 0.99].map(|share| pair.slow.age_s(share));
        eprintln!("{} apart, {}\nslow p10 p50 p90 p99 {ages:?}", pair.apart(), pair.complain());
        let (fast, slow) = (&pair.fast, &pair.slow);
        eprintln!("paused ms {} {}", fast.paused_ns / 1_000_000, slow.paused_ns / 1_000_000);
        eprintln!("kills {} {}\n", fast.oom_kills, slow.oom_kills);
    }
}
