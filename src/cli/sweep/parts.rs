//! Sweeps in a folder: points written as they finish, parts for others to run, scripts for those.

use super::{Job, MOST_IN_MEMORY};
use crate::campaign::{Engine, Merged, Part, Plan, Script, Shard};
use crate::cli::merge::{self, explained};
use crate::cli::{BadInput, output, progress};
use crate::run::identity;
use crate::study::Sweep as Swept;
use rayon::prelude::*;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

impl Job<'_> {
    /// Runs the points that the folder does not hold yet. Returns the sweep where it is whole and fits into memory.
    pub(super) fn to_folder(&self, folder: &Path) -> anyhow::Result<Option<Swept>> {
        let shard = self.args.shard.unwrap_or(Shard::WHOLE);
        let part = Part::open(folder, &self.plan(), shard, self.args.resume).map_err(explained)?;
        let own = (0..self.points.len()).filter(|point| shard.holds(*point));
        let (done, left): (Vec<usize>, Vec<usize>) = own.partition(|point| part.has(*point));
        let bar = progress::bar("points", (done.len() + left.len()) as u64, done.len() as u64);
        let part = Mutex::new(part);
        let ran = left.par_iter().try_for_each(|point| {
            let figures = self.run(&self.points[*point])?;
            // A panic elsewhere leaves whole lines behind.
            let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
            bar.inc(1);
            part.add(*point, figures).map_err(explained)
        });
        bar.finish_and_clear();
        ran?;
        let path = part.into_inner().unwrap_or_else(PoisonError::into_inner).finish().map_err(explained)?;
        if self.args.shard.is_some() {
            output::tell(&format!(
                "part {shard}: {} points, {} of them run now, in {}",
                done.len() + left.len(),
                left.len(),
                path.display()
            ));
            return Ok(None);
        }
        let mut merged = Merged::open(&[path]).map_err(explained)?;
        let file = folder.join("sweep.csv");
        output::write_file_with(&file, |out| merge::write(&mut merged, out))?;
        output::tell(&format!("{} points written to {}", self.points.len(), file.display()));
        if self.points.len() > MOST_IN_MEMORY {
            return Ok(None);
        }
        let points = (0..self.points.len()).map(|point| merged.point(point).map_err(explained));
        Ok(Some(self.swept(points.collect::<anyhow::Result<_>>()?)))
    }

    fn plan(&self) -> Plan {
        Plan {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: self.base.name.clone(),
            hash: format!("{:016x}", identity(&self.base)),
            paths: self.paths(),
            points_hash: Plan::hash_of(&self.points),
            points: self.points.len(),
            strategies: self.strategies.iter().map(|s| s.name.to_owned()).collect(),
            seed: self.args.experiment.study.seed,
            replications: self.args.reps.typed(self.replications),
        }
    }

    pub(super) fn script(&self, engine: Engine) -> anyhow::Result<String> {
        let study = &self.args.experiment.study;
        if engine == Engine::Kubernetes && study.profile.is_some() {
            let what =
                "--profile names a file that pods do not have; put the profile into the scenario's profiles";
            return Err(BadInput::of(what));
        }
        if engine == Engine::Kubernetes && study.money.prices.is_some() {
            let what = "--prices names a file that pods do not have; put the prices into the scenario";
            return Err(BadInput::of(what));
        }
        let mut options = self.options();
        options.extend(["--seed".to_owned(), study.seed.to_string()]);
        for setting in &study.settings {
            options.extend(["--set".to_owned(), setting.to_string()]);
        }
        if let Some(path) = &study.profile {
            options.extend(["--profile".to_owned(), path.display().to_string()]);
        }
        if let Some(path) = &study.money.prices {
            options.extend(["--prices".to_owned(), path.display().to_string()]);
        }
        let script = Script {
            scenario: study.scenario.as_ref().map_or("reference".to_owned(), |p| p.display().to_string()),
            text: study.text()?.1,
            options,
            // Both are asked for with the engine.
            folder: self.args.out.as_ref().map(|p| p.display().to_string()).unwrap_or_default(),
            parts: self.args.parts.unwrap_or(1) as usize,
            image: self.args.image.clone(),
        };
        Ok(script.text(engine))
    }
}
