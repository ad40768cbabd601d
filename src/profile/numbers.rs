//! The numbers of a profile by their paths, for overriding, sensitivity and checks.

use super::{Behaviour, Profile, Quality, Sourced};

impl Profile {
    /// Every cost, by its path in the YAML.
    pub fn numbers_mut(&mut self) -> Vec<(&'static str, &mut Sourced<f64>)> {
        let (cpu, memory, wire) = (&mut self.cpu, &mut self.memory, &mut self.wire);
        vec![
            ("cpu.idle", &mut cpu.idle),
            ("cpu.idleWakeups", &mut cpu.idle_wakeups),
            ("cpu.wakeup", &mut cpu.wakeup),
            ("cpu.read", &mut cpu.read),
            ("cpu.line", &mut cpu.line),
            ("cpu.byte", &mut cpu.byte),
            ("cpu.enrich", &mut cpu.enrich),
            ("cpu.coldFactor", &mut cpu.cold_factor),
            ("cpu.coldGap", &mut cpu.cold_gap),
            ("cpu.coalesce", &mut cpu.coalesce),
            ("cpu.readerShare", &mut cpu.reader_share),
            ("cpu.parse.cri", &mut cpu.parse.cri),
            ("cpu.parse.json", &mut cpu.parse.json),
            ("cpu.parse.delimiter", &mut cpu.parse.delimiter),
            ("cpu.parse.regex", &mut cpu.parse.regex),
            ("cpu.parse.multiline", &mut cpu.parse.multiline),
            ("cpu.file", &mut cpu.file),
            ("cpu.config", &mut cpu.config),
            ("cpu.configSquared", &mut cpu.config_squared),
            ("memory.resident", &mut memory.resident),
            ("memory.shared", &mut memory.shared),
            ("memory.proportional", &mut memory.proportional),
            ("memory.file", &mut memory.file),
            ("memory.config", &mut memory.config),
            ("memory.bufferedByte", &mut memory.buffered_byte),
            ("memory.bufferedRoot", &mut memory.buffered_root),
            ("wire.recordOverhead", &mut wire.record_overhead),
            ("wire.lineOverhead", &mut wire.line_overhead),
            ("wire.compression", &mut wire.compression),
        ]
    }

    /// Overrides one number by its path.
    ///
    /// # Errors
    /// The paths there are, when this is none of them; a message when the value is impossible.
    pub fn set(&mut self, path: &str, value: f64) -> Result<(), String> {
        const MOST: f64 = 1e12;
        if !(0.0..=MOST).contains(&value) {
            return Err(format!("{path} is {value:?}; allowed is 0 to {MOST:e}"));
        }
        let mut numbers = self.numbers_mut();
        let Some((_, number)) = numbers.iter_mut().find(|(known, _)| *known == path) else {
            let known: Vec<&str> = numbers.iter().map(|(known, _)| *known).collect();
            return Err(format!("{path:?} is no number of a profile; there are {}", known.join(", ")));
        };
        if matches!(path, "cpu.readerShare" | "wire.compression") && value > 1.0 {
            return Err(format!("{path} is {value}: a share must be from 0 to 1"));
        }
        number.value = value;
        number.quality = Quality::Assumed;
        "set by hand".clone_into(&mut number.source);
        Ok(())
    }

    /// Says where a number comes from and how good it is; nothing happens where there is no such path.
    pub fn credit(&mut self, path: &str, source: &str, quality: Quality) {
        if let Some((_, number)) = self.numbers_mut().into_iter().find(|(known, _)| *known == path) {
            source.clone_into(&mut number.source);
            number.quality = quality;
        }
    }
}

impl Behaviour {
    /// Where each behaviour comes from, by its path in the YAML.
    pub fn sources(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("flush", &self.flush.source),
            ("bufferLimit", &self.buffer_limit.source),
            ("bufferLines", &self.buffer_lines.source),
            ("bufferMemory", &self.buffer_memory.source),
            ("overflow", &self.overflow.source),
            ("batch", &self.batch.source),
            ("batchLines", &self.batch_lines.source),
            ("sendsFull", &self.sends_full.source),
            ("maxInFlight", &self.max_in_flight.source),
            ("requestTimeout", &self.request_timeout.source),
            ("readChunk", &self.read_chunk.source),
            ("lineLimit", &self.line_limit.source),
            ("longLines", &self.long_lines.source),
            ("limitsJoined", &self.limits_joined.source),
            ("multilineFlush", &self.multiline_flush.source),
            ("retries", &self.retries.source),
            ("backoffBase", &self.backoff_base.source),
            ("backoffCap", &self.backoff_cap.source),
            ("scanInterval", &self.scan_interval.source),
            ("successor", &self.successor.source),
            ("missedSuccessors", &self.missed_successors.source),
            ("rotateWait", &self.rotate_wait.source),
            ("checkpoints", &self.checkpoints.source),
            ("checkpointOf", &self.checkpoint_of.source),
            ("checkpointEvery", &self.checkpoint_every.source),
            ("startAt", &self.start_at.source),
            ("restart", &self.restart.source),
            ("threads", &self.threads.source),
            ("maxInputs", &self.max_inputs.source),
            ("watching", &self.watching.source),
            ("maxFiles", &self.max_files.source),
        ]
    }
}
