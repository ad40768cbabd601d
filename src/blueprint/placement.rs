//! Where everything is: which pod runs on which node and when, and what happens there. A scheduler's output.

use crate::blueprint::{Blueprint, Happening, PodTemplate, TemplateId};

/// From so many pods on, what one of them has in one second more or less is nobody's figure, and is not drawn by itself: sums
/// over them vary by less than a hundredth as much as one does.
pub const MANY_PODS: usize = 10_000;

/// Which pod runs on which node.
#[derive(Clone, Debug)]
pub struct Placement {
    /// Each node's pool, an index into `pools`.
    pub nodes: Vec<usize>,
    /// Nodes added because requests did not fit, by pool.
    pub extra: Vec<u64>,
    /// The node of each pod: templates in order, replicas within.
    pub node_of: Vec<u32>,
    /// The template of each pod, in the same order.
    pub template_of: Vec<TemplateId>,
    /// The ordinal of each pod within its template, in the same order.
    pub ordinal_of: Vec<u32>,
    /// Where pods are that are not on one node from beginning to end: of each all its stays, in order of pods and time.
    pub residences: Vec<Residence>,
    /// What happens on nodes, in order of nodes and time.
    pub happenings: Vec<Happening>,
}

/// A stay of a pod on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Residence {
    /// The pod, an index into the placement's `node_of`.
    pub pod: u32,
    /// The node.
    pub node: u32,
    /// The span of it.
    pub stay: Stay,
}

/// A span of time, in whole seconds, in which a pod writes on a node. All in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// When it begins to write; nothing for a pod that is there from the beginning.
    pub begins_ns: u64,
    /// When it has written its last line; `u64::MAX` where it stays.
    pub ends_ns: u64,
    /// When it is deleted, its files with it.
    pub deleted_ns: u64,
}

impl Placement {
    /// Agents of nodes that run.
    pub fn node_agents(&self, blueprint: &Blueprint) -> u64 {
        self.nodes.iter().filter(|pool| blueprint.node_agent_in(**pool).is_some()).count() as u64
    }

    /// One node in `one_in` with its pods, drawn by `bits`: every so manieth of the nodes, ordered by pool and by the
    /// lines that their pods write on average, so that the sample has its share of each kind (systematic sampling;
    /// Cochran, "Sampling Techniques", chapter 8). Each node is in it with probability 1/`one_in`.
    pub fn sample(&self, blueprint: &Blueprint, one_in: u64, bits: u64) -> Self {
        let lines_of = |pod: &PodTemplate| pod.streams.iter().map(|plan| blueprint.lines_per_s(plan)).sum();
        let rates: Vec<f64> = blueprint.pods.iter().map(lines_of).collect();
        let mut load = vec![0.0; self.nodes.len()];
        for (node, template) in self.node_of.iter().zip(&self.template_of) {
            load[*node as usize] += rates[template.at()];
        }
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by(|a, b| self.nodes[*a].cmp(&self.nodes[*b]).then(load[*a].total_cmp(&load[*b])));
        let mut number_of = vec![None; self.nodes.len()];
        let mut sampled = Self {
            nodes: Vec::new(),
            extra: self.extra.clone(),
            node_of: Vec::new(),
            template_of: Vec::new(),
            ordinal_of: Vec::new(),
            residences: Vec::new(),
            happenings: Vec::new(),
        };
        for node in order.into_iter().skip((bits % one_in) as usize).step_by(one_in as usize) {
            number_of[node] = Some(sampled.nodes.len() as u32);
            sampled.nodes.push(self.nodes[node]);
        }
        let mut residences = self.residences.iter().peekable();
        for pod in 0..self.node_of.len() {
            let number = sampled.node_of.len() as u32;
            let (mut moves, mut first) = (false, None);
            while let Some(residence) = residences.next_if(|r| r.pod as usize == pod) {
                moves = true;
                if let Some(node) = number_of[residence.node as usize] {
                    first = first.or(Some(node));
                    sampled.residences.push(Residence { pod: number, node, ..*residence });
                }
            }
            let node = if moves { first } else { number_of[self.node_of[pod] as usize] };
            if let Some(node) = node {
                sampled.node_of.push(node);
                sampled.template_of.push(self.template_of[pod]);
                sampled.ordinal_of.push(self.ordinal_of[pod]);
            }
        }
        let here = |h: &Happening| number_of[h.node as usize].map(|node| Happening { node, ..*h });
        sampled.happenings = self.happenings.iter().filter_map(here).collect();
        sampled
    }
}

/// A pod on a node.
#[derive(Clone, Debug)]
pub(crate) struct PlacedPod {
    pub(crate) template: TemplateId,
    pub(crate) ordinal: u32,
    /// When it is there, the first span first; none where it is from beginning to end.
    pub(crate) stays: Vec<Stay>,
}

/// All that there is on a node, and all that happens there.
#[derive(Clone, Debug, Default)]
pub(crate) struct OnNode {
    /// Its pods, in the order of templates and ordinals.
    pub pods: Vec<PlacedPod>,
    /// In order of time.
    pub happenings: Vec<Happening>,
}

impl Placement {
    /// What there is on each node.
    pub(crate) fn by_node(&self) -> Vec<OnNode> {
        let mut by_node = vec![OnNode::default(); self.nodes.len()];
        let mut residences = self.residences.iter().peekable();
        for pod in 0..self.node_of.len() {
            let (template, ordinal) = (self.template_of[pod], self.ordinal_of[pod]);
            let placed = |stays| PlacedPod { template, ordinal, stays };
            let mut moves = false;
            while let Some(residence) = residences.next_if(|r| r.pod as usize == pod) {
                moves = true;
                let pods = &mut by_node[residence.node as usize].pods;
                match pods.last_mut().filter(|last| (last.template, last.ordinal) == (template, ordinal)) {
                    Some(known) => known.stays.push(residence.stay),
                    None => pods.push(placed(vec![residence.stay])),
                }
            }
            if !moves {
                by_node[self.node_of[pod] as usize].pods.push(placed(Vec::new()));
            }
        }
        for happening in &self.happenings {
            by_node[happening.node as usize].happenings.push(*happening);
        }
        by_node
    }
}
