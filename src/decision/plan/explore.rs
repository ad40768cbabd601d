//! Which assignments are tried: all of few units, of many those that moves and exchanges lead to.

use super::{Ground, MOST_UNITS, Planned, better};
use crate::metric::Metric;
use crate::run::RunError;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Units of which every combination is tried.
const ALL_COMBINATIONS: usize = 4;
/// Rounds of moves at most: each makes something better, and there are not many more than units to move.
const ROUNDS: usize = 4 * MOST_UNITS;

/// Tries assignments, in the order of their bits.
pub(super) fn explore(ground: &Ground<'_>, money: Metric) -> Result<BTreeMap<Vec<bool>, Planned>, RunError> {
    let units = ground.units.len();
    let mut known: BTreeMap<Vec<bool>, Planned> = BTreeMap::new();
    let mut try_all = |wanted: Vec<Vec<bool>>| -> Result<BTreeMap<Vec<bool>, Planned>, RunError> {
        let new: Vec<Vec<bool>> = wanted.into_iter().filter(|one| !known.contains_key(one)).collect();
        let found: Vec<(Vec<bool>, Planned)> = new
            .into_par_iter()
            .map(|one| Ok((one.clone(), ground.planned(&one, money)?)))
            .collect::<Result<_, RunError>>()?;
        known.extend(found);
        Ok(known.clone())
    };
    if units <= ALL_COMBINATIONS {
        let all = (0..1u32 << units).map(|bits| (0..units).map(|at| bits >> at & 1 == 1).collect());
        return try_all(all.collect());
    }
    let mut all = BTreeMap::new();
    for start in [false, true] {
        let mut here = vec![start; units];
        all = try_all(vec![here.clone()])?;
        for _ in 0..ROUNDS {
            let moves = neighbours_of(&here);
            all = try_all(moves.clone())?;
            let next = moves.into_iter().min_by(|a, b| better(&all[a], &all[b]));
            match next.filter(|next| better(&all[next], &all[&here]).is_lt()) {
                Some(next) => here = next,
                None => break,
            }
        }
    }
    Ok(all)
}

/// Assignments one move away, and those in which two units have changed places.
fn neighbours_of(here: &[bool]) -> Vec<Vec<bool>> {
    let flipped = |at: &[usize]| {
        let mut moved = here.to_vec();
        at.iter().for_each(|at| moved[*at] = !moved[*at]);
        moved
    };
    let single = (0..here.len()).map(|at| flipped(&[at]));
    let exchanged = (0..here.len())
        .flat_map(|a| (a + 1..here.len()).map(move |b| (a, b)))
        .filter(|(a, b)| here[*a] != here[*b])
        .map(|(a, b)| flipped(&[a, b]));
    single.chain(exchanged).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_single_flips_and_exchanges() {
        // Three flips, and the two pairs that differ: (0, 1) and (0, 2).
        let all = neighbours_of(&[true, false, false]);
        assert_eq!(all.len(), 5);
        assert!(all.contains(&vec![false, true, false]) && all.contains(&vec![true, true, false]));
    }
}
