//! Input as large as people have, in bounded memory. Nothing of it is on disk: it is written into the program's standard
//! input as fast as it is read.

mod slow {
    use std::io::{BufWriter, Write};
    use std::process::{Command, Stdio};

    /// Kilobytes of addresses that the program may take, its own text, stacks and what the allocator keeps among them.
    const KIB: u64 = 300 << 10;

    /// Runs the program with so little memory, and what `write` writes as its input; gives output and notes.
    fn run(
        arguments: &[&str],
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> (String, String) {
        let script = format!("ulimit -v {KIB} && exec \"$0\" \"$@\"");
        let mut child = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_loghaul")])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = BufWriter::with_capacity(1 << 16, child.stdin.take().unwrap());
        write(&mut input).and_then(|()| input.flush()).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, notes) = (text(output.stdout), text(output.stderr));
        assert!(output.status.success(), "{notes}");
        (out, notes)
    }

    #[test]
    #[ignore = "slow: run by .ci/run"]
    fn a_dump_of_200_megabytes() {
        let (nodes, pods) = (2_000, 40_000);
        // What nobody reads: 4.9 kB a pod.
        let environment =
            format!("[{}]", vec![r#"{"name":"KEY","value":"0123456789012345"}"#; 115].join(","));
        let (yaml, notes) = run(&["import", "cluster", "-"], |out| {
            write!(out, "{{\"kind\":\"List\",\"items\":[")?;
            for n in 0..nodes {
                let head =
                    format!(r#"{{"kind":"Node","metadata":{{"name":"node-{n}"}},"status":{{"allocatable":"#);
                writeln!(out, r#"{head}{{"cpu":"16","memory":"64Gi","pods":"110"}}}}}},"#)?;
            }
            for n in 0..pods {
                let end = if n + 1 == pods { "" } else { "," };
                let owner =
                    format!(r#"[{{"kind":"StatefulSet","name":"app-{}","controller":true}}]"#, n % 500);
                let metadata =
                    format!(r#"{{"name":"pod-{n}","namespace":"ns-{}","ownerReferences":{owner}}}"#, n % 50);
                let spec =
                    format!(r#"{{"nodeName":"node-{}","containers":[{{"env":{environment}}}]}}"#, n % nodes);
                writeln!(out, r#"{{"kind":"Pod","metadata":{metadata},"spec":{spec}}}{end}"#)?;
            }
            write!(out, "]}}")
        });
        assert!(
            notes.contains("2,000 nodes in 1 pool and 40,000 pods in 500 workloads of 50 tenants"),
            "{notes}"
        );
        assert!(yaml.len() < 1 << 20, "{}", yaml.len());
    }

    #[test]
    #[ignore = "slow: run by .ci/run"]
    fn logs_of_500_megabytes() {
        // 100 lines of 250 B a second, for 20,000 s from midnight on.
        let text = "m".repeat(250 - "2024-05-01 00:00:00 INFO ".len() - 1);
        let (yaml, notes) = run(&["import", "logs", "-"], |out| {
            for n in 0..2_000_000 {
                let (hour, minute, second) = (n / 360_000, n / 6_000 % 60, n / 100 % 60);
                writeln!(out, "2024-05-01 {hour:02}:{minute:02}:{second:02} INFO {text}")?;
            }
            Ok(())
        });
        assert!(notes.contains("2,000,000 lines of 250 B on average"), "{notes}");
        assert!(notes.contains("million lines/s"), "{notes}");
        assert!(yaml.contains("rate: 100/s"), "{yaml:.300}");
    }
}
