//! Chance from a seed: SplitMix64 (Steele, Lea, Flood 2014). The same seed and name give the same
//! draws on every machine.

/// A stream of draws.
#[derive(Clone, Debug)]
pub(super) struct Dice {
    state: u64,
}

impl Dice {
    /// The stream of this name under this seed; other names give other streams.
    pub fn new(seed: u64, name: &str) -> Self {
        let named = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut dice = Self { state: seed ^ named };
        dice.state = dice.next();
        dice
    }

    /// A stream of its own for the `index`th of many.
    pub fn fork(&self, index: usize) -> Self {
        let mut dice =
            Self { state: self.state ^ (index as u64).wrapping_mul(0x9e6c_63d0_876a_3f6b) };
        dice.state = dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, but not, 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True this often.
    pub fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// From `low` up to, but not, `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// From 0 up to, but not, `count`; 0 when there is nothing to choose from.
    pub fn below(&mut self, count: usize) -> usize {
        ((self.share() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    /// A wait of this mean, memoryless.
    pub fn wait(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }

    /// A factor around 1 (its median) that is larger than e^spread one time in six.
    pub fn factor(&mut self, spread: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        let angle = 2.0 * std::f64::consts::PI * self.share();
        (spread * radius * angle.cos()).exp()
    }

    /// How many events of this mean happen: Poisson.
    pub fn count(&mut self, mean: f64) -> u32 {
        let (mut count, mut passed) = (0, self.wait(1.0));
        while passed < mean {
            count += 1;
            passed += self.wait(1.0);
        }
        count
    }

    /// `count` different numbers below `of`, in order.
    pub fn choose(&mut self, count: usize, of: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..of).collect();
        let count = count.min(of);
        for place in 0..count {
            let other = place + self.below(of - place);
            all.swap(place, other);
        }
        all.truncate(count);
        all.sort_unstable();
        all
    }
}
