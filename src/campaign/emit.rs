//! Scripts that hand the parts of a sweep to a scheduler: Slurm, Kubernetes, GNU parallel.
//!
//! The number of parts stands in the script. Slurm's `SLURM_ARRAY_TASK_COUNT` is the number of tasks of this
//! submission, which is another where some are submitted again; Kubernetes has no such variable.

use serde_json::{Value, json};

/// Who runs the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// An array of jobs and one that merges, submitted by a shell script
    Slurm,
    /// An Indexed Job and the ConfigMap of its scenario
    Kubernetes,
    /// A shell script for GNU parallel
    Parallel,
}

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Script {
    /// The scenario as it is typed.
    pub scenario: String,
    /// Its text, where it goes with the script.
    pub text: String,
    /// What is typed behind the scenario, without folder and part.
    pub options: Vec<String>,
    /// The folder of the parts, as it is typed.
    pub folder: String,
    /// How many parts.
    pub parts: usize,
    /// The image with the program.
    pub image: String,
}

impl Script {
    /// Returns the script.
    pub fn text(&self, engine: Engine) -> String {
        match engine {
            Engine::Slurm => self.slurm(),
            Engine::Kubernetes => self.kubernetes(),
            Engine::Parallel => self.parallel(),
        }
    }

    /// The command of a part, whose number is what a shell makes of `number`.
    fn command(&self, number: &str) -> String {
        let options: String = self.options.iter().map(|word| format!(" {}", quoted(word))).collect();
        format!(
            "loghaul sweep {}{options} --out {} --resume --shard {number}/{}",
            quoted(&self.scenario),
            quoted(&self.folder),
            self.parts
        )
    }

    fn merge(&self) -> String {
        format!(
            "loghaul merge {} --out {}",
            quoted(&self.folder),
            quoted(&format!("{}/sweep.csv", self.folder))
        )
    }

    fn slurm(&self) -> String {
        // A job that needs one which failed would wait for ever.
        format!(
            "#!/bin/sh\n\
             # {parts} parts of a sweep as an array of jobs, and one job that merges them. A part that is killed goes\n\
             # on where it was when it is requeued.\n\
             set -eu\n\
             mkdir -p {folder}\n\
             sweep=$(sbatch --parsable --job-name=loghaul-sweep --array=0-{last} --cpus-per-task=1 --requeue \\\n  \
               --output={folder}/slurm-%a.log --open-mode=append <<'TASK'\n\
             #!/bin/sh\n\
             exec {command}\n\
             TASK\n\
             )\n\
             merge=$(sbatch --parsable --job-name=loghaul-merge --dependency=\"afterok:$sweep\" \\\n  \
               --kill-on-invalid-dep=yes --output={folder}/slurm-merge.log <<'TASK'\n\
             #!/bin/sh\n\
             exec {merge}\n\
             TASK\n\
             )\n\
             echo \"sweep $sweep, merge $merge\"\n",
            parts = self.parts,
            last = self.parts - 1,
            folder = quoted(&self.folder),
            command = self.command("\"$SLURM_ARRAY_TASK_ID\""),
            merge = self.merge(),
        )
    }

    fn parallel(&self) -> String {
        format!(
            "#!/bin/sh\n\
             # {parts} parts of a sweep by GNU parallel; started again, it runs what is not done and goes on with the rest.\n\
             set -eu\n\
             mkdir -p {folder}\n\
             seq 0 {last} | parallel --jobs \"${{JOBS:-100%}}\" --joblog {log} --resume-failed \\\n  {command}\n\
             {merge}\n",
            parts = self.parts,
            last = self.parts - 1,
            folder = quoted(&self.folder),
            log = quoted(&format!("{}/parallel.log", self.folder)),
            command = quoted(&self.command("{}")),
            merge = self.merge(),
        )
    }

    /// The manifest, checked against Kubernetes 1.29 and later.
    fn kubernetes(&self) -> String {
        // `$(NAME)` is what Kubernetes expands in arguments.
        let plain = |word: &String| Value::String(word.replace("$(", "$$("));
        let mut arguments = vec![json!("sweep"), json!("/in/scenario.yaml")];
        arguments.extend(self.options.iter().map(plain));
        let shard = format!("$(JOB_COMPLETION_INDEX)/{}", self.parts);
        arguments.extend(["--out", "/out", "--resume", "--shard"].map(|word| json!(word)));
        arguments.push(json!(shard));
        let config = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": "loghaul-sweep" },
            "data": { "scenario.yaml": self.text },
        });
        let job = json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": { "name": "loghaul-sweep" },
            "spec": {
                "completions": self.parts,
                "parallelism": self.parts.min(MOST_AT_ONCE),
                "completionMode": "Indexed",
                "backoffLimitPerIndex": 3,
                "maxFailedIndexes": 0,
                // Without it two pods can hold one part for a while.
                "podReplacementPolicy": "Failed",
                "podFailurePolicy": { "rules": [
                    // Bad input fails for every part alike.
                    { "action": "FailJob",
                      "onExitCodes": { "containerName": "shard", "operator": "In", "values": [2] } },
                    { "action": "Ignore",
                      "onPodConditions": [ { "type": "DisruptionTarget", "status": "True" } ] },
                ] },
                "template": { "spec": {
                    "restartPolicy": "Never",
                    "automountServiceAccountToken": false,
                    "enableServiceLinks": false,
                    "securityContext": {
                        "runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
                        "seccompProfile": { "type": "RuntimeDefault" },
                    },
                    "containers": [ {
                        "name": "shard",
                        "image": self.image,
                        "args": arguments,
                        "resources": {
                            "requests": { "cpu": "1", "memory": "1Gi" },
                            "limits": { "memory": "1Gi" },
                        },
                        "securityContext": {
                            "allowPrivilegeEscalation": false,
                            "readOnlyRootFilesystem": true,
                            "capabilities": { "drop": ["ALL"] },
                        },
                        "volumeMounts": [
                            { "name": "in", "mountPath": "/in", "readOnly": true },
                            { "name": "out", "mountPath": "/out" },
                        ],
                    } ],
                    "volumes": [
                        { "name": "in", "configMap": { "name": "loghaul-sweep" } },
                        { "name": "out", "persistentVolumeClaim": { "claimName": "loghaul-sweep" } },
                    ],
                } },
            },
        });
        // A mapping of texts and numbers can always be written.
        let yaml = |value: &Value| serde_saphyr::to_string(value).unwrap_or_else(|_| value.to_string());
        format!(
            "# {} parts of a sweep as an Indexed Job. The claim loghaul-sweep, which all pods can write to, is yours to make;\n\
             # when the Job is complete: loghaul merge FOLDER-OF-THE-CLAIM --out sweep.csv\n\
             {}---\n{}",
            self.parts,
            yaml(&config),
            yaml(&job)
        )
    }
}

/// Pods of a Job at once: the cluster's own limits hold in any case.
const MOST_AT_ONCE: usize = 16;

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,=".contains(c);
    let is_plain = !word.is_empty() && word.chars().all(plain);
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script() -> Script {
        Script {
            scenario: "my scenario.yaml".to_owned(),
            text: "name: x\n".to_owned(),
            options: vec!["--vary".to_owned(), "a=$(b),'c'".to_owned()],
            folder: "out".to_owned(),
            parts: 16,
            image: "example.com/loghaul:1".to_owned(),
        }
    }

    #[test]
    fn the_number_of_parts_stands_in_the_script() {
        for engine in [Engine::Slurm, Engine::Parallel, Engine::Kubernetes] {
            let text = script().text(engine);
            assert!(text.contains("/16"), "{text}");
            assert!(!text.contains("TASK_COUNT") && !text.contains("JOB_COMPLETIONS"), "{text}");
        }
        assert!(script().text(Engine::Slurm).contains("--array=0-15"));
        assert!(script().text(Engine::Slurm).contains("--kill-on-invalid-dep=yes"));
    }

    #[test]
    fn words_reach_the_program_as_they_were_typed() {
        let text = script().text(Engine::Slurm);
        assert!(text.contains(r"'my scenario.yaml' --vary 'a=$(b),'\''c'\'''"), "{text}");
        // Kubernetes makes `$(b)` of `$$(b)`, and nothing of it where b is no variable.
        assert!(script().text(Engine::Kubernetes).contains("a=$$(b)"));
    }
}
