//! Prices from a file of their own: of nodes by pool or instance type, and of data; as YAML or CSV.
//!
//! ```yaml
//! currency: EUR
//! nodes: { m5.4xlarge: 0.768/h, general: 292/month, "*": 0.40/h }
//! egress: 0.09/GB
//! ingest: 0.50/GB
//! ```
//!
//! In CSV the first of the columns `pool`, `instance_type`, `type` and `name` names what is priced, and `price_per_hour`,
//! `price_per_month` or `price` (an hour, unless it says otherwise) its price; rows `egress` and `ingest` are of a gigabyte.

use super::{Pool, Scenario, ScenarioError};
use crate::sheet::Sheet;
use crate::units::{DataPrice, Price, Quantity};
use serde::{Deserialize, Deserializer, de};
use std::collections::BTreeMap;

/// Hours in a month, as costs count them: 365 · 24 / 12.
const HOURS_A_MONTH: f64 = 730.0;

/// What a file of prices needs.
const NEEDS: &str = "needed are prices such as nodes: { m5.4xlarge: 0.768/h, general: 292/month }, by pool or instance type; \
                     egress and ingest such as 0.09/GB; currency such as EUR";

/// Columns that name what is priced, and columns of prices, by what they are multiplied with for an hour.
const NAMES: [&str; 4] = ["pool", "instance_type", "type", "name"];
const COSTS: [(&str, f64); 3] =
    [("price_per_hour", 1.0), ("price_per_month", 1.0 / HOURS_A_MONTH), ("price", 1.0)];

/// Whatever is not named.
const OTHERS: &str = "*";

/// Prices of nodes and data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices {
    /// What errors call the file.
    file: String,
    /// What prices are in, as it is to be shown.
    pub currency: Option<String>,
    /// Of a node an hour, by pool or instance type.
    nodes: BTreeMap<String, Price>,
    egress: Option<DataPrice>,
    ingest: Option<DataPrice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    nodes: BTreeMap<String, NodePrice>,
    #[serde(default)]
    egress: Option<DataPrice>,
    #[serde(default)]
    ingest: Option<DataPrice>,
}

/// A price of a node as people write it.
struct NodePrice(Price);

impl<'de> Deserialize<'de> for NodePrice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = NodePrice;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(NODE_PRICE)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<NodePrice, E> {
                node_price(text, 1.0).map(NodePrice).map_err(E::custom)
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<NodePrice, E> {
                node_price(&number.to_string(), 1.0).map(NodePrice).map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<NodePrice, E> {
                self.visit_f64(number as f64)
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<NodePrice, E> {
                self.visit_f64(number as f64)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

const NODE_PRICE: &str = "a price of a node such as 0.40/h, 292/month or 0.40 (an hour), up to 1000000/h";

/// The dearest node, an hour: as for `price` in a scenario.
const MOST: f64 = 1e6;

/// Reads a price; a bare number counts `bare` hours.
fn node_price(text: &str, bare: f64) -> Result<Price, String> {
    let plain = text.trim().trim_start_matches(['$', '€', '£', '¥']);
    let (number, times) = match (plain.strip_suffix("/h"), plain.strip_suffix("/month")) {
        (Some(number), _) => (number, 1.0),
        (_, Some(number)) => (number, 1.0 / HOURS_A_MONTH),
        _ => (plain, bare),
    };
    let digits = number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let price =
        number.parse::<f64>().ok().filter(|price| digits && price.is_finite()).map(|price| price * times);
    match price {
        Some(price) if price <= MOST => Ok(Price::per_hour(price)),
        _ => Err(format!("{text:?} is not {NODE_PRICE}")),
    }
}

impl Prices {
    /// Reads prices; `file` is what errors call them, and says by its ending whether they are CSV.
    ///
    /// # Errors
    /// The text has no prices, or one of them is none.
    pub fn read(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let prices = match file.to_ascii_lowercase().ends_with(".csv") {
            true => Self::from_csv(file, text)?,
            false => {
                let Written { currency, nodes, egress, ingest } = super::read_yaml(file, text, NEEDS)?;
                let nodes = nodes.into_iter().map(|(name, price)| (name, price.0)).collect();
                Self { file: file.to_owned(), currency, nodes, egress, ingest }
            }
        };
        if prices.nodes.is_empty() && prices.egress.or(prices.ingest).is_none() {
            return Err(ScenarioError::whole_file(file, format!("has no price; {NEEDS}")));
        }
        Ok(prices)
    }

    fn from_csv(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let at = |line: u64, problem: &str| ScenarioError::at(file, text, line, 1, problem);
        let whole = |problem: String| ScenarioError::whole_file(file, problem);
        let sheet = Sheet::read(text.as_bytes()).map_err(|error| match error.line {
            Some(line) => at(line, &error.problem),
            None => whole(error.problem),
        })?;
        let has = |column: &&str| sheet.columns.iter().any(|known| known == column);
        let found = sheet.columns.join(", ");
        let name = NAMES.iter().find(|name| has(name)).ok_or_else(|| {
            whole(format!(
                "names nothing that is priced: it has the columns {found}; needed is one of {}",
                NAMES.join(", ")
            ))
        })?;
        let cost = COSTS.iter().find(|(column, _)| has(column)).ok_or_else(|| {
            let known = COSTS.map(|(column, _)| column).join(", ");
            whole(format!("has no prices: it has the columns {found}; needed is one of {known}"))
        })?;
        let mut prices = Self { file: file.to_owned(), ..Self::default() };
        for row in &sheet.rows {
            let (named, text) = (row.get(name).unwrap_or_default(), row.get(cost.0).unwrap_or_default());
            let data = |text: &str| {
                let plain = text.strip_suffix("/GB").unwrap_or(text);
                DataPrice::from_text(&format!("{plain}/GB"))
                    .ok_or_else(|| at(row.line, &format!("{text:?} is not {}", DataPrice::EXPECTED)))
            };
            match named {
                "" => return Err(at(row.line, "has no name of what is priced")),
                "egress" => prices.egress = Some(data(text)?),
                "ingest" => prices.ingest = Some(data(text)?),
                _ => {
                    let price = node_price(text, cost.1).map_err(|problem| at(row.line, &problem))?;
                    if prices.nodes.insert(named.to_owned(), price).is_some() {
                        return Err(at(row.line, &format!("{named:?} is priced twice; each may stand once")));
                    }
                }
            }
        }
        Ok(prices)
    }

    /// Puts the prices into a scenario, in place of its own: of each pool by its name, else by its instance type, else what
    /// is priced `*`. Pools that charge by the size of pods keep their prices, and so do all where no node is priced.
    ///
    /// # Errors
    /// A pool is not priced.
    pub fn put(&self, scenario: &mut Scenario) -> Result<(), ScenarioError> {
        let sized = |pool: &&mut Pool| pool.pod_sizes.is_none() && !self.nodes.is_empty();
        for pool in scenario.cluster.pools.iter_mut().filter(sized) {
            let instance = pool.instance_type.as_deref();
            let known = [Some(pool.name.as_str()), instance, Some(OTHERS)].into_iter().flatten();
            pool.price = *known.into_iter().find_map(|name| self.nodes.get(name)).ok_or_else(|| {
                let named =
                    instance.map_or_else(String::new, |instance| format!(" of instance type {instance}"));
                let known: Vec<&str> = self.nodes.keys().take(20).map(String::as_str).collect();
                let problem = format!(
                    "has no price of pool {}{named}; it prices {}; add {} or {OTHERS} for all others",
                    pool.name,
                    known.join(", "),
                    pool.name
                );
                ScenarioError::whole_file(&self.file, problem)
            })?;
        }
        let backend = &mut scenario.backend;
        backend.egress_price = self.egress.or(backend.egress_price);
        backend.ingest_price = self.ingest.or(backend.ingest_price);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::from_yaml;

    fn scenario() -> Scenario {
        from_yaml(
            "t.yaml",
            "name: t\ncluster: { pools: [ { name: general, nodes: 2 }, { name: big, nodes: 1, instanceType: m5.4xlarge }, { name: \
             rest, nodes: 1, price: 9/h } ] }\ntenants: [ { name: a, workloads: [ { name: w, logs: [ { stream: stdout, rate: \
             1/s } ] } ] } ]\n",
        )
        .unwrap()
    }

    fn priced(file: &str, text: &str) -> Result<Scenario, String> {
        let mut scenario = scenario();
        let prices = Prices::read(file, text).map_err(|error| error.to_string())?;
        prices.put(&mut scenario).map_err(|error| error.to_string())?;
        Ok(scenario)
    }

    #[test]
    fn pools_are_priced_by_name_then_by_instance_type_then_as_all_others() {
        let yaml = "currency: EUR\nnodes: { general: 292/month, m5.4xlarge: 0.768, \"*\": 0.5/h }\negress: 0.09/GB\n";
        let csv =
            "instance_type,vcpu,price\ngeneral,16,292/month\nm5.4xlarge,16,$0.768\n*,1,0.5\negress,,0.09\n";
        for (file, text) in [("p.yaml", yaml), ("p.csv", csv)] {
            let found = priced(file, text).unwrap();
            // 292 a month are 292/730 = 0.40 an hour.
            let prices: Vec<f64> = found.cluster.pools.iter().map(|pool| pool.price.get()).collect();
            assert!((prices[0] - 0.4).abs() < 1e-12 && prices[1..] == [0.768, 0.5], "{file}: {prices:?}");
            assert_eq!(found.backend.egress_price.map(|price| price.get()), Some(0.09));
        }
        let monthly = priced("p.csv", "pool,price_per_month\n*,730\n").unwrap();
        assert!(monthly.cluster.pools.iter().all(|pool| (pool.price.get() - 1.0).abs() < 1e-12));
        // Prices of data alone leave nodes as they are.
        let data = priced("p.yaml", "ingest: 0.50/GB\n").unwrap();
        assert_eq!(data.cluster.pools[2].price.get(), 9.0);
        assert_eq!(Prices::read("p.yaml", yaml).unwrap().currency.as_deref(), Some("EUR"));
    }

    #[test]
    fn what_is_no_price_is_refused_at_its_place() {
        for (file, text, words) in [
            ("p.yaml", "nodes: { general: cheap }\n", ["p.yaml:1:", "0.40/h"]),
            ("p.yaml", "nodes: { general: 0.4/GB }\n", ["p.yaml:1:", "0.40/h"]),
            ("p.yaml", "egress: 0.4/h\nnodes: {}\n", ["p.yaml:1:", "0.50/GB"]),
            ("p.yaml", "pools: {}\n", ["p.yaml:1:", "nodes"]),
            ("p.yaml", "currency: EUR\n", ["no price", "m5.4xlarge"]),
            ("p.csv", "pool,price\ngeneral,0.4\n\nbig,-1\n", ["p.csv:4:", "0.40/h"]),
            ("p.csv", "pool,price\ngeneral,0.4\ngeneral,0.5\n", ["p.csv:3:", "twice"]),
            ("p.csv", "pool,cost\ngeneral,0.4\n", ["pool, cost", "price_per_hour"]),
            ("p.csv", "flavour,price\ngeneral,0.4\n", ["flavour, price", "instance_type"]),
            ("p.yaml", "nodes: { general: 0.4 }\n", ["pool big of instance type m5.4xlarge", "*"]),
        ] {
            let error = priced(file, text).unwrap_err();
            words.iter().for_each(|word| assert!(error.contains(word), "{text}: {error}"));
        }
    }
}
