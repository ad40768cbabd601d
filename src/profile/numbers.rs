//! The numbers of a profile by their paths, for overriding, sensitivity and checks.

use super::{Profile, Quality, Sourced};

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
            ("cpu.pod", &mut cpu.pod),
            ("memory.resident", &mut memory.resident),
            ("memory.shared", &mut memory.shared),
            ("memory.proportional", &mut memory.proportional),
            ("memory.file", &mut memory.file),
            ("memory.config", &mut memory.config),
            ("memory.pod", &mut memory.pod),
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
