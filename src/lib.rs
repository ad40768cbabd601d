//! Loghaul simulates how a Kubernetes cluster collects its logs: natively, with an agent on every node
//! (DaemonSet), or with an agent in every pod (Sidecar), and says what each costs, loses and delays.
//!
//! Data flow one way: scenario → strategy → blueprint → world → observation → study → table → report. Each
//! module is a room with one purpose; its front page says what it takes and what it gives.
//!
//! ```
//! use loghaul::{metric::Metric, run::{Runner, Setup}, scenario, strategy};
//!
//! let scenario = scenario::from_yaml("example.yaml", "
//! name: example
//! duration: 60s
//! cluster: { pools: [ { name: general, nodes: 2 } ] }
//! tenants:
//!   - { name: shop, workloads: [ { name: web, replicas: 20, logs: [ { stream: stdout, rate: 10/s } ] } ] }
//! ").unwrap();
//!
//! // The same lines, collected by two agents and by twenty.
//! let setups = ["daemonset", "sidecar"].map(|name| Setup::new(&scenario, strategy::by_name(name).unwrap()));
//! let runs = Runner::new().observe(&setups.each_ref(), 1, 1).unwrap();
//! let (shared, own) = (&runs[0][0], &runs[1][0]);
//! assert_eq!(shared.ledger.emitted, own.ledger.emitted);
//! assert!(shared.get(Metric::AgentMemory) < own.get(Metric::AgentMemory));
//! ```

pub mod blueprint;
pub mod calibrate;
pub mod campaign;
pub mod cli;
pub mod decision;
pub mod diagnosis;
pub mod engine;
pub mod files;
pub mod flow;
pub mod footprint;
pub mod import;
#[cfg(target_os = "linux")]
pub mod lab;
pub mod lang;
pub mod metric;
pub mod observe;
pub mod placement;
pub mod plain;
pub mod profile;
pub mod report;
pub mod run;
pub mod scenario;
pub mod sensitivity;
pub mod serve;
pub mod sheet;
pub mod sizing;
pub mod stats;
pub mod strategy;
pub mod study;
pub mod table;
pub mod units;
pub mod validate;
pub mod verify;
pub mod world;
