use super::*;

fn learn(files: &[(&str, &str)]) -> Result<RatesImport, String> {
    let files: Vec<_> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    learn_rates_in(&files, &RatesOptions::default()).map_err(|e| e.to_string())
}

fn of<'a>(import: &'a RatesImport, pod: &str) -> &'a Rate {
    import.rates.iter().find(|(whose, _)| whose.pod == pod).map(|(_, rate)| rate).unwrap()
}

#[test]
fn counters_of_a_range_are_their_increases_over_the_window() {
    // 600 lines in 300 s; then the process begins again and counts 300 more in 300 s.
    let answer = r#"{"status":"success","data":{"resultType":"matrix","result":[
      {"metric":{"__name__":"vector_component_received_events_total","component_kind":"source","pod":"vector-x",
                 "namespace":"logging","pod_name":"web-0","pod_namespace":"shop","container_name":"app"},
       "values":[[1000,"5000"],[1300,"5600"],[1600,"300"]]},
      {"metric":{"__name__":"vector_component_received_events_total","component_kind":"sink","pod_name":"web-0",
                 "pod_namespace":"shop"},"values":[[1000,"0"],[1600,"99999"]]},
      {"metric":{"__name__":"up"},"values":[[1000,"1"]]}]}}"#;
    let import = learn(&[("a.json", answer)]).unwrap();
    assert_eq!(import.rates.len(), 1);
    let (whose, rate) = import.rates.iter().next().unwrap();
    assert_eq!(
        (whose.namespace.as_str(), whose.pod.as_str(), whose.container.as_str()),
        ("shop", "web-0", "app")
    );
    assert_eq!(rate.lines_per_s, 900.0 / 600.0);
    assert!(
        import.notes.iter().any(|n| n.contains("2 series that say nothing of pods")),
        "{:?}",
        import.notes
    );
}

#[test]
fn paths_and_tags_tell_whose_a_series_is() {
    let id = "f".repeat(64);
    let answer = format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[
      {{"metric":{{"__name__":"promtail_read_lines_total","path":"/var/log/pods/shop_web-0_0f3a1b2c-1/app/0.log"}},
        "values":[[0,"0"],[100,"50"]]}},
      {{"metric":{{"__name__":"fluentd_input_status_num_records_total",
                   "tag":"kubernetes.var.log.containers.web-1_shop_app-{id}.log"}},
        "values":[[0,"10"],[100,"30"]]}}]}}}}"#
    );
    let import = learn(&[("a.json", &answer)]).unwrap();
    assert_eq!((of(&import, "web-0").lines_per_s, of(&import, "web-1").lines_per_s), (0.5, 0.2));
}

#[test]
fn rates_without_a_name_are_rates_and_one_counter_is_refused() {
    let vector = |name: &str| {
        format!(
            r#"{{"status":"success","data":{{"resultType":"vector","result":[
          {{"metric":{{{name}"namespace":"shop","pod":"web-0","container":"app"}},"value":[1000,"1.5"]}}]}}}}"#
        )
    };
    assert_eq!(of(&learn(&[("a.json", &vector(""))]).unwrap(), "web-0").lines_per_s, 1.5);
    let refused = learn(&[("a.json", &vector(r#""__name__":"promtail_read_lines_total","#))]).unwrap_err();
    assert!(refused.contains("a counter at one instant says nothing of its rate"), "{refused}");
}

#[test]
fn what_a_log_disk_grew_by_is_a_lower_bound_and_lines_follow_from_bytes() {
    // Up by 29,600, cut by rotation, up by 29,600: 59,200 B in 200 s, 296 B a line with the runtime's 45: one a second.
    let answer = r#"{"status":"success","data":{"resultType":"matrix","result":[
      {"metric":{"__name__":"kubelet_container_log_filesystem_used_bytes","namespace":"shop","pod":"web-0","container":"a"},
       "values":[[0,"1000"],[100,"30600"],[110,"1000"],[200,"30600"]]}]}}"#;
    let import = learn(&[("a.json", answer)]).unwrap();
    assert_eq!(*of(&import, "web-0"), Rate { lines_per_s: 1.0, bytes_per_s: 251.0 });
    assert!(import.notes.iter().any(|n| n.contains("LOWER BOUND")), "{:?}", import.notes);
}

#[test]
fn bytes_of_the_runtimes_files_have_its_prefixes_whoever_counts_them() {
    for figure in
        ["log_logged_bytes_total", "promtail_read_bytes_total", "vector_component_received_bytes_total"]
    {
        // 59,200 B in 200 s: one line of 251 B and 45 B of prefix a second.
        let answer = format!(
            r#"{{"status":"success","data":{{"resultType":"matrix","result":[
              {{"metric":{{"__name__":"{figure}","namespace":"shop","podname":"web-0","containername":"a"}},
               "values":[[0,"1000"],[200,"60200"]]}}]}}}}"#
        );
        assert_eq!(of(&learn(&[("a.json", &answer)]).unwrap(), "web-0").lines_per_s, 1.0, "{figure}");
    }
}

#[test]
fn two_snapshots_of_the_kubelet_are_a_rate() {
    let snapshot = |time: &str, bytes: u32| {
        format!(
            r#"{{"node":{{"nodeName":"n1"}},"pods":[{{"podRef":{{"name":"web-0","namespace":"shop"}},"containers":[
             {{"name":"app","startTime":"2024-05-01T09:00:00Z","logs":{{"time":"{time}","usedBytes":{bytes}}}}}]}}]}}"#
        )
    };
    let (first, second) =
        (snapshot("2024-05-01T10:00:00Z", 100_000), snapshot("2024-05-01T10:10:00Z", 277_600));
    // 177,600 B in 600 s are 296 a second.
    let import = learn(&[("1.json", &first), ("2.json", &second)]).unwrap();
    assert_eq!(of(&import, "web-0").lines_per_s, 1.0);
    // One alone: 100,000 B in an hour.
    let one = learn(&[("1.json", &first)]).unwrap();
    assert!((of(&one, "web-0").lines_per_s - 100_000.0 / 3600.0 / 296.0).abs() < 1e-9);
    assert!(one.notes.iter().any(|n| n.contains("a lower bound")), "{:?}", one.notes);
}

#[test]
fn a_folder_of_containers_counts_quiet_ones_over_the_whole_window() {
    let line = |s: u32| format!("2024-05-01T10:00:{s:02}.000000000Z stdout F x\n");
    let busy: String = (0..60).map(line).collect();
    let quiet = line(0) + &line(1);
    let import = learn(&[
        ("pods/shop_web-0_0f3a1b2c-1/app/0.log", &busy),
        ("pods/shop_db-0_0f3a1b2c-2/db/0.log", &quiet),
    ])
    .unwrap();
    assert_eq!(of(&import, "web-0").lines_per_s, 1.0);
    // Two lines, then silence until the end of the collection a minute after it began.
    assert_eq!(of(&import, "db-0").lines_per_s, 2.0 / 60.0);
}

#[test]
fn tables_are_read_back_as_they_are_written() {
    let table = "namespace,pod,container,lines_per_s\nshop,web-0,app,2.5\nshop,db-0,,0.5\n";
    let import = learn(&[("t.csv", table)]).unwrap();
    assert_eq!(import.total(), 3.0);
    let again = learn(&[("t.csv", &import.to_csv().unwrap())]).unwrap();
    assert_eq!(again.rates, import.rates);
    let of_workload = learn(&[("t.csv", "namespace,workload,value,unit\nshop,web,10,lines/s\n")]).unwrap();
    let mut rates = of_workload.to_rates();
    rates.meet(1, "shop", "web");
    rates.meet(2, "shop", "web");
    // Ten lines a second of two pods with two containers each.
    assert_eq!(rates.of_pod(1, "shop", "web", &["a".into(), "b".into()]), [(2.5, 0.0), (2.5, 0.0)]);
    let refused = learn(&[("t.csv", "namespace,pod,value\nshop,web-0,much\n")]).unwrap_err();
    assert!(refused.starts_with("t.csv:2: \"much\" is no number"), "{refused}");
    assert!(learn(&[("t.txt", "what is this\n")]).unwrap_err().contains("no rates of containers"));
}

#[test]
fn names_that_spreadsheets_obey_are_written_as_text() {
    let import = learn(&[("t.csv", "namespace,pod,value\n=cmd(),web-0,1\n")]).unwrap();
    assert!(import.to_csv().unwrap().contains("'=cmd()"), "{:?}", import.to_csv());
}
