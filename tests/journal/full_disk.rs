//! A disk that fills: inputs from outside are refused, the bot's own and decisions go on, and
//! inputs are accepted again when space returns.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::sync_channel,
    },
};

use bellwether::{
    clock::Clock,
    event::{DeliveryEvent, Input},
    journal::{
        CommitError, Durable, Journal, Offered, Options, Refused, inspect,
        sled_store::SledStore,
        store::{Batch, Pair, Store, StoreError, Tree},
    },
};

use crate::support::{Running, note, options, probe, start};

/// sled with a free space and a failure of our choosing.
#[derive(Debug)]
struct Faulty {
    store: SledStore,
    free_bytes: Arc<AtomicU64>,
    /// Fails every sync from this one on, counted down to 0.
    syncs_left: Arc<AtomicU64>,
}

impl Store for Faulty {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(tree, key)
    }

    fn scan(&self, tree: Tree, from: &[u8], count_max: usize) -> Result<Vec<Pair>, StoreError> {
        self.store.scan(tree, from, count_max)
    }

    fn last_below(&self, tree: Tree, below: Option<&[u8]>) -> Result<Option<Pair>, StoreError> {
        self.store.last_below(tree, below)
    }

    fn apply(&self, batch: &Batch) -> Result<(), StoreError> {
        self.store.apply(batch)
    }

    fn sync(&self) -> Result<(), StoreError> {
        let left = self.syncs_left.load(Ordering::SeqCst);
        if left == 0 {
            return Err(StoreError::Io(std::io::Error::from_raw_os_error(28)));
        }
        self.syncs_left.store(left - 1, Ordering::SeqCst);
        self.store.sync()
    }

    fn free_bytes(&self) -> Result<u64, StoreError> {
        Ok(self.free_bytes.load(Ordering::SeqCst))
    }

    fn close(&self) {
        self.store.close();
    }
}

/// Options with a store whose free space and syncs the test decides.
fn faulty(reserve_bytes: u64, free_bytes: &Arc<AtomicU64>, syncs_left: &Arc<AtomicU64>) -> Options {
    let (free_bytes, syncs_left) = (Arc::clone(free_bytes), Arc::clone(syncs_left));
    let store = Arc::new(move |dir: &Path| {
        let (free_bytes, syncs_left) = (Arc::clone(&free_bytes), Arc::clone(&syncs_left));
        let store = SledStore::open(dir)?;
        Ok(Arc::new(Faulty { store, free_bytes, syncs_left }) as Arc<dyn Store>)
    });
    Options { reserve_bytes, store, ..Options::default() }
}

fn delivery() -> Offered {
    let event = DeliveryEvent::Sending { attempt: 1 };
    Offered::plain(start(), Input::Delivery { post: "p".into(), event })
}

#[test]
fn below_the_reserve_inputs_are_refused_and_deliveries_and_decisions_go_on() {
    const RESERVE: u64 = 8 << 20;
    let dir = tempfile::tempdir().expect("a directory");
    let free = Arc::new(AtomicU64::new(1 << 30));
    let syncs = Arc::new(AtomicU64::new(u64::MAX));
    let journal = Journal::open(dir.path(), faulty(RESERVE, &free, &syncs)).expect("it opens");
    let running = Running::start(journal, Clock::system());
    let held = || fs::metadata(dir.path().join("reserve")).expect("there").len();
    running.submit(probe(1));
    assert_eq!(held(), RESERVE);

    free.store(0, Ordering::SeqCst);
    assert_eq!(running.appender.submit_blocking(probe(2)), Err(Refused::Full));
    assert!(held() < RESERVE, "the reserve gives room: {}", held());
    let sent = running.submit(delivery()).seq;
    running.appender.decide(sent, vec![(sent, start(), note("seen"))]);
    let mut durable = running.durable.iter();
    assert!(durable.any(|durable| matches!(durable, Durable::Decided(_))), "decisions go on");
    assert_eq!(running.appender.submit_blocking(probe(3)), Err(Refused::Full));

    free.store(1 << 30, Ordering::SeqCst);
    running.submit(probe(4));
    assert_eq!(held(), RESERVE, "the reserve is filled again");
    running.stop(4);
    assert!(inspect::verify(dir.path(), &options()).expect("it opens").is_good());
}

#[test]
fn a_sync_that_fails_ends_the_committer_and_acknowledges_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let free = Arc::new(AtomicU64::new(1 << 30));
    let syncs = Arc::new(AtomicU64::new(u64::MAX));
    let journal = Journal::open(dir.path(), faulty(0, &free, &syncs)).expect("it opens");
    let (sender, durable) = sync_channel::<Durable>(10);
    let (appender, committer) = journal.start(Clock::system(), sender).expect("a thread");
    appender.submit_blocking(probe(1)).expect("accepted");
    syncs.store(0, Ordering::SeqCst);
    assert_eq!(appender.submit_blocking(probe(2)), Err(Refused::Stopping));
    let error = committer.join().expect("no panic").expect_err("fatal");
    assert!(matches!(error, CommitError::Store(StoreError::Io(_))), "{error}");
    assert_eq!(durable.iter().count(), 1, "the engine never sees what is not durable");
    let journal = Journal::open(dir.path(), options()).expect("a restart recovers");
    assert!(journal.last_seq() >= 1);
}

#[test]
fn a_really_full_disk_refuses_keeps_its_records_and_opens_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let Some(mount) = Mount::tmpfs(dir.path(), 40) else {
        println!("not tried: mounting a tmpfs needs root");
        return;
    };
    let place = dir.path().join("journal");
    let open = || Journal::open(&place, Options { reserve_bytes: 16 << 20, ..options() });
    let running = Running::start(open().expect("it opens"), Clock::system());
    let mut last = running.submit(probe(1)).seq;
    fill(&dir.path().join("ballast"), 0);
    assert_eq!(running.appender.submit_blocking(probe(2)), Err(Refused::Full));
    for _ in 0..200 {
        last = running.submit(delivery()).seq;
    }
    running.stop(last);
    let running = Running::start(open().expect("it opens on a full disk"), Clock::system());
    assert_eq!(running.appender.submit_blocking(probe(2)), Err(Refused::Full));
    last = running.submit(delivery()).seq;
    fs::remove_file(dir.path().join("ballast")).expect("removable");
    last = last.max(running.submit(probe(3)).seq);
    running.stop(last);
    assert_eq!(crate::support::entries(&place).len() as u64, last);
    drop(mount);
}

/// Writes until nothing is free but `left_bytes`.
fn fill(path: &Path, left_bytes: u64) {
    use std::io::Write;
    let mut file = fs::File::create(path).expect("writable");
    while file.write_all(&[1; 4096]).is_ok() {}
    let length = file.metadata().expect("there").len();
    file.set_len(length.saturating_sub(left_bytes)).expect("writable");
}

/// A mounted file system, unmounted when dropped.
struct Mount(std::path::PathBuf);

impl Mount {
    fn tmpfs(at: &Path, size_mb: u32) -> Option<Self> {
        let size = format!("size={size_mb}m");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at);
        command.output().ok()?.status.success().then(|| Self(at.to_path_buf()))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}
