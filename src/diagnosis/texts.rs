//! What every code means.

use super::{Code, Meaning};

/// All of them, in the order of their codes. Parts of scenarios stand behind a name, a cluster and a tenant.
pub(super) const ALL: [Meaning; 27] = [
    Meaning {
        code: Code::Unreadable,
        id: "LH0001",
        title: ["a file cannot be read", "文件无法读取"],
        text: [
            "The file is not there, is a folder, or may not be read by this user. What the system says stands behind the \
             file's name.",
            "文件不存在、是目录，或当前用户无权读取。文件名之后是系统给出的原因。",
        ],
        wrong: "loghaul compare .",
        right: "loghaul compare my-cluster.yaml",
    },
    Meaning {
        code: Code::NotText,
        id: "LH0002",
        title: ["a file is no text in UTF-8", "文件不是 UTF-8 文本"],
        text: [
            "Scenarios, profiles and prices are text in UTF-8. Files of spreadsheets are often UTF-16, and files that end in .gz \
             are compressed: save them as UTF-8, or unpack them first.",
            "场景、配置与价格文件须为 UTF-8 文本。表格软件常存为 UTF-16，.gz 文件是压缩文件：请另存为 UTF-8 或先解压。",
        ],
        wrong: "loghaul compare my-cluster.yaml.gz",
        right: "gunzip my-cluster.yaml.gz && loghaul compare my-cluster.yaml",
    },
    Meaning {
        code: Code::Empty,
        id: "LH0003",
        title: ["a file says nothing", "文件没有内容"],
        text: [
            "There are blanks and comments only, or nothing at all. A scenario needs name, cluster and tenants; loghaul init \
             writes one with a comment beside everything that is worth changing.",
            "文件为空，或只有空白与注释。场景至少需要 name、cluster 与 tenants；loghaul init 可生成带注释的场景。",
        ],
        wrong: "# nothing yet",
        right: "loghaul init --nodes 10 > mine.yaml",
    },
    Meaning {
        code: Code::Syntax,
        id: "LH0101",
        title: ["a text is no YAML", "文本不是合法的 YAML"],
        text: [
            "The line and column say where reading stopped; what is wrong often stands a line before: a bracket or a quote that \
             is not closed, a tab in the indentation, a colon without a blank behind it.",
            "行列号是读取停止之处，错误往往在前一行：未闭合的括号或引号、缩进中的制表符、冒号后缺空格。",
        ],
        wrong: "objectives: [ \"loss <= 1%\"",
        right: "objectives: [ \"loss <= 1%\" ]",
    },
    Meaning {
        code: Code::UnknownField,
        id: "LH0102",
        title: ["a field that there is not", "没有这个字段"],
        text: [
            "Fields that are not known are refused, and not passed over: a misspelt one would leave its default in place without \
             a word. Those allowed at this place stand in the message; loghaul schema has them all, for editors too.",
            "未知字段会被拒绝而不是忽略：拼错的字段会悄悄保留默认值。此处允许的字段见报错；loghaul schema 给出全部字段，编辑器也可使用。",
        ],
        wrong: "colection: { agent: vector }",
        right: "collection: { agent: vector }",
    },
    Meaning {
        code: Code::MissingField,
        id: "LH0103",
        title: ["a field that must be there is not", "缺少必需的字段"],
        text: [
            "Most fields have defaults, this one has none that would suit everybody. docs/scenario.md says what each takes.",
            "多数字段有默认值，此字段没有普遍适用的默认值。各字段含义见 docs/scenario.md。",
        ],
        wrong: "faults: [ { outage: { of: backend, for: 60s } } ]",
        right: "faults: [ { outage: { of: backend, at: 3m, for: 60s } } ]",
    },
    Meaning {
        code: Code::WrongValue,
        id: "LH0104",
        title: ["a value that is not what the field takes", "值的类型或写法不对"],
        text: [
            "Quantities are written as Kubernetes and Go write them: 500m, 256Mi, 30s, 120/s, 0.40/h, 5%. A number without its \
             unit is refused where it could mean several.",
            "数量按 Kubernetes 与 Go 的写法：500m、256Mi、30s、120/s、0.40/h、5%。可能有歧义时不接受不带单位的数字。",
        ],
        wrong: "duration: 10 minutes",
        right: "duration: 10m",
    },
    Meaning {
        code: Code::UnknownWord,
        id: "LH0105",
        title: ["a word that is not among those allowed", "不在允许之列的取值"],
        text: [
            "The field takes one of a few words, or a mapping with one of them as its key; they stand in the message.",
            "该字段只接受少数几个词，或以其中之一为键的映射；报错中已列出。",
        ],
        wrong: "rankBy: cheapest",
        right: "rankBy: marginal",
    },
    Meaning {
        code: Code::Twice,
        id: "LH0106",
        title: ["a field or a document is there twice", "字段或文档重复"],
        text: [
            "YAML would take the last of two fields of one name; which was meant is not known. A file holds one document.",
            "同名字段出现两次时无法判断以哪个为准；一个文件只含一个文档。",
        ],
        wrong: "duration: 1m\nduration: 2m",
        right: "duration: 2m",
    },
    Meaning {
        code: Code::TooLarge,
        id: "LH0107",
        title: ["a text that is larger than any scenario", "文本过大"],
        text: [
            "Its aliases unfold to more than a million values, or it has more than five million parts. Tenants and workloads have \
             a count, so that many alike are written once.",
            "别名展开后超过一百万个值，或超过五百万个节点。租户与工作负载可用数量字段表示，多个相同者只写一次。",
        ],
        wrong: "tenants: [ *a, *a, … ]",
        right: "tenants: [ { name: team, count: 40, workloads: [] } ]",
    },
    Meaning {
        code: Code::OutOfRange,
        id: "LH0201",
        title: ["a value beyond what is allowed", "值超出允许范围"],
        text: [
            "The range stands in the message. It is that of the real thing (the kubelet's monitor interval is 3s at least), or \
             what can be simulated (at most 100,000 nodes, 3,000,000 pods and 200 billion lines).",
            "允许范围见报错：或为真实组件的限制（kubelet 检查间隔至少 3s），或为可模拟的上限（10 万节点、300 万 Pod、2000 亿行）。",
        ],
        wrong: "chunk: 1h",
        right: "chunk: 1s",
    },
    Meaning {
        code: Code::Name,
        id: "LH0202",
        title: ["a name that cannot be one, or that something else has", "名称不合法或已被占用"],
        text: [
            "Names stand in tables, charts, files and spreadsheets: they have up to 253 characters that can be shown, no slash, \
             and do not begin as a formula does. Within a list each stands once; an agent of your own needs a name that no \
             embedded one has.",
            "名称会出现在表格、图表、文件与电子表格中：至多 253 个可见字符，不含斜杠，不以公式符号开头。列表中不得重复；自定义采集器不能与内置者同名。",
        ],
        wrong: "profiles: [ { name: fluent-bit, base: fluent-bit } ]",
        right: "profiles: [ { name: our-fluent-bit, base: fluent-bit } ]",
    },
    Meaning {
        code: Code::NoSuch,
        id: "LH0203",
        title: ["a name of something that the scenario does not have", "引用了不存在的对象"],
        text: [
            "An agent, pool, tenant or workload is named that is not there; those that are stand in the message. Several tenants \
             of a count are called name-1, name-2, …",
            "引用的采集器、节点池、租户或工作负载不存在；已有者见报错。带数量的租户名为 name-1、name-2……",
        ],
        wrong: "collection: { agent: fluentbit }",
        right: "collection: { agent: fluent-bit }",
    },
    Meaning {
        code: Code::Contradiction,
        id: "LH0204",
        title: ["two fields that exclude each other", "两个字段互相矛盾"],
        text: [
            "Each is right by itself, and both cannot be. Leave one of them out, or change it.",
            "单独看都合法，但不能同时成立。请去掉或修改其中之一。",
        ],
        wrong: "collection: { with: { checkpoints: false, checkpointEvery: 1s } }",
        right: "collection: { with: { checkpoints: true, checkpointEvery: 1s } }",
    },
    Meaning {
        code: Code::NoPath,
        id: "LH0301",
        title: ["a setting that leads nowhere, or to something impossible", "--set 的路径或取值无效"],
        text: [
            "--set PATH=VALUE sets a value as if it stood in the file: keys by dots, entries of lists by numbers from 0, [+] for \
             one more. What is set is checked as the file is.",
            "--set 路径=值 等同于写在文件中：键以点分隔，列表项用从 0 开始的序号，[+] 追加一项；设置后的内容同样会被检查。",
        ],
        wrong: "loghaul run reference --set tenants[9].count=2",
        right: "loghaul run reference --set tenants[0].count=2",
    },
    Meaning {
        code: Code::NoScenario,
        id: "LH0401",
        title: ["no scenario of that name", "没有该名称的场景"],
        text: [
            "There is neither a file nor an embedded scenario of that name; the embedded ones stand in the message.",
            "既没有该文件，也没有同名的内置场景；内置场景见报错。",
        ],
        wrong: "loghaul compare referense",
        right: "loghaul compare reference",
    },
    Meaning {
        code: Code::NoStrategy,
        id: "LH0402",
        title: ["no strategy of that name", "没有该名称的方案"],
        text: [
            "Strategies are named in the message; all is short for every one of them, and as-is is what the scenario says runs \
             today.",
            "全部方案见报错；all 表示全部，as-is 表示场景声明的现状。",
        ],
        wrong: "loghaul compare reference --strategies deamonset",
        right: "loghaul compare reference --strategies daemonset",
    },
    Meaning {
        code: Code::NoMetric,
        id: "LH0403",
        title: ["no metric of that name", "没有该名称的指标"],
        text: [
            "Metrics are named in the message; docs/model.md, section 14, says how each is computed.",
            "全部指标见报错；计算方法见 docs/model.md 第 14 节。",
        ],
        wrong: "loghaul sweep reference --vary duration=1m,2m --metrics los",
        right: "loghaul sweep reference --vary duration=1m,2m --metrics loss",
    },
    Meaning {
        code: Code::DoesNotFit,
        id: "LH0501",
        title: ["pods, or agents beside them, fit nowhere", "Pod 或其采集器无处可放"],
        text: [
            "Requests are larger than what any node that may take the pod has left, and no pool may grow. The message has the \
             arithmetic. A result, and no error, where only a strategy's agents do not fit: that strategy cannot be run here.",
            "请求量大于任何可用节点的剩余资源，且没有可扩容的节点池；报错中列出计算。若只是某方案的采集器放不下，则该方案在此不可行，属于结果而非错误。",
        ],
        wrong: "cluster: { grow: false, pools: [ { name: small, nodes: 1, cpu: \"1\" } ] }",
        right: "cluster: { pools: [ { name: small, nodes: 1, cpu: \"1\" } ] }",
    },
    Meaning {
        code: Code::MemoryLimit,
        id: "LH0502",
        title: ["an agent needs more memory at rest than its limit", "采集器空载内存已超过上限"],
        text: [
            "It would be killed as it starts. Raise memoryLimit, load fewer configs, or take an agent that is smaller at rest; \
             loghaul size says what it needs.",
            "启动即会被终止。请提高 memoryLimit、减少采集配置或换用更小的采集器；loghaul size 可给出所需大小。",
        ],
        wrong: "collection: { sidecar: { memoryLimit: 1Mi } }",
        right: "collection: { sidecar: { memoryLimit: 64Mi } }",
    },
    Meaning {
        code: Code::Connections,
        id: "LH0503",
        title: ["more connections than the backend takes", "连接数超过后端上限"],
        text: [
            "Whoever sends keeps a connection open: an agent of each node, or of each pod. A gateway (collection.gateway) holds \
             a few in their place.",
            "每个发送者保持一条连接：每节点或每 Pod 一条。网关（collection.gateway）可代之以少量连接。",
        ],
        wrong: "backend: { connections: 10 }",
        right: "backend: { connections: 10000 }",
    },
    Meaning {
        code: Code::TooManySidecars,
        id: "LH0504",
        title: ["more sidecars on a node than its kernel takes", "单节点 Sidecar 数超过内核限制"],
        text: [
            "Sidecars of one user share what the kernel gives to it on a node: fs.inotify.max_user_instances, 128 by default. \
             Raise it on the nodes and say so with maxInputs, or put fewer pods on a node.",
            "同一用户的 Sidecar 共享内核在节点上的限额 fs.inotify.max_user_instances（默认 128）。可在节点上调高并用 maxInputs 声明，或减少每节点 Pod 数。",
        ],
        wrong: "collection: { sidecar: { with: { maxInputs: 2 } } }",
        right: "collection: { sidecar: { with: { maxInputs: 1024 } } }",
    },
    Meaning {
        code: Code::NotPossible,
        id: "LH0505",
        title: ["a strategy that this scenario leaves nothing to work with", "该方案在此场景下无法成立"],
        text: [
            "The strategy needs something that is not here: an agent that loads so many configs as inputs of their own, a size of pods \
             that is large enough, a word on what runs today (collection.asIs). The reason stands beside; other strategies are \
             not touched by it.",
            "该方案需要此处没有的条件：能以独立输入加载这么多采集配置的采集器、足够大的 Pod 规格、对现状的声明（collection.asIs）。原因写在旁边，其他方案不受影响。",
        ],
        wrong: "collection: { configs: ownInputs, extraConfigs: 200 }",
        right: "collection: { configs: routes, extraConfigs: 200 }",
    },
    Meaning {
        code: Code::NoCluster,
        id: "LH0601",
        title: ["a file that holds no cluster of Kubernetes", "文件不含 Kubernetes 集群"],
        text: [
            "A cluster is read from its nodes and pods as kubectl gives them, JSON or YAML, whole: a table for people, a list of \
             pods alone, or a file that was cut off is none. Line and column say where reading stopped.",
            "集群由 kubectl 输出的节点与 Pod（JSON 或 YAML，须完整）读取：供人阅读的表格、仅有 Pod 的列表或被截断的文件都不行。行列号为读取停止之处。",
        ],
        wrong: "kubectl get pods -A > cluster.json && loghaul import cluster cluster.json",
        right: "kubectl get nodes,pods -A -o json > cluster.json && loghaul import cluster cluster.json",
    },
    Meaning {
        code: Code::Measured,
        id: "LH0602",
        title: ["a table of measurements that is not what it should be", "测量数据表不符合要求"],
        text: [
            "Measurements and counters are CSV with a header whose columns have known names, and figures in plain numbers, without \
             units. The message says which line, and which columns or values are allowed.",
            "测量与计数数据为带表头的 CSV，列名须为已知名称，数值为不带单位的普通数字。报错给出行号以及允许的列名或取值。",
        ],
        wrong: "agent,files,agents,rate_node_lps,line_bytes,cpu_cores_schedstat\nfluent-bit,10,1,fast,256,0.021",
        right: "agent,files,agents,rate_node_lps,line_bytes,cpu_cores_schedstat\nfluent-bit,10,1,1000,256,0.021",
    },
    Meaning {
        code: Code::RateUnknown,
        id: "LH0603",
        title: ["nothing says how many lines a second there are", "无法得知每秒行数"],
        text: [
            "The rate of a log follows from the times of its lines, or from counters at two instants and more. Where there are \
             neither, say it with --rate, or give a form of the times with --time-format.",
            "日志速率由各行时间或两个以上时刻的计数得出。两者都没有时，用 --rate 指定，或用 --time-format 给出时间格式。",
        ],
        wrong: "loghaul import logs app.log",
        right: "loghaul import logs app.log --rate 50/s",
    },
    Meaning {
        code: Code::Lab,
        id: "LH0604",
        title: [
            "a plan or an agent of the lab that is not what it should be",
            "实验计划或采集器定义不符合要求",
        ],
        text: [
            "Plans and agents of the lab are files of known fields; those that ship with the program are listed by loghaul lab \
             list. The message says what is wrong with which, and what is allowed.",
            "实验计划与采集器是字段固定的文件；随程序附带者见 loghaul lab list。报错给出问题所在与允许的取值。",
        ],
        wrong: "loghaul lab run layout --out rows",
        right: "loghaul lab run layouts --out rows",
    },
];
