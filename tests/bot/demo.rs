//! The demo is the product's own proof: it judges itself and says so by its exit status.

use std::process::Command;

#[test]
fn the_demo_tells_the_whole_day_and_finds_that_all_came_out_as_promised() {
    let kept = tempfile::tempdir().expect("a directory");
    let output = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(["demo", "--fast", "--keep"])
        .arg(kept.path())
        .output()
        .expect("running the demo");

    let told = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{complaints}");
    assert!(!told.contains('\u{1b}'), "a piped demo is plain text");
    for words in ["customer anna", "unaware of any issues", "22:00", "exactly once"] {
        assert!(told.contains(words), "“{words}” is missing in\n{told}");
    }
    let page = std::fs::read_to_string(kept.path().join("status.html")).expect("the page");
    assert!(page.contains("Server One"), "{page}");
    let verify = Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(["journal", "verify"])
        .arg(kept.path().join("data"))
        .output()
        .expect("verifying the journal");
    assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stderr));
}
