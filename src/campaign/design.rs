//! Which points a sweep has: every combination of values, or a Latin hypercube of them.

use crate::engine::random::{draw, named_key, unit};
use crate::study::{Variation, combinations};

/// How points are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// Every combination, the last field's values changing first.
    Full,
    /// So many points, spread evenly over the values of each field: a Latin hypercube (McKay, Beckman and Conover,
    /// Technometrics 1979).
    Lhs {
        /// How many.
        points: usize,
    },
}

/// The most points of a sweep.
pub(super) const MOST_POINTS: usize = 1_000_000;

/// Returns the points' values, one a field, in the fields' order.
///
/// # Errors
/// There are more than a million, or none.
pub fn points(variations: &[Variation], design: Design, seed: u64) -> Result<Vec<Vec<String>>, String> {
    match design {
        Design::Full => combinations(variations, MOST_POINTS),
        Design::Lhs { points } if points == 0 || points > MOST_POINTS => {
            Err(format!("a design cannot have {points} points; allowed are 1 to {MOST_POINTS}"))
        }
        Design::Lhs { points } => Ok(hypercube(variations, points, seed)),
    }
}

/// Each field's values are cut into as many strata as there are points; each stratum is drawn from once, in an order
/// that belongs to the field alone, so that adding one moves no other.
fn hypercube(variations: &[Variation], points: usize, seed: u64) -> Vec<Vec<String>> {
    let columns: Vec<Vec<&String>> = variations
        .iter()
        .map(|variation| {
            let key = named_key(seed, &variation.path);
            let mut order: Vec<usize> = (0..points).collect();
            // Fisher and Yates.
            for last in (1..points).rev() {
                order.swap(last, (draw(key, last as u64) % (last as u64 + 1)) as usize);
            }
            let within = named_key(key, "within");
            let values = &variation.values;
            let pick = |(point, stratum): (usize, &usize)| {
                let share = (*stratum as f64 + unit(draw(within, point as u64))) / points as f64;
                &values[((share * values.len() as f64) as usize).min(values.len() - 1)]
            };
            order.iter().enumerate().map(pick).collect()
        })
        .collect();
    (0..points).map(|point| columns.iter().map(|column| column[point].clone()).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn variations(texts: &[&str]) -> Vec<Variation> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_hypercube_takes_every_value_equally_often() {
        let fields = variations(&["a=1:10:1", "b=x,y"]);
        let all = points(&fields, Design::Lhs { points: 20 }, 7).unwrap();
        assert_eq!(all.len(), 20);
        // 20 strata over 10 values are 2 a value, over 2 values 10 a value.
        for (field, each) in [(0, 2), (1, 10)] {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            all.iter().for_each(|point| *counts.entry(&point[field]).or_default() += 1);
            assert!(counts.values().all(|count| *count == each), "{counts:?}");
        }
        // Another field leaves those before as they are.
        let more =
            points(&variations(&["a=1:10:1", "b=x,y", "c=1:5:1"]), Design::Lhs { points: 20 }, 7).unwrap();
        assert!(all.iter().zip(&more).all(|(two, three)| two[..] == three[..2]));
        assert_ne!(all, points(&fields, Design::Lhs { points: 20 }, 8).unwrap());
    }

    #[test]
    fn too_many_points_are_refused() {
        let fields = variations(&["a=1:1000:1", "b=1:1000:1", "c=1,2"]);
        assert!(points(&fields, Design::Full, 1).unwrap_err().contains("1000000"));
        assert!(points(&fields, Design::Lhs { points: 0 }, 1).unwrap_err().contains("0 points"));
    }
}
